internal import CommandKit

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
