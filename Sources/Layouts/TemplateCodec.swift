internal import JSON
internal import OpenSSL

/// The ways in which platforms serialize a text that becomes a key or a value. The key in Redis is
/// therefore often not the one in an application's source: `RedisTemplate` of Spring serializes
/// keys by default, and a reader finds only the serialized one.
extension Template.Codec {
    func encode(_ text: [UInt8]) -> [UInt8] {
        switch self {
        case .raw: return text
        case .jdk: return Self.encodeJDK(text)
        case .json:
            return JSONValue.string(String(decoding: text, as: UTF8.self))
                .encoded(.compact, escaping: .minimal)
        case .php:
            return Array("s:\(text.count):\"".utf8) + text + Array("\";".utf8)
        }
    }

    /// The text in `bytes`; nil for bytes that `encode` never writes.
    func decode(_ bytes: [UInt8]) -> [UInt8]? {
        switch self {
        case .raw: return bytes
        case .jdk: return Self.decodeJDK(bytes)
        case .json:
            do throws(JSONError) {
                return try JSONParser.parse(bytes).stringValue?.utf8
            } catch {
                return nil
            }
        case .php:
            guard let quote = bytes.firstIndex(of: UInt8(ascii: "\"")), bytes.count >= quote + 3
            else { return nil }
            let text = Array(bytes[(quote + 1)..<(bytes.count - 2)])
            return encode(text) == bytes ? text : nil
        }
    }

    /// A part of the text in the form that it has within an encoded text, for patterns of SCAN.
    func spelling(_ part: [UInt8]) -> [UInt8] {
        self == .jdk ? Self.modifiedUTF8(part) : part
    }

    /// The stream's magic number and version (Java Object Serialization, chapter 6).
    private static let jdkHeader: [UInt8] = [0xAC, 0xED, 0x00, 0x05]
    private static let shortString: UInt8 = 0x74
    private static let longString: UInt8 = 0x7C

    /// TC_STRING with two bytes of length, or TC_LONGSTRING with eight. The length counts the bytes
    /// of modified UTF-8, and is written with its highest byte first.
    private static func encodeJDK(_ text: [UInt8]) -> [UInt8] {
        let body = modifiedUTF8(text)
        let isShort = body.count <= 0xFFFF
        let length = (0..<(isShort ? 2 : 8)).reversed().map {
            UInt8(truncatingIfNeeded: body.count >> ($0 * 8))
        }
        return jdkHeader + [isShort ? shortString : longString] + length + body
    }

    /// Encodes the text again to check it: a length that is wrong, or a long form for a short text,
    /// is not what Java writes.
    private static func decodeJDK(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 7, bytes.starts(with: jdkHeader) else { return nil }
        let lengthCount = bytes[4] == shortString ? 2 : 8
        guard bytes.count >= 5 + lengthCount else { return nil }
        let text = plainUTF8(bytes[(5 + lengthCount)...])
        return text.flatMap { encodeJDK($0) == bytes ? $0 : nil }
    }

    /// Java's own form of UTF-8 (`DataInput`): NUL takes two bytes, and a character beyond U+FFFF
    /// is written as its two surrogates of three bytes each. Text that is not UTF-8 stays as it is.
    private static func modifiedUTF8(_ text: [UInt8]) -> [UInt8] {
        if text.allSatisfy({ $0 > 0 && $0 < 0x80 }) { return text }
        guard let string = String(validating: text, as: UTF8.self) else { return text }
        var result: [UInt8] = []
        for unit in string.utf16 {
            switch unit {
            case 1..<0x80: result.append(UInt8(unit))
            case 0..<0x800: result += [0xC0 | UInt8(unit >> 6), 0x80 | UInt8(unit & 0x3F)]
            default:
                result += [
                    0xE0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3F),
                    0x80 | UInt8(unit & 0x3F),
                ]
            }
        }
        return result
    }

    /// The inverse of `modifiedUTF8`; nil for a sequence that ends early, and for a lone surrogate.
    private static func plainUTF8(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        if text.allSatisfy({ $0 > 0 && $0 < 0x80 }) { return Array(text) }
        var units: [UInt16] = []
        var rest = text
        while let first = rest.popFirst() {
            let more = first < 0x80 ? 0 : first < 0xE0 ? 1 : 2
            var unit = UInt16(more == 0 ? first : first & (more == 1 ? 0x1F : 0x0F))
            for _ in 0..<more {
                guard let next = rest.popFirst() else { return nil }
                unit = unit << 6 | UInt16(next & 0x3F)
            }
            units.append(unit)
        }
        return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
    }
}

extension Template.Filter {
    /// Applies the filter to what fills a hole. Hashes are written in lower-case hexadecimal, as
    /// applications do; SHA-1 and MD5 name keys here and protect nothing. Throws `.digest`.
    func apply(_ value: [UInt8]) throws(StoreError) -> [UInt8] {
        switch self {
        case .pct: return PercentEncoding.encode(value)
        case .hex: return Self.hex(value)
        case .b64url: return Self.base64url(value)
        case .sha256, .sha1, .md5:
            do throws(OpenSSLError) {
                switch self {
                case .sha1: return Self.hex(try LegacyDigest.sha1(value))
                case .md5: return Self.hex(try LegacyDigest.md5(value))
                default: return Self.hex(try Digest.sha256.hash(value))
                }
            } catch {
                throw .digest
            }
        }
    }

    private static func hex(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Base64url without padding (RFC 4648, section 5).
    private static func base64url(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var text: [UInt8] = []
        var buffer = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[buffer >> bits & 63])
            }
            buffer &= (1 << bits) - 1
        }
        if bits > 0 { text.append(alphabet[buffer << (6 - bits) & 63]) }
        return text
    }
}

/// The spelling of ids inside keys: every byte outside `A-Za-z0-9._~@+-` is percent-encoded.
///
/// Braces in a user id could otherwise move a key to another slot of a Cluster, `*` could match
/// other users' keys, and two ids could share one key (LAYOUTS: the native layout).
enum PercentEncoding {
    /// `prefix` followed by the encoded `bytes`.
    static func encode(_ bytes: [UInt8], after prefix: [UInt8] = []) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(prefix.count + bytes.count)
        result += prefix
        // Nearly all ids need no escapes.
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

    /// The bytes that `encode` writes as `text`; nil if it never writes that, such as `%41` for
    /// `A`. A key of another application is not taken for one of the layout then.
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
