import CommandKit
import Foundation
import TestSupport
import Testing

@Suite("Manual pages")
struct ManualTests {
    private static let pages = ManualPages(Demo.program.describe(), date: "July 2, 2026")

    private static func page(_ file: String) -> String {
        pages.all().first { $0.file == file }?.source ?? ""
    }

    @Test("There is one page for the program and one for each top-level command")
    func files() {
        #expect(
            Self.pages.all().map(\.file) == [
                "jwtctl.1", "jwtctl-issue.1", "jwtctl-list.1", "jwtctl-completion.1",
                "jwtctl-help.1",
            ])
    }

    @Test("mandoc has no complaint", .programs)
    func lint() throws {
        let folder = try TemporaryDirectory()
        for page in Self.pages.all() {
            let file = try folder.write(page.file, page.source)
            let result = try SystemProgram.mandoc.run(["-Tlint", "-W", "warning", file])
            #expect(result.text == "", "\(page.source)")
            #expect(result.status == 0)
        }
        let topic = Demo.program.describe().topics[1]
        let source = Self.pages.topicPage(topic, name: "jwtctl-time", section: 5)
        let file = try folder.write("jwtctl-time.5", source)
        #expect(try SystemProgram.mandoc.run(["-Tlint", "-W", "warning", file]).text == "")
        #expect(source.hasPrefix(".Dd July 2, 2026\n.Dt JWTCTL-TIME 5\n"))
    }

    @Test("What mandoc shows is what was written, hostile characters and all", .programs)
    func shown() throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write("jwtctl-issue.1", Self.page("jwtctl-issue.1"))
        let text = try SystemProgram.mandoc.run(["-Tutf8", "-O", "width=100", file]).text
            .replacing(/.\u{8}/, with: "")
        for part in [
            "jwtctl-issue – sign a token and record it", "jwtctl issue [options] [SUBJECT...]",
            ".leading", "A term with a period and a \\ backslash.", ".It is literal", "'quoted'",
            "-o, --output FORMAT",
            "Print it as FORMAT. [one of table, json, jsonl; default: table]",
            "--[no-]record", "Name an audience: [one] 'of' them. [repeatable]",
            "A JWKS may hold several.", "REDIS OPTIONS", "JWTCTL_KEY", "EXIT STATUS",
            "jwtctl issue --key key.pem alice", "jwtctl(1), jwtctl-list(1), redis-cli(1)",
        ] {
            #expect(text.contains(part), "\(part)\n\(text)")
        }
        #expect(!text.contains("--label"))
        #expect(!text.contains("--quiet"), "global options stand in jwtctl(1)")
    }

    @Test("The program's page has the global options and the topics")
    func program() {
        let page = Self.page("jwtctl.1")
        for part in [
            ".Dd July 2, 2026\n.Dt JWTCTL 1\n.Os jwtctl 1.2.3\n", ".Ss Tokens\n",
            ".Sh \"GLOBAL OPTIONS\"\n",
            ".It Fl \\&q , Fl \\-quiet\n", ".Sh TIME\nWrite 15m.\nOr write 12h.\n.Pp\n",
            ".Sh \"EXIT STATUS\"\n", ".Xr jwtctl-issue 1 ,\n",
        ] {
            #expect(page.contains(part), "\(part)\n\(page)")
        }
    }

    @Test("A group's page describes each of its commands")
    func group() {
        let page = Self.page("jwtctl-list.1")
        for part in [
            ".Nm \"jwtctl list tokens\"\n", ".Sh \"LIST TOKENS\"\n", ".Sh \"LIST USERS\"\n",
            ".Ss Options\n",
        ] {
            #expect(page.contains(part), "\(part)\n\(page)")
        }
    }

    @Test("An example has a prompt where its output follows, and only there")
    func examples() {
        let page = Self.page("jwtctl-list.1")
        for part in [
            ".Bd -literal -offset indent\njwtctl list tokens alice\n.Ed\n",
            ".Bd -literal -offset indent\n$ jwtctl list users\nUSER\n\\&...\no\\(aqhara\n.Ed\n",
        ] {
            #expect(page.contains(part), "\(part)\n\(page)")
        }
    }
}
