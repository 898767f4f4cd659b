import JSON
import Testing

@testable import Commands

/// CSV that no spreadsheet takes for a formula, and no reader for another record.
struct CSVTests {
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("=1+1", "'=1+1"),
        ("+49", "+49"), ("-1", "-1"), ("-a", "'-a"), ("@x", "'@x"), ("=A1,B", "\"'=A1,B\""),
        ("a\nb", #"a\u{a}b"#), ("\u{1B}[2J", #"\u{1b}[2J"#),
        // A combining mark makes one Character of the two, and must hide nothing.
        ("a,\u{301}b", "\"a,\u{301}b\""), ("a\"\u{301}b", "\"a\"\"\u{301}b\""),
        ("=\u{301}1", "'=\u{301}1"),
    ])
    func fields(_ text: String, _ field: String) {
        #expect(CSV.row(["a": .string(text)]) == field + "\n")
    }

    @Test func valuesThatAreNoStrings() {
        let object: JSONObject = [
            "a": nil, "b": true, "c": -7, "d": ["x", 1], "e,f": "",
        ]
        #expect(CSV.header(object) == "a,b,c,d,\"e,f\"\n")
        #expect(CSV.row(object) == ",true,-7,\"[\"\"x\"\",1]\",\n")
    }
}
