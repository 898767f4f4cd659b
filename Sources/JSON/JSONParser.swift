/// A strict parser for RFC 8259: each text has one meaning, or is an error.
///
/// Lenient parsers (which accept a trailing comma, a second member of the same name, a byte order
/// mark) differ from each other, and a token that two programs read differently is an attack. The
/// depth limit bounds the recursion, so no text can exhaust the stack.
package struct JSONParser {
    /// The levels of nesting that are accepted in a token.
    package static let defaultMaximumDepth = 64

    private let maximumDepth: Int
    private var offset = 0

    /// Whether the text so far is byte for byte what writing the value in compact style gives, with
    /// any escaping.
    private var isCompact = true

    private init(maximumDepth: Int) {
        self.maximumDepth = maximumDepth
    }

    /// The value of `text`, which may have white space around it and nothing else.
    package static func parse(
        _ text: [UInt8], maximumDepth: Int = defaultMaximumDepth
    ) throws(JSONError) -> JSONValue {
        try parse(text.span, maximumDepth: maximumDepth)
    }

    /// Parses bytes that are not in an array.
    package static func parse(
        _ text: Span<UInt8>, maximumDepth: Int = defaultMaximumDepth
    ) throws(JSONError) -> JSONValue {
        try parseNotingForm(text, maximumDepth: maximumDepth).value
    }

    /// The value, and whether the text is byte for byte what writing the value in compact style
    /// gives, with any escaping. The answer may be no for some of these texts, but is never yes for
    /// others.
    static func parseNotingForm(
        _ text: Span<UInt8>, maximumDepth: Int = defaultMaximumDepth
    ) throws(JSONError) -> (value: JSONValue, isCompact: Bool) {
        var parser = JSONParser(maximumDepth: maximumDepth)
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
        let value = try parser.value(text, depth: 0)
        parser.skipSpace(text)
        guard parser.offset == text.count else {
            throw JSONError(.trailingText, at: parser.offset)
        }
        return (value, parser.isCompact)
    }

    /// The value at `offset`. A container there has the depth `depth + 1`.
    private mutating func value(
        _ text: Span<UInt8>, depth: Int
    ) throws(JSONError) -> JSONValue {
        skipSpace(text)
        let byte = try peek(text)
        switch byte {
        case UInt8(ascii: "{"):
            return .object(try object(text, depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try array(text, depth: depth + 1))
        case UInt8(ascii: "\""):
            return .string(try string(text))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return .number(try number(text))
        case UInt8(ascii: "t"):
            try expect("true", text)
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false", text)
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null", text)
            return .null
        default:
            throw JSONError(.unexpectedByte(byte), at: offset)
        }
    }

    /// The object at `offset`. The check for duplicate names is a lookup, so each of many members
    /// takes no longer than one of few.
    private mutating func object(
        _ text: Span<UInt8>, depth: Int
    ) throws(JSONError) -> JSONObject {
        try open(depth)
        // There are usually a handful of claims. Objects inside of them are often smaller, and may
        // be numerous.
        var object = depth == 1 ? JSONObject(reserving: 8) : JSONObject()
        skipSpace(text)
        if try peek(text) == UInt8(ascii: "}") {
            offset += 1
            return object
        }
        while true {
            skipSpace(text)
            let start = offset
            guard try peek(text) == UInt8(ascii: "\"") else {
                throw JSONError(.unexpectedByte(text[offset]), at: offset)
            }
            let name = try string(text)
            skipSpace(text)
            guard try next(text) == UInt8(ascii: ":") else {
                throw JSONError(.unexpectedByte(text[offset - 1]), at: offset - 1)
            }
            guard object.append(name, try value(text, depth: depth)) else {
                throw JSONError(.duplicateName(name), at: start)
            }
            guard try continues(text, until: UInt8(ascii: "}")) else { return object }
        }
    }

    /// The array at `offset`.
    private mutating func array(
        _ text: Span<UInt8>, depth: Int
    ) throws(JSONError) -> [JSONValue] {
        try open(depth)
        var elements: [JSONValue] = []
        skipSpace(text)
        if try peek(text) == UInt8(ascii: "]") {
            offset += 1
            return elements
        }
        while true {
            elements.append(try value(text, depth: depth))
            guard try continues(text, until: UInt8(ascii: "]")) else { return elements }
        }
    }

    /// Skips the opening bracket of a container at `depth`.
    private mutating func open(_ depth: Int) throws(JSONError) {
        guard depth <= maximumDepth else { throw JSONError(.tooDeep, at: offset) }
        offset += 1
    }

    /// Skips a comma and returns true, or skips the closing bracket and returns false.
    private mutating func continues(
        _ text: Span<UInt8>, until close: UInt8
    ) throws(JSONError) -> Bool {
        skipSpace(text)
        let byte = try next(text)
        if byte == UInt8(ascii: ",") { return true }
        guard byte == close else { throw JSONError(.unexpectedByte(byte), at: offset - 1) }
        return false
    }

    /// The string at `offset`. With an escape or a character outside of ASCII it might be written in
    /// another way than it was read, so the text no longer counts as compact.
    private mutating func string(_ text: Span<UInt8>) throws(JSONError) -> JSONString {
        var reader = JSONStringReader(offset: offset + 1)
        let string = try reader.read(text)
        offset = reader.offset
        if !reader.isPlain { isCompact = false }
        return string
    }

    /// The number at `offset`, which is written again as it was read.
    private mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONNumber {
        var reader = JSONNumberReader(offset: offset)
        let number = try reader.read(text)
        offset = reader.offset
        return number
    }

    /// Skips one of the three literal words.
    private mutating func expect(
        _ word: StaticString, _ text: Span<UInt8>
    ) throws(JSONError) {
        for expected in "\(word)".utf8 {
            guard try next(text) == expected else {
                throw JSONError(.unexpectedByte(text[offset - 1]), at: offset - 1)
            }
        }
    }

    /// Skips white space, which is four characters and no others (RFC 8259 section 2).
    private mutating func skipSpace(_ text: Span<UInt8>) {
        while offset < text.count {
            switch text[offset] {
            case 0x20, 0x09, 0x0A, 0x0D:
                offset += 1
                isCompact = false
            default: return
            }
        }
    }

    /// The next byte, which is not skipped.
    private func peek(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard offset < text.count else { throw JSONError(.unexpectedEnd, at: offset) }
        return text[offset]
    }

    /// The next byte, which is skipped.
    private mutating func next(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        let byte = try peek(text)
        offset += 1
        return byte
    }
}

/// An object, with the text from which it was read if writing the object in compact style gives
/// exactly that text. A stream then copies the text instead of writing the object member by member.
package struct JSONDocument: Sendable {
    package let object: JSONObject

    /// nil if the text has another form, or if there is none.
    let compactText: [UInt8]?

    /// An object without a text.
    package init(_ object: JSONObject) {
        self.object = object
        compactText = nil
    }

    /// nil for JSON that is not an object.
    package init?(parsing text: [UInt8]) throws(JSONError) {
        let (value, isCompact) = try JSONParser.parseNotingForm(text.span)
        guard let object = value.objectValue else { return nil }
        self.object = object
        compactText = isCompact ? text : nil
    }
}
