/// Breaks text into lines.
package enum TextWrapper {
    /// The words of `text` in lines of at most `width` columns. A longer word gets a line of its
    /// own.
    package static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let size = DisplayWidth.of(String(word))
            if !line.isEmpty, used + 1 + size > width {
                lines.append(line)
                line = ""
                used = 0
            }
            if !line.isEmpty {
                line += " "
                used += 1
            }
            line += word
            used += size
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// `text` after `indent` columns that are written already, with further lines indented as far.
    /// Blanks inside the text are kept. `width` is that of the whole line; nil means no limit.
    package static func hanging(_ text: String, indent: Int, width: Int?) -> String {
        guard let width, indent + DisplayWidth.of(text) > width else { return text }
        let room = max(width - indent, 20)
        var lines: [String] = []
        var line: String?
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if let begun = line, DisplayWidth.of(begun) + 1 + DisplayWidth.of(String(word)) > room {
                lines.append(begun)
                line = String(word)
            } else {
                line = line.map { $0 + " " + word } ?? String(word)
            }
        }
        return (lines + [line ?? ""]).joined(
            separator: "\n" + String(repeating: " ", count: indent))
    }

    /// The wrapped text with `indent` blanks before each line, and a line feed after each.
    static func paragraph(_ text: String, indent: Int, width: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return wrap(text, width: max(width - indent, 20)).map { "\(margin)\($0)\n" }.joined()
    }
}

/// The number of columns that text takes on a terminal.
package enum DisplayWidth {
    /// The width of `text`: combining marks take no column, East Asian wide characters and emoji
    /// take two, all others one.
    package static func of(_ text: String) -> Int {
        let bytes = text.utf8
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.count }
        return text.unicodeScalars.reduce(0) { $0 + of($1) }
    }

    /// The width of one scalar. Controls must have been escaped.
    static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks whose characters are all wide (UAX 11, classes W and F), including unassigned
    /// ones.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x26A1...0x26A1,
        0x2705...0x2705, 0x274C...0x274C, 0x2753...0x2755, 0x2795...0x2797, 0x2B50...0x2B50,
        0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1B000...0x1B2FF, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
    ]

    /// `text` with blanks after it, up to `width` columns.
    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }
}

/// Numbers in the form for people.
package enum NumberText {
    /// The number with commas between thousands: `999,997`.
    package static func grouped(_ number: some BinaryInteger) -> String {
        var text = ""
        let digits = Array(String(number.magnitude))
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }
}
