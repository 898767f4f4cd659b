import Redis
import Testing

@testable import Layouts
@testable import TokenStore

/// The commands that `doctor` asks permissions for are those that the work sends.
@Suite struct RequiredCommandTests {
    private static let given = [
        "laravel-tymon": ["prefix": "app:"], "lexik": ["poolns": "AbCdEfGhIj"],
        "spring-redishash": ["keyspace": "revoked", "class": "com.acme.Revoked"],
    ]

    private func layout(_ name: String) throws -> Layout {
        try LayoutReader.preset(name, variables: Self.given[name] ?? [:])
    }

    /// The names of the commands, each once, in the order in which `doctor` names them.
    private func names(_ layout: Layout, _ operation: Operation) -> [String] {
        layout.requiredCommands(of: Identifier(literal: "stranger"))
            .filter { $0.operation == operation }.map(\.command)
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// For each form of blacklist entries what verifying, revoking, restoring and listing takes.
    static let shapes: [(String, String, String, String, String)] =
        [
            (
                "blacklist-jti", "TIME GET PTTL",
                "TIME SET EVAL PTTL EXPIREAT TYPE PERSIST", "DEL", "MGET PTTL SCAN"
            ),
            (
                "jwt-redis-deny", "TIME GET PTTL",
                "TIME EVAL PERSIST EXPIREAT TYPE GET PTTL SET PEXPIRE", "DEL", "MGET PTTL SCAN"
            ),
            (
                "dotnet-distributed-cache", "TIME HMGET PTTL",
                "TIME EVAL PERSIST EXPIREAT PTTL HSET HSETNX", "DEL", "HMGET PTTL SCAN"
            ),
            (
                "spring-redishash", "TIME HMGET PTTL SISMEMBER",
                "TIME EVAL PERSIST EXPIREAT PTTL HSET HSETNX SADD", "DEL SREM",
                "HMGET PTTL SISMEMBER SCAN"
            ),
            (
                "express-jwt-blacklist", "TIME HMGET PTTL",
                "TIME EVAL PERSIST EXPIREAT PTTL HGET HSET", "EVAL HGET HSET HDEL",
                "HMGET PTTL SCAN"
            ),
            ("kong-jwt-blacklist", "TIME SISMEMBER", "TIME SADD", "SREM", "SSCAN"),
        ]

    @Test(arguments: shapes)
    func eachFormOfEntriesNeedsWhatItSends(
        _ name: String, _ verify: String, _ revoke: String, _ restore: String, _ list: String
    ) throws {
        let layout = try layout(name)
        for (operation, wanted) in [
            (Operation.verify, verify), (.revoke, revoke), (.restore, restore), (.list, list),
        ] {
            #expect(
                names(layout, operation).sorted()
                    == wanted.split(separator: " ").map(String.init).sorted(), "\(operation)")
        }
    }

    /// `list revoked` reads entries of every form; where it cannot tell them from other keys, it
    /// asks nothing.
    @Test(arguments: Presets.names)
    func listingNeedsNothingWhereThereIsNoList(_ name: String) throws {
        let layout = try layout(name)
        let isListed = layout.can(.listRevoked) || layout.can(.listUsers)
        #expect(names(layout, .list).isEmpty != isListed)
        if layout.list == nil, !layout.can(.listRevoked) {
            #expect(names(layout, .list).allSatisfy { $0 == "SCAN" })
        }
    }

    /// The jobs of a revocation, for a token of which every part is known.
    @Test(arguments: Presets.names)
    func whatARevocationSendsIsNeeded(_ name: String) throws {
        let layout = try layout(name)
        let part = Identifier(literal: "x")
        let subject = TokenSubject(
            id: part, user: part, details: layout.naming.details.map { _ in part.bytes })
        let items = [Revocation(subject, expiry: .at(2_000_000))]
        let none = Answer.reply(.status("none"))
        let store = TokenStore.offline(layout)
        let sent: [[String]]
        if let deny = layout.deny {
            var job = DenyJob(store, deny, items, entry: nil, clock: .fixed)
            sent = ScriptedRun(&job, [[.null], [1], [1], [1], [1]]).sent
        } else if let allow = layout.allow {
            var job = RemoveSessionsJob(store, allow, items)
            let ones = [Answer](repeating: 1, count: 20)
            let answers = [
                [Answer](repeating: "value", count: 5), Array(repeating: none, count: 20), ones,
                ones, [1], [1],
            ]
            sent = ScriptedRun(&job, answers).sent
        } else {
            var job = UnlistJob(store, items)
            sent = ScriptedRun(&job, [[1], [1]]).sent
        }
        #expect(!sent.isEmpty)
        let needed = Set(names(layout, .revoke) + names(layout, .audit))
        for command in sent.flatMap(\.self) {
            let name = String(command.split(separator: " ")[0])
            #expect(needed.contains(name), "\(command)")
        }
    }

    /// A token that is restored is put back where its application looks for it.
    @Test func restoringNeedsWhatRecordingDoes() throws {
        for name in ["native", "user-zset", "jwt-redis-allow"] {
            let layout = try layout(name)
            let recording = Set(names(layout, .issue)).subtracting(["TIME"])
            #expect(recording.isSubset(of: names(layout, .restore)), "\(name)")
        }
    }

    /// Links of a session: sets and lists are not deleted, and keys that others name are found by
    /// these.
    @Test func linksNeedWhatCutsThem() throws {
        let layout = try layout("spring-oauth2-redis")
        let required = layout.requiredCommands(of: Identifier(literal: "stranger"))
        func commands(on key: String) -> Set<String> {
            Set(
                required.filter { $0.operation == .revoke && $0.pattern == "~" + key }
                    .map(\.command))
        }
        #expect(
            commands(on: "uname_to_access:*:*") == ["TYPE", "EVAL", "SREM", "LREM", "ZREM"])
        #expect(commands(on: "auth_to_access:*") == ["TYPE", "EVAL", "GET", "DEL"])
        #expect(commands(on: "refresh_auth:*") == ["TYPE", "DEL"])
        #expect(commands(on: "access_to_refresh:*") == ["TYPE", "DEL", "GET"])
    }
}
