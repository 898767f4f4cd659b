import Foundation
import TestSupport
import Testing

@testable import Commands
@testable import Redis

/// A change under a layout of which Redis has no keys warns, and asks Redis little for it.
@Suite(.redis) struct LayoutCheckTests {
    private let sandbox: Sandbox
    private static let warning = "services that use another layout will not see this"

    init() throws { sandbox = try Sandbox() }

    private func under(_ options: [String]) -> TestTool {
        var jwtctl = sandbox.jwtctl
        jwtctl.options = options
        return jwtctl
    }

    @discardableResult
    private func redis(_ arguments: [String]) throws -> String {
        try sandbox.server.cli(arguments)
    }

    private func warnings(_ result: TestTool.Result) -> [Substring] {
        result.errors.split(separator: "\n").filter { $0.contains(Self.warning) }
    }

    /// SCAN commands that the server has run.
    private func scans() throws -> Int {
        let stats = try redis(["INFO", "commandstats"])
        let line = stats.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cmdstat_scan:") }
        let count = line?.split(separator: "=")[1].prefix { $0.isNumber }
        return count.flatMap { Int($0) } ?? 0
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var options: [String] = []
        var keys: [[String]] = []
        /// Words of the warning; nil for none.
        var words: [String]?
    }

    private static let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"

    static let cases = [
        Case(
            testDescription: "another preset's keys", options: ["--layout", "native"],
            keys: [["SET", "blacklist:\(uuid)", "1"], ["SET", "blacklist:x", "1"]],
            words: ["this Redis has no 'native' keys", "'blacklist-jti'", "layout detect"]),
        Case(
            testDescription: "another namespace", options: ["--namespace", "auth"],
            keys: [["SET", "jwt:deny:\(uuid)", "1"]],
            words: ["no 'native' keys in namespace auth", "it has keys of 'native'"]),
        Case(
            testDescription: "another prefix", options: ["--layout", "blacklist-jti"],
            keys: [["SET", "jwt:deny:\(uuid)", "1"]],
            words: ["no 'blacklist-jti' keys", "'native'"]),
        Case(
            testDescription: "nobody's keys", options: ["--layout", "native"],
            keys: [["SET", "cart:1", "x"]], words: ["no 'native' keys", "layout detect"]),
        Case(testDescription: "nothing, and no choice", words: ["no 'native' keys"]),
        Case(testDescription: "nothing, and a choice", options: ["--layout", "native"]),
        Case(
            testDescription: "keys of both",
            keys: [["SET", "blacklist:x", "1"], ["SET", "jwt:deny:x", "1"]]),
        Case(
            testDescription: "only a list",
            keys: [["ZADD", "jwt:{alice}:tokens", "4102444800", "a"]]),
        Case(
            testDescription: "many of nobody's, and a choice", options: ["--layout", "native"],
            keys: [["DEBUG", "POPULATE", "5000", "cart"]]),
        Case(
            testDescription: "many of another preset", options: ["--layout", "native"],
            keys: [["DEBUG", "POPULATE", "5000", "blacklist"]],
            words: ["no 'native' keys among 1", "'blacklist-jti'"]),
        Case(
            testDescription: "a name that a sample misses", options: ["--layout", "native"],
            keys: [
                ["DEBUG", "POPULATE", "5000", "blacklist"], ["XADD", "jwt:audit", "*", "op", "x"],
            ]),
    ]

    @Test(arguments: cases)
    func aLayoutWithoutKeysIsQuestioned(_ wanted: Case) throws {
        for command in wanted.keys { try redis(command) }
        let count = try redis(["DBSIZE"])
        try redis(["CONFIG", "RESETSTAT"])
        let result = under(wanted.options)("revoke", "--dry-run", "--ttl", "1h", "j1")
        #expect(result.status == 0)
        #expect(warnings(result).count == (wanted.words == nil ? 0 : 1), "\(result.errors)")
        for words in wanted.words ?? [] {
            #expect(result.errors.contains(words), "\(result.errors)")
        }
        #expect(try scans() == 1)
        #expect(try redis(["DBSIZE"]) == count, "the check writes nothing")
    }

    @Test func aBulkRunAsksAndWarnsOnce() throws {
        try redis(["SET", "blacklist:x", "1"])
        try redis(["CONFIG", "RESETSTAT"])
        let lines = (0..<1500).map { "id-\($0)\n" }.joined()
        let result = under(["--layout", "native"])
            .run(["revoke", "--ttl", "1h", "--yes", "-"], input: lines)
        #expect(result.status == 0)
        #expect(warnings(result).count == 1, "\(result.errors)")
        #expect(try scans() == 1)
        #expect(warnings(under([])("revoke", "--ttl", "1h", "more")).isEmpty)
    }

    @Test(arguments: [
        ["logout-all", "alice"], ["restore", "--yes", "--reason", "x", "j1"],
        ["logout-all", "--everyone", "--yes"],
    ])
    func otherChangesWarnToo(_ command: [String]) throws {
        try redis(["SET", "blacklist:x", "1"])
        let result = under(["--layout", "native"]).run(command)
        #expect(warnings(result).count == 1, "\(result.errors)")
    }

    @Test func aProfileTurnsItOff() throws {
        try redis(["SET", "blacklist:x", "1"])
        try redis(["CONFIG", "RESETSTAT"])
        let config = try sandbox.file("config", "[profile default]\nlayout-check = off\n")
        let result = under(["--config", config])("revoke", "--ttl", "1h", "j1")
        #expect(result.status == 0)
        #expect(warnings(result).isEmpty)
        #expect(try scans() == 0)
    }

