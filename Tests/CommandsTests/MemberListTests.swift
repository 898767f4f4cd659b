import CommandKit
import JSON
import Testing

@testable import Commands

struct MemberListTests {
    private func text(width: Int?) -> String {
        var list = MemberList()
        list.append("sub", "alice", note: "subject")
        list.append("exp", 1_767_225_600, note: "expires then")
        list.append("a b", nil)
        return list.text(width: width, style: .plain)
    }

    @Test(
        "A note stands in its column, else after the value, else on its own line",
        arguments: [
            (nil, "  exp    1767225600  expires then\n"),
            (33, "  exp    1767225600  expires then\n"),
            (32, "  exp    1767225600\n         expires then\n"),
        ])
    func notes(_ width: Int?, _ line: String) {
        #expect(text(width: width).contains(line), "\(text(width: width))")
    }

    @Test("A short value keeps its note on the line where the column does not fit")
    func narrow() {
        #expect(text(width: 28).contains("  sub    \"alice\"     subject\n"))
        #expect(text(width: 27).contains("  sub    \"alice\"  subject\n"))
    }

    @Test("A name that is more than one word is quoted, and what hides in it is shown")
    func names() {
        #expect(text(width: nil).contains("  \"a b\"  null\n"))
        var list = MemberList()
        list.append("\u{202E}x", "\u{AD}\n", note: "")
        #expect(list.text(width: nil, style: .plain) == #"  "\u202ex"  "\u00ad\u000a""# + "\n")
    }

    @Test("Only a long value with parts takes more than one line")
    func containers() {
        var list = MemberList()
        let names = (0..<9).map { JSONValue.string("number \($0)") }
        list.append("short", .array(Array(names.prefix(2))))
        list.append("long", .array(names))
        list.append("text", .string(String(repeating: "x", count: 100)))
        let lines = list.text(width: nil, style: .plain).split(separator: "\n")
        #expect(lines.count == 1 + 11 + 1)
        #expect(lines[0] == #"  short  ["number 0","number 1"]"#)
        #expect(lines[2] == #"           "number 0","#)
    }
}
