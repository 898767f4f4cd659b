import JSON
import Testing

/// Where values stand in a text.
struct JSONLocatorTests {
    /// `▸` stands before the value that is looked for; it is no part of the text.
    @Test(
        arguments: [
            ("▸{}", []), (" \n ▸[1]", []), (#"{"a":▸1}"#, [.member("a")]),
            (#"{ "a" : 1 , "b"  : ▸"x" }"#, [.member("b")]),
            (#"{"a":{"b":1},"b":▸2}"#, [.member("b")]),
            (#"{"a":{"b":▸1},"b":2}"#, [.member("a"), .member("b")]),
            (#"["}{",▸true]"#, [.element(1)]),
            (#"[[],[[▸null]]]"#, [.element(1), .element(0), .element(0)]),
            (#"{"\"}":"\\","c":["]",▸-1.5e3]}"#, [.member("c"), .element(1)]),
            (#"{"\u0061b":▸0}"#, [.member("ab")]),
            (#"{"é":1,"é\u0000":▸2}"#, [.member("é\u{0}")]),
            ("{\"a\"\t:\r\n▸\"\"}", [.member("a")]), (#"{"":▸0}"#, [.member("")]),
            ("[1 , 2 ,▸3 ]", [.element(2)]), (#"[{"a":1},▸{"a":2}]"#, [.element(1)]),
            (#"[{"a":1},{"a":▸2}]"#, [.element(1), .member("a")]),
        ] as [(String, [JSONLocator.Step])])
    func aValueIsFound(_ marked: String, _ path: [JSONLocator.Step]) throws {
        let (text, offset) = Self.split(marked)
        _ = try JSONParser.parse(text)
        #expect(JSONLocator.offset(of: path, in: text) == offset)
    }

    @Test(
        arguments: [
            (#"{▸"a":1}"#, [.member("a")]), (#"{"a":1, ▸"b" : 2}"#, [.member("b")]),
            (#"[{"x":{}},{ ▸"\u0061":{"x":2}}]"#, [.element(1), .member("a")]),
            // An element has no name.
            (#"{"a":[0,▸1]}"#, [.member("a"), .element(1)]),
        ] as [(String, [JSONLocator.Step])])
    func itsNameIsFound(_ marked: String, _ path: [JSONLocator.Step]) {
        let (text, offset) = Self.split(marked)
        #expect(JSONLocator.nameOffset(of: path, in: text) == offset)
    }

    @Test(
        arguments: [
            ("{}", [.member("a")]), ("[]", [.element(0)]), ("[1]", [.element(1)]),
            ("{\"a\":1}", [.element(0)]), ("[1]", [.member("a")]), ("1", [.member("a")]),
            ("\"a\"", [.element(0)]), (#"{"a":1}"#, [.member("a"), .member("b")]),
            (#"{"a":"b"}"#, [.member("b")]), (#"["a",1]"#, [.member("a")]),
        ] as [(String, [JSONLocator.Step])])
    func whatIsNotThereIsNowhere(_ text: String, _ path: [JSONLocator.Step]) {
        #expect(JSONLocator.offset(of: path, in: Array(text.utf8)) == nil)
    }

    private static func split(_ marked: String) -> (text: [UInt8], offset: Int) {
        let mark = Array("▸".utf8)
        let bytes = Array(marked.utf8)
        for start in bytes.indices where bytes[start...].starts(with: mark) {
            return (Array(bytes[..<start] + bytes[(start + mark.count)...]), start)
        }
        return (bytes, 0)
    }
}
