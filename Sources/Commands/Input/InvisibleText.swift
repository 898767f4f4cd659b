internal import CommandKit

/// Invisible characters.
enum InvisibleText {
    /// The first one in a text, by its code point and its place.
    static func first(in text: [UInt8]) -> (name: String, offset: Int)? {
        guard text.contains(where: { $0 >= 0x7F || $0 < 0x20 }) else { return nil }
        var offset = 0
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if isInvisible(scalar) { return (name(scalar), offset) }
            offset += scalar.utf8.count
        }
        return nil
    }

    /// The one that begins at a byte; nil where another character does.
    static func name(in text: [UInt8], at offset: Int) -> String? {
        guard text.indices.contains(offset),
            let scalar = String(decoding: text[offset...].prefix(4), as: UTF8.self).unicodeScalars
                .first, isInvisible(scalar)
        else { return nil }
        return name(scalar)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Spaces that do not look like one, or are none.
        case 0xA0, 0x1680, 0x2000...0x200A, 0x202F, 0x205F, 0x3000, 0x115F, 0x1160, 0x3164, 0xFFA0,
            0xFE00...0xFE0F:
            true
        default: VisibleText.isHostile(scalar)
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    }
}
