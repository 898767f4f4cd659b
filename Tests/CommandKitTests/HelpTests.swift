import CommandKit
import Testing

@Suite("Help")
struct HelpTests {
    @Test("Short help fits: usage, operands, own options with defaults and choices")
    func short() {
        let text = Demo.program.help(path: ["list", "tokens"], detail: .short, width: 80)
        #expect(
            text == """
                List tokens.

                Usage:
                  jwtctl list tokens [OPTIONS] USER [MORE...]

                Operands:
                  USER  Whose tokens.
                  MORE  Others.

                Example:
                  Those of alice.
                      jwtctl list tokens alice

                Options:
                  -o, --output FORMAT  Print it so. [one of json, jsonl]

                More: 'jwtctl help list tokens' (also: global options).

                """)
    }

    @Test(
        "Help shows the commands of examples, and not their output",
        arguments: [HelpDetail.short, .long])
    func examples(detail: HelpDetail) {
        let text = Demo.program.help(path: ["list", "users"], detail: detail, width: 80)
        #expect(text.contains("\nExample:\n  All of them.\n      jwtctl list users\n"))
        #expect(!text.contains("o'hara"))
    }

    @Test("Long help has every section, in order")
    func long() throws {
        let text = Demo.program.help(path: ["issue"], detail: .long, width: 80)
        var rest = text[...]
        for part in [
            "Sign a token and record it.", "Usage:\n  jwtctl issue [OPTIONS] [SUBJECT...]\n",
            "Operands:", "Puts the token", "  .leading  A term", "    .It is literal", "Options:",
            "-o, --output FORMAT", "[one of table, json, jsonl;", "--json", "[default: 3600]",
            "[repeatable]", "--[no-]record", "Redis options:",
            "redis://127.0.0.1:6379/0]", "Global options:", "Examples:\n", "  Sign for alice.\n",
            "      jwtctl issue --key key.pem alice\n", "Exit status:\n  0  Signed.\n",
            "Environment:\n",
            "See also:\n  jwtctl help list, jwtctl help keys, redis-cli(1)\n",
        ] {
            guard let found = rest.firstRange(of: part) else {
                Issue.record("missing, or out of order: \(part)\n\(text)")
                continue
            }
            rest = rest[found.upperBound...]
        }
        #expect(!text.contains("--label"), "hidden options are not shown")
    }

    @Test("Help keeps within the width", arguments: [40, 60, 80, 100])
    func wraps(width: Int) {
        let text = Demo.program.help(path: ["issue"], detail: .long, width: width)
        let tooLong = text.split(separator: "\n").filter {
            DisplayWidth.of(String($0)) > width && !$0.contains("jwtctl")
                && !$0.contains("redis://")
        }
        #expect(tooLong == [])
        #expect(
            text != Demo.program.help(path: ["issue"], detail: .long, width: width + 25)
                || width == 100)
    }

    @Test("The overview groups the commands; the long one adds options and topics")
    func overview() {
        let short = Demo.program.help(path: [], detail: .short, width: 80)
        #expect(
            short == """
                Issue and revoke tokens.

                Usage:
                  jwtctl [OPTIONS] COMMAND ...

                Tokens:
                  issue       Sign a token and record it.
                  list        List what is stored.

                Other:
                  completion  Print completions.
                  help        Show help for a command or a topic.

                More: 'jwtctl help COMMAND' or 'jwtctl help TOPIC'.

                """)
        let long = Demo.program.help(path: [], detail: .long, width: 80)
        #expect(long.contains("Global options:\n  -q, --quiet         Say nothing.\n"))
        #expect(long.contains("      --version       Show the version.\n"))
        #expect(long.contains("Topics:\n  exit-status  What the number means.\n"))
    }

    @Test("A group lists its members with their usage")
    func group() {
        let text = Demo.program.help(path: ["list"], detail: .long, width: 80)
        #expect(text.contains("  jwtctl list tokens [OPTIONS] USER [MORE...]\n"))
        #expect(text.contains("Commands:\n  tokens  List tokens.\n  users   List users.\n"))
        #expect(text.contains("Reads, never writes.\n"))
    }

    @Test("A topic shows its paragraphs and lists")
    func topic() throws {
        let topics = Demo.program.describe().topics
        #expect(
            topics[0].help(width: 80) == """
                Exit status:

                  0  Done.
                  2  Usage.

                """)
        #expect(topics[1].help(width: 80).hasSuffix("12h.\n\nA second paragraph.\n"))
    }

    @Test("An error is followed by one usage line and where to read more")
    func usage() {
        #expect(
            Demo.program.usageLines(path: ["list", "tokens"]) == [
                "usage: jwtctl list tokens [OPTIONS] USER [MORE...]",
                "try 'jwtctl help list tokens'",
            ])
        #expect(
            Demo.program.usageLines(path: ["help"]) == [
                "usage: jwtctl help [COMMAND|TOPIC]", "topics: exit-status, time",
                "commands: try 'jwtctl help'",
            ])
        #expect(
            Demo.program.usageLines(path: []) == [
                "usage: jwtctl [OPTIONS] COMMAND ...", "try 'jwtctl help'",
            ])
        #expect(Demo.program.usageLines(path: ["list"])[0] == "usage: jwtctl list COMMAND")
    }

    @Test("Colour marks headings and terms only where it is on")
    func colour() {
        let bold = Demo.program.help(
            path: ["issue"], detail: .short, width: 80, style: Style(isEnabled: true))
        #expect(bold.contains("\u{1B}[1mUsage:\u{1B}[0m"))
        #expect(!Demo.program.help(path: ["issue"], detail: .short, width: 80).contains("\u{1B}"))
    }
}
