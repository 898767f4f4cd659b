import Foundation
import TestSupport

/// Many items for `revoke --from`, each with an expiry of its own, and what became of them.
struct BulkItems {
    /// Far enough away for any run; item `n` expires `n` seconds later.
    private static let firstExpiry = 4_102_444_800
    private static let margin = 60

    let count: Int

    private static func name(_ number: Int) -> String { "item-\(number)" }

    /// `jti TAB exp` for each.
    var lines: String {
        (0..<count).map { "\(Self.name($0))\t\(Self.firstExpiry + $0)\n" }.joined()
    }

    var all: Set<String> { Set((0..<count).map(Self.name)) }

    /// What is on the blacklist, which may be more than these items.
    func revoked(on server: RedisServer) throws -> Set<String> {
        let keys = try server.cli("KEYS", "jwt:deny:*").split(separator: "\n")
        return Set(keys.map { String($0.dropFirst("jwt:deny:".count)) })
    }

    /// How many entries live longer or shorter than their token and the margin after it.
    func wrongExpiries(on server: RedisServer) throws -> Int {
        let script = """
            local wrong = 0
            for _, key in ipairs(redis.call('KEYS', 'jwt:deny:*')) do
              local number = tonumber(key:match('item%-(%d+)$'))
              if not number or redis.call('EXPIRETIME', key) ~= number + ARGV[1] then
                wrong = wrong + 1
              end
            end
            return wrong
            """
        let answer = try server.cli("EVAL", script, "0", String(Self.firstExpiry + Self.margin))
        guard let count = Int(answer) else { throw TestSupportError(answer) }
        return count
    }

    /// The items that a file of `--failed` holds, in the order of its lines: as they were written
    /// in the input, or as the JSON objects that `--from` reads.
    static func kept(in file: String) throws -> [String] {
        try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map { line in
            if let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
                let id = (object as? [String: Any])?["jti"] as? String
            {
                return id
            }
            return String(line.prefix { $0 != "\t" })
        }
    }
}
