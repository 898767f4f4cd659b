import CommandKit
import Platform
import Testing

@Suite("Text for people")
struct TextTests {
    @Test(
        "Every hostile class is escaped and everything else left alone",
        arguments: [
            ("plain é 漢 👍", "plain é 漢 👍"), ("a\nb\tc\u{0}", "a\\u{a}b\\u{9}c\\u{0}"),
            ("\u{1B}[31m", "\\u{1b}[31m"), ("\u{7F}\u{85}\u{9B}", "\\u{7f}\\u{85}\\u{9b}"),
            ("\u{200B}\u{200F}", "\\u{200b}\\u{200f}"), ("\u{2028}\u{202E}", "\\u{2028}\\u{202e}"),
            ("\u{2060}\u{2066}\u{2069}", "\\u{2060}\\u{2066}\\u{2069}"), ("\u{FEFF}", "\\u{feff}"),
            ("\u{E0041}", "\\u{e0041}"), ("\\u{a}", "\\\\u{a}"), ("e\u{301}", "e\u{301}"),
            ("\u{61C}\u{AD}", "\\u{61c}\\u{ad}"),
        ])
    func escapes(text: String, expected: String) {
        #expect(VisibleText.escape(text) == expected)
    }

    @Test("Bytes that are not UTF-8 show as such, one by one")
    func invalid() {
        #expect(VisibleText.escape([0x61, 0xFF, 0xC0, 0x80]) == "a\\xff\\xc0\\x80")
        #expect(VisibleText.escape([0xE2, 0x82]) == "\\xe2\\x82")
        #expect(VisibleText.escape([0xED, 0xA0, 0x80]) == "\\xed\\xa0\\x80")
        #expect(VisibleText.escape([0xF0, 0x9F, 0x91, 0x8D]) == "👍")
        #expect(VisibleText.escape([0xE2, 0x82, 0xAC, 0xC3]) == "€\\xc3")
    }

    @Test(
        "A cap keeps whole characters and whole escapes",
        arguments: [
            ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("漢漢漢", 5, "漢漢…"),
            ("漢漢漢", 4, "漢…"), ("ab\ncd", 6, "ab…"), ("", 0, ""), ("abc", 1, "…"),
            ("abc", 0, ""),
        ])
    func caps(text: String, columns: Int, expected: String) {
        #expect(VisibleText.escape(text, columns: columns) == expected)
    }

