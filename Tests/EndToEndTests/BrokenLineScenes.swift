import Foundation
import TestSupport

/// A command on a known state of Redis, and what has to be true of what it says.
struct BrokenLineScene: Sendable, CustomStringConvertible {
    let description: String
    let arguments: [String]
    var input = ""
    /// Redis commands on top of `standing`.
    var prepare: [String] = []
    /// Redis commands that show what the command changes; each answers with one line.
    var state: [String] = []
    /// How it ends on a whole line.
    var status = 0
    /// Whether no answer of Redis may be missing for any other status than 8.
    var isReading = false
    /// Whether status 0 is deserved, by the output and the lines of `state`.
    var isDone: @Sendable (String, [String]) -> Bool = { _, _ in true }
    /// Whether all that the output claims is so, whatever the status.
    var isTrue: @Sendable (String, [String]) -> Bool = { _, _ in true }

    private static let end = "4102444800"

    /// What is in Redis before each command.
    static let standing: [String] = {
        let issued = Int(time(nil)) - 3600
        let iat = #"'{"iat":\#(issued)}'"#
        return [
            "FLUSHALL",
            "ZADD jwt:{alice}:tokens \(end) t1 \(end) t2 \(end) t3",
            "HSET jwt:{alice}:meta t1 \(iat) t2 \(iat) t3 \(iat)",
            "EXPIREAT jwt:{alice}:tokens \(end)", "EXPIREAT jwt:{alice}:meta \(end)",
            "ZADD jwt:{bob}:tokens \(end) b1", "HSET jwt:{bob}:meta b1 \(iat)",
            "EXPIREAT jwt:{bob}:tokens \(end)", "EXPIREAT jwt:{bob}:meta \(end)",
            "ZADD jwt:{carol}:tokens 1000 old \(end) c1",
            "EXPIREAT jwt:{carol}:tokens \(end)",
            "SET jwt:deny:gone 1 EXAT \(end)", "SET jwt:deny:lost 1 EXAT \(end)",
            "SET jwt:{dave}:cutoff \(Int(time(nil)) - 600)",
            "XADD jwt:audit * op revoke id gone count 1 actor ops host h",
            "XADD jwt:audit * op revoke id lost count 1 actor ops host h",
        ]
    }()

    private static func token(_ user: String, _ id: String) -> String {
        ServiceToken.of(user, jti: id, age: 3600, lives: 86_400)
    }

    private static func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

    private static func holds(_ text: String, _ ids: [String]) -> Bool {
        lines(text).sorted() == ids.map { Substring($0) }.sorted()
    }

    private static func saysActive(_ text: some StringProtocol) -> Bool {
        text.contains("\"active\": true") || text.contains("\"active\":true")
            || text.hasPrefix("active") || text.hasPrefix("not revoked")
    }

    /// Of a bulk result, that its numbers add up to `total`, and `claimed` of them is no more than
    /// Redis holds. Nothing at all claims nothing.
    private static func isTrue(
        _ text: String, of total: Int, claimed: (Counts) -> Int, held: String
    ) -> Bool {
        let counts = Counts(text)
        guard counts["total"] >= 0 else { return !text.contains("revoked\":") }
        return counts["total"] == total && counts.sum == total && claimed(counts) <= Int(held) ?? 0
    }

