internal import CommandKit

/// Keys of Redis, and what a server says of them, as people see them.
///
/// What a layout knows of a token's text in a key, `Layout.shown` has masked. Keys that no layout
/// of ours made, and a server's own words, may hold tokens too: what has their shape is masked
/// here.
enum KeyText {
    static let mask = Array("<token>".utf8)

    static func shown(_ key: [UInt8]) -> String { VisibleText.escape(masked(key)) }

    static func shown(_ key: [UInt8], columns: Int) -> String {
        VisibleText.escape(masked(key), columns: columns)
    }

    static func shown(_ text: String, columns: Int) -> String {
        shown(Array(text.utf8), columns: columns)
    }

    /// The same bytes with a mask in place of each run that begins like the header of a token.
    static func masked(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= shortest else { return bytes }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index...].starts(with: header) else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let end = bytes[index...].firstIndex { !isOfToken($0) } ?? bytes.count
            result += end - index >= shortest ? mask : Array(bytes[index..<end])
            index = end
        }
        return result
    }

    /// `{"` in base64url.
    private static let header = Array("eyJ".utf8)
    /// No header of a token is shorter: `{"alg":"HS256"}`.
    private static let shortest = 20

    private static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
