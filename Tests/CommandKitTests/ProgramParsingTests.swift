import CommandKit
import Platform
import TestSupport
import Testing

/// An outcome in a form that a table can hold.
private func outcome(_ line: String) -> String {
    let words = line.split(separator: " ").map { Array($0.utf8) }
    return switch Demo.program.parse(words) {
    case .run(let bound): "run " + bound.path.joined(separator: " ")
    case .showHelp(let path, let detail): "help \(detail) " + path.joined(separator: " ")
    case .showTopic(let topic): "topic \(topic.name)"
    case .showVersion: "version"
    case .complete(let request): "complete \(request.kind) \(request.words.count)"
    case .usageError(let error, let path):
        "error [\(path.joined(separator: " "))] \(error.message)"
    }
}

@Suite("Commands, help and version")
struct ProgramParsingTests {
    @Test(
        "Each command line leads to its outcome",
        arguments: [
            ("issue a", "run issue"),
            ("list tokens u", "run list tokens"),
            ("-q list -v users", "run list users"),
            ("-- issue --json", "run issue"),
            ("-h", "help short "),
            ("--help", "help long "),
            ("help", "help long "),
            ("issue -h", "help short issue"),
            ("issue --help", "help long issue"),
            ("--help issue", "help long "),
            ("help issue", "help long issue"),
            ("help list tokens", "help long list tokens"),
            ("list --help", "help long list"),
            ("list tokens -h", "help short list tokens"),
            ("help --help", "help long help"),
            ("help time", "topic time"),
            ("help exit-status", "topic exit-status"),
            ("--version", "version"),
            ("issue --version", "version"),
            ("issue --zebra --output --help", "help long issue"),
            ("issue --output xml -qh", "help short issue"),
            ("--zebra issue --help", "help long issue"),
            ("zebra --help", "help long "),
            ("zebra --version", "version"),
            ("--zebra --version", "version"),
            ("list zebra -h", "help short list"),
            ("issue --at=--help --help", "help long issue"),
            ("__complete users -- issue --aud", "complete users 2"),
            ("", "error [] missing command"),
            ("list", "error [list] missing command; one of 'tokens' or 'users'"),
            ("-q", "error [] missing command"),
            ("isue", "error [] unknown command 'isue'; did you mean 'issue'?"),
            ("sign", "error [] unknown command 'sign'; did you mean 'issue'?"),
            ("ls", "error [] unknown command 'ls'; did you mean 'list'?"),
            ("iss", "error [] unknown command 'iss'; did you mean 'issue'?"),
            ("zebra", "error [] unknown command 'zebra'"),
            ("list tokans", "error [list] unknown command 'tokans'; did you mean 'tokens'?"),
            ("list tokens", "error [list tokens] missing operand 'USER'"),
            ("--zebra issue", "error [] unknown option '--zebra'"),
            ("--profil x issue", "error [] unknown option '--profil'; did you mean '--profile'?"),
            ("--profile", "error [] missing value for '--profile NAME'"),
            ("--quiet=1 issue", "error [] '--quiet' takes no value"),
            ("--profile a issue --profile b", "error [issue] '--profile' is given more than once"),
            ("issue -- --help --zebra", "run issue"),
            ("help zebra", "error [help] no command or topic 'zebra'"),
            ("help tmie", "error [help] no command or topic 'tmie'; did you mean 'time'?"),
            ("help sign", "error [help] no command or topic 'sign'; did you mean 'issue'?"),
            ("help list zebra", "error [help] unknown command 'zebra'"),
            ("help issue zebra", "error [help] unexpected argument 'zebra'"),
        ])
    func outcomes(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test("Global options count before, between and after the commands alike")
    func globals() {
        for line in [
            "-p x -v list tokens u", "list --profile=x -v tokens u", "list tokens u -vpx",
            "--profile x list -v tokens u",
        ] {
            let words = line.split(separator: " ").map { Array($0.utf8) }
            guard case .run(let bound) = Demo.program.parse(words) else {
                Issue.record("not run: \(line)")
                continue
            }
            let options = bound.options as? ListOptions
            #expect(options?.globals.profile == "x", "\(line)")
            #expect(options?.globals.isVerbose == true, "\(line)")
        }
    }

    @Test("A bound command runs with its options and returns its status")
    func run() throws {
        let output = OutputStream()
        let system = System(
            input: InputStream(bytes: []), output: output, diagnostics: OutputStream(),
            environment: Environment([:]), clock: .fixed(0), terminal: Terminal(columns: 80))
        guard case .run(let issue) = Demo.program.parse(["issue", "a", "b"].map { Array($0.utf8) })
        else {
            Issue.record("not run")
            return
        }
        #expect(try issue.run(system) == .success)
        #expect(String(decoding: output.contents, as: UTF8.self) == "issued a+b\n")
        guard case .run(let users) = Demo.program.parse(["list", "users"].map { Array($0.utf8) })
        else {
            Issue.record("not run")
            return
        }
        #expect(try users.run(system).rawValue == 6)
    }

    @Test("Only the command that is named gets built")
    func lazy() {
        let program = Program(
            name: "x", version: "1", summary: "X.",
            globalOptions: { fatalError("globals were built") },
            sections: [
                .init(
                    "All",
                    [
                        AnyCommand("other") { () -> Command<ListOptions> in fatalError("built") },
                        AnyCommand("users") { Demo.users },
                    ])
            ], topics: { fatalError("topics were built") })
        guard case .run = program.parse([Array("users".utf8)]) else {
            Issue.record("not run")
            return
        }
    }

    @Test("Candidates are one a line, and what cannot be typed back is left out")
    func answers() {
        let text = CompletionRequest.answer([
            .init("alice"), .init("bob", summary: "a\tb"), .init("e\nvil"),
        ])
        #expect(text == "alice\nbob\ta\\u{9}b\n")
    }
}
