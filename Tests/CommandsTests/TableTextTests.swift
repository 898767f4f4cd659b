import CommandKit
import Testing

@testable import Commands

/// What tables of several commands share.
@Suite struct TableTextTests {
    @Test(arguments: [
        ("active", "32"), ("not revoked", "32"), ("revoked", "31"), ("cut off", "33"),
        ("not listed", "33"), ("expired", "2"),
    ])
    func aStateHasItsColour(_ state: String, _ code: String) {
        var table = Table([.id, .state("STATE")])
        table.append(["a", state])
        let text = table.render(width: nil, style: Style(isEnabled: true))
        #expect(text.hasSuffix("\na   \u{1B}[\(code)m\(state)\u{1B}[0m\n"), "\(text)")
        #expect(!table.render(width: nil).contains("\u{1B}"))
    }

    @Test(arguments: [
        ("2026-11-21 06:17:58Z", "11-21 06:17Z"), ("2027-01-01 00:00:00Z", "2027-01-01"),
        ("2025-12-31 23:59:59Z", "2025-12-31"), ("never", "never"), ("-", "-"),
        ("@253402300800", "@253402300800"),
    ])
    func aTimeHasAShortForm(_ text: String, _ short: String) {
        // 2026-11-30.
        #expect(TimeText.short(text, now: 1_796_034_354) == short)
    }

    @Test func countsHaveTheirThousandsApart() {
        var counts = BulkCounts(isDryRun: false)
        counts.revoked = 999_997
        counts.invalid = 3
        #expect(counts.words == "1,000,000 items: 999,997 revoked, 3 invalid\n")
        #expect(NumberText.grouped(Int64.min) == "-9,223,372,036,854,775,808")
        #expect(NumberText.grouped(0) == "0" && NumberText.grouped(-1000) == "-1,000")
    }
}
