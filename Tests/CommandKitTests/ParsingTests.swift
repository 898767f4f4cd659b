import CommandKit
import Platform
import Testing

/// What `issue` makes of a line.
private func issue(_ line: String...) throws(UsageError) -> IssueOptions {
    try Demo.issue.parse(line)
}

private func expect(_ change: (inout IssueOptions) -> Void) -> IssueOptions {
    var options = IssueOptions()
    change(&options)
    return options
}

struct Understood: Sendable, CustomTestStringConvertible {
    let line: [String]
    let options: IssueOptions
    var testDescription: String { line.joined(separator: " ") }

    init(_ line: String, _ change: (inout IssueOptions) -> Void) {
        self.line = line.split(separator: " ").map(String.init)
        options = expect(change)
    }
}

struct Refused: Sendable, CustomTestStringConvertible {
    let line: [String]
    let message: String
    var testDescription: String { line.joined(separator: " ") }

    init(_ line: String, _ message: String) {
        self.line = line.split(separator: " ").map(String.init)
        self.message = message
    }
}

@Suite("Options and operands")
struct ParsingTests {
    @Test(
        "Every accepted spelling is understood",
        arguments: [
            Understood("") { _ in },
            Understood("--output json") { $0.format = .json },
            Understood("--output=json") { $0.format = .json },
            Understood("-o json") { $0.format = .json },
            Understood("-ojson") { $0.format = .json },
            Understood("-o=json") { $0.format = .json },
            Understood("-qv") {
                $0.globals.isQuiet = true
                $0.globals.isVerbose = true
            },
            Understood("-qojson") {
                $0.globals.isQuiet = true
                $0.format = .json
            },
            Understood("-qo json") {
                $0.globals.isQuiet = true
                $0.format = .json
            },
            Understood("a --json b") {
                $0.subjects = ["a", "b"]
                $0.format = .json
            },
            Understood("-- --json -q") { $0.subjects = ["--json", "-q"] },
            Understood("a -- b --") { $0.subjects = ["a", "b", "--"] },
            Understood("-") { $0.subjects = ["-"] },
            Understood("--key - -") {
                $0.key = Array("-".utf8)
                $0.subjects = ["-"]
            },
            Understood("--aud a --aud=b") { $0.audiences = ["a", "b"] },
            Understood("--no-record") { $0.records = false },
            Understood("--no-record --record") { $0.records = true },
            Understood("--forever") { $0.forever = true },
            Understood("--label x") { $0.label = "x" },
            Understood("--at -2d") { $0.at = "-2d" },
            Understood("--at=--json") { $0.at = "--json" },
            Understood("--at --unknown") { $0.at = "--unknown" },
            Understood("--at=") { $0.at = "" },
            Understood("--at=a=b") { $0.at = "a=b" },
            Understood("--redis unix:///r.sock --profile p") {
                $0.redis.url = "unix:///r.sock"
                $0.globals.profile = "p"
            },
        ])
    func accepts(_ row: Understood) throws {
        #expect(try Demo.issue.parse(row.line) == row.options)
    }

    @Test(
        "Every mistake has its exact message",
        arguments: [
            Refused("--outptu json", "unknown option '--outptu'; did you mean '--output'?"),
            Refused("--exp", "unknown option '--exp'; did you mean '--expires-in'?"),
            Refused("--outp=json", "unknown option '--outp'; did you mean '--output'?"),
            Refused("--zebra", "unknown option '--zebra'"),
            Refused("--lable x", "unknown option '--lable'"),
            Refused("-x", "unknown option '-x'"),
            Refused("-qx", "unknown option '-x'"),
            Refused("--output", "missing value for '--output FORMAT'"),
            Refused("-o", "missing value for '-o FORMAT'"),
            Refused("--at --json", "missing value for '--at TIME'"),
            Refused("--at --redis=x", "missing value for '--at TIME'"),
            Refused("--at -q", "missing value for '--at TIME'"),
            Refused("--at -- x", "missing value for '--at TIME'"),
            Refused("--json=1", "'--json' takes no value"),
            Refused("--no-record=1", "'--no-record' takes no value"),
            Refused("--help=1", "'--help' takes no value"),
            Refused("-q=1", "'-q' takes no value"),
            Refused("--no-json", "unknown option '--no-json'"),
            Refused("--expires-in ZZZ", "'ZZZ' is not a duration; write 15m, 12h or 30d"),
            Refused("--output xml", "'xml' is not one of table, json, jsonl"),
            Refused(
                "-o jsno", "'jsno' is not one of table, json, jsonl; did you mean 'json'?"),
            Refused("--key a -k b", "'--key' is given more than once"),
            Refused("--forever --at 1", "'--forever' cannot be used with '--at'"),
        ])
    func refuses(_ row: Refused) {
        let error = #expect(throws: UsageError.self) { try Demo.issue.parse(row.line) }
        #expect(error?.message == row.message)
    }

