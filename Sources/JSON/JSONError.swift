/// Why a text is not JSON as this program accepts it, and where.
package struct JSONError: Error, Equatable, Sendable {
    /// The fault. It contains nothing of the text except the name of a member.
    package enum Kind: Equatable, Sendable {
        /// The text ends inside a value, or has none.
        case unexpectedEnd
        /// A byte that is not allowed here.
        case unexpectedByte(UInt8)
        /// A byte order mark, which a parser may refuse (RFC 8259 section 8.1).
        case byteOrderMark
        /// Nesting beyond the parser's limit.
        case tooDeep
        /// A member name that occurs twice. Readers differ on which of the two counts.
        case duplicateName(JSONString)
        /// Half of a UTF-16 surrogate pair, which UTF-8 cannot represent.
        case loneSurrogate
        case invalidEscape
        /// A control character that must be escaped (RFC 8259 section 7).
        case controlCharacter(UInt8)
        case invalidUTF8
        case invalidNumber
        /// A number beyond the range of a double.
        case numberTooLarge
        /// Text after the value.
        case trailingText
    }

    package let kind: Kind

    /// The offset of the fault in the text, in bytes.
    package let offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// The position of the fault as an editor shows it. Both numbers count from 1, columns in
    /// bytes.
    package func position(in text: [UInt8]) -> (line: Int, column: Int) {
        let before = text.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, before.count - lineStart + 1)
    }
}

extension JSONError: CustomStringConvertible {
    /// The fault in words, without any of the text, which may be secret.
    package var description: String {
        let fault =
            switch kind {
            case .unexpectedEnd: "unexpected end"
            case .unexpectedByte: "unexpected character"
            case .byteOrderMark: "byte order mark"
            case .tooDeep: "nesting too deep"
            case .duplicateName: "duplicate member name"
            case .loneSurrogate: "lone surrogate"
            case .invalidEscape: "invalid escape"
            case .controlCharacter: "control character"
            case .invalidUTF8: "invalid UTF-8"
            case .invalidNumber: "invalid number"
            case .numberTooLarge: "number out of range"
            case .trailingText: "text after the value"
            }
        return "\(fault) at byte \(offset)"
    }
}

/// Finds the position of a value in a text, so that errors about its meaning can name line and
/// column. It scans the text again, so it is only used after an error.
package struct JSONLocator {
    /// One step down, into an object or an array.
    package enum Step: Equatable, Sendable {
        case member(JSONString)
        case element(Int)
    }

    private let text: [UInt8]
    private var offset = 0

    private init(_ text: [UInt8]) { self.text = text }

    /// The offset of the value at the end of `path`, in a text that the parser accepted; nil if
    /// there is no such value.
    package static func offset(of path: [Step], in text: [UInt8]) -> Int? {
        offsets(of: path, in: text)?.value
    }

    /// The offset of the name of the member at the end of `path`. If the last step is an element,
    /// which has no name, that of its value.
    package static func nameOffset(of path: [Step], in text: [UInt8]) -> Int? {
        offsets(of: path, in: text).map { $0.name ?? $0.value }
    }

    /// The offsets of the value and of its name, if it is a member.
    private static func offsets(
        of path: [Step], in text: [UInt8]
    ) -> (value: Int, name: Int?)? {
        var locator = JSONLocator(text)
        locator.skipSpace()
        var name: Int?
        for step in path {
            guard locator.descend(step, &name) else { return nil }
        }
        return (locator.offset, name)
    }

    /// The byte at the current offset; nil at the end.
    private var byte: UInt8? { offset < text.count ? text[offset] : nil }

    private mutating func skipSpace() {
        while let byte, byte <= 0x20 { offset += 1 }
    }

    /// Moves to the value of a member or element, and returns whether there is one. `nameOffset`
    /// becomes the offset of the member's name.
    private mutating func descend(_ step: Step, _ nameOffset: inout Int?) -> Bool {
        guard let opening = byte, opening == 0x7B || opening == 0x5B else { return false }
        let isObject = opening == 0x7B
        nameOffset = nil
        offset += 1
        var index = 0
        while true {
            skipSpace()
            guard let byte, byte != 0x7D, byte != 0x5D else { return false }
            var name: JSONString?
            if isObject {
                nameOffset = offset
                var reader = JSONStringReader(offset: offset + 1)
                do throws(JSONError) {
                    name = try reader.read(text.span)
                } catch {
                    return false
                }
                offset = reader.offset
                skipSpace()
                // The colon.
                offset += 1
                skipSpace()
            }
            switch step {
            case .member(let wanted) where name == wanted: return true
            case .element(let wanted) where !isObject && index == wanted: return true
            default: offset = JSONPrefixReader.endOfValue(in: text, from: offset)
            }
            index += 1
            if self.byte == UInt8(ascii: ",") { offset += 1 }
        }
    }
}