    @Test(
        "Width counts columns, not characters",
        arguments: [("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("👍", 2), ("ｱ", 1), ("", 0)])
    func widths(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test("A table is aligned, without trailing blanks; an empty cell is a dash")
    func table() {
        var table = Table([.init("ID"), .init("LEFT", align: .right), .init("WHO", .cut)])
        #expect(table.isEmpty)
        table.append(["a", "5m", "漢字"])
        table.append(["long-id", "12h30m", ""])
        #expect(
            table.render(width: nil) == """
                ID         LEFT  WHO
                a            5m  漢字
                long-id  12h30m  -

                """)
    }

    /// One column of each kind, and two to leave out: 88 wide in all.
    private static func wide() -> Table {
        var table = Table([
            .init("ID"), .init("FIRST", .omitted), .init("SECOND", .omitted),
            .init("TIME", .shortened { String($0.prefix(5)) }), .init("LABEL", .cut),
        ])
        table.append([
            String(repeating: "i", count: 36), "1234567890", "1234", "123456789012",
            String(repeating: "l", count: 16),
        ])
        return table
    }

    @Test(
        "Columns give way in order: left out from the right, shortened, cut",
        arguments: [
            (88, "ID FIRST SECOND TIME LABEL", "123456789012", 16),
            (87, "ID FIRST TIME LABEL", "123456789012", 16),
            (80, "ID FIRST TIME LABEL", "123456789012", 16),
            (79, "ID TIME LABEL", "123456789012", 16), (70, "ID TIME LABEL", "123456789012", 16),
        ])
    func yielding(width: Int, headers: String, time: String, label: Int) {
        let lines = Self.wide().render(width: width).split(separator: "\n").map {
            $0.split(separator: " ").joined(separator: " ")
        }
        #expect(lines[0] == headers)
        #expect(lines[1].hasPrefix(String(repeating: "i", count: 36) + " "))
        #expect(lines[1].hasSuffix(" \(time) " + String(repeating: "l", count: label)))
    }

    @Test("What is still too wide is shortened, then cut to eight columns, then told in blocks")
    func yieldingFurther() {
        func table(_ id: Int) -> String {
            var table = Table([
                .init("ID"), .init("TIME", .shortened { String($0.prefix(5)) }),
                .init("LABEL", .cut), .init("NOTE", .cut),
            ])
            table.append([
                String(repeating: "i", count: id), "123456789012", "llllllllllllllll",
                "nnnnnnnnnnnn",
            ])
            return table.render(width: 70)
        }
        let lines = table(31).split(separator: "\n")
        #expect(lines[1].hasSuffix("i  12345  llllllllllllllll  nnnnnnnnnnnn"))
        #expect(table(35).hasSuffix("i  12345  lllllllllll…  nnnnnnnnnnnn\n"))
        #expect(table(43).hasSuffix("i  12345  lllllll…  nnnnnnn…\n"))
        #expect(
            table(44) == """
                ID     \(String(repeating: "i", count: 44))
                TIME   123456789012
                LABEL  llllllllllllllll
                NOTE   nnnnnnnnnnnn

                """)
    }

    @Test("Below 70 columns a table that does not fit is told in blocks, with a line between them")
    func blocks() {
        var table = Table([.init("A", .omitted), .init("LONG"), .init("C", .cut)])
        table.append([String(repeating: "a", count: 40), "漢", ""])
        table.append(["x", String(repeating: "b", count: 20), "c"])
        #expect(
            table.render(width: 64) == """
                A     \(String(repeating: "a", count: 40))
                LONG  漢
                C     -

                A     x
                LONG  \(String(repeating: "b", count: 20))
                C     c

                """)
        #expect(table.render(width: 68).hasPrefix("A    "))
        #expect(table.render(width: 70).split(separator: "\n").count == 3)
    }

    @Test("Rows that were taken are forgotten, and columns only get wider")
    func tablePortions() {
        var table = Table([.init("A"), .init("B")])
        table.append(["long", "1"])
        #expect(table.take(width: nil) == "A     B\nlong  1\n")
        #expect(table.rowCount == 0 && !table.isEmpty)
        table.append(["x", "2"])
        #expect(table.take(width: nil) == "x     2\n")
        table.append(["longer", "3"])
        #expect(table.render(width: nil) == "longer  3\n")
    }

    @Test("Colour in a table changes no width")
    func tableColour() {
        let style = Style(isEnabled: true)
        var table = Table([
            .init("A") { $0 == "no" ? $1.red($0) : $0 }, .init("B", align: .right),
        ])
        table.append(["no", "1"])
        table.append(["maybe", "22"])
        #expect(
            table.render(width: nil, style: style)
                == "\u{1B}[1mA\u{1B}[0m       \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mno\u{1B}[0m      1\n"
                + "maybe  22\n")
    }

    @Test("Colour follows the mode, NO_COLOR, the terminal and TERM")
    func style() {
        func enabled(_ mode: ColorMode, _ isTerminal: Bool, _ values: [String: String]) -> Bool {
            Style(mode, isTerminal: isTerminal, environment: Environment(values)).isEnabled
        }
        #expect(enabled(.auto, true, [:]))
        #expect(!enabled(.auto, false, [:]))
        #expect(!enabled(.auto, true, ["NO_COLOR": "1"]))
        #expect(enabled(.auto, true, ["NO_COLOR": ""]))
        #expect(!enabled(.auto, true, ["TERM": "dumb"]))
        #expect(enabled(.always, false, ["NO_COLOR": "1"]))
        #expect(!enabled(.never, true, [:]))
        #expect(Style(isEnabled: true).red("x") == "\u{1B}[31mx\u{1B}[0m")
        #expect(Style.plain.red("x") == "x")
    }
}
