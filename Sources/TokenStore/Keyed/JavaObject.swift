/// What `ObjectOutputStream` has written, looked through for texts without knowing its classes.
enum JavaObject {
    /// TC_STRING, followed by two bytes of length (Java Object Serialization, chapter 6).
    private static let stringMark: UInt8 = 0x74

    /// A text as it stands there; empty for one that is too long to be told from chance.
    static func framed(_ text: [UInt8]) -> [UInt8] {
        guard text.count <= 0xFFFF else { return [] }
        return [stringMark, UInt8(text.count >> 8), UInt8(text.count & 0xFF)] + text
    }

    /// The first of `texts` that stands in `bytes` as a whole string; each at most 65535 bytes.
    static func text(among texts: Set<[UInt8]>, in bytes: [UInt8]) -> [UInt8]? {
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
