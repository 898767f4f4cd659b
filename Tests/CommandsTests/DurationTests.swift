import CommandKit
import Testing

@testable import Commands

struct DurationTests {
    @Test(
        "A span is whole numbers with units that fall",
        arguments: [
            ("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("1w", 604_800),
            ("1h30m", 5400), ("1d2h3m4s", 93_784), ("1w1s", 604_801), ("0s", 0), ("007s", 7),
            ("90m", 5400), ("366000d", 31_622_400_000),
        ] as [(String, Int64)])
    func accepts(text: String, seconds: Int64) throws {
        #expect(try Duration.seconds(text) == seconds)
    }

    @Test(
        "What could be meant in two ways, or is no span, is refused",
        arguments: [
            "", "90", "s", "1h30", "30m1h", "1h1h", "1s1m", "1.5h", "-1h", "+1h", " 1h", "1h ",
            "1 h", "1H", "1ms", "1y", "1M", "h1", "1hm", "٣s", "1h\u{0}", "1h\u{301}", "0x1s",
            "15", "m", "15min", "500ms", "١h", "99999999999999999999s",
            "366001d", "31622400001s", "366000d1s", "52286w", "9223372036854775807s",
            "9223372036854775808s", "99999999999999999999999999d", "18446744073709551617s",
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try Duration.seconds(text) }
    }

    @Test(
        "A wait may also be given in milliseconds, up to a day",
        arguments: [
            ("500ms", 500), ("1ms", 1), ("5s", 5000), ("1m", 60_000), ("86400000ms", 86_400_000),
            ("24h", 86_400_000),
        ] as [(String, Int64)])
    func waits(text: String, milliseconds: Int64) throws {
        #expect(try Duration.milliseconds(text) == milliseconds)
    }

    @Test(
        "A wait of nothing, of more than a day, or without unit is refused",
        arguments: [
            "0ms", "0s", "-5ms", "+5ms", "86400001ms", "86401s", "500", "ms", "1.5ms", "", "-1ms",
            "5", "25h", "2d",
        ])
    func refusesWait(text: String) {
        #expect(throws: InvalidValue.self) { try Duration.milliseconds(text) }
    }

    @Test(
        "A span is told in its two largest units, rounded",
        arguments: [
            (0, "0 s"), (1, "1 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"),
            (599, "9 min 59 s"), (600, "10 min"), (661, "11 min"), (3569, "59 min"), (3570, "1 h"),
            (3600, "1 h"),
            (7500, "2 h 5 min"), (86_300, "23 h 58 min"), (86_399, "1 day"), (86_400, "1 day"),
            (90_000, "1 day 1 h"), (259_200, "3 days"), (864_000, "10 days"),
            (864_000 + 3600, "10 days"),
            (863_999, "10 days"), (26_694 * 86_400, "73 years"), (.max, "292277024627 years"),
        ] as [(Int64, String)])
    func words(seconds: Int64, text: String) {
        #expect(Duration.words(seconds) == text)
    }
}
