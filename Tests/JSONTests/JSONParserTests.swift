import JSON
import Testing

struct JSONParserTests {
    private func error(_ text: String, maximumDepth: Int = 64) -> JSONError? {
        do {
            _ = try JSONParser.parse(Array(text.utf8), maximumDepth: maximumDepth)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd, 0),
            (" ", .unexpectedEnd, 1),
            ("\u{FEFF}{}", .byteOrderMark, 0),
            ("{} {}", .trailingText, 3),
            ("[1,]", .unexpectedByte(0x5D), 3),
            ("[01]", .unexpectedByte(0x31), 2),
            ("[1.]", .invalidNumber, 3),
            ("[-]", .invalidNumber, 2),
            ("[1e400]", .numberTooLarge, 1),
            ("[1e", .unexpectedEnd, 3),
            ("nul", .unexpectedEnd, 3),
            ("trux", .unexpectedByte(0x78), 3),
            ("{\"a\" 1}", .unexpectedByte(0x31), 5),
            ("{a:1}", .unexpectedByte(0x61), 1),
            ("\"a", .unexpectedEnd, 2),
            ("\"\t\"", .controlCharacter(9), 1),
            (#""\x""#, .invalidEscape, 1),
            (#""\u12G4""#, .invalidEscape, 5),
            (#""\ud800""#, .loneSurrogate, 1),
            (#""\udc00""#, .loneSurrogate, 1),
            (#""\ud800\ud800""#, .loneSurrogate, 1),
            (#"{"a":1,"a":2}"#, .duplicateName("a"), 7),
        ] as [(String, JSONError.Kind, Int)])
    func faultsAreNamedWithTheirPlace(text: String, kind: JSONError.Kind, offset: Int) {
        #expect(error(text) == JSONError(kind, at: offset))
    }

    @Test func duplicateNamesAreFoundAtAnyDepthAfterUnescaping() {
        #expect(error(#"[{"b":{"\u0061":1,"a":2}}]"#)?.kind == .duplicateName("a"))
        #expect(error(#"{"😀":1,"\ud83d\ude00":2}"#)?.kind == .duplicateName("😀"))
    }

    @Test func namesThatLookEqualAreTwoNames() throws {
        let text = "{\"caf\u{e9}\":1,\"cafe\u{301}\":2}"
        let object = try JSONParser.parse(Array(text.utf8)).objectValue
        #expect(object?.members.count == 2)
        #expect(object?["cafe\u{301}"] == 2)
    }

    @Test(arguments: [
        ("overlong", [0xC0, 0xAF]), ("surrogate", [0xED, 0xA0, 0x80]), ("cut", [0xE2]),
    ])
    func invalidUTF8IsRefusedWithItsPlace(name: String, bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError(.invalidUTF8, at: 2)) {
            try JSONParser.parse([quote, 0x61] + bytes + [quote])
        }
    }

    @Test func nestingStopsAtTheLimit() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(error(nested(64)) == nil)
        #expect(error(nested(65)) == JSONError(.tooDeep, at: 64))
        #expect(error(nested(3), maximumDepth: 2) == JSONError(.tooDeep, at: 2))
        #expect(error(String(repeating: "[", count: 100_000))?.kind == .tooDeep)
        #expect(error(String(repeating: "{\"a\":", count: 100_000))?.kind == .tooDeep)
    }

    @Test func tenThousandMembersAreReadInOrderAndStillCheckedForDuplicates() throws {
        let members = (0..<10_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let object = try JSONParser.parse(Array("{\(members)}".utf8)).objectValue
        #expect(object?.members.count == 10_000)
        #expect(object?["m9999"] == 9999)
        #expect(object?.names.first == "m0")
        #expect(error("{\(members),\"m5000\":0}")?.kind == .duplicateName("m5000"))
    }

    @Test func escapesStandForTheirCharacters() throws {
        let text = #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(value == .string("\"\\/\u{8}\u{c}\n\r\té😀x"))
    }

    @Test func aFaultHasALineAndAColumn() {
        let text = Array("{\n  \"a\": 1,\n  \"a\": 2\n}".utf8)
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error?.position(in: text).line == 3)
        #expect(error?.position(in: text).column == 3)
    }
}
