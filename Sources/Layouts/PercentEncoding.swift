/// The spelling of ids inside keys: every byte outside `A-Za-z0-9._~@+-` is percent-encoded.
///
/// Braces in a user id could otherwise move a key to another slot of a Cluster, `*` could match
/// other users' keys, and two ids could share one key (LAYOUTS: the native layout).
enum PercentEncoding {
    /// `prefix`, then `bytes` as they are spelled.
    static func encode(_ bytes: [UInt8], after prefix: [UInt8] = []) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(prefix.count + bytes.count)
        result += prefix
        // Nearly all ids are nothing but plain.
        if bytes.allSatisfy(isPlain) {
            result += bytes
            return result
        }
        for byte in bytes {
            if isPlain(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }

    /// The bytes that `encode` writes as `text`, or nil if it never writes that: so that a key of
    /// somebody else is not taken for one of ours.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        if text.allSatisfy(isPlain) { return Array(text) }
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digits.firstIndex(of:)),
                    let low = rest.popFirst().flatMap(digits.firstIndex(of:))
                else { return nil }
                let decoded = UInt8(high << 4 | low)
                guard !isPlain(decoded) else { return nil }
                result.append(decoded)
            } else {
                guard isPlain(byte) else { return nil }
                result.append(byte)
            }
        }
        return result
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "@"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
