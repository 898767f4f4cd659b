/// Makes text from others safe to show on a terminal: characters that would move the cursor, hide
/// or reorder text are shown as escapes. It is for people only; data is never changed.
package enum VisibleText {
    /// `text` on one line. Backslashes are doubled, so different inputs have different outputs.
    package static func escape(_ text: String) -> String {
        escape(Array(text.utf8))
    }

    /// Text that need not be UTF-8: other bytes become `\xNN`.
    package static func escape(_ bytes: [UInt8]) -> String {
        var result = ""
        forEachPiece(of: bytes) { piece in result += piece }
        return result
    }

    /// `text` in at most `columns` columns, with an ellipsis for the part that is missing. An
    /// escape is never cut in two.
    package static func escape(_ text: String, columns: Int) -> String {
        escape(Array(text.utf8), columns: columns)
    }

    /// Text that need not be UTF-8, in at most `columns` columns.
    package static func escape(_ bytes: [UInt8], columns: Int) -> String {
        var kept: [(piece: String, width: Int)] = []
        var width = 0
        var total = 0
        forEachPiece(of: bytes) { piece in
            let size = DisplayWidth.of(piece)
            total += size
            // The number of pieces is limited as well: text without width must not fill memory.
            if width + size <= columns, kept.count <= columns * 8 {
                kept.append((piece, size))
                width += size
            } else {
                width = Int.max / 2
            }
        }
        if total <= columns, width <= columns { return kept.map(\.piece).joined() }
        var room = kept.reduce(0) { $0 + $1.width }
        while room > max(columns - 1, 0), let last = kept.popLast() { room -= last.width }
        return kept.map(\.piece).joined() + (columns > 0 ? "…" : "")
    }

    /// Whether `scalar` is shown as an escape: C0, DEL, C1, bidirectional controls, zero-width and
    /// other invisible format characters, line and paragraph separators, tags.
    package static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E,
            0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }

    /// Calls `body` with each scalar, or with the escape for it.
    private static func forEachPiece(of bytes: [UInt8], _ body: (String) -> Void) {
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, at: index)
            guard length > 0 else {
                body("\\x" + hex(UInt32(bytes[index]), digits: 2))
                index += 1
                continue
            }
            let piece = String(decoding: bytes[index..<index + length], as: UTF8.self)
            index += length
            guard let scalar = piece.unicodeScalars.first else { continue }
            if scalar == "\\" {
                body("\\\\")
            } else if isHostile(scalar) {
                body("\\u{" + hex(scalar.value, digits: 1) + "}")
            } else {
                body(piece)
            }
        }
    }

    /// The length of the valid UTF-8 sequence at `index`; 0 if there is none.
    private static func sequenceLength(_ bytes: [UInt8], at index: Int) -> Int {
        let length =
            switch bytes[index] {
            case 0..<0x80: 1
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        guard length > 1 else { return length }
        guard index + length <= bytes.count,
            String(validating: bytes[index..<index + length], as: UTF8.self) != nil
        else { return 0 }
        return length
    }

    /// The value in lower-case hexadecimal, with zeros before it up to `digits`.
    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