    private static let judged: [BrokenLineScene] = [
        BrokenLineScene(
            description: "verify a live token",
            arguments: ["verify", "--json", token("alice", "t1")], isReading: true),
        BrokenLineScene(
            description: "verify a revoked token",
            arguments: ["verify", "--json", token("alice", "gone")], status: 6,
            isTrue: { text, _ in !saysActive(text) }),
        BrokenLineScene(
            description: "verify a token that is cut off",
            arguments: ["verify", token("dave", "d")],
            status: 6, isTrue: { text, _ in !saysActive(text) }),
        BrokenLineScene(
            description: "verify a token of everybody's cutoff",
            arguments: ["verify", token("erin", "e")], prepare: ["SET jwt:cutoff \(time(nil) - 9)"],
            status: 6, isTrue: { text, _ in !saysActive(text) }),
        BrokenLineScene(
            description: "introspect a revoked token",
            arguments: ["verify", "-o", "introspection", token("alice", "gone")], status: 6,
            isTrue: { text, _ in !saysActive(text) }),
        BrokenLineScene(
            description: "verify a stream", arguments: ["verify", "--stream"],
            input: ["t1", "gone", "t2"].map { token("alice", $0) + "\n" }.joined(),
            isReading: true,
            isTrue: { text, _ in
                lines(text).count == 3 && !saysActive(lines(text)[1])
                    && lines(text).allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }
            }),
        BrokenLineScene(
            description: "status of a revoked id", arguments: ["status", "gone"], status: 6,
            isTrue: { text, _ in !text.contains("not revoked") }),
        BrokenLineScene(
            description: "status of a live token", arguments: ["status", token("alice", "t1")],
            isReading: true),
        BrokenLineScene(
            description: "status of several",
            arguments: ["status", "--json", "t1", "gone", "lost"],
            status: 10,
            isTrue: { text, _ in
                lines(text).allSatisfy { line in
                    !["gone", "lost"].contains { line.contains("\"id\":\"\($0)\"") }
                        || !line.contains("\"revoked\":false") && !saysActive(line)
                }
            }),
        BrokenLineScene(
            description: "status of lines", arguments: ["status", "--from", "-", "-o", "jsonl"],
            input: "t1\nt2\nt3\n", isReading: true,
            isDone: { text, _ in lines(text).count == 3 }),
    ]

    private static let changing: [BrokenLineScene] = [
        BrokenLineScene(
            description: "issue", arguments: ["issue", "--sub", "erin", "--jti", "n1"],
            state: ["ZSCORE jwt:{erin}:tokens n1"],
            isDone: { text, _ in text.hasPrefix("ey") },
            isTrue: { text, state in text.isEmpty || !state[0].isEmpty }),
        BrokenLineScene(
            description: "issue several",
            arguments: ["issue", "--sub", "erin", "--count", "3", "-o", "jsonl"],
            state: ["ZCARD jwt:{erin}:tokens"],
            isDone: { text, state in lines(text).count == 3 && state == ["3"] },
            isTrue: { text, state in
                lines(text).count { $0.contains("\"token\"") } <= Int(state[0]) ?? 0
            }),
        BrokenLineScene(
            description: "revoke a token", arguments: ["revoke", token("alice", "t1")],
            state: ["EXISTS jwt:deny:t1", "ZSCORE jwt:{alice}:tokens t1"],
            isDone: { _, state in state == ["1", ""] },
            isTrue: { text, state in !text.contains("revoked") || state[0] == "1" }),
        BrokenLineScene(
            description: "revoke several ids",
            arguments: ["revoke", "--ttl", "1h", "-o", "jsonl", "a", "b", "c"],
            state: ["EXISTS jwt:deny:a", "EXISTS jwt:deny:b", "EXISTS jwt:deny:c"],
            isDone: { _, state in state == ["1", "1", "1"] },
            isTrue: { text, state in
                zip(["a", "b", "c"], state).allSatisfy { id, held in
                    held == "1"
                        || !text.contains("\"id\":\"\(id)\",\"sub\":null,\"result\":\"revoked\"")
                }
            }),
        BrokenLineScene(
            description: "revoke lines", arguments: ["revoke", "--from", "-", "--json", "--yes"],
            input: "a\t\(end)\nt1\t\(end)\talice\ngone\t\(end)\nb1\t\(end)\tbob\nb\t\(end)\n",
            state: ["EXISTS jwt:deny:a jwt:deny:t1 jwt:deny:gone jwt:deny:b1 jwt:deny:b"],
            isDone: { _, state in state == ["5"] },
            isTrue: { text, state in
                isTrue(
                    text, of: 5, claimed: { $0["revoked"] + $0["already_revoked"] }, held: state[0])
            }),
        BrokenLineScene(
            description: "pretend to revoke lines",
            arguments: ["revoke", "--from", "-", "--json", "--dry-run"],
            input: "a\t\(end)\nb\t\(end)\n", state: ["EXISTS jwt:deny:a jwt:deny:b"],
            isReading: true, isTrue: { _, state in state == ["0"] }),
        BrokenLineScene(
            description: "restore an id", arguments: ["restore", "--reason", "r", "--yes", "gone"],
            state: ["EXISTS jwt:deny:gone"], isDone: { _, state in state == ["0"] },
            isTrue: { text, state in !text.contains("restored") || state == ["0"] }),
        BrokenLineScene(
            description: "restore a token",
            arguments: ["restore", "--reason", "r", "--yes", token("alice", "gone")],
            state: ["EXISTS jwt:deny:gone", "ZSCORE jwt:{alice}:tokens gone"],
            isDone: { _, state in state[0] == "0" && !state[1].isEmpty },
            isTrue: { text, state in !text.contains("restored") || state[0] == "0" }),
        BrokenLineScene(
            description: "restore lines",
            arguments: ["restore", "--reason", "r", "--yes", "--from", "-", "-o", "jsonl"],
            input: "gone\nlost\n", state: ["EXISTS jwt:deny:gone", "EXISTS jwt:deny:lost"],
            isDone: { _, state in state == ["0", "0"] },
            isTrue: { text, state in
                zip(["gone", "lost"], state).allSatisfy { id, held in
                    held == "0"
                        || !lines(text).contains {
                            $0.contains("\"id\":\"\(id)\"") && $0.contains("\"restored\"")
                        }
                }
            }),
        BrokenLineScene(
            description: "log a user out",
            arguments: ["logout-all", "--issued-before", "-1m", "--json", "alice"],
            state: [
                "EXISTS jwt:deny:t1 jwt:deny:t2 jwt:deny:t3", "GET jwt:{alice}:cutoff",
                "ZCARD jwt:{alice}:tokens",
            ],
            isDone: { _, state in state[0] == "3" && !state[1].isEmpty && state[2] == "0" },
            isTrue: { text, state in
                Counts(text)["revoked"] <= Int(state[0]) ?? 0
                    && (!text.contains("\"complete\": true")
                        || state[0] == "3" && !state[1].isEmpty)
            }),
        BrokenLineScene(
            description: "log all but one session out",
            arguments: ["logout-all", "--keep", "t2", "alice"],
            state: ["EXISTS jwt:deny:t1 jwt:deny:t3", "EXISTS jwt:deny:t2"],
            isDone: { _, state in state == ["2", "0"] }, isTrue: { _, state in state[1] == "0" }),
        BrokenLineScene(
            description: "log everyone out",
            arguments: ["logout-all", "--everyone", "--issued-before", "-1m", "--yes", "--json"],
            state: ["GET jwt:cutoff"], isDone: { _, state in !state[0].isEmpty },
            isTrue: { text, state in
                !text.contains("\"complete\": true") || !state[0].isEmpty
            }),
        BrokenLineScene(
            description: "prune", arguments: ["prune", "--json"],
            state: ["ZCARD jwt:{carol}:tokens", "EXISTS jwt:deny:gone jwt:deny:lost"],
            isDone: { _, state in state[0] == "1" },
            isTrue: { text, state in
                Counts(text)["removed"] <= 2 - (Int(state[0]) ?? 0) && state[1] == "2"
            }),
    ]

    private static let listing: [BrokenLineScene] = [
        BrokenLineScene(
            description: "list a user's tokens",
            arguments: ["list", "tokens", "-o", "id", "alice"], isReading: true,
            isDone: { text, _ in holds(text, ["t1", "t2", "t3"]) }),
        BrokenLineScene(
            description: "list users", arguments: ["list", "users", "-o", "id"], isReading: true,
            isDone: { text, _ in holds(text, ["alice", "bob", "carol"]) }),
        BrokenLineScene(
            description: "list the blacklist", arguments: ["list", "revoked", "-o", "id"],
            isReading: true, isDone: { text, _ in holds(text, ["gone", "lost"]) }),
        BrokenLineScene(
            description: "list the blacklist as JSON", arguments: ["list", "revoked", "--json"],
            isReading: true,
            isDone: { text, _ in text.contains("\"gone\"") && text.contains("\"lost\"") }),
        BrokenLineScene(
            description: "show the audit trail", arguments: ["audit", "-o", "jsonl"],
            isReading: true, isDone: { text, _ in lines(text).count == 2 }),
    ]

    static let all = judged + changing + listing
}
