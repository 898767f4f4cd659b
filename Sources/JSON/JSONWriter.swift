/// How much white space a written text has.
package enum JSONStyle: Sendable {
    /// None: what is signed or sent.
    case compact
    /// One member or element a line, indented by two blanks: what a person reads.
    case pretty
}

/// Which characters of a string are written as `\uXXXX`.
package enum JSONEscaping: Sendable {
    /// Those that RFC 8259 section 7 demands.
    case minimal
    /// Also everything that would move a cursor, reorder a line or hide; see `isDeceptive`.
    case visible
}

extension JSONValue {
    /// The value as UTF-8: members in their order, numbers as they were written.
    package func encoded(
        _ style: JSONStyle = .compact, escaping: JSONEscaping = .minimal
    ) -> [UInt8] {
        var writer = JSONWriter(style: style, escaping: escaping)
        writer.write(self, indent: 0)
        return writer.bytes
    }
}

extension JSONObject {
    /// The object as UTF-8; see `JSONValue.encoded`.
    package func encoded(
        _ style: JSONStyle = .compact, escaping: JSONEscaping = .minimal
    ) -> [UInt8] {
        JSONValue.object(self).encoded(style, escaping: escaping)
    }
}

/// Collects the text of one value.
private struct JSONWriter {
    let style: JSONStyle
    let escaping: JSONEscaping
    var bytes: [UInt8] = []

    private static let hexDigits = Array("0123456789abcdef".utf8)

    init(style: JSONStyle, escaping: JSONEscaping) {
        self.style = style
        self.escaping = escaping
    }

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += flag ? "true".utf8 : "false".utf8
        case .number(let number): bytes += number.text.utf8
        case .string(let string): write(string)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                startItem(position, indent: indent + 1)
                write(element, indent: indent + 1)
            }
            endItems(elements.count, indent: indent, UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (position, member) in object.members.enumerated() {
                startItem(position, indent: indent + 1)
                write(member.name)
                bytes += style == .pretty ? ": ".utf8 : ":".utf8
                write(member.value, indent: indent + 1)
            }
            endItems(object.count, indent: indent, UInt8(ascii: "}"))
        }
    }

    private mutating func startItem(_ position: Int, indent: Int) {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        newLine(indent)
    }

    private mutating func endItems(_ count: Int, indent: Int, _ close: UInt8) {
        if count > 0 { newLine(indent) }
        bytes.append(close)
    }

    private mutating func newLine(_ indent: Int) {
        guard style == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * 2))
    }

    private mutating func write(_ string: JSONString) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in string.text.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\u{20}"..."\u{7E}":
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\u{0}"..."\u{1F}":
                writeEscape(scalar)
            default:
                if escaping == .visible, scalar.isDeceptive {
                    writeEscape(scalar)
                } else {
                    bytes.append(
                        contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func writeEscape(_ scalar: Unicode.Scalar) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            bytes += "\\u".utf8
            for shift in [12, 8, 4, 0] {
                bytes.append(Self.hexDigits[Int(unit >> shift & 0xF)])
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or an editor would show something else than this character.
    ///
    /// Control characters (C0, DEL, C1) drive a terminal; bidirectional marks and overrides
    /// reorder what is read; zero-width characters and tags hide; U+2028 and U+2029 end a line.
    package var isDeceptive: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}
