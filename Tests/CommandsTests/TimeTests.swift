import CommandKit
import Testing

@testable import Commands

/// Moments and the calendar; durations have their own suite.
struct TimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("2026-01-01", 1_767_225_600),
        ("2026-01-01T00:00:00Z", 1_767_225_600), ("2026-01-01t00:00:00z", 1_767_225_600),
        ("2026-01-01 00:00:00Z", 1_767_225_600), ("2026-01-01T01:00:00+01:00", 1_767_225_600),
        ("2025-12-31T19:00:00-05:00", 1_767_225_600), ("2026-01-01T05:45:00+05:45", 1_767_225_600),
        ("2026-01-01T00:00:00.999999Z", 1_767_225_600), ("2024-02-29", 1_709_164_800),
        ("2000-02-29T23:59:59Z", 951_868_799), ("1969-12-31T23:59:59Z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("@0", 0), ("@1767225600", 1_767_225_600), ("@253402300799", 253_402_300_799),
    ])
    func moments(_ text: String, _ seconds: Int64) throws {
        #expect(try Moment(text) == .absolute(seconds))
        #expect(try Moment(text).seconds(now: 5) == seconds)
    }

    @Test(arguments: [("now", 0), ("+1h", 3600), ("-2d", -172_800), ("+0s", 0), ("-1h30m", -5400)])
    func momentsFromNow(_ text: String, _ span: Int64) throws {
        #expect(try Moment(text).seconds(now: 1_767_225_600) == 1_767_225_600 + span)
    }

    @Test(arguments: [
        "", "1767225600", "1767225600000", "15", "NOW", "tomorrow", "1h", "+", "-", "+15", "+-1h",
        "@", "@-1", "@1.5", "@253402300800", "@99999999999999999999", "@1767225600 ",
        "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "1900-02-29",
        "2026-1-1", "26-01-01", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00Zx", "2026-01-01Z", "2026-01-01T00:00Z", " 2026-01-01",
        "+2026-01-01", "２026-01-01",
    ])
    func notMoments(_ text: String) {
        #expect(throws: InvalidValue.self) { try Moment(text) }
    }

    /// A cutoff has to reach what was issued within the second that a fraction names.
    @Test(arguments: [
        ("2026-01-01T00:00:00.5Z", 1_767_225_601), ("2026-01-01T00:00:00.0Z", 1_767_225_600),
        ("2026-01-01T00:00:00Z", 1_767_225_600), ("@7", 7),
    ])
    func momentsRoundUpWhereAsked(_ text: String, _ seconds: Int64) throws {
        #expect(try Moment(text, roundingUp: true) == .absolute(seconds))
    }

    @Test func theCalendarCountsEveryDay() {
        var expected = CivilDate.days(year: -9999, month: 1, day: 1)
        var wrong: [String] = []
        for year in -9999...9999 {
            for month in 1...12 {
                if CivilDate.days(year: year, month: month, day: 1) != expected {
                    wrong.append("\(year)-\(month)")
                }
                expected += Int64(CivilDate.daysIn(month: month, year: year))
            }
        }
        #expect(wrong.isEmpty)
        #expect(CivilDate.days(year: 1970, month: 1, day: 1) == 0)
        #expect(CivilDate.days(year: 2026, month: 1, day: 1) == 20_454)
    }

    @Test func everyDayOfTenThousandYearsComesBackFromItsText() throws {
        var failures = 0
        for year in 0...9999 {
            for month in 1...12 {
                for day in [1, 15, CivilDate.daysIn(month: month, year: year)] {
                    let seconds =
                        CivilDate.days(year: year, month: month, day: day) * 86_400 + 86_399
                    let text = try #require(CivilDate.text(seconds))
                    if try Moment(text) != .absolute(seconds) { failures += 1 }
                }
            }
        }
        #expect(failures == 0)
    }

    @Test(arguments: [Int64.min, -62_167_219_201, 253_402_300_800, Int64.max])
    func timesBeyondTheCalendarHaveNoText(_ seconds: Int64) {
        #expect(CivilDate.text(seconds) == nil)
        #expect(TimeText.rfc3339(seconds) == "@\(seconds)")
    }
}
