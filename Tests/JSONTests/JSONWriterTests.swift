import JSON
import Testing

struct JSONWriterTests {
    private func written(
        _ value: JSONValue, _ style: JSONStyle = .compact, _ escaping: JSONEscaping = .minimal
    ) -> String {
        String(decoding: value.encoded(style, escaping: escaping), as: UTF8.self)
    }

    @Test func compactTextHasNoSpace() {
        let value: JSONValue = ["b": [1, true, nil, []], "a": [:], "c": "x"]
        #expect(written(value) == #"{"b":[1,true,null,[]],"a":{},"c":"x"}"#)
    }

    @Test func prettyTextHasOneItemALine() {
        let value: JSONValue = ["b": [1, [:]], "a": "x"]
        #expect(
            written(value, .pretty) == """
                {
                  "b": [
                    1,
                    {}
                  ],
                  "a": "x"
                }
                """)
    }

    @Test func minimalEscapingIsWhatTheRFCDemands() {
        #expect(
            written("\"\\/\u{0}\n\u{1f}\u{7f}é\u{202e}")
                == "\"\\\"\\\\/\\u0000\\u000a\\u001f\u{7f}é\u{202e}\"")
    }

    @Test(
        arguments: [
            0x00, 0x1B, 0x1F, 0x7F, 0x80, 0x9B, 0x9F, 0x61C, 0x180E, 0x200B, 0x200F, 0x2028, 0x202E,
            0x2060, 0x2069, 0xFEFF, 0xE0000, 0xE007F,
        ] as [UInt32])
    func visibleEscapingLeavesNothingThatDeceives(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let text = written(.string(String(scalar)), .compact, .visible)
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(try JSONParser.parse(Array(text.utf8)) == .string(String(scalar)))
    }

    @Test func visibleEscapingLeavesOtherTextAlone() {
        #expect(written("aé😀 中\u{200A}\u{2010}", .compact, .visible) == "\"aé😀 中\u{200A}\u{2010}\"")
    }

    @Test func tagCharactersAreWrittenAsSurrogatePairs() {
        #expect(written("\u{E0041}", .compact, .visible) == #""\udb40\udc41""#)
    }

    @Test(arguments: [0, 7, -1, 10, 1_795_397_204, .min, .max, nil] as [Int64?])
    func wholeNumbersAreTheSameToEverySink(number: Int64?) {
        func write(_ sink: inout some JSONSink) {
            sink.beginObject()
            sink.member("a", integer: number)
            sink.member("b", integer: number)
            sink.endObject()
        }
        var writer = JSONWriter(.compact, escaping: .minimal)
        var builder = JSONBuilder()
        write(&writer)
        write(&builder)
        let digits = number.map(String.init) ?? "null"
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"{"a":\#(digits),"b":\#(digits)}"#)
        #expect(builder.result.encoded() == writer.bytes)
    }
}
