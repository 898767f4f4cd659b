import CommandKit
import TestSupport
import Testing

@Suite("Rules over the tree")
struct RulesTests {
    @Test("The demo program keeps every rule")
    func clean() {
        #expect(Demo.program.violations() == [])
    }

    struct Odd: Sendable { var value = 1.5 }

    static func program(_ options: [Option<Odd>], output: [String] = []) -> Program {
        Program(
            name: "x", version: "1", summary: "X.",
            globalOptions: { OptionGroup(title: "G", defaults: Odd(), options: []).section },
            sections: [
                .init(
                    "All",
                    [
                        AnyCommand("go") {
                            Command(
                                name: "go", summary: "Go.", defaults: Odd(), options: options,
                                examples: [
                                    Example(command: "x go", summary: "Go.", output: output)
                                ],
                                run: { _, _ in .success })
                        }
                    ])
            ])
    }

    static func odd(
        _ name: String, short: Character? = nil, metavar: String = "N", summary: String = "Odd."
    ) -> Option<Odd> {
        Option.value(name, short: short, metavar: metavar, summary: summary, into: \.value) {
            _ throws(InvalidValue) in 2
        }
        .showingDefault("1.5")
    }

    @Test(
        "Each planted violation of an option is found",
        arguments: [
            ([odd("Big")], "option name 'Big' is not made of a-z, 0-9 and -"),
            ([odd("a"), odd("a")], "option of command 'go' 'a' appears twice"),
            (
                [odd("a", short: "a"), odd("b", short: "a")],
                "short option of command 'go' 'a' appears twice"
            ),
            ([odd("a", metavar: "")], "option '--a' of command 'go' has no value name in capitals"),
            (
                [odd("a", metavar: "low")],
                "option '--a' of command 'go' has no value name in capitals"
            ),
            ([odd("a", short: "?")], "option '--a' of command 'go' has the short name '?'"),
            (
                [odd("a", summary: "small.")],
                "option '--a' of command 'go': summary begins in lower case"
            ),
            ([odd("a", summary: "Stop")], "option '--a' of command 'go': summary has no period"),
            (
                [odd("a", summary: "L" + String(repeating: "o", count: 72) + "ng.")],
                "option '--a' of command 'go': summary is over 72 columns"
            ),
            (
                [
                    .value("a", metavar: "N", summary: "Odd.", into: \.value) {
                        _ throws(InvalidValue) in 2
                    }
                ],
                "option '--a' of command 'go' has a default that help cannot show"
            ),
        ])
    func planted(options: [Option<Odd>], expected: String) {
        #expect(Self.program(options).violations() == [expected])
    }

    @Test("Output of an example that does not fit is found")
    func output() {
        let fits = String(repeating: "o", count: 80)
        #expect(Self.program([], output: [fits, "..."]).violations() == [])
        #expect(
            Self.program([], output: ["", fits + "o"]).violations() == [
                "command 'go': an example's output has an empty line",
                "command 'go': an example's output is over 80 columns",
            ])
    }

    @Test("Violations of commands and topics are found")
    func tree() {
        let program = Program(
            name: "x", version: "1", summary: "X.", globalOptions: { Demo.globals.section },
            sections: [
                .init(
                    "All",
                    [
                        AnyCommand("one") {
                            Command(
                                name: "two", summary: "One.", defaults: 0, run: { _, _ in .success }
                            )
                        },
                        AnyCommand("users") { Demo.users }, AnyCommand("users") { Demo.users },
                    ])
            ],
            topics: { [Topic(name: "A b", title: "A", summary: "a", body: [])] })
        let found = program.violations()
        for expected in [
            "command 'users' appears twice", "command 'one' is named 'two'",
            "topic name 'A b' is not made of a-z, 0-9 and -",
            "topic 'A b': summary begins in lower case",
            "command 'one' has no examples", "command 'one' lacks the global option '--quiet'",
            "command 'users' has no example with 'x users'",
        ] {
            #expect(found.contains(expected), "\(expected)")
        }
    }
}
