import CommandKit
import Foundation
import Testing

@testable import Commands

/// Sentences that read like a translation were replaced, and do not come back.
@Suite struct RetiredWordsTests {
    /// Lower case, on one line.
    private static let retired = [
        "for everybody who", "what stands behind", "valkey are tried", "does no harm",
        "nothing issued before a certain time", "nothing asks, nothing hangs",
        "a state that nobody knows", "what holds and who says so", "refused by a guard",
        "the person said no", "judge a token", "by a new one", "a revocation back",
        "looking around", "the program itself", "fail or vanish", "state lies in redis",
        "may stay silent", "our certificate", "have it too", "or another one given",
        "are stretched", "has to be tried again", "for whom it is", "whose token it is",
        "the user's list calls it", "nobody knows when", "does not know the id",
        "is it running there", "this needs a confirmation", "--yes answers",
        "is dead, recorded or not", "check the spelling of the user", "the line is no id",
        "the entry lives", "dead at birth", "that are no json", "redis asks for a password",
        "cut short by a log", "in one safe command", "could pair one version",
        "where the key stands", "does the same on each", "is also there as json",
        "pages say the rest", "what does she have", "stood in a log",
        "server keeps to itself", "fetches nothing by itself", "read are pkcs",
        "how it was proved", "how each was proved", "which takes ten minutes",
        "is told with line", "checking nothing", "find what would make", "throw-away redis",
        "the redis that holds the state", "password stands", "authorities that may sign",
        "reach an announced", "which keys stand", "that are named once",
        "which variables are read", "why, for the entry", "whose ids these are",
        "raise the cutoff further", "stands on the command line", "is dead from the second",
        "a bare number is refused", "the audit trail", "is looked for;", "another failure:",
        "could not be learned", "takes the proof off", "that named default counts",
        "never passed over", "a login which follows", "is not answered by",
        "broken off in between", "nothing but emptiness", "which mails what goes wrong",
        "entry lives another", "is here yet", "everybody can read",
        "does not begin with a scheme", "what lies in redis", "written is '",
        "has to say how long", "services hear of", "whom it is about",
        "by which it is revoked", "kind of token it says", "anything passes without",
        "all with an end", "the trail is there", "all tidy", "in this redis in all",
        "reckoned",
    ]

    /// The phrases in a text, however it is broken into lines.
    private static func found(in text: String) -> [String] {
        let line = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return retired.filter { line.contains($0) }
    }

    private static let sources =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../Sources"

    @Test func noneIsInTheSources() throws {
        var count = 0
        let files = try #require(FileManager.default.enumerator(atPath: Self.sources))
        for case let file as String in files where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: Self.sources + "/" + file, encoding: .utf8)
            // Comments may say what they like; a literal may go on in the next line.
            let code = text.split(separator: "\n").filter {
                !$0.drop(while: \.isWhitespace).hasPrefix("//")
            }.map { $0.hasSuffix("\\") ? $0.dropLast() : $0 }.joined(separator: "\n")
            let words = Self.found(in: code.replacing("\"\n", with: "").replacing("+ \"", with: ""))
            #expect(words.isEmpty, "\(file)")
            count += 1
        }
        #expect(count > 200)
    }

    @Test func noneIsInTheManualOrTheHelp() {
        let program = jwtctlProgram.describe()
        for file in GeneratedFiles.all() where file.path.hasPrefix("man/") {
            let text = file.content.replacing("\\-", with: "-").replacing("\\(aq", with: "'")
            #expect(Self.found(in: text).isEmpty, "\(file.path)")
        }
        for command in program.commands.flatMap(\.flattened) {
            let help = command.longHelp(program: "jwtctl", width: 80)
            #expect(Self.found(in: help).isEmpty, "help \(command.path)")
        }
        for topic in program.topics {
            #expect(Self.found(in: topic.help(width: 80)).isEmpty, "help \(topic.name)")
        }
    }

    @Test func noneIsInTheReadme() throws {
        let text = try String(
            contentsOfFile: Self.sources + "/../README.md", encoding: .utf8)
        #expect(Self.found(in: text).isEmpty)
    }

    @Test func aPhraseIsFoundAcrossLines() {
        #expect(Self.found(in: "revoked X, the entry\n    lives 1 h") == ["the entry lives"])
    }
}
