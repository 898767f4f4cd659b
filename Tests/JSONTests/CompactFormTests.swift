import Testing

@testable import JSON

/// The parser's word that a text is what the writer would write: it spares the writing.
@Suite struct CompactFormTests {
    private static let compact = [
        "{}", "[]", #""""#, #"{"a":1}"#,
        #"{"a":[1,-0,1.50E+3,true,false,null,"b c"],"d":{"e":{}}}"#,
        #"{"iss":"https://auth.example.com","exp":1796109907}"#, #""~}{[]:, '/""#,
    ]

    private static let other = [
        " {}", "{} ", "{ }", "[1, 2]", "[1 ]", #"{"a" :1}"#, "[\n]", #""\/""#, #""\n""#,
        #""\u0041""#,
        #"{"\u0061":1}"#, "\"\u{7F}\"", "\"é\"", #"{"é":1}"#, "\"0123456789\u{7F}\"",
        "\"\u{202E}\"",
        #""01234567é""#,
    ]

    @Test(arguments: compact) func aCompactTextIsWhatIsWritten(text: String) throws {
        let (value, isCompact) = try JSONParser.parseNotingForm(Array(text.utf8).span)
        #expect(isCompact)
        #expect(value.encoded(.compact, escaping: .minimal) == Array(text.utf8))
        #expect(value.encoded(.compact, escaping: .visible) == Array(text.utf8))
    }

    @Test(arguments: other) func anyOtherTextIsToBeWritten(text: String) throws {
        #expect(try !JSONParser.parseNotingForm(Array(text.utf8).span).isCompact)
    }

    @Test(arguments: compact + other) func aBuilderAndAWriterMakeTheSame(text: String) throws {
        let value = try JSONParser.parse(Array(text.utf8))
        var builder = JSONBuilder()
        builder.beginObject()
        builder.member("a", value)
        builder.name("b")
        builder.beginArray()
        builder.value(value)
        builder.value(JSONDocument(["c": value]))
        builder.endArray()
        builder.endObject()
        #expect(builder.result == ["a": value, "b": [value, ["c": value]]])
    }

    /// Every byte at every place of the words that a string is scanned by.
    @Test func everyByteIsSeenWhereverItStands() {
        for byte in UInt8(0)...0x7F {
            for place in 0..<20 {
                var text = [UInt8](repeating: UInt8(ascii: "x"), count: 22)
                (text[0], text[21]) = (UInt8(ascii: "\""), UInt8(ascii: "\""))
                text[place + 1] = byte
                let form = try? JSONParser.parseNotingForm(text.span)
                let isPlain = JSONString.isPlain(byte)
                #expect(form?.isCompact ?? false == isPlain)
                if isPlain { #expect(form?.value.encoded() == text) }
                if byte < 0x20 || byte == 0x22 || byte == 0x5C { #expect(form == nil) }
            }
        }
    }
}
