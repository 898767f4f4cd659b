/// The white space in a written text.
package enum JSONStyle: Sendable {
    /// None, for texts that are signed or sent.
    case compact
    /// One member or element to a line, indented by two blanks, for people.
    case pretty
}

/// The characters of a string that are written as `\uXXXX`.
package enum JSONEscaping: Sendable {
    /// Only those that RFC 8259 section 7 demands.
    case minimal
    /// Also those that would move the cursor, reorder or hide text; see `isDeceptive`.
    case visible
}

extension JSONValue {
    /// The value as UTF-8, with members in their order and numbers as they were written.
    package func encoded(
        _ style: JSONStyle = .compact, escaping: JSONEscaping = .minimal
    ) -> [UInt8] {
        var writer = JSONWriter(style, escaping: escaping)
        writer.value(self)
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

/// Writes values as text. The caller balances the calls that begin and end containers.
package struct JSONWriter: JSONSink {
    private let style: JSONStyle
    private let escaping: JSONEscaping

    /// The text so far, as UTF-8.
    package private(set) var bytes: [UInt8]

    /// The number of open containers.
    private var depth = 0

    /// Whether the next item of the container follows another one.
    private var needsComma = false

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// A writer that appends to `bytes`.
    package init(_ style: JSONStyle, escaping: JSONEscaping, appendingTo bytes: [UInt8] = []) {
        self.style = style
        self.escaping = escaping
        self.bytes = bytes
    }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    package mutating func name(_ name: StaticString) {
        startItem()
        // Appended in one piece, because every line of a long list has the same few names.
        name.withUTF8Buffer { text in
            unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 3) { room in
                unsafe room[0] = UInt8(ascii: "\"")
                _ = unsafe room[1...].update(fromContentsOf: text)
                unsafe room[text.count + 1] = UInt8(ascii: "\"")
                unsafe room[text.count + 2] = UInt8(ascii: ":")
                unsafe bytes.append(contentsOf: room)
            }
        }
        endName()
    }

    package mutating func member(_ name: StaticString, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, integer: Int64?) {
        guard let integer else { return member(name, .null) }
        self.name(name)
        startItem()
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestInteger) {
            room in
            var start = room.count
            var rest = integer.magnitude
            repeat {
                start -= 1
                unsafe room[start] = 0x30 + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            if integer < 0 {
                start -= 1
                unsafe room[start] = UInt8(ascii: "-")
            }
            unsafe bytes.append(contentsOf: room[start...])
        }
    }

    /// The number of digits of the longest `Int64`, with its sign.
    private static var longestInteger: Int { 20 }

    package mutating func member(_ name: StaticString, plainText: Span<UInt8>) {
        self.name(name)
        startItem()
        bytes.append(UInt8(ascii: "\""))
        unsafe plainText.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A member that is a string of UTF-8. Other bytes are replaced.
    package mutating func member(_ name: StaticString, text: [UInt8]) {
        guard text.allSatisfy(JSONString.isPlain) else {
            return member(name, .string(String(decoding: text, as: UTF8.self)))
        }
        member(name, plainText: text.span)
    }

    /// A member whose name may need an escape.
    package mutating func member(named name: JSONString, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    private mutating func name(_ name: JSONString) {
        startItem()
        write(name)
        bytes.append(UInt8(ascii: ":"))
        endName()
    }

    private mutating func endName() {
        if style == .pretty { bytes.append(UInt8(ascii: " ")) }
        needsComma = false
        isNamed = true
    }

    /// Whether the name of the next value has been written.
    private var isNamed = false

    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null:
            startItem()
            append("null")
        case .bool(let flag):
            startItem()
            append(flag ? "true" : "false")
        case .number(let number):
            startItem()
            append(number.text)
        case .string(let string):
            startItem()
            write(string)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                name(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }

    package mutating func value(_ document: JSONDocument?) {
        guard style == .compact, let text = document?.compactText else {
            return value(document.map { .object($0.object) } ?? .null)
        }
        startItem()
        bytes.append(contentsOf: text)
    }

    package mutating func value(_ array: () -> [JSONValue], compactText: [UInt8]) {
        guard style == .compact else { return value(.array(array())) }
        startItem()
        bytes.append(contentsOf: compactText)
    }

    /// Ends a line of text outside of any value. Another value may follow.
    package mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Writes the comma and line break before a name, or before a value that has none.
    private mutating func startItem() {
        if isNamed {
            isNamed = false
        } else {
            if needsComma { bytes.append(UInt8(ascii: ",")) }
            if depth > 0 { newLine() }
        }
        needsComma = true
    }

    /// Opens a container.
    private mutating func begin(_ bracket: UInt8) {
        startItem()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    /// Closes a container.
    private mutating func end(_ bracket: UInt8) {
        depth -= 1
        if needsComma { newLine() }
        bytes.append(bracket)
        needsComma = true
    }

    /// Breaks the line and indents the next one, in pretty style only.
    private mutating func newLine() {
        guard style == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    /// Appends text that needs no escape.
    private mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    }

    /// A string with its quotes. Most need no escape and are copied in one piece.
    private mutating func write(_ string: JSONString) {
        bytes.append(UInt8(ascii: "\""))
        var text = string.text
        let isPlain = text.withUTF8 { utf8 in
            guard unsafe utf8.allSatisfy(JSONString.isPlain) else { return false }
            unsafe bytes.append(contentsOf: utf8)
            return true
        }
        if !isPlain { writeEscaping(text) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The content of a string, scalar by scalar, with the escapes that `escaping` demands.
    private mutating func writeEscaping(_ text: String) {
        for scalar in text.unicodeScalars {
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
    }

    /// A scalar as one or two `\uXXXX`, the second for a surrogate pair (RFC 8259 section 7).
    private mutating func writeEscape(_ scalar: Unicode.Scalar) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            bytes += "\\u".utf8
            for shift in [12, 8, 4, 0] {
                bytes.append(Self.hexDigits[Int(unit >> shift & 0xF)])
            }
        }
    }
}

extension JSONString {
    /// Whether a byte of a string is written unchanged, with any escaping.
    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or an editor would not show this character as it is.
    ///
    /// Control characters (C0, DEL, C1) control a terminal. Bidirectional marks and overrides
    /// reorder text, zero-width characters and tags are invisible, and U+2028 and U+2029 end a
    /// line.
    package var isDeceptive: Bool {
        switch value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}
