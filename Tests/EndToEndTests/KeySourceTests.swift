import Foundation
import TestSupport
import Testing

/// Keys that come through pipes and standard input, and encrypted ones with a person and without.
@Suite(.redis) struct KeySourceTests {
    private let tool: BuiltTool
    private let key: [UInt8]
    private static let noSecret = ["JWTCTL_SECRET": ""]

    init() throws {
        tool = try BuiltTool()
        let made = try tool.shell(
            "umask 077; openssl genpkey -quiet -algorithm ED25519 | tee plain.pem | "
                + "openssl pkcs8 -topk8 -passout pass:word -out sealed.pem; cat plain.pem")
        try #require(made.status == 0, Comment(rawValue: made.errorText))
        key = made.output
    }

    private func token() throws -> String {
        let result = try tool.run(
            ["issue", "--no-record", "--key", "plain.pem"], changes: Self.noSecret)
        return result.text.trimmingCharacters(in: .newlines)
    }

    @Test func standardInputServesOnePurpose() throws {
        let sealed = try tool.shell("cat sealed.pem").output
        for (arguments, input) in [
            (["verify", "--offline", "--key", "-"], key),
            (["verify", "--offline", "--key", "-", "-"], key),
            (["verify", "--offline", "--key", "/dev/stdin", "-"], key),
            (["verify", "--offline", "--key", "-", "--stream"], key),
            (["issue", "--no-record", "--key", "-", "--passphrase", "-"], sealed),
            (["issue", "--no-record", "--key", "-", "--passphrase", "fd:0"], sealed),
            (["issue", "--no-record", "--key", "fd:0", "--claims", "-"], key),
        ] {
            let result = try tool.run(arguments, input: input, changes: Self.noSecret)
            #expect(result.status == 2, "\(arguments): \(result.errorText)")
            #expect(result.text == "", "\(arguments)")
            #expect(result.errorText.contains("standard input can be read only once"))
        }
        for source in ["-", "fd:0", "/dev/stdin"] {
            let result = try tool.run(
                ["verify", "--offline", "--key", source, "--field", "valid", try token()],
                input: key, changes: Self.noSecret)
            #expect(result.text == "true\n", "\(source): \(result.errorText)")
        }
    }

    @Test func aPassphraseComesThroughStandardInput() throws {
        for text in ["word", "word\n", "word\r\n"] {
            let result = try tool.run(
                ["issue", "--no-record", "--key", "sealed.pem", "--passphrase", "-"],
                input: Array(text.utf8), changes: Self.noSecret)
            #expect(result.status == 0, "\(result.errorText)")
        }
    }

    /// Runs the line on a pseudo-terminal on which `typed` is typed once it is asked for: what is
    /// typed before is shown, as on any terminal.
    private func onTerminal(_ line: String, typed: String) throws -> ProcessRunner.Result {
        try tool.shell(
            """
            rm -f keys; mkfifo keys; exec 3<>keys; : >shown
            (until grep -q Passphrase shown; do sleep 0.05; done; printf '%s\\n' '\(typed)' >&3) &
            script -qec 'jwtctl \(line)' /dev/null <&3 >shown
            status=$?; cat shown; exit "$status"
            """,
            changes: ["TERM": "xterm", "JWTCTL_SECRET": ""])
    }

    @Test func aPersonIsAskedAndNothingTypedIsShown() throws {
        let line = "issue --no-record --key sealed.pem --color never"
        let good = try onTerminal(line, typed: "word")
        #expect(good.status == 0, "\(good.text)")
        #expect(good.text.contains("Passphrase for 'sealed.pem': "))
        #expect(good.text.contains("eyJ"))
        #expect(!good.text.contains("word"))
        let bad = try onTerminal(line, typed: "werd")
        #expect(bad.status == 1, "\(bad.text)")
        #expect(bad.text.contains("the passphrase does not decrypt the key"))
        #expect(!bad.text.contains("werd"))
    }

    @Test func withoutATerminalNobodyIsAsked() throws {
        let result = try tool.shell(
            "setsid -w jwtctl issue --no-record --key sealed.pem", changes: Self.noSecret)
        #expect(result.status == 1)
        #expect(result.text == "")
        #expect(result.errorText.contains("the key is encrypted"))
        #expect(result.errorText.contains("hint: give its passphrase with --passphrase SOURCE"))
    }

    @Test func keysComeThroughPipesOfTheShell() throws {
        let issue = "\(BuiltTool.path) issue --no-record"
        let result = try ProcessRunner.run(
            [
                "bash", "-c",
                "\(issue) --key <(cat sealed.pem) --passphrase <(echo word) && "
                    + "\(issue) --key fd:7 --passphrase fd:8 7< sealed.pem 8< <(echo word)",
            ], directory: tool.directory.path)
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text.split(separator: "\n").count == 2)
    }
}
