import Commands
import CommandKit
import Foundation
import Testing

/// What README.md and the manual show of a terminal is what the scripts print.
@Suite struct ReadmeTests {
    private static let readme =
        (try? String(
            contentsOfFile: URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
                + "/../../README.md", encoding: .utf8)) ?? ""

    /// The steps of every script.
    private static let scripts: [[Transcript.Step]] = ScriptTests.names.compactMap { name in
        (try? String(contentsOfFile: ScriptTests.folder + "/" + name, encoding: .utf8)).map {
            Transcript($0).steps
        }
    }

    /// Blocks of README.md that begin with ```` ```console ````.
    private static let blocks: [String] = readme.components(separatedBy: "```console\n").dropFirst()
        .compactMap { $0.components(separatedBy: "```").first }

    @Test func readmeShowsTerminals() {
        #expect(Self.blocks.count >= 6)
    }

    @Test(arguments: blocks)
    func readmeShowsWhatIsPrinted(_ block: String) {
        Self.expectPrinted(block)
    }

    /// Literal text of the manual that begins with a prompt.
    private static let manual: [String] = {
        let program = jwtctlProgram.describe()
        let prose = program.manual.flatMap(\.body) + program.topics.flatMap(\.body)
        return prose.compactMap { piece in
            guard case .literal(let lines) = piece, lines.first?.hasPrefix("$ ") == true else {
                return nil
            }
            return lines.joined(separator: "\n")
        }
    }()

    @Test func manualShowsTerminals() {
        #expect(Self.manual.count >= 3)
    }

    @Test(arguments: manual)
    func manualShowsWhatIsPrinted(_ block: String) {
        Self.expectPrinted(block)
    }

    /// Every command that does something itself.
    private static let commands = jwtctlProgram.describe().commands.flatMap(\.flattened)
        .filter(\.subcommands.isEmpty)

    /// Examples of the commands' own manual pages, those that have output.
    private static let examples = commands.flatMap(\.examples).filter { !$0.output.isEmpty }
        .map { $0.transcript.joined(separator: "\n") }

    @Test func everyCommandShowsOutput() {
        let silent = Self.commands.filter { $0.examples.allSatisfy(\.output.isEmpty) }
        #expect(Set(silent.map(\.path)) == [["completion"], ["demo"], ["help"]])
    }

    @Test(arguments: examples)
    func exampleShowsWhatIsPrinted(_ block: String) {
        Self.expectPrinted(block)
    }

    /// One script has to run all steps of the block, in its order, and to print what it shows.
    private static func expectPrinted(_ block: String) {
        let shown = Transcript(block).steps
        #expect(!shown.isEmpty, "no command in:\n\(block)")
        let isPrinted = scripts.contains { script in
            var rest = script[...]
            for step in shown {
                guard
                    let place = rest.firstIndex(where: { own in
                        own.command == step.command
                            && Transcript.matches(own.expected[...], step.expected[...])
                    })
                else { return false }
                rest = rest[(place + 1)...]
            }
            return true
        }
        #expect(isPrinted, "no script prints this:\n\(block)")
    }
}
