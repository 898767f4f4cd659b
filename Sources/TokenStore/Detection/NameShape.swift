/// What ids look like: in a key that nothing else tells apart, the shape of the id is all there is.
enum NameShape {
    /// Three segments of base64url, the first of which begins a JSON object.
    static func isToken(_ text: some Collection<UInt8>) -> Bool {
        guard text.count >= 20, text.starts(with: "eyJ".utf8) else { return false }
        var dots = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                dots += 1
            } else if !isBase64URL(byte) {
                return false
            }
        }
        return dots == 2
    }

    /// Whether a text was made at random, as a `jti` is: a UUID, hexadecimal digits, or base64url of
    /// all sorts.
    static func isRandom(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        let count = text.count
        if count == 36, isUUID(text) { return true }
        guard (16...128).contains(count) else { return false }
        var hasUpper = false
        var hasLower = false
        var hasDigit = false
        var isHex = true
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "a")...UInt8(ascii: "f"): hasLower = true
            case UInt8(ascii: "g")...UInt8(ascii: "z"):
                hasLower = true
                isHex = false
            case UInt8(ascii: "A")...UInt8(ascii: "F"): hasUpper = true
            case UInt8(ascii: "G")...UInt8(ascii: "Z"):
                hasUpper = true
                isHex = false
            case UInt8(ascii: "-"), UInt8(ascii: "_"): isHex = false
            default: return false
            }
        }
        if isHex { return hasDigit && hasLower != hasUpper && count.isMultiple(of: 2) }
        return count >= 20 && hasUpper && hasLower && hasDigit
    }

    /// Where the random text begins with which a key ends; nil where it ends with none.
    static func startOfRandomEnd(of key: [UInt8]) -> Int? {
        if key.count >= 36, isUUID(key.suffix(36)) { return key.count - 36 }
        let start = key.lastIndex { !isBase64URL($0) }.map { $0 + 1 } ?? 0
        let underscore = key[start...].lastIndex(of: UInt8(ascii: "_")).map { $0 + 1 }
        return [underscore, start].compactMap(\.self).first { isRandom(key[$0...]) }
    }

    private static func isUUID(_ text: some Collection<UInt8>) -> Bool {
        zip(0..., text).allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == UInt8(ascii: "-")
            default: isHexDigit(byte)
            }
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
