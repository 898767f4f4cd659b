/// The readable part of an object whose text is truncated. It serves to show what a log has left of
/// a token, never to judge one: only `JSONParser` decides what is JSON.
///
/// A member is either complete, and read by the strict parser, or left out. The time is linear in
/// the length of the text.
package struct JSONPrefix: Equatable, Sendable {
    /// The place where the text ends.
    package enum End: Equatable, Sendable {
        /// Inside the name of a member.
        case insideName
        /// After the name of this member, and before the end of its value.
        case insideValue(of: JSONString)
        /// After a complete member.
        case betweenMembers
    }

    /// The complete members.
    package let object: JSONObject
    package let end: End
    /// The beginning of the incomplete value, as it is written. It may end inside a character.
    package let rest: [UInt8]

    /// nil if `text` is a complete object, or has another fault than its end.
    package init?(of text: [UInt8]) {
        var reader = JSONPrefixReader(text)
        guard let end = reader.read() else { return nil }
        object = reader.object
        rest = Array(text[reader.restStart...])
        self.end = end
    }
}

/// Reads members until the text ends. Each value is first delimited by its brackets and quotes, then
/// given to `JSONParser`, so no second parser decides what is valid.
struct JSONPrefixReader {
    private let text: [UInt8]
    private var offset = 0
    /// The complete members so far.
    private(set) var object = JSONObject()
    /// The offset of the incomplete value; the end of the text if there is none.
    private(set) var restStart: Int

    /// The length of the longest escape, two `\uXXXX`, that can look like a lone surrogate if it is
    /// truncated.
    private static let longestEscape = 12

    init(_ text: [UInt8]) {
        self.text = text
        restStart = text.count
    }

    /// Reads the members, and returns where the text ends; nil if it is not a truncated object.
    mutating func read() -> JSONPrefix.End? {
        skipSpace()
        guard skip(UInt8(ascii: "{")) else { return nil }
        while true {
            skipSpace()
            if offset == text.count { return .betweenMembers }
            guard text[offset] == UInt8(ascii: "\"") else { return nil }
            let name: JSONString
            var reader = JSONStringReader(offset: offset + 1)
            do throws(JSONError) {
                name = try reader.read(text.span)
            } catch {
                return isCut(error, in: text.count) ? .insideName : nil
            }
            offset = reader.offset
            skipSpace()
            guard offset < text.count else { return .insideValue(of: name) }
            guard object[name] == nil, skip(UInt8(ascii: ":")) else { return nil }
            skipSpace()
            let start = offset
            offset = Self.endOfValue(in: text, from: start)
            switch take(name, from: start) {
            case .whole: break
            case .cut: return .insideValue(of: name)
            case .broken: return nil
            }
            guard offset < text.count, skip(UInt8(ascii: ",")) else {
                return offset == text.count ? .betweenMembers : nil
            }
        }
    }

    /// The state of a value: complete, incomplete because the text ends, or wrong.
    private enum Value { case whole, cut, broken }

    /// Adds the member with the value from `start` up to `offset`, if that is complete.
    private mutating func take(_ name: JSONString, from start: Int) -> Value {
        let isLast = offset == text.count
        let slice = Array(text[start..<offset])
        restStart = start
        do throws(JSONError) {
            let value = try JSONParser.parse(
                slice, maximumDepth: JSONParser.defaultMaximumDepth - 1)
            // A number at the end of the text may lack further digits.
            if isLast, value.numberValue != nil { return .cut }
            object.set(name, value)
        } catch {
            return isLast && isCut(error, in: slice.count) ? .cut : .broken
        }
        restStart = text.count
        return .whole
    }

    /// The offset of the comma or closing bracket after the value at `start`; the end of the text if
    /// there is none. White space after the value is skipped with it. Only strings and brackets are
    /// told apart, so the value itself need not be valid.
    static func endOfValue(in text: [UInt8], from start: Int) -> Int {
        var offset = start
        var depth = 0
        var isInString = false
        while offset < text.count {
            switch text[offset] {
            case UInt8(ascii: "\\") where isInString: offset += 1
            case UInt8(ascii: "\""): isInString.toggle()
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return offset }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return offset
            default: break
            }
            offset += 1
        }
        return text.count
    }

    /// Whether the only fault of `count` bytes is their end.
    private func isCut(_ error: JSONError, in count: Int) -> Bool {
        error.kind == .unexpectedEnd
            || error.kind == .loneSurrogate && count - error.offset < Self.longestEscape
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < text.count, text[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[offset]) { offset += 1 }
    }
}
