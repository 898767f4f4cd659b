import CommandKit
import Foundation
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// The manual page of layout files: it tells of everything that is read, and its example works.
@Suite(.redis) struct LayoutManualTests {
    /// The words that the page explains: terms of its lists, and what stands in a meaning as a word
    /// of the format.
    private var terms: Set<String> {
        var words: Set<String> = []
        for case .definitions(let items) in Topics.layoutFile.body {
            for item in items { words.formUnion(Self.words(item.term)) }
        }
        return words
    }

    private var meanings: Set<String> {
        var words: Set<String> = []
        for piece in Topics.layoutFile.body {
            switch piece {
            case .definitions(let items):
                for item in items { words.formUnion(Self.words(item.meaning)) }
            case .paragraph(let text): words.formUnion(Self.words(text))
            case .heading, .literal: break
            }
        }
        return words
    }

    private static func words(_ text: String) -> Set<String> {
        Set(
            text.split { !($0.isLetter || $0.isNumber || "$_".contains($0)) }.map(String.init))
    }

    @Test func everyMemberHasAMeaning() {
        #expect(LayoutGrammar.members.subtracting(terms).subtracting(["role", "type"]) == [])
        // They are in every store, and explained at the head of all.
        #expect(Set(["role", "type"]).isSubset(of: meanings))
    }

    @Test func everyWordThatAMemberTakesIsTold() {
        #expect(LayoutGrammar.values.subtracting(terms).subtracting(meanings) == [])
    }

    @Test func everyPlaceholderAndFilterHasAMeaning() {
        for name in LayoutGrammar.placeholders {
            let isTold = Topics.layoutFile.body.contains { piece in
                guard case .definitions(let items) = piece else { return false }
                return items.contains { $0.term.contains("${\(name)}") }
            }
            #expect(isTold, "${\(name)}")
        }
        #expect(Set(LayoutGrammar.filters).subtracting(terms) == [])
    }

