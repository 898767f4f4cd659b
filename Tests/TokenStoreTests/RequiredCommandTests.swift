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

    /// The preset of a name, or the layout of a text.
    static func layout(_ name: String) throws -> Layout {
        guard !name.hasPrefix("{") else { return try LayoutReader.read(Array(name.utf8)) }
        return try LayoutReader.preset(name, variables: given[name] ?? [:])
    }

    private func layout(_ name: String) throws -> Layout { try Self.layout(name) }

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
                "TIME GET SET EVAL PTTL EXPIREAT TYPE PERSIST", "TIME GET PTTL DEL",
                "TIME MGET PTTL SCAN"
            ),
            (
                "jwt-redis-deny", "TIME GET PTTL",
                "TIME EVAL PERSIST EXPIREAT TYPE GET PTTL SET PEXPIRE", "TIME GET PTTL DEL",
                "TIME MGET PTTL SCAN"
            ),
            (
                "dotnet-distributed-cache", "TIME HMGET PTTL",
                "TIME HMGET EVAL PERSIST EXPIREAT PTTL HSET HSETNX", "TIME HMGET PTTL DEL",
                "TIME HMGET PTTL SCAN"
            ),
            (
                "spring-redishash", "TIME HMGET PTTL SISMEMBER",
                "TIME HMGET SISMEMBER EVAL PERSIST EXPIREAT PTTL HSET HSETNX SADD",
                "TIME HMGET PTTL SISMEMBER DEL SREM", "TIME HMGET PTTL SISMEMBER SCAN"
            ),
            (
                "express-jwt-blacklist", "TIME HMGET PTTL",
                "TIME HMGET EVAL PERSIST EXPIREAT PTTL HGET HSET",
                "TIME HMGET PTTL EVAL HGET HSET HDEL", "TIME HMGET PTTL SCAN"
            ),
            (
                "kong-jwt-blacklist", "TIME SISMEMBER", "TIME SISMEMBER SADD",
                "TIME SISMEMBER SREM", "TIME SSCAN"
            ),
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

    /// `list revoked` reads entries of every form. A layout whose entries and users cannot be told
    /// from other keys lists nothing, and needs nothing for it.
    @Test(arguments: Presets.names)
    func listingNeedsNothingWhereThereIsNoList(_ name: String) throws {
        let layout = try layout(name)
        let isListed = layout.can(.listRevoked) || layout.can(.listUsers)
        #expect(names(layout, .list).isEmpty != isListed)
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

    /// A token that is restored is put back where its application looks for it. Only `renew` reads
    /// the details of another token.
    @Test func restoringNeedsWhatRecordingDoes() throws {
        for name in ["native", "user-zset", "jwt-redis-allow"] {
            let layout = try layout(name)
            let recording = Set(names(layout, .issue)).subtracting(["HMGET"])
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

    /// The native layout under another name: its patterns are those of its keys, not of a namespace.
    static let acme = #"{ "name": "acme", "extends": "native", "vars": { "ns": "a" } }"#

    private static let endless =
        #"{ "name": "endless", "stores": [ { "role": "deny", "type": "string", "#
        + #""key": "d:${id}", "value": "1", "ttl": "none" } ] }"#

    struct Need: Sendable, CustomTestStringConvertible {
        /// The name of a preset, or the text of a layout.
        let layout: String
        let operation: Operation
        /// The keys; empty for commands without one.
        let pattern: String
        /// All commands on these keys; empty for none.
        let commands: String

        init(
            _ layout: String, _ operation: Operation, _ pattern: String, _ commands: String
        ) {
            self.layout = layout
            self.operation = operation
            self.pattern = pattern
            self.commands = commands
        }

        var testDescription: String { "\(operation) on '\(pattern)': \(commands)" }
    }

    /// Gaps of former releases, and commands that were asked for although nothing sends them.
    static let needs = [
        Need("blacklist-jti", .restore, "", "TIME"),
        Need("blacklist-jti", .list, "", "TIME SCAN"),
        Need("blacklist-jti", .issue, "", ""),
        Need("blacklist-jti", .logoutAll, "", ""),
        Need("user-zset", .prune, "", "TIME SCAN"),
        Need("user-zset", .revoke, "*-tokens", "ZSCORE ZREM"),
        Need("jwt-redis-deny", .restore, "jwt_label:*:", "GET"),
        Need("jwt-redis-deny", .logoutAll, "jwt_label:*:", "EVAL GET PTTL SET"),
        Need("jwt-redis-deny", .logoutAll, "jwt_label:*", ""),
        Need("jwt-redis-allow", .issue, "jwt_label:*", "EVAL TIME GET SET EXPIREAT"),
        Need("jwt-redis-allow", .restore, "jwt_label:*", "EVAL TIME GET SET EXPIREAT"),
        Need(endless, .revoke, "d:*", "GET PTTL SET EVAL TYPE PERSIST TIME"),
        Need(acme, .verify, "a:{*}:meta", "HMGET"),
        Need(acme, .revoke, "a:{*}:cutoff", "GET"),
        Need(acme, .revoke, "a:{*}:meta", "EVAL PERSIST EXPIREAT HDEL"),
        Need(acme, .restore, "a:deny:*", "GET PTTL DEL"),
        Need(acme, .restore, "a:{*}:cutoff", "GET EVAL TYPE"),
        Need(acme, .restore, "a:cutoff", "GET"),
        Need(acme, .issue, "a:deny:*", "GET PTTL"),
        Need(acme, .issue, "a:{*}:cutoff", "EVAL TYPE GET"),
        Need(acme, .issue, "a:cutoff", "GET"),
        Need(acme, .list, "a:deny:*", "GET PTTL MGET"),
        Need(acme, .list, "a:{*}:cutoff", "GET"),
        Need(acme, .logoutAll, "a:deny:*", "SET EVAL PTTL EXPIREAT TYPE PERSIST TIME"),
        Need(acme, .logoutAll, "a:{*}:cutoff", "EVAL GET PTTL SET"),
        Need(acme, .audit, "a:audit", "XADD XRANGE XREVRANGE XREAD"),
        Need("pig", .revoke, "", "TIME SCAN"),
        Need("pig", .revoke, "token::refresh_token::*", "GET EVAL DEL"),
        Need("pig", .list, "token::access_token::*", "GET PTTL"),
        Need("pig", .logoutAll, "", "TIME SCAN"),
        Need("pig", .logoutAll, "token::refresh_token::*", "GET EVAL DEL"),
        Need("pig", .logoutAll, "token::access_token::*", "EVAL TYPE GET DEL SET"),
        Need("pig", .logoutAll, "token::username::*::*::*", "EVAL TYPE DEL"),
        Need("jwt-sessions", .revoke, "jwt__*_refresh_*", "TYPE DEL HGET"),
        Need("jwt-sessions", .list, "jwt__*_refresh_*", "HGET"),
        Need("jwt-sessions", .logoutAll, "jwt__*_refresh_*", "TYPE DEL HGET EVAL"),
        Need("guardian-redis", .list, "set:*", "SSCAN SMEMBERS"),
        Need("guardian-redis", .logoutAll, "set:*", "SSCAN SREM"),
        Need("redis-jwt", .list, "*:*", "GET"),
        Need("ruoyi", .logoutAll, "login_tokens:*", "EVAL TYPE GET DEL SET"),
        Need("spring-oauth2-redis", .list, "uname_to_access:*:*", "TYPE SMEMBERS LRANGE ZRANGE"),
        Need(
            "spring-oauth2-redis", .logoutAll, "uname_to_access:*:*",
            "TYPE SMEMBERS LRANGE ZRANGE EVAL SREM LREM ZREM"),
        Need("spring-oauth2-redis", .logoutAll, "access_to_refresh:*", "TYPE DEL GET"),
        Need("spring-oauth2-redis", .logoutAll, "refresh:*", "TYPE DEL EVAL"),
    ]

    @Test(arguments: needs)
    func eachKeyNeedsWhatIsSentOnIt(_ need: Need) throws {
        let commands = try layout(need.layout).requiredCommands(of: Identifier(literal: "stranger"))
            .filter { one in
                let keys = one.pattern.map { String($0.dropFirst()) } ?? ""
                return one.operation == need.operation && keys == need.pattern
            }.map(\.command)
        #expect(commands.sorted() == need.commands.split(separator: " ").map(String.init).sorted())
    }

    /// The end of a hash takes a command of its own.
    @Test func aCutoffInAHashIsRaisedByOtherCommands() throws {
        let layout = try layout("express-jwt-blacklist")
        #expect(
            Set(names(layout, .logoutAll))
                == ["TIME", "EVAL", "HGET", "PTTL", "HSET", "EXPIREAT", "PERSIST"])
    }

    /// The keys of one command have to be on one server, so that a group is asked key by key.
    @Test func aGroupIsNotAskedForManyKeysAtOnce() throws {
        let required = try layout("blacklist-jti").requiredCommands(
            of: Identifier(literal: "stranger"), isOneServer: false)
        let commands = required.filter { $0.operation == .list }.map(\.command)
        #expect(commands.sorted() == ["GET", "PTTL", "SCAN", "TIME"])
    }
}
