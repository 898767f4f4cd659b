import CommandKit
import Foundation
import JSON
import Layouts
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// What `--field` is completed with is what the commands print.
@Suite(.redis) struct ResultMembersTests {
    /// The members of every object in a result, those of inner objects behind a dot.
    private func members(_ value: JSONValue) -> Set<String> {
        switch value {
        case .array(let elements):
            elements.reduce(into: []) { $0.formUnion(members($1)) }
        case .object(let object):
            object.members.reduce(into: []) { names, member in
                let name = member.name.text
                names.insert(name)
                if case .object = member.value {
                    names.formUnion(members(member.value).map { "\(name).\($0)" })
                }
            }
        default: []
        }
    }

    /// Objects whose names are those of the data.
    private static let open: Set<String> = [
        "data", "counts", "variables", "vars", "claims", "define", "mistaken_for", "error",
        "header",
        "payload",
    ]

    /// Without what is in such objects.
    private func closed(_ names: some Sequence<String>) -> Set<String> {
        Set(
            names.filter { name in
                let path = name.split(separator: ".").map(String.init)
                return path.count == 1 || !Self.open.contains(path[0])
            })
    }

    private func declared(_ path: String) -> Set<String> {
        Set(ResultMembers.of(path.split(separator: " ").map(String.init)).map(\.value))
    }

    @Test func `every command has the members that are offered, and no others`() throws {
        let sandbox = try Sandbox()
        let jwtctl = sandbox.jwtctl
        let folder = sandbox.directory
        let token = try sandbox.token("--nbf", "-1m", "--iss", "me", "--claim", "scope=all")
        let key = folder.file("key.pem")
        jwtctl("key", "generate", "--alg", "ES256", "--out", key)
        jwtctl("revoke", "--ttl", "1h", "other")
        let lines: [(command: String, runs: [[String]])] = [
            ("issue", [["--sub", "bob"]]), ("decode", [[token]]),
            ("verify", [[token], ["--explain", token]]),
            ("status", [[token], ["--user", "alice"]]), ("find", [["other"]]),
            ("prove", [["-n", token, "--", "/bin/true"]]),
            ("revoke", [["--ttl", "1h", "a"], ["--ttl", "1h", "--from", "-"]]),
            ("list tokens", [["alice"]]), ("list users", [["--active"]]), ("list revoked", [[]]),
            ("stats", [["--active"]]), ("doctor", [[]]), ("audit", [[]]), ("prune", [[]]),
            (
                "restore",
                [["--reason", "mistake", "-n", "a"], ["--reason", "mistake", "--yes", "a"]]
            ),
            ("renew", [["--dry-run", token], [token]]),
            ("logout-all", [["alice"], ["--dry-run", "alice"], ["--dry-run", "--everyone"]]),
            (
                "key generate",
                [["--alg", "ES256"], ["--alg", "ES256", "--out", folder.file("new")]]
            ),
            ("key public", [[key], ["--out", folder.file("public"), key]]),
            (
                "key convert",
                [
                    ["--format", "jwk", key],
                    ["--format", "pem", "--out", folder.file("copy"), key],
                ]
            ),
            ("key thumbprint", [[key]]), ("key show", [[key]]), ("layout list", [[]]),
            ("layout show", Presets.names.map { [$0] }), ("layout detect", [[]]),
            ("config show", [[]]), ("version", [[]]),
        ]
        for (command, runs) in lines {
            var found: Set<String> = []
            for arguments in runs {
                let words = command.split(separator: " ").map(String.init)
                let result = jwtctl.run(words + ["--json"] + arguments, input: "b\n")
                found.formUnion(members(try result.json()))
            }
            let offered = declared(command)
            #expect(!found.contains("error.code"), "\(command) failed")
            #expect(closed(offered) == closed(found), "\(command)")
        }
        let leaves = jwtctlProgram.describe().commands.flatMap(\.flattened)
            .filter(\.subcommands.isEmpty).map { $0.path.joined(separator: " ") }
        let silent = ["demo", "completion", "help"]
        #expect(leaves.filter { declared($0).isEmpty } == silent)
        #expect(Set(lines.map(\.command)) == Set(leaves).subtracting(silent))
    }

    @Test func `members of a token are offered with their meanings`() throws {
        let sandbox = try Sandbox()
        let result = sandbox.jwtctl("__complete", "members", "--", "--redis", "x", "verify", "")
        let lines = result.output.split(separator: "\n").map(String.init)
        for line in [
            "active", "state.revoked", "header.alg\talgorithm", "payload",
            "payload.sub\tsubject (user)", "times.exp", "times.expires_in",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        // What is an option's value is no command.
        let other = sandbox.jwtctl(
            "__complete", "members", "--", "--profile", "verify", "list", "-q", "users", "x", "")
        #expect(other.output == "user\ntokens\nactive_tokens\nlatest_exp\ncutoff\n")
        #expect(sandbox.jwtctl("__complete", "members", "--", "list", "").output == "")
        #expect(sandbox.jwtctl("__complete", "members", "--", "--field", "").output == "")
    }
}
