internal import JOSE
internal import Platform

/// Texts that are another text in base64 or hex.
enum EncodedText {
    /// Shorter than any token in hex or base64.
    private static let shortest = 40
    /// As often as people encode by mistake.
    private static let mostTimes = 3

    /// Whether a text decodes to a token, or to text with one in it. Most ids are recognized by their
    /// first 12 bytes, which do not decode to text.
    static func holdsToken(_ bytes: [UInt8], times: Int = 1) -> Bool {
        guard bytes.count >= shortest, times <= mostTimes, isText(Array(bytes.prefix(12))) else {
            return false
        }
        return decodings(of: bytes).contains { text in
            isPlain(text)
                && (!TokenScanner.sightings(in: text[...]).isEmpty
                    || holdsToken(text, times: times + 1))
        }
    }

    private static func isText(_ bytes: [UInt8]) -> Bool {
        decodings(of: bytes).contains(where: isPlain)
    }

    private static func isPlain(_ text: [UInt8]) -> Bool {
        text.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x0D }
    }

    private static func decodings(of bytes: [UInt8]) -> [[UInt8]] {
        [hex(bytes), base64(bytes)].compactMap(\.self)
    }

    private static func hex(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        var text: [UInt8] = []
        for index in stride(from: 0, to: bytes.count, by: 2) {
            guard let high = bytes[index].hexDigitValue, let low = bytes[index + 1].hexDigitValue
            else { return nil }
            text.append(high << 4 | low)
        }
        return text
    }

    /// Of either alphabet, with or without padding.
    private static func base64(_ bytes: [UInt8]) -> [UInt8]? {
        let core = bytes.prefix { $0 != UInt8(ascii: "=") }
        guard bytes.count - core.count <= 2, core.count % 4 != 1 else { return nil }
        let letters = core.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        do throws(Base64Error) {
            return try Base64URL.decode(letters)
        } catch {
            return nil
        }
    }
}
