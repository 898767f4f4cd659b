import Foundation
import TestSupport

/// Many items for `revoke --from`, each with an expiry of its own, and what became of them.
///
/// Every third is on its user's list, and for every tenth there is an entry that ends too early.
struct BulkItems {
    /// Far enough away for any run; item `n` expires `n` seconds later.
    private static let firstExpiry = 4_102_444_800
    private static let margin = 60
    private static let userCount = 7

    let count: Int

    private static func name(_ number: Int) -> String { "item-\(number)" }

    /// `jti TAB exp` for each, with `TAB sub` for those of a user.
    var lines: String {
        (0..<count).map { number in
            let user = number % 3 == 0 ? "\tuser-\(number % Self.userCount)" : ""
            return "\(Self.name(number))\t\(Self.firstExpiry + number)\(user)\n"
        }.joined()
    }

    var all: Set<String> { Set((0..<count).map(Self.name)) }

    /// Makes the lists, and the entries that end too early.
    func prepare(_ server: RedisServer) throws {
        let script = """
            for number = 0, ARGV[1] - 1 do
              local name, expiry = 'item-' .. number, string.format('%d', ARGV[2] + number)
              if number % 3 == 0 then
                redis.call('ZADD', 'jwt:{user-' .. number % ARGV[3] .. '}:tokens', expiry, name)
              end
              if number % 10 == 1 then
                redis.call('SET', 'jwt:deny:' .. name, '1', 'EXAT', ARGV[2] - 1000)
              end
            end
            return redis.call('DBSIZE')
            """
        let answer = try server.cli(
            "EVAL", script, "0", "\(count)", "\(Self.firstExpiry)", "\(Self.userCount)")
        guard Int(answer) != nil else { throw TestSupportError(answer) }
    }

    /// The blacklist, which may hold more than these items: when each entry ends.
    func entries(on server: RedisServer) throws -> [String: Int] {
        let script = """
            local found = {}
            for _, key in ipairs(redis.call('KEYS', 'jwt:deny:*')) do
              found[#found + 1] = key:sub(10) .. ' ' .. redis.call('EXPIRETIME', key)
            end
            return found
            """
        let pairs = try server.cli("EVAL", script, "0").split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            return (String(parts[0]), parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Those that are revoked for as long as they would have lived, and the margin after it.
    func revoked(_ entries: [String: Int]) -> Set<String> {
        Set(
            (0..<count).filter { number in
                entries[Self.name(number)] == Self.firstExpiry + number + Self.margin
            }.map(Self.name))
    }

    /// How many are still on a list.
    func listed(on server: RedisServer) throws -> Int {
        try (0..<Self.userCount).reduce(0) { sum, user in
            sum + (Int(try server.cli("ZCARD", "jwt:{user-\(user)}:tokens")) ?? 0)
        }
    }

    /// The items that a file of `--failed` holds, in the order of its lines: as they were written
    /// in the input, or as the JSON objects that `--from` reads. Comments are left out.
    static func kept(in file: String) throws -> [String] {
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        return lines.filter { !$0.hasPrefix("#") }.map { line in
            if let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
                let id = (object as? [String: Any])?["jti"] as? String
            {
                return id
            }
            return String(line.prefix { $0 != "\t" })
        }
    }
}
