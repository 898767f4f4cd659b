import Testing

@testable import Layouts
@testable import TokenStore

struct StreamPositionTests {
    @Test(arguments: [
        ("5-0", "5-1", "4-18446744073709551615"), ("5-7", "5-8", "5-6"),
        ("5-18446744073709551615", "6-0", "5-18446744073709551614"),
        ("0-1", "0-2", "0-0"),
        (
            "18446744073709551615-18446744073709551614",
            "18446744073709551615-18446744073709551615",
            "18446744073709551615-18446744073709551613"
        ),
    ])
    func `no id lies between one and its neighbours`(
        _ position: String, _ following: String, _ preceding: String
    ) {
        #expect(StreamPosition.following(position) == following)
        #expect(StreamPosition.preceding(position) == preceding)
    }

    /// The server says what is wrong with it, and nothing beyond the ends is asked for.
    @Test(arguments: ["", "5", "5-", "-5", "5-x", "5-7-9", "18446744073709551616-0"])
    func `what is no whole id is left to the server`(_ position: String) {
        #expect(StreamPosition.following(position) == "(" + position)
        #expect(StreamPosition.preceding(position) == "(" + position)
    }

    @Test func `nothing lies beyond the first and the last`() {
        #expect(StreamPosition.preceding("0-0") == "(0-0")
        let last = "18446744073709551615-18446744073709551615"
        #expect(StreamPosition.following(last) == "(" + last)
    }
}
