/// The patterns of SCAN MATCH.
package enum GlobPattern {
    /// A pattern that matches exactly `text`, so that a user named `*` does not match everybody.
    package static func escape(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return result
    }

    private static let special = Array("*?[]\\".utf8)
}
