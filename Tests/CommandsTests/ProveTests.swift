import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// `prove`: a token is accepted, is revoked, and is refused from then on.
@Suite(.redis) struct ProveTests {
    /// A service that asks Redis for the entry of a token, as a shell script. `body` comes first.
    private func service(_ sandbox: Sandbox, _ id: String, _ body: String = "") -> [String] {
        let script = """
            read -r line
            test "$line" = "Authorization: Bearer $JWTCTL_TOKEN" || exit 3
            \(body)
            found=$(redis-cli -s '\(sandbox.server.socketPath)' EXISTS 'jwt:deny:\(id)') || exit 7
            test "$found" = 0 || exit 22
            """
        return ["--", "/bin/sh", "-c", script]
    }

    private func prove(_ sandbox: Sandbox, _ arguments: [String]) -> TestTool.Result {
        sandbox.jwtctl.run(["prove"] + arguments)
    }

    @Test("A service that reads the layout is proved to refuse the token")
    func proved() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        let result = prove(sandbox, [token] + service(sandbox, "one"))
        #expect(result.status == 0, "\(result.output)\(result.errors)")
        #expect(result.output.hasPrefix("proved: one was accepted, then revoked, and refused "))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:one") == "1")

        let other = try sandbox.token("--jti", "two")
        let object = try sandbox.jwtctl.run(
            ["prove", "--json", "--reason", "found in a log", other] + service(sandbox, "two")
        ).object()
        #expect(object.text("id") == "two" && object.text("sub") == "alice")
        #expect(object.text("result") == "refused" && object["detail"] == .null)
        // Two refusals in a row.
        #expect(object["calls"] == 2 && object["audited"] == true && object["dry_run"] == false)
        #expect(object.integer("refused_after_ms") ?? 0 > 0)
        #expect(sandbox.jwtctl("audit").output.contains("found in a log"))
    }

    @Test("Nothing is revoked unless the service accepts the token first")
    func notAccepted() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        let commands = [
            ["/bin/sh", "-c", "exit 22"], ["/bin/sh", "-c", "exit 1"], ["/no/such/command"],
            ["/bin/sh", "-c", "kill -9 $$"],
        ]
        for command in commands {
            let result = prove(sandbox, [token, "--"] + command)
            #expect(result.status == 9, "\(command): \(result.errors)")
            #expect(result.errors.contains("nothing was revoked: "), "\(result.errors)")
            #expect(result.output.isEmpty)
        }
        let slow = prove(sandbox, ["--timeout", "200ms", token, "--", "/bin/sleep", "60"])
        #expect(slow.status == 9)
        #expect(slow.errors.contains("the command did not end within 200 ms"))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:one") == "0")
    }

    @Test("A service that goes on accepting the token is told by status 11")
    func stillAccepted() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        let arguments = ["--within", "300ms", token, "--", "/bin/true"]
        let result = prove(sandbox, arguments)
        #expect(result.status == 11)
        #expect(result.output.hasPrefix("not proved: one was revoked, and the service accepted it"))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:one") == "1")
        let object = try prove(sandbox, ["--json"] + arguments).object()
        #expect(object.text("result") == "accepted" && object["refused_after_ms"] == .null)
    }

    @Test("One refusal between acceptances, and any other end, prove nothing")
    func doubts() throws {
        let sandbox = try Sandbox()
        let file = sandbox.directory.file("calls")
        let count = "echo >> '\(file)'; calls=$(wc -l < '\(file)')"
        // The second call is refused, by one of several instances, and the others accept.
        let flapping = prove(
            sandbox,
            [
                "--within", "500ms", try sandbox.token("--jti", "one"), "--", "/bin/sh", "-c",
                "\(count); test $calls -ne 2 || exit 22",
            ])
        #expect(flapping.status == 11, "\(flapping.output)\(flapping.errors)")

        try FileManager.default.removeItem(atPath: file)
        let failing = prove(
            sandbox,
            [
                try sandbox.token("--jti", "two"), "--", "/bin/sh", "-c",
                "\(count); test $calls -lt 2 || exit 6",
            ])
        #expect(failing.status == 8)
        #expect(failing.output.contains("two was revoked, but the command ended with status 6"))
        // It was the revocation that could not be proved: the token stays revoked.
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:two") == "1")
        try FileManager.default.removeItem(atPath: file)
        let other = prove(
            sandbox,
            [
                "--refused-status", "6", try sandbox.token("--jti", "three"), "--", "/bin/sh", "-c",
                "\(count); test $calls -lt 2 || exit 6",
            ])
        #expect(other.status == 0)
    }

    @Test("The command sees the token on standard input and in its variable, and no settings")
    func environment() throws {
        let sandbox = try Sandbox()
        var tool = sandbox.jwtctl
        tool.environment.merge([
            "REDIS_URL": "redis://:hush@nowhere", "REDISCLI_AUTH": "hush", "OWN": "kept",
        ]) { $1 }
        let seen = sandbox.directory.file("seen")
        let token = try sandbox.token("--jti", "one")
        let script = """
            tr '\\0' '\\n' < /proc/$$/cmdline > '\(seen)'; env >> '\(seen)'; cat >> '\(seen)'
            ps -o pgid= $$ | tr -d ' ' >> '\(seen)'; echo $$ >> '\(seen)'
            """
        let result = tool.run(["prove", "--dry-run", token, "--", "/bin/sh", "-c", script])
        #expect(result.status == 0, "\(result.errors)")
        let lines = try String(contentsOfFile: seen, encoding: .utf8)
            .split(separator: "\n").map(String.init)
        #expect(lines.contains("JWTCTL_TOKEN=\(token)") && lines.contains("OWN=kept"))
        #expect(lines.filter { $0.hasPrefix("JWTCTL_") }.count == 1)
        #expect(lines.contains("Authorization: Bearer \(token)"))
        #expect(!lines.contains { $0.contains("hush") })
        #expect(lines.filter { $0.contains(token) }.count == 2, "not among the arguments")
        // A process group of its own.
        #expect(lines.count > 2 && lines[lines.count - 1] == lines[lines.count - 2])
    }

    @Test("What the command leaves running is ended with it")
    func leftovers() throws {
        let sandbox = try Sandbox()
        let file = sandbox.directory.file("child")
        let script = "sleep 600 & echo $! > '\(file)'"
        let token = try sandbox.token("--jti", "one")
        #expect(prove(sandbox, ["-n", token, "--", "/bin/sh", "-c", script]).status == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let child = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
        // It is a zombie for as long as nobody has waited for it.
        let deadline = Date(timeIntervalSinceNow: 5)
        func isRunning() -> Bool {
            let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return state.map { !$0.contains(") Z ") } ?? false
        }
        while isRunning(), deadline.timeIntervalSinceNow > 0 { usleep(10_000) }
        #expect(!isRunning())
    }

    @Test("A dry run asks once and writes nothing")
    func dryRun() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        let before = try sandbox.server.cli("KEYS", "*")
        let object = try prove(sandbox, ["-n", "--json", token, "--", "/bin/true"]).object()
        #expect(object["dry_run"] == true && object.text("result") == "accepted")
        #expect(object["calls"] == 0 && object["audited"] == .null)
        #expect(try sandbox.server.cli("KEYS", "*") == before)
        #expect(prove(sandbox, ["-n", token, "--", "/bin/false"]).status == 9)
    }

    @Test("Issued tokens are revoked in the end, and the other user's is accepted until then")
    func issued() throws {
        let sandbox = try Sandbox()
        let script = """
            id=$(echo "$JWTCTL_TOKEN" | cut -d. -f2 | tr '_-' '/+' | base64 -d 2>/dev/null \
            | sed 's/.*"jti":"\\([^"]*\\)".*/\\1/')
            echo "$id" >> '\(sandbox.directory.file("ids"))'
            test "$(redis-cli -s '\(sandbox.server.socketPath)' EXISTS jwt:deny:$id)" = 0 || exit 22
            """
        let arguments = ["--issue", "--sub", "ci", "--json", "--", "/bin/sh", "-c"]
        let object = try prove(sandbox, arguments + [script]).object()
        #expect(object.text("result") == "refused" && object["other_accepted"] == true)
        #expect(object.text("sub") == "ci")
        let ids = Set(
            try String(contentsOfFile: sandbox.directory.file("ids"), encoding: .utf8)
                .split(separator: "\n"))
        #expect(ids.count == 2)
        for id in ids { #expect(try sandbox.server.cli("EXISTS", "jwt:deny:\(id)") == "1") }
        #expect(try sandbox.server.cli("EXISTS", "jwt:{ci}:tokens") == "0")

        // A service that refuses everybody once it has accepted.
        let calls = sandbox.directory.file("calls")
        let strict = "echo >> '\(calls)'; test $(wc -l < '\(calls)') -le 2 || exit 22"
        let result = prove(sandbox, arguments.filter { $0 != "--json" } + [strict])
        #expect(result.status == 8, "\(result.output)\(result.errors)")
        #expect(result.output.contains("refuses the token of another user too"))
        // One that accepts nobody.
        #expect(prove(sandbox, arguments + ["exit 22"]).status == 9)
        for user in ["ci", "jwtctl-prove"] {
            #expect(try sandbox.jwtctl("list", "tokens", user, "--json").array().isEmpty)
        }
    }

    @Test("A logout is proved as well; a revocation can be undone, but only one of this run")
    func logoutAndRestore() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "one")
        _ = try sandbox.token("--jti", "two")
        let out = prove(sandbox, ["--logout-all", token] + service(sandbox, "one"))
        #expect(out.status == 0, "\(out.output)\(out.errors)")
        #expect(out.output.contains("then alice was logged out, and it was refused"))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:two") == "1")

        sandbox.jwtctl("issue", "--sub", "bob")
        let again = sandbox.jwtctl("issue", "--sub", "bob", "--jti", "three").line
        let restored = prove(
            sandbox, ["--restore", "--reason", "a drill", again] + service(sandbox, "three"))
        #expect(restored.status == 0, "\(restored.output)\(restored.errors)")
        #expect(restored.output.hasSuffix("the token is restored\n"))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:three") == "0")
        sandbox.jwtctl("revoke", again)
        let kept = prove(
            sandbox,
            ["--restore", "--reason", "a drill", "--within", "100ms", again, "--", "/bin/true"])
        #expect(kept.status == 11 && kept.output.contains("not restored: it was revoked before"))
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:three") == "1")
    }

    @Test("What would prove nothing, or cannot be undone, is refused before the service is asked")
    func refusals() throws {
        let sandbox = try Sandbox()
        let asked = sandbox.directory.file("asked")
        let command = ["--", "/bin/sh", "-c", "touch '\(asked)'"]
        let token = try sandbox.token("--jti", "one")
        let soon = try sandbox.token("--jti", "soon", "--expires-in", "20s")
        #expect(prove(sandbox, [soon] + command).status == 9)
        #expect(prove(sandbox, ["one"] + command).status == 2)
        #expect(prove(sandbox, [token]).status == 2)
        #expect(prove(sandbox, ["--restore", token] + command).status == 2)
        #expect(prove(sandbox, ["--sub", "x", token] + command).status == 2)
        #expect(prove(sandbox, ["--issue"] + command).status == 2)
        #expect(prove(sandbox, ["--issue", "--sub", "jwtctl-prove"] + command).status == 2)
        #expect(prove(sandbox, ["--issue", "-n", "--sub", "x"] + command).status == 2)
        let eladmin = ["--layout", "eladmin", "--restore", "--reason", "r", token]
        #expect(prove(sandbox, eladmin + command).status == 9)
        let forged = token.dropLast(4) + "AAAA"
        #expect(prove(sandbox, [String(forged)] + command).status == 4)
        #expect(!FileManager.default.fileExists(atPath: asked))
    }
}
