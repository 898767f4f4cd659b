import JSON
import Testing

struct JSONPrefixTests {
    private func prefix(_ text: String) -> JSONPrefix? { JSONPrefix(of: Array(text.utf8)) }

    @Test(arguments: [
        (#"{"#, "{}", JSONPrefix.End.betweenMembers, ""), (#" {  "#, "{}", .betweenMembers, ""),
        (#"{"a"#, "{}", .insideName, ""), (#"{"a\u00"#, "{}", .insideName, ""),
        (#"{"a\ud83d"#, "{}", .insideName, ""), (#"{"a""#, "{}", .insideValue(of: "a"), ""),
        (#"{"a":"#, "{}", .insideValue(of: "a"), ""),
        (#"{"a": 17"#, "{}", .insideValue(of: "a"), "17"),
        (#"{"a":"x"#, "{}", .insideValue(of: "a"), "\"x"),
        (#"{"a":"x\"#, "{}", .insideValue(of: "a"), #""x\"#),
        (#"{"a":"x","b":[1,{"c":"]}""#, #"{"a":"x"}"#, .insideValue(of: "b"), #"[1,{"c":"]}""#),
        (#"{"a":"x\ud83d"#, "{}", .insideValue(of: "a"), #""x\ud83d"#),
        (#"{"a":tru"#, "{}", .insideValue(of: "a"), "tru"),
        (#"{"a":"x""#, #"{"a":"x"}"#, .betweenMembers, ""),
        (#"{"a":true"#, #"{"a":true}"#, .betweenMembers, ""),
        (#"{"a":[1]"#, #"{"a":[1]}"#, .betweenMembers, ""),
        (#"{"a":1.50,"#, #"{"a":1.50}"#, .betweenMembers, ""),
        (#"{"a":1,"b":2 "#, #"{"a":1}"#, .insideValue(of: "b"), "2 "),
    ])
    func wholeMembersAreReadUpToTheBreak(
        _ text: String, _ members: String, _ end: JSONPrefix.End, _ rest: String
    ) throws {
        let prefix = try #require(JSONPrefix(of: Array(text.utf8)))
        #expect(JSONValue.object(prefix.object) == (try JSONParser.parse(Array(members.utf8))))
        #expect(prefix.end == end)
        #expect(prefix.rest == Array(rest.utf8))
    }

    @Test(arguments: [
        "", "x", "[1", "{}", #"{"a":1}"#, #"{"a":1}x"#, #"{a"#, #"{"a" 1"#, #"{"a":1,"a":2,"#,
        #"{"a":01,"b":"#, #"{"a":1]"#, "{\"a\n", #"{"a":nul1"#, #"{"a":"\x"#, "\u{FEFF}{",
        #"{"a":1,,"#,
    ])
    func anotherFaultThanItsEndIsNoPrefix(_ text: String) {
        #expect(prefix(text) == nil)
    }

    @Test func everyBeginningOfAnObjectGivesABeginningOfItsMembers() throws {
        let text = Array(
            #"{"iss":"é\ud83d\ude00","n":-1.5e3,"x":{"y":[1,"}",null]},"t":true,"s":"a\\"}"#.utf8)
        let whole = try #require(try JSONParser.parse(text).objectValue)
        for count in 1..<text.count {
            let prefix = try #require(JSONPrefix(of: Array(text[..<count])), "\(count)")
            #expect(prefix.object.members.count <= whole.members.count)
            for (member, original) in zip(prefix.object.members, whole.members) {
                #expect(member == original, "\(count)")
            }
        }
    }

    @Test func depthIsBoundedAsInTheStrictReader() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(prefix(#"{"a":1,"b":"# + deep) == nil)
        let most = String(repeating: "[", count: 63)
        #expect(prefix(#"{"a":1,"b":"# + most)?.end == .insideValue(of: "b"))
    }
}
