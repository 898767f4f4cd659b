internal import CommandKit
internal import JSON

/// Values of JSON for people and for commands to copy.
enum JSONText {
    /// A string as JSON, with its quotes.
    static func quoted(_ text: String) -> String {
        String(
            decoding: JSONValue.string(text).encoded(.compact, escaping: .visible), as: UTF8.self)
    }

    /// A value as it was written, harmless to look at; what JSON output leaves alone and a
    /// terminal would hide is escaped as JSON would.
    static func shown(_ value: JSONValue, _ style: JSONStyle = .compact) -> String {
        let text = String(decoding: value.encoded(style, escaping: .visible), as: UTF8.self)
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                result += "\\u" + String(repeating: "0", count: 4 - hex(scalar).count) + hex(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Line feeds are those of the pretty form: within strings they are escaped already.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar.value <= 0xFFFF && VisibleText.isHostile(scalar)
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        String(scalar.value, radix: 16)
    }
}

/// Text that a POSIX shell reads back as one word.
enum ShellText {
    static func quote(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "/"), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
        if isPlain { return text }
        // What a terminal would act on can't be pasted back; it is shown escaped.
        // By scalars: a combining mark after a quote makes another Character of it, but the shell
        // still sees the quote.
        return "'"
            + VisibleText.escape(text).unicodeScalars
            .split(separator: "'", omittingEmptySubsequences: false)
            .map { String($0) }.joined(separator: "'\\''") + "'"
    }
}
