internal import Platform

/// A text without the escapes that hide letters: percent-encoding, the escapes of JSON and of
/// shells, and the colours of a terminal. A removed escape leaves a blank, which ends a run of
/// letters.
struct UnescapedText {
    private(set) var bytes: ArraySlice<UInt8>
    /// The offset of each byte in the original text; empty if the text had no escapes.
    private var offsets: [Int] = []

    init(_ text: ArraySlice<UInt8>) {
        let span = text.span
        guard
            span.firstOffset(of: UInt8(ascii: "%")) != nil
                || span.firstOffset(of: UInt8(ascii: "\\")) != nil
                || span.firstOffset(of: 0x1B) != nil
        else {
            bytes = text
            return
        }
        let text = Array(text)
        bytes = []
        var index = 0
        while index < text.count {
            let (byte, length) = Self.piece(of: text, at: index)
            bytes.append(byte)
            offsets.append(index)
            index += length
        }
        // `%253D` was encoded twice.
        guard bytes.count < text.count, bytes.contains(UInt8(ascii: "%")) else { return }
        let outer = offsets
        let inner = Self(bytes)
        bytes = inner.bytes
        offsets = inner.offsets.isEmpty ? outer : inner.offsets.map { outer[$0] }
    }

    /// The offset in the original text of the byte at `index`.
    func offset(of index: Int) -> Int {
        offsets.isEmpty ? index - bytes.startIndex : offsets[index]
    }

    /// The byte that is written at `index`, and the number of bytes it takes there.
    private static func piece(of text: [UInt8], at index: Int) -> (UInt8, Int) {
        switch text[index] {
        case UInt8(ascii: "%"):
            guard let byte = hex(text, index + 1, digits: 2) else { break }
            return (UInt8(byte), 3)
        case UInt8(ascii: "\\"):
            guard index + 1 < text.count else { break }
            if text[index + 1] == UInt8(ascii: "u"), let code = hex(text, index + 2, digits: 4) {
                return (code < 0x80 ? UInt8(code) : 0x20, 6)
            }
            if text[index + 1] == UInt8(ascii: "x"), let code = hex(text, index + 2, digits: 2) {
                return (code < 0x80 ? UInt8(code) : 0x20, 4)
            }
            // `\n` and the like, `\"` and `\/`: not a letter of a token.
            return (0x20, 2)
        case 0x1B:
            guard index + 1 < text.count, text[index + 1] == UInt8(ascii: "[") else { break }
            var end = index + 2
            while end < text.count, !(0x40...0x7E).contains(text[end]) { end += 1 }
            return (0x20, min(end + 1, text.count) - index)
        default: break
        }
        return (text[index], 1)
    }

    /// The number in this many hexadecimal digits; nil if there are others or fewer.
    private static func hex(_ text: [UInt8], _ start: Int, digits: Int) -> Int? {
        guard start + digits <= text.count else { return nil }
        var number = 0
        for byte in text[start..<start + digits] {
            guard let value = byte.hexDigitValue else { return nil }
            number = number << 4 | Int(value)
        }
        return number
    }
}
