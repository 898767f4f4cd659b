internal import JSON

/// Finds one member in the JSON of Java's serializers, which write values such as `1L` and
/// `Set["a"]` (fastjson with WriteClassName, in RuoYi). The strict parser refuses these. Values
/// before the member are skipped, not checked.
struct LooseJSON {
    private let text: [UInt8]
    private var offset = 0

    /// The string or whole number at the end of `path`; nil where there is none. An empty path
    /// means the whole value.
    static func text(of bytes: [UInt8], at path: [JSONString]) -> [UInt8]? {
        var reader = LooseJSON(text: bytes)
        for name in path {
            guard reader.enter(name) else { return nil }
        }
        return reader.scalar()
    }

    private init(text: [UInt8]) { self.text = text }

    private var byte: UInt8? { offset < text.count ? text[offset] : nil }

    /// Goes to the value of a member of the object that begins here; false where it has none.
    private mutating func enter(_ name: JSONString) -> Bool {
        skipSpace()
        guard byte == UInt8(ascii: "{") else { return false }
        offset += 1
        while true {
            skipSpace()
            if byte == UInt8(ascii: ",") {
                offset += 1
                continue
            }
            guard let own = string() else { return false }
            skipSpace()
            guard byte == UInt8(ascii: ":") else { return false }
            offset += 1
            if own == name.utf8 { return true }
            guard skipValue() else { return false }
        }
    }

    /// The quoted text that begins here, decoded; nil for anything else.
    private mutating func string() -> [UInt8]? {
        let start = offset
        return skipString() ? Template.Codec.json.decode(Array(text[start..<offset])) : nil
    }

    /// Goes to the end of a quoted text; false where there is none, or no end.
    private mutating func skipString() -> Bool {
        guard byte == UInt8(ascii: "\"") else { return false }
        offset += 1
        while let next = byte {
            offset += next == UInt8(ascii: "\\") ? 2 : 1
            if next == UInt8(ascii: "\"") { return true }
        }
        return false
    }

    /// Goes to the comma after a value, or to the bracket that closes the object around it; false
    /// where there is neither.
    private mutating func skipValue() -> Bool {
        var depth = 0
        while let next = byte {
            switch next {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return true }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return true }
            default: break
            }
            offset += 1
        }
        return false
    }

    /// The string or whole number that begins here; nil for anything else.
    private mutating func scalar() -> [UInt8]? {
        skipSpace()
        if byte == UInt8(ascii: "\"") { return string() }
        let digits = text[offset...].prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "-") }
        return digits.isEmpty ? nil : Array(digits)
    }

    private mutating func skipSpace() {
        while let next = byte, [0x20, 0x09, 0x0A, 0x0D].contains(next) { offset += 1 }
    }
}

/// Finds texts in the output of Java's `ObjectOutputStream`, without knowledge of its classes.
package enum JavaObject {
    /// TC_STRING, which two bytes with the length follow (Java Object Serialization Specification,
    /// section 6.4).
    private static let stringMark: UInt8 = 0x74

    /// A text as a string object; empty for a text longer than such an object can hold.
    package static func framed(_ text: [UInt8]) -> [UInt8] {
        guard text.count <= 0xFFFF else { return [] }
        return [stringMark, UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text
    }

    /// The first of `texts` that is a whole string object in `bytes`.
    package static func text(among texts: Set<[UInt8]>, in bytes: [UInt8]) -> [UInt8]? {
        guard !texts.isEmpty, bytes.count > 2 else { return nil }
        for start in 0..<bytes.count - 2 where bytes[start] == stringMark {
            let count = Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
            guard start + 3 + count <= bytes.count else { continue }
            let text = Array(bytes[(start + 3)..<(start + 3 + count)])
            if texts.contains(text) { return text }
        }
        return nil
    }
}