    @Test func itIsSilentWhereTheUserMayNotScan() throws {
        try redis(["SET", "blacklist:x", "1"])
        try redis(["ACL", "SETUSER", "weak", "on", "nopass", "~jwt:*", "&*", "+@all", "-scan"])
        var jwtctl = under(["--layout", "native"])
        jwtctl.environment["JWTCTL_REDIS_URL"] = "unix://weak:@\(sandbox.server.socketPath)"
        let result = jwtctl("revoke", "--ttl", "1h", "j1")
        #expect(result.status == 0, "\(result.errors)")
        #expect(warnings(result).isEmpty, "\(result.errors)")
    }

    @Test func aServerTooFarAwayIsNotAsked() throws {
        let client = Client(target: try RedisURL.parse(sandbox.server.url))
        try redis(["SET", "a", "1"])
        try redis(["CONFIG", "RESETSTAT"])
        #expect(client.keySample(timeout: -1) == nil)
        #expect(try scans() == 0)
        let sample = try #require(client.keySample(timeout: 10_000))
        #expect(sample.keys == [Array("a".utf8)])
        #expect(sample.isWhole)
    }

    @Test func itIsSilentWhereTheServerIsFarAway() throws {
        let server = try RedisServer(.tcp)
        try server.cli("SET", "blacklist:x", "1")
        let link = try Link(to: server.port)
        var jwtctl = under(["--layout", "native"])
        jwtctl.environment["JWTCTL_REDIS_URL"] = "redis://127.0.0.1:\(link.port)"
        for (state, count) in [(Link.State.slow(70), 0), (.whole, 1)] {
            link.set(state)
            let result = jwtctl("revoke", "--ttl", "1h", "j\(count)")
            #expect(result.status == 0, "\(result.errors)")
            #expect(warnings(result).count == count, "\(result.errors)")
            try server.cli("DEL", "jwt:deny:j\(count)", "jwt:audit")
        }
    }

    // MARK: whitelists

    struct Absence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var keys: [[String]] = []
        var options: [String] = []
        let status: Int32
        let word: String
    }

    static let absences = [
        Absence(testDescription: "an empty Redis", status: 10, word: "not_found"),
        Absence(
            testDescription: "another layout's keys", keys: [["SET", "blacklist:x", "1"]],
            status: 10,
            word: "not_found"),
        Absence(
            testDescription: "somebody else's tokens",
            keys: [["ZADD", "bob-tokens", "4102444800000", "t"]], status: 0,
            word: "already_revoked"),
        Absence(
            testDescription: "a layout that is known to be right", options: ["layout-check = off"],
            status: 0, word: "already_revoked"),
    ]

    /// In quiet as well, and in a dry run, in which nothing is warned of or changed.
    @Test(arguments: absences, ["", "-q", "--dry-run"])
    func aTokenThatNoWhitelistHasIsFoundOnlyAmongOthers(
        _ wanted: Absence, _ option: String
    ) throws {
        for command in wanted.keys { try redis(command) }
        let config = try sandbox.file(
            "config", (["[profile default]"] + wanted.options).joined(separator: "\n") + "\n")
        let jwtctl = under(["--layout", "user-zset", "--config", config])
        let options = [option].filter { !$0.isEmpty }
        let command = ["revoke", "--json", "--user", "alice", "--id"] + options
        let one = jwtctl.run(command + ["t1"])
        #expect(one.status == wanted.status, "\(one.output)\(one.errors)")
        if option != "-q" { #expect(one.output.contains(wanted.word), "\(one.output)") }
        #expect(jwtctl.run(command + ["t1", "t2"]).status == wanted.status)
        let bulk = jwtctl.run(command + ["-"], input: "t1\nt2\n")
        #expect(bulk.status == wanted.status, "\(bulk.output)\(bulk.errors)")
        if option != "-q" {
            #expect(bulk.output.contains("\"\(wanted.word)\": 2"), "\(bulk.output)")
        }
    }

    @Test(arguments: [[], ["--dry-run"]])
    func theFirstTokenThatIsFoundProvesTheLayout(_ options: [String]) throws {
        try redis(["ZADD", "alice-tokens", "4102444800000", "t1"])
        let bulk = under(["--layout", "user-zset"])
            .run(
                ["revoke", "--json", "--user", "alice", "--id"] + options + ["-"],
                input: "t1\nt1\nt2\n")
        #expect(bulk.status == 0, "\(bulk.output)")
        #expect(bulk.output.contains("\"already_revoked\": 2"), "\(bulk.output)")
    }
}

/// In a Cluster each node that takes writes is asked once.
@Suite(.cluster) struct ClusterLayoutCheckTests {
    @Test func eachNodeShowsOnePage() throws {
        try RedisCluster.shared { cluster in
            try cluster.flush()
            func jwtctl(_ layout: String) -> TestTool {
                TestTool(
                    environment: ["JWTCTL_REDIS_URL": cluster.url],
                    options: ["--layout", layout, "--wait", "0"])
            }
            let ids = (0..<30).map { "id-\($0)" }
            #expect(
                jwtctl("blacklist-jti").run(["revoke", "--ttl", "1h"] + ids).status == 0)
            for node in cluster.nodes { try node.cli("CONFIG", "RESETSTAT") }
            let result = jwtctl("native")("revoke", "--ttl", "1h", "--dry-run", "x")
            #expect(
                result.errors.contains("no 'native' keys")
                    && result.errors.contains("blacklist-jti"),
                "\(result.errors)")
            for number in try cluster.primaries() {
                let stats = try cluster.nodes[number].cli("INFO", "commandstats")
                #expect(stats.contains("cmdstat_scan:calls=1,"), "\(stats)")
            }
            #expect(try cluster.keyCount() == 30)
        }
    }
}
