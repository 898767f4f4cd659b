import Foundation
import TestSupport
import Testing

/// Questions before a change: what is shown, and what the answers do.
@Suite(.redis) struct PromptTests {
    private let tool: BuiltTool

    init() throws { tool = try BuiltTool() }

    /// Runs the line on a pseudo-terminal on which `typed` is typed once there is a question.
    private func onTerminal(_ line: String, typed: String) throws -> ProcessRunner.Result {
        try tool.shell(
            """
            rm -f keys; mkfifo keys; exec 3<>keys; : >shown
            (until grep -q 'to continue' shown; do sleep 0.05; done; echo '\(typed)' >&3) &
            script -qec 'jwtctl \(line)' /dev/null <&3 >shown
            status=$?; kill $! 2>/dev/null; tr -d '\\r' <shown; exit "$status"
            """,
            changes: ["TERM": "xterm"])
    }

    private func expect(
        _ line: String, typed: String, effect: String, word: String,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let result = try onTerminal(line, typed: typed)
        #expect(
            result.text.contains(
                ", database 0, namespace jwt, layout native\n\(effect)\n"
                    + "Type \"\(word)\" to continue: "),
            "\(result.text)", sourceLocation: location)
        #expect(result.text.contains("Target: "), sourceLocation: location)
        let isRight = typed == word
        #expect(result.status == (isRight ? 0 : 9), "\(result.text)", sourceLocation: location)
        #expect(
            result.text.contains("Nothing was changed.") == !isRight, "\(result.text)",
            sourceLocation: location)
    }

    @Test func aLogoutOfEveryoneCountsFirst() throws {
        for user in ["alice", "alice", "bob"] {
            #expect(tool.sandbox.jwtctl("issue", "--sub", user).status == 0)
        }
        let effect = "All users will be logged out: 2 users with 3 recorded tokens."
        for typed in ["y", "yes", ""] {
            try expect("logout-all --everyone", typed: typed, effect: effect, word: "everyone")
            #expect(try tool.redis.cli("EXISTS", "jwt:cutoff") == "0")
        }
        try expect("logout-all --everyone", typed: "everyone", effect: effect, word: "everyone")
        #expect(try tool.redis.cli("EXISTS", "jwt:cutoff") == "1")
        let before = try onTerminal(
            "logout-all --everyone --issued-before 2025-01-01T00:00:00Z", typed: "everyone")
        #expect(
            before.text.contains(
                "All tokens issued before 2025-01-01T00:00:00Z will be revoked: 2 users with 3 "
                    + "recorded tokens, whenever issued.\n"), "\(before.text)")
    }

    @Test func theNumberIsTheWordWhereItIsKnown() throws {
        let numbers = (1...101).map(String.init).joined(separator: " ")
        try expect(
            "revoke --ttl 1h \(numbers)", typed: "yes", effect: "101 items will be revoked.",
            word: "101")
        #expect(try tool.redis.cli("DBSIZE") == "0")
        try expect(
            "revoke --ttl 1h \(numbers)", typed: "101", effect: "101 items will be revoked.",
            word: "101")
        try expect(
            "logout-all \(numbers)", typed: "101",
            effect: "101 users will be logged out of all sessions.", word: "101")
        try tool.directory.write("lines", numbers.replacingOccurrences(of: " ", with: "\n"))
        try expect(
            "revoke --ttl 1h --from lines", typed: "yes",
            effect: "More than 100 items will be revoked.", word: "yes")
        try expect(
            "logout-all --from lines", typed: "yes",
            effect: "More than 100 users will be logged out of all sessions.", word: "yes")
    }

    @Test func aMisspelledUserIsAskedAbout() throws {
        // An empty Redis knows nobody: there is nothing to compare the name with.
        #expect(try onTerminal("logout-all alcie", typed: "no").status == 0)
        try tool.redis.cli("FLUSHALL")
        #expect(tool.sandbox.jwtctl("issue", "--sub", "alice").status == 0)
        let effect = "Nothing is recorded about 'alcie': is the name spelled correctly?"
        try expect("logout-all alcie", typed: "y", effect: effect, word: "yes")
        #expect(try tool.redis.cli("EXISTS", "jwt:{alcie}:cutoff") == "0")
        for line in ["logout-all --yes alcie", "logout-all -n alcie", "logout-all alice"] {
            let result = try onTerminal(line, typed: "no")
            #expect(result.status == 0, "\(result.text)")
        }
        try tool.redis.cli("DEL", "jwt:{alcie}:cutoff")
        #expect(tool.sandbox.jwtctl("issue", "--sub", "bob").status == 0)
        try expect("logout-all alcie", typed: "yes", effect: effect, word: "yes")
        // Its cutoff is known by now.
        #expect(try onTerminal("logout-all alcie", typed: "no").status == 0)
    }

    @Test func aRestorationIsAskedAbout() throws {
        tool.sandbox.jwtctl("revoke", "-q", "--ttl", "1h", "a")
        let line = "restore --reason slip a"
        try expect(line, typed: "y", effect: "1 item will be restored.", word: "yes")
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:a") == "1")
        try expect(line, typed: "yes", effect: "1 item will be restored.", word: "yes")
        #expect(try tool.redis.cli("EXISTS", "jwt:deny:a") == "0")
    }

    @Test func aWrongAnswerIsShownAndCut() throws {
        let line = "logout-all --everyone"
        let short = try onTerminal(line + " --json", typed: "evry one")
        #expect(short.text.contains("Stopped: you typed 'evry one'. Nothing was changed.\n"))
        #expect(short.text.contains("\"code\":\"declined\""), "\(short.text)")
        let long = try onTerminal(line, typed: String(repeating: "x", count: 300))
        #expect(long.text.contains("Stopped: you typed 'xxxx"), "\(long.text)")
        #expect(!long.text.contains("'" + String(repeating: "x", count: 41)))
        let empty = try onTerminal(line, typed: "")
        #expect(empty.text.contains("Stopped: you typed nothing. Nothing was changed.\n"))
    }
}
