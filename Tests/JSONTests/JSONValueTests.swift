import JSON
import Testing

struct JSONValueTests {
    private func number(_ text: String) throws -> JSONNumber {
        try #require(try JSONParser.parse(Array(text.utf8)).numberValue)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("1.0", 1), ("1.50e1", 15), ("1e3", 1000), ("1E+3", 1000),
            ("100e-2", 1), ("0e999999999999999999999", 0), ("-2.5e1", -25),
            ("9007199254740993", 9_007_199_254_740_993), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("9223372036854775808", nil), ("1.5", nil),
            ("1e300", nil), ("1e-300", nil), ("-1e19", nil), ("1e-99999999999999999999", nil),
            ("1.00000000000000000000000001", nil),
        ] as [(String, Int64?)])
    func aNumberIsAnIntegerOnlyWhenItIsOne(text: String, expected: Int64?) throws {
        #expect(try number(text).integer == expected)
    }

    @Test func aNumberKeepsItsSpelling() throws {
        for text in ["1.50", "1E3", "-0", "9007199254740993", "1e-400"] {
            #expect(try number(text).text == text)
        }
        #expect(try number("1.5").double == 1.5)
        #expect(JSONNumber(.min).integer == .min)
    }

    @Test func aLongNumberIsReadOnlyWhileItIsFinite() throws {
        #expect(try number(String(repeating: "9", count: 308)).double.isFinite)
        #expect(throws: JSONError.self) { try number(String(repeating: "9", count: 400)) }
    }

    @Test func stringsAreEqualByTheirBytes() {
        #expect(JSONString("caf\u{e9}") != JSONString("cafe\u{301}"))
        #expect(JSONString("\u{212A}") != JSONString("K"))
        #expect(Set<JSONString>(["\u{e9}", "e\u{301}", "\u{e9}"]).count == 2)
    }

    @Test(arguments: [3, 40]) func anObjectKeepsItsOrder(count: Int) {
        var object = JSONObject()
        for number in 0..<count {
            object.set(JSONString("m\(number)"), .integer(Int64(number)))
        }
        object.set("m1", "new")
        #expect(object.names[1] == "m1")
        #expect(object["m1"] == "new")
        #expect(object.remove("m0") == 0)
        #expect(object.remove("m0") == nil)
        #expect(object["m0"] == nil)
        #expect(object["m2"] == 2)
        #expect(object.members.count == count - 1)
    }

    @Test func theOrderOfMembersCountsInEquality() {
        #expect((["a": 1, "b": 2] as JSONObject) != ["b": 2, "a": 1])
        #expect((["a": 1] as JSONObject) == ["a": 1])
    }
}
