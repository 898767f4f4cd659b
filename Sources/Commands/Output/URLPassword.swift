/// Passwords inside Redis URLs: before the host, and that of Sentinels among the parameters.
enum URLPassword {
    /// The text with stars in place of each password.
    static func masked(_ url: String) -> String {
        let bytes = Array(url.utf8)
        var result: [UInt8] = []
        var index = 0
        for range in places(in: bytes) {
            guard range.upperBound >= index else { continue }
            if range.lowerBound >= index {
                result += bytes[index..<range.lowerBound] + Array("***".utf8)
            }
            index = range.upperBound
        }
        return String(decoding: result + bytes[index...], as: UTF8.self)
    }

    /// Whether whoever reads the URL has a password.
    static func isIn(_ url: String) -> Bool { !places(in: Array(url.utf8)).isEmpty }

    /// In the order of their beginnings.
    private static func places(in bytes: [UInt8]) -> [Range<Int>] {
        [beforeHost(bytes), foreignParameter(bytes) ?? parameter(bytes)].compactMap(\.self)
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    /// What follows `password=` in other clients' forms, which are refused, to the end.
    private static func foreignParameter(_ bytes: [UInt8]) -> Range<Int>? {
        let words = bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        let start = words.indices.first { index in
            words[index...].starts(with: "password=".utf8)
                && !words[..<index].suffix(9).elementsEqual("sentinel_".utf8)
        }
        return start.map { ($0 + 9)..<bytes.count }
    }

    /// What stands between a user name and the host.
    private static func beforeHost(_ bytes: [UInt8]) -> Range<Int>? {
        let start = bytes.firstIndex(of: UInt8(ascii: "/")) ?? 0
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), start < at,
            let colon = bytes[start..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return (colon + 1)..<at
    }

    /// From `sentinel_password=` to the next parameter that there is: a password that somebody
    /// forgot to encode may hold an `&`.
    private static func parameter(_ bytes: [UInt8]) -> Range<Int>? {
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: name) }) else {
            return nil
        }
        let value = start + name.count
        let end = bytes[value...].indices.first { index in
            bytes[index] == UInt8(ascii: "#")
                || followers.contains { bytes[index...].starts(with: $0) }
        }
        return value..<(end ?? bytes.count)
    }

    private static let name = Array("sentinel_password=".utf8)
    private static let followers = ["&db=", "&sentinelMasterId=", "&sentinel_username="].map {
        Array($0.utf8)
    }
}
