import CommandKit
import Foundation
import Layouts
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// Rules of the command tree and of the files that are made from it.
struct TreeTests {
    private var commands: [CommandDescription] {
        jwtctlProgram.describe().sections.flatMap(\.commands).flatMap(\.flattened)
    }

    private var leaves: [CommandDescription] { commands.filter(\.subcommands.isEmpty) }

    @Test func theTreeKeepsTheRulesOfTheHouse() {
        #expect(jwtctlProgram.violations() == [])
    }

    @Test func everyGeneratedFileIsWhatIsCommitted() throws {
        for file in GeneratedFiles.all() {
            let committed = try? Project.text(file.path)
            let isCurrent = committed == file.content
            #expect(isCurrent, "\(file.path) is stale: run `make generate`")
        }
    }

    @Test func noGeneratedFileIsMissingOrOrphaned() throws {
        let made = Set(GeneratedFiles.all().map(\.path))
        #expect(made.count == GeneratedFiles.all().count)
        let found = Set(try Project.files(below: "man") + Project.files(below: "completions"))
        #expect(found == made, "run `make generate`, and remove what nothing makes")
    }

    @Test func generatedFilesAreNotRewrittenInCI() {
        let result = TestTool(environment: ["CI": "true"])("__generate", "/nonexistent")
        #expect(result.status == 9)
    }

    @Test func everyExampleParses() {
        for example in leaves.flatMap(\.examples) { expectParses(example.command) }
    }

