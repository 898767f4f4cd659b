import CommandKit
import Testing

@testable import Commands

struct MomentTests {
    @Test(
        "RFC 3339 with any zone, a date, or @EPOCH is a point in time",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01", 1_767_225_600), ("@1767225600", 1_767_225_600), ("@0", 0),
            ("2026-01-01t00:00:00z", 1_767_225_600), ("2026-01-01 00:00:00Z", 1_767_225_600),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600),
            ("2025-12-31T18:30:00-05:30", 1_767_225_600),
            ("2026-01-01T00:00:00-00:00", 1_767_225_600),
            ("2026-01-01T00:00:00.999Z", 1_767_225_600),
            ("2026-01-01T00:00:00.123456789012345678901234567890+00:00", 1_767_225_600),
            ("2024-02-29", 1_709_164_800), ("2000-02-29", 951_782_400),
            ("2016-12-31T23:59:60Z", 1_483_228_800), ("1969-12-31T23:59:59Z", -1),
            ("9999-12-31T23:59:59Z", 253_402_300_799), ("@253402300799", 253_402_300_799),
        ] as [(String, Int64)])
    func absolute(text: String, seconds: Int64) throws {
        #expect(try Moment(text) == .absolute(seconds))
        #expect(try Moment(text).seconds(now: 5) == seconds)
    }

    @Test(
        "now, +SPAN and -SPAN count from the present",
        arguments: [
            ("now", 1000), ("+1h", 4600), ("-90s", 910), ("-1h30m", -4400), ("+0s", 1000),
        ] as [(String, Int64)])
    func relative(text: String, seconds: Int64) throws {
        #expect(try Moment(text).seconds(now: 1000) == seconds)
    }

    @Test(
        "The bound of a filter may be a bare duration, in the direction that makes sense there",
        arguments: [
            ("1h", -2600, 4600), ("1h30m", -4400, 6400), ("0s", 1000, 1000), ("-1h", -2600, -2600),
            ("+1h", 4600, 4600), ("now", 1000, 1000), ("@5", 5, 5),
            ("1970-01-01T00:00:05Z", 5, 5), ("1970-01-01T00:00:05.1Z", 6, 6),
        ] as [(String, Int64, Int64)])
    func bounds(text: String, ago: Int64, fromNow: Int64) throws {
        #expect(try Moment.bound(text, .ago).seconds(now: 1000) == ago)
        #expect(try Moment.bound(text, .fromNow).seconds(now: 1000) == fromNow)
    }

    @Test func theOrderOfBoundsMayDependOnThePresent() throws {
        #expect(Moment.absolute(5).isAtOrAfter(.absolute(5)))
        #expect(!Moment.absolute(5).isAtOrAfter(.absolute(6)))
        #expect(Moment.relative(-5).isAtOrAfter(.relative(-6)))
        #expect(!Moment.relative(-6).isAtOrAfter(.relative(-5)))
        #expect(!Moment.relative(5).isAtOrAfter(.absolute(0)))
        for text in ["", "1", "5x", "1h2d", "2026-13-01"] {
            #expect(throws: InvalidValue.self) { try Moment.bound(text, .ago) }
        }
    }

    @Test(
        "A bare number, a time without zone and a day that never was are refused",
        arguments: [
            "", "1767225600", "1767225600000", "0", "@", "@-1", "@+1", "@1.5", "@x", "@ 1",
            "@253402300800", "@99999999999999999999", "now ", "NOW", "+1", "-1", "+", "1h", "+-1h",
            "2026-01-01T00:00:00", "2026-01-01T00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00,5Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60", "2026-01-01T00:00:00Zx",
            "2026-01-01T", "2026-01-01 ", " 2026-01-01", "2026-1-1", "26-01-01", "20260101",
            "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2025-02-29",
            "1900-02-29", "2100-02-29", "12026-01-01", "-2026-01-01", "٢٠٢٦-01-01",
            "2026-01-01T00:00:00Z\u{0}",
        ])
    func refuses(text: String) {
        #expect(throws: InvalidValue.self) { try Moment(text) }
    }
}

struct CivilDateTests {
    @Test("Days follow one another through ±9999 years, with the calendar's own lengths")
    func days() {
        var expected = CivilDate.days(year: -9999, month: 1, day: 1)
        for year in -9999...9999 {
            for month in 1...12 {
                let first = CivilDate.days(year: year, month: month, day: 1)
                // Checked by comparing, since an expectation for each day would take minutes.
                if first != expected { Issue.record("\(year)-\(month): \(first) ≠ \(expected)") }
                expected += Int64(CivilDate.daysIn(month: month, year: year))
            }
        }
        #expect(CivilDate.days(year: 1970, month: 1, day: 1) == 0)
        #expect(CivilDate.days(year: 2000, month: 3, day: 1) == 11_017)
        #expect(CivilDate.days(year: 1600, month: 1, day: 1) == -135_140)
    }

    @Test("A date is written as it was read, every day from the year 0 to 9999")
    func roundTrip() throws {
        var days = CivilDate.days(year: 0, month: 1, day: 1)
        for year in 0...9999 {
            for month in 1...12 {
                for day in 1...CivilDate.daysIn(month: month, year: year)
                where day % 9 == 1 || day > 27 {
                    days = CivilDate.days(year: year, month: month, day: day)
                    // Another second of the day each time.
                    let rest = (days &* 7919) % 86_400
                    let seconds = days * 86_400 + (rest + 86_400) % 86_400
                    let text = CivilDate.text(seconds)
                    let back = text.flatMap { try? Moment($0) }
                    if back != .absolute(seconds) { Issue.record("\(seconds): \(text ?? "nil")") }
                }
            }
        }
    }

    @Test(
        "Years of four digits are written, others are not",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
            (951_782_399, "2000-02-28T23:59:59Z"), (951_868_800, "2000-03-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"), (-62_167_219_201, nil),
            (253_402_300_799, "9999-12-31T23:59:59Z"), (253_402_300_800, nil),
            (.max, nil), (.min, nil),
        ] as [(Int64, String?)])
    func text(seconds: Int64, text: String?) {
        #expect(CivilDate.text(seconds) == text)
        #expect(TimeText.rfc3339(seconds) == text ?? "@\(seconds)")
    }

    @Test("A distance in time has a direction")
    func relativeWords() {
        #expect(TimeText.relative(160, to: 100) == "in 1 min")
        #expect(TimeText.relative(40, to: 100) == "1 min ago")
        #expect(TimeText.relative(100, to: 100) == "now")
    }
}
