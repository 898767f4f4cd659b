/// Why a text is not the JSON that this program takes, and where.
package struct JSONError: Error, Equatable, Sendable {
    /// What is wrong, with no more of the text than the name of a member.
    package enum Kind: Equatable, Sendable {
        /// The text stops inside a value, or holds none.
        case unexpectedEnd
        /// A byte that cannot stand where it does.
        case unexpectedByte(UInt8)
        /// RFC 8259 section 8.1 lets a parser refuse the byte order mark.
        case byteOrderMark
        /// More nesting than the parser was told to follow.
        case tooDeep
        /// A member name for the second time: which of the two counts would be the reader's whim.
        case duplicateName(JSONString)
        /// Half of a UTF-16 surrogate pair, which no UTF-8 text can hold.
        case loneSurrogate
        case invalidEscape
        /// A control character that section 7 wants escaped.
        case controlCharacter(UInt8)
        case invalidUTF8
        case invalidNumber
        /// A number beyond the range of a double.
        case numberTooLarge
        /// Something after the value.
        case trailingText
    }

    package let kind: Kind

    /// Bytes before the fault, counted from the start of the text.
    package let offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// The place of the fault as an editor shows it: both count from one, columns in bytes.
    package func position(in text: [UInt8]) -> (line: Int, column: Int) {
        let before = text.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, before.count - lineStart + 1)
    }
}

extension JSONError: CustomStringConvertible {
    /// The fault as a noun phrase; of the text itself it holds nothing, which may be a secret.
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