    /// The literal lines of the manual and of the topics. A line that ends with a backslash goes on.
    @Test func everyLineOfThePagesParses() {
        let program = jwtctlProgram.describe()
        var count = 0
        for piece in program.manual.flatMap(\.body) + program.topics.flatMap(\.body) {
            guard case .literal(let lines) = piece else { continue }
            let text = lines.joined(separator: "\n").replacing("\\\n", with: " ")
            for line in text.split(separator: "\n") {
                let command = String(line.hasPrefix("$ ") ? line.dropFirst(2) : line)
                guard command.hasPrefix("jwtctl ") else { continue }
                let uncommented = command.components(separatedBy: " #")[0]
                let first = uncommented.components(separatedBy: " && ")[0]
                expectParses(first.replacing(/<\([^)]*\)/, with: "FILE"))
                count += 1
            }
        }
        #expect(count > 20)
    }

    private func expectParses(_ command: String) {
        for words in ShellWords.commands(command) where words.first == "jwtctl" {
            let arguments = words.dropFirst().map { Array($0.utf8) }
            if case .usageError(let error, _) = jwtctlProgram.parse(arguments) {
                Issue.record("\(command): \(error.message)")
            }
        }
    }

    /// Statuses are a contract with scripts: number, order and meaning are all there.
    @Test func everyStatusHasAMeaning() {
        #expect(ExitStatus.all.map(\.status.rawValue) == Array(0...11))
        #expect(Set(ExitStatus.all.map(\.meaning)).count == 12)
    }

    @Test func everyCommandDocumentsStatusesThatExist() {
        for command in leaves where command.path != ["help"] {
            let documented = command.exitStatuses.map(\.status)
            #expect(documented.contains(.success) && documented.contains(.usage), "\(command.path)")
            for status in documented {
                #expect(ExitStatus.all.map(\.status).contains(status), "\(command.path)")
            }
        }
    }

    /// What the code of a command can return or throw by name is documented.
    @Test func commandsDocumentWhatTheyThrowThemselves() throws {
        let sources: [(path: [String], files: [String])] = [
            (["issue"], ["Tokens/Issue"]), (["verify"], ["Tokens/Verdict"]),
            (["decode"], ["Tokens/Decode"]),
            (
                ["revoke"],
                ["State/Revoke", "State/OperandRevocation", "State/RevocationPlanner"]
            ),
            (["restore"], ["State/Restore"]), (["status"], ["State/Status"]),
            (
                ["logout-all"],
                ["State/LogoutAll", "State/LogoutEveryone", "Tokens/TokenFacts"]
            ),
            (["prove"], ["Proof/Prove", "Proof/Proof", "Proof/ProofReport"]),
        ]
        let names: [(String, ExitStatus)] = [
            (".malformed", .malformed), (".badSignature", .badSignature), (".claims", .claims),
            (".revoked", .revoked), (".notListed", .notListed), (".unknown", .unknown),
            (".refused", .refused), (".someFailed", .someFailed),
            (".stillAccepted", .stillAccepted),
        ]
        for source in sources {
            let command = try #require(leaves.first { $0.path == source.path })
            let documented = Set(command.exitStatuses.map(\.status))
            for file in source.files {
                let text = try Project.text("Sources/Commands/\(file).swift")
                for (name, status) in names {
                    let thrown =
                        text.range(
                            of: "(Failure\\(\\s*|return )\\\(name)\\b(?!\\()",
                            options: .regularExpression) != nil
                    if thrown {
                        #expect(documented.contains(status), "\(source.path): \(status.rawValue)")
                    }
                }
            }
        }
    }

    @Test func theTopicMentionsEveryStatus() throws {
        let help = TestTool()("help", "exit-status")
        #expect(help.status == 0)
        for number in 0...11 {
            let line = help.output.split(separator: "\n").contains {
                $0.trimmingCharacters(in: .whitespaces).hasPrefix("\(number) ")
            }
            #expect(line, "\(number)")
        }
        #expect(help.output.contains("130, 141, 143"))
    }

    @Test func everySeeAlsoLeadsSomewhere() {
        let topics = jwtctlProgram.describe().topics.map(\.name)
        let known = Set(commands.map { $0.path[0] } + topics)
        for command in commands {
            for name in command.seeAlso where !name.hasSuffix(")") {
                #expect(known.contains(name), "\(command.path): \(name)")
            }
        }
    }

    /// The keys that help shows are the keys of the layout.
    @Test func theTopicOfLayoutsNamesTheLayoutsKeys() throws {
        let help = TestTool()("help", "layouts").output
        let layout = try Layout.native()
        let keys = try layout.keys(of: try Identifier("USER"))
        for key in [
            try layout.denyKey(TokenSubject(id: try Identifier("JTI"), user: nil)), keys.tokens,
            keys.meta, keys.cutoff, layout.globalCutoffKey, layout.auditKey, layout.channel,
        ] {
            #expect(help.contains(String(decoding: try #require(key), as: UTF8.self)))
        }
    }

    @Test func noSourceImportsFoundation() throws {
        for path in try Project.files(below: "Sources") where path.hasSuffix(".swift") {
            let found = try Project.text(path).range(
                of: #"(?m)^[^/\n]*\bimport\s+(\w+\s+)?Foundation"#, options: .regularExpression)
            #expect(found == nil, "\(path)")
        }
    }

    /// Key names are the layout's business alone.
    @Test func noKeyNameIsMadeOutsideTheLayout() throws {
        for path in try Project.files(below: "Sources") where path.hasSuffix(".swift") {
            guard !path.contains("/Layouts/Presets/"), !path.contains("/Topics") else {
                continue
            }
            let text = try Project.text(path)
            for name in ["jwt:", ":deny:", "}:tokens", "}:meta", ":cutoff\"", ":audit\""] {
                let code = text.split(separator: "\n").filter {
                    !$0.trimmingCharacters(in: .whitespaces).hasPrefix("//")
                }
                #expect(!code.contains { $0.contains(name) }, "\(path): \(name)")
            }
        }
    }

    @Test(arguments: [
        ("sign", "issue"), ("encode", "issue"), ("inspect", "decode"), ("unrevoke", "restore"),
        ("check", "verify"), ("revoke-all", "logout-all"), ("ls", "list"),
    ])
    func wordsThatPeopleTryAreAnswered(_ word: String, _ command: String) {
        let result = TestTool()(word)
        #expect(result.status == 2)
        #expect(result.errors.contains("did you mean '\(command)'"))
    }
}

/// The words of a POSIX command line, as far as the examples go: quotes, pipes and redirections.
enum ShellWords {
    static func commands(_ line: String) -> [[String]] {
        var commands: [[String]] = [[]]
        var word = ""
        var isWord = false
        var quote: Character?
        func endWord() {
            if isWord { commands[commands.count - 1].append(word) }
            word = ""
            isWord = false
        }
        var skipsWord = false
        for character in line {
            if let open = quote {
                if character == open {
                    quote = nil
                } else if character != "\\" {
                    word.append(character)
                }
                continue
            }
            switch character {
            case "\"", "'":
                quote = character
                isWord = true
            case " ":
                if skipsWord, isWord {
                    word = ""
                    isWord = false
                    skipsWord = false
                } else {
                    endWord()
                }
            case "|":
                endWord()
                commands.append([])
            case ">", "<":
                endWord()
                skipsWord = true
            default:
                word.append(character)
                isWord = true
            }
        }
        if !skipsWord { endWord() }
        return commands
    }
}
