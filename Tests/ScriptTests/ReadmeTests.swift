import Foundation
import Testing

/// The situations of README.md are the scripts, and say nothing that these do not print.
@Suite struct ReadmeTests {
    private static let readme = try? String(
        contentsOfFile: URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
            + "/../../README.md", encoding: .utf8)

    /// The steps of each part of the section, in the order of the scripts' numbers.
    private static func situations() throws -> [Transcript] {
        let text = try #require(readme)
        let section = try #require(
            text.components(separatedBy: "\n## ").first { $0.hasPrefix("Six situations\n") })
        return section.components(separatedBy: "\n### ").dropFirst().map { part in
            let blocks = part.components(separatedBy: "```console\n").dropFirst().compactMap {
                $0.components(separatedBy: "```").first
            }
            return Transcript(blocks.joined(separator: "\n"))
        }
    }

    private static let scripts = ScriptTests.names.filter { $0.hasPrefix("situation-") }

    @Test func eachSituationIsShown() throws {
        #expect(Self.scripts.count == 6)
        #expect(try Self.situations().count == Self.scripts.count)
    }

    @Test(arguments: Array(scripts.enumerated()))
    func whatIsShownIsWhatIsPrinted(_ index: Int, _ name: String) throws {
        let shown = try Self.situations()[index].steps
        var steps = Transcript(
            try String(contentsOfFile: ScriptTests.folder + "/" + name, encoding: .utf8)
        ).steps[...]
        #expect(!shown.isEmpty)
        for step in shown {
            let place = try #require(
                steps.firstIndex { $0.command == step.command },
                "\(name) does not run, after what stands before: \(step.command)")
            let own = steps[place]
            steps = steps[(place + 1)...]
            let text = step.expected.joined(separator: "\n")
            #expect(
                Transcript.matches(own.expected[...], step.expected[...]),
                "\(step.command)\n\(text)")
        }
    }
}