    @Test("Required operands are missed, further ones refused")
    func operands() throws {
        #expect(throws: UsageError.missingOperand("USER")) { try Demo.tokens.parse([]) }
        #expect(throws: UsageError.unexpectedArgument("b")) { try Demo.users.parse(["b"]) }
        #expect(UsageError.missingOperand("USER").message == "missing operand 'USER'")
        #expect(UsageError.unexpectedArgument("b").message == "unexpected argument 'b'")
        let options = try Demo.tokens.parse(["a", "b", "c"])
        #expect(options.user == "a")
        #expect(options.rest == ["b", "c"])
    }

    @Test("A choice among some cases refuses the others")
    func someChoices() {
        #expect(throws: UsageError.self) { try Demo.tokens.parse(["u", "-o", "table"]) }
        #expect(throws: Never.self) { try Demo.tokens.parse(["u", "-o", "jsonl"]) }
    }

    @Test("Operands before and after a repeated one get their share")
    func operandShares() throws {
        struct Copy: Sendable {
            var sources: [String] = []
            var target = ""
        }
        let copy = Command(
            name: "copy", summary: "Copy.", defaults: Copy(),
            operands: [
                .repeated("SOURCE", minimum: 1, summary: "From.", into: \.sources),
                .required("TARGET", summary: "To.", into: \.target) {
                    text throws(InvalidValue) in text
                },
            ], run: { _, _ in .success })
        let options = try copy.parse(["a", "b", "c"])
        #expect(options.sources == ["a", "b"])
        #expect(options.target == "c")
        #expect(throws: UsageError.missingOperand("TARGET")) { try copy.parse(["a"]) }
        #expect(throws: UsageError.missingOperand("SOURCE")) { try copy.parse([]) }
    }

    @Test("Text must be UTF-8, bytes are kept as they are")
    func bytes() throws {
        let bad: [UInt8] = [0x61, 0xFF]
        let words = ["issue"].map { Array($0.utf8) }
        guard
            case .usageError(let error, let path) = Demo.program.parse(
                words + [Array("--at".utf8), bad])
        else {
            Issue.record("no usage error")
            return
        }
        #expect(error.message == "the value of '--at' is not valid UTF-8")
        #expect(path == ["issue"])
        guard case .usageError(let operand, _) = Demo.program.parse(words + [bad]) else {
            Issue.record("no usage error")
            return
        }
        #expect(operand.message == "the value of 'SUBJECT' is not valid UTF-8")
        guard
            case .run(let bound) = Demo.program.parse(
                words + [Array("--key=".utf8) + bad, Array("--claim".utf8), bad])
        else {
            Issue.record("not run")
            return
        }
        let options = bound.options as? IssueOptions
        #expect(options?.key == bad)
        #expect(options?.claims == [bad])
    }

    @Test("A message neither repeats a whole token nor lets control characters through")
    func echo() {
        let token = "eyJ" + String(repeating: "a", count: 100)
        #expect(UsageError.unexpectedArgument(token).message.count < 60)
        let hostile = UsageError.unknownOption("--\u{1B}[2J", suggestions: []).message
        #expect(hostile == "unknown option '--\\u{1b}[2J'")
    }

    @Test("Several equally near names are all suggested")
    func severalSuggestions() {
        let error = UsageError.unknownOption("--x", suggestions: ["--a", "--b", "--c"])
        #expect(error.message == "unknown option '--x'; did you mean '--a', '--b' or '--c'?")
        #expect(
            UsageError.missingCommand(choices: ["tokens", "users"]).message
                == "missing command; one of 'tokens' or 'users'")
        #expect(UsageError.missingOption("--reason").message == "missing option '--reason'")
    }
}