    @Test func everyRuleIsTold() {
        let text = Topics.layoutFile.body.map { piece in
            switch piece {
            case .paragraph(let text): text
            case .definitions(let items): items.map(\.meaning).joined(separator: " ")
            case .heading, .literal: ""
            }
        }.joined(separator: " ")
        let forms = LayoutGrammar.rules.flatMap {
            $0.replacingOccurrences(of: " or ", with: "; ")
                .replacingOccurrences(of: "exp, iat", with: "exp\u{1} iat")
                .components(separatedBy: CharacterSet(charactersIn: ",;"))
                .map {
                    $0.trimmingCharacters(in: .whitespaces)
                        .replacingOccurrences(of: "\u{1}", with: ",")
                }
        }
        #expect(forms.count == 10)
        for form in forms { #expect(text.contains(form), "\(form)") }
    }

    @Test func thePageIsInTheManual() throws {
        let page = try Project.text("man/jwtctl-layout.5")
        for member in LayoutGrammar.members {
            #expect(page.contains(member), "\(member)")
        }
        #expect(try Project.text("man/jwtctl.1").contains(".Xr jwtctl-layout 5"))
        #expect(TestTool()("help", "layout-file").output.contains("${claim.NAME}"))
    }

    /// The page as a person reads it, with the lines of each display.
    private func displays() throws -> [[String]] {
        let page = Project.root.appendingPathComponent("man/jwtctl-layout.5").path
        let result = try ProcessRunner.run(["mandoc", "-Tutf8", "-Owidth=200", page])
        try #require(result.status == 0, Comment(rawValue: result.errorText))
        var text: [Character] = []
        for scalar in result.text {
            if scalar == "\u{8}" { text.removeLast() } else { text.append(scalar) }
        }
        var displays: [[String]] = []
        var isOpen = false
        let indent = String(repeating: " ", count: 11)
        for line in String(text).components(separatedBy: "\n") {
            if line.hasPrefix(indent) {
                if !isOpen { displays.append([]) }
                displays[displays.count - 1].append(String(line.dropFirst(indent.count)))
                isOpen = true
            } else {
                isOpen = false
            }
        }
        return displays
    }

    @Test func itsExampleDoesWhatItSays() throws {
        let displays = try displays()
        let file = try #require(displays.first { $0.first == "{" })
        let session = try #require(
            displays.first { $0.first?.contains("layout show ./acme") == true })
        #expect(session.count > 10)
        let tool = try BuiltTool()
        try tool.directory.write("acme.json", file.joined(separator: "\n") + "\n")
        // As the reader's redis-cli finds the reader's Redis.
        try tool.directory.writeProgram(
            "redis-cli", "#!/bin/sh\nPATH=/usr/bin:/bin exec redis-cli -s \"$SOCKET\" \"$@\"\n")
        var script = "PATH=.:$PATH\n"
        for line in session { script += "\(line)\necho \"status $?\"\n" }
        let result = try tool.shell(script)
        let answers = result.text.components(separatedBy: "status ").dropFirst().map {
            Int($0.prefix { $0.isNumber })
        }
        let outputs = result.text.components(separatedBy: "status ").enumerated().map {
            $0 == 0 ? $1 : String($1.drop { $0.isNumber }.dropFirst())
        }
        try #require(answers.count == session.count, "\(result.text)\(result.errorText)")
        for (index, line) in session.enumerated() {
            let promise = line.components(separatedBy: "# ").dropFirst().first ?? ""
            let isRevoked = promise.contains("status 6")
            #expect(answers[index] == (isRevoked ? 6 : 0), "\(line): \(result.errorText)")
            if promise == "yes" { #expect(outputs[index] == "yes\n", "\(line)") }
            if promise == "active" { #expect(outputs[index].hasPrefix("active"), "\(line)") }
        }
        // The application's own keys, and nothing else.
        #expect(
            Set(try tool.redis.cli("KEYS", "*").split(separator: "\n"))
                .isSubset(of: [
                    "prod:acme:revoked:t1", "prod:acme:sessions:alice", "prod:acme:cutoff:alice",
                ]))
    }

    /// What the example's application would say, byte by byte.
    @Test(
        .enabled(if: ServerVersion.current >= .redis(7, 0), "EXPIRETIME came with Redis 7.0"))
    func itsExampleWritesWhatTheApplicationReads() throws {
        let file = try #require(try displays().first { $0.first == "{" })
        let sandbox = try Sandbox()
        let path = try sandbox.file("acme.json", file.joined(separator: "\n"))
        sandbox.jwtctl.options = ["--layout", path]
        let token = sandbox.jwtctl(
            "issue", "--sub", "old", "--claim", #"data:={"uid":"alice"}"#, "--jti", "t1"
        ).line
        let exp = try #require(
            Int(sandbox.jwtctl("decode", "--field", "payload.exp", token).line))
        func cli(_ words: String...) throws -> String {
            try sandbox.server.cli(words, input: [])
        }
        #expect(try cli("ZSCORE", "prod:acme:sessions:alice", "t1") == "\(exp)000")
        #expect(try cli("EXPIRETIME", "prod:acme:sessions:alice") == "\(exp)")
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        #expect(try cli("GET", "prod:acme:revoked:t1") == "yes")
        #expect(try cli("EXPIRETIME", "prod:acme:revoked:t1") == "\(exp + 60)")
        // The application's reader compares.
        #expect(try cli("SET", "prod:acme:revoked:t1", "no") == "OK")
        #expect(sandbox.jwtctl("status", token).status == 0)
        let before = Int(Date().timeIntervalSince1970)
        #expect(sandbox.jwtctl("logout-all", "alice").status == 0)
        let cutoff = try #require(Int(try cli("GET", "prod:acme:cutoff:alice")))
        #expect((before + 1...before + 5).contains(cutoff))
    }
}
