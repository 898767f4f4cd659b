import Foundation
import TestSupport
import Testing

@testable import Commands

/// An empty list says where it was looked for: the wrong database or namespace looks the same.
@Suite(.redis) struct EmptyListTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] = sandbox.server.url + "?db=1"
    }

    private var location: String {
        "\(sandbox.server.socketPath), database 1, namespace jwt, layout native"
    }

    static let lists: [(line: String, words: String)] = [
        ("list users", "no users have recorded tokens in "),
        ("list users --sort count", "no users have recorded tokens in "),
        ("list users --match x*", "no matching users have recorded tokens in "),
        ("list tokens alice", "no tokens of alice are recorded in "),
        ("list tokens alice bob", "no tokens are recorded in "),
        ("list tokens --all", "no tokens are recorded in "),
        ("list tokens alice --state active", "no matching tokens of alice are recorded in "),
        ("list users --with-cutoffs", "no users have recorded tokens or a cutoff in "),
        ("list revoked", "the blacklist is empty in "),
        ("list revoked --actor ops", "no matching blacklist entries in "),
        ("list revoked --match x*", "no matching blacklist entries in "),
        ("audit", "the audit log is empty in "),
        ("audit --limit 3", "the audit log is empty in "),
        ("audit --user alice", "no matching audit entries in "),
        ("audit --since -1h", "no matching audit entries in "),
    ]

    @Test(arguments: lists, ["table", "json", "jsonl", "csv", "id"])
    func itSaysWhere(_ list: (line: String, words: String), _ format: String) throws {
        let words = list.line.split(separator: " ").map(String.init)
        let result = sandbox.jwtctl.run(words + ["-o", format])
        #expect(result.status == 0)
        let isTable = format == "table"
        #expect(result.errors == (isTable ? "jwtctl: \(list.words)\(location)\n" : ""))
        #expect(result.output == (format == "json" ? "[]\n" : ""))
        #expect(sandbox.jwtctl.run(words + ["-q", "-o", format]).errors == "")
    }

    @Test func statisticsOfNothingSayWhereToo() {
        let empty = sandbox.jwtctl("stats")
        #expect(empty.errors == "jwtctl: nothing is recorded or revoked in \(location)\n")
        #expect(sandbox.jwtctl("stats", "--json").errors == "")
        #expect(sandbox.jwtctl("revoke", "-q", "--ttl", "1h", "x").status == 0)
        #expect(sandbox.jwtctl("stats").errors == "")
    }

    @Test(arguments: ["users", "revoked", "tokens alice"])
    func whatNobodyAskedForIsNotMissing(_ list: String) {
        let words = list.split(separator: " ").map(String.init)
        let result = sandbox.jwtctl.run(["list"] + words + ["--limit", "0"])
        #expect(result.status == 0)
        #expect(result.errors.hasSuffix(" requested (--limit 0)\n"), "\(result.errors)")
    }

    @Test(arguments: ["table", "jsonl", "csv", "id"])
    func aListThatIsNotEmptySaysNothing(_ format: String) throws {
        #expect(sandbox.jwtctl("revoke", "-q", "--ttl", "1h", "x").status == 0)
        for words in [["revoked"], ["revoked", "--field", "id"]] {
            let result = sandbox.jwtctl.run(["list"] + words + ["-o", format])
            #expect(result.errors == "", "\(words)")
        }
    }
}
