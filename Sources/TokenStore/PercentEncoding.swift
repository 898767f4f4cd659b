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

    /// A bit for each plain byte below 64, `+-.0123456789`, and below 128: `@A-Z_a-z~`. Every byte
    /// of every key is looked up here.
    private static var plainBelow64: UInt64 { 0x03FF_6800_0000_0000 }
    private static var plainBelow128: UInt64 { 0x47FF_FFFE_87FF_FFFF }

    private static func isPlain(_ byte: UInt8) -> Bool {
        let bits = byte < 64 ? plainBelow64 : byte < 128 ? plainBelow128 : 0
        return bits >> UInt64(byte & 63) & 1 == 1
    }
}
