internal import Platform

/// Why a text is not base64.
package enum Base64Error: Error, Equatable, Sendable {
    /// A byte outside the alphabet at this offset. White space and padding are outside of it, too.
    case invalidCharacter(offset: Int)
    /// One character too many: no number of bytes has an encoding of this length.
    case invalidLength
    /// The last character has bits beyond the last byte. If they were ignored, two texts would
    /// decode to the same signature, and a blacklist of texts would miss the other spelling.
    case nonZeroTailBits
}

/// Base64 without padding, in the two alphabets of RFC 4648.
package enum Base64: Sendable {
    /// With `+` and `/` (RFC 4648 section 4).
    case standard
    /// With `-` and `_` (RFC 4648 section 5), as JOSE uses it.
    case url

    /// The value of a byte outside the alphabet. Its top bit is set, and that of no other value.
    private static let invalid: UInt8 = 0xFF
    private static let commonCharacters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let standardCharacters = commonCharacters + Array("+/".utf8)
    private static let urlCharacters = commonCharacters + Array("-_".utf8)
    private static let standardValues = values(of: standardCharacters)
    private static let urlValues = values(of: urlCharacters)

    /// The value of each byte, or `invalid`.
    private static func values(of characters: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        return values
    }

    /// The number of bytes that a text of `count` characters encodes.
    package static func decodedCount(_ count: Int) -> Int {
        count / 4 * 3 + (count % 4) * 3 / 4
    }

    /// Decodes `text` into `target`, which must have room for `decodedCount` bytes. Strict:
    /// padding, white space and unused bits that are set are errors.
    package func decode(
        _ text: Span<UInt8>, into target: inout MutableSpan<UInt8>
    ) throws(Base64Error) {
        guard text.count % 4 != 1 else { throw .invalidLength }
        precondition(target.count >= Self.decodedCount(text.count))
        let table = self == .url ? Self.urlValues : Self.standardValues
        let values = table.span
        let groups = decodeGroups(text, values, into: &target)
        var pending: UInt32 = 0
        var pendingBits = 0
        var written = groups * 3
        for offset in groups * 4..<text.count {
            let value = values[Int(text[offset])]
            guard value != Self.invalid else { throw .invalidCharacter(offset: offset) }
            pending = pending << 6 | UInt32(value)
            pendingBits += 6
            if pendingBits >= 8 {
                pendingBits -= 8
                target[written] = UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits))
                written += 1
            }
        }
        guard pending & (1 << UInt32(pendingBits) - 1) == 0 else { throw .nonZeroTailBits }
    }

    /// Decodes groups of four characters, which are nearly all of a text, until one has a character
    /// outside the alphabet. Returns the number of groups; `decode` goes on from there and finds
    /// the character.
    private func decodeGroups(
        _ text: Span<UInt8>, _ values: Span<UInt8>, into target: inout MutableSpan<UInt8>
    ) -> Int {
        let count = text.count / 4
        // Unchecked: `decode` has made sure that there are four characters for each group, room for
        // three bytes, and a value for every byte. This loop is on the path of every token.
        for group in 0..<count {
            let first = unsafe values[unchecked: Int(text[unchecked: group * 4])]
            let second = unsafe values[unchecked: Int(text[unchecked: group * 4 + 1])]
            let third = unsafe values[unchecked: Int(text[unchecked: group * 4 + 2])]
            let fourth = unsafe values[unchecked: Int(text[unchecked: group * 4 + 3])]
            guard (first | second | third | fourth) & 0x80 == 0 else { return group }
            unsafe target[unchecked: group * 3] = first << 2 | second >> 4
            unsafe target[unchecked: group * 3 + 1] = second << 4 | third >> 2
            unsafe target[unchecked: group * 3 + 2] = third << 6 | fourth
        }
        return count
    }

    /// The encoding of `bytes`, without padding.
    package func encode(_ bytes: [UInt8]) -> [UInt8] {
        let characters = self == .url ? Self.urlCharacters : Self.standardCharacters
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        var pending: UInt32 = 0
        var pendingBits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= 6 {
                pendingBits -= 6
                text.append(characters[Int(pending >> UInt32(pendingBits) & 0x3F)])
            }
        }
        if pendingBits > 0 {
            text.append(characters[Int(pending << UInt32(6 - pendingBits) & 0x3F)])
        }
        return text
    }

    /// Decodes `text` into memory that is wiped when it is released.
    func decodeSecret(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        let count = Self.decodedCount(text.count)
        return try unsafe SecretBytes(capacity: count) { buffer throws(Base64Error) in
            var target = unsafe buffer.bindMemory(to: UInt8.self).mutableSpan
            try decode(text, into: &target)
            return count
        }
    }

    /// Decodes text with line breaks and padding, such as PEM and the output of `openssl rand
    /// -base64`, into memory that is wiped. Padding may be left out, but not be too short.
    func decodePadded(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        let compact = unsafe SecretBytes(capacity: text.count) { buffer in
            var count = 0
            for position in 0..<text.count where !KeyContent.isSpace(text[position]) {
                unsafe buffer[count] = text[position]
                count += 1
            }
            return count
        }
        return try compact.withSpan { characters throws(Base64Error) in
            var count = characters.count
            while count > 0, characters.count - count < 2,
                characters[count - 1] == UInt8(ascii: "=")
            {
                count -= 1
            }
            // Padding has to complete a group of four.
            guard count == characters.count || characters.count % 4 == 0 else {
                throw .invalidLength
            }
            return try decodeSecret(characters.extracting(..<count))
        }
    }
}

/// The base64url of RFC 7515 section 2: no padding, no white space, one spelling for each value.
package enum Base64URL {
    /// The segment of a token that has this content.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] { Base64.url.encode(bytes) }

    /// The content of a segment. Throws for any text that `encode` would not have written.
    package static func decode(_ text: [UInt8]) throws(Base64Error) -> [UInt8] {
        try decode(text.span)
    }

    /// Decodes a segment in place, without copying its text first.
    package static func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
        // An array of the right size, all of which is overwritten.
        var bytes = [UInt8](copying: text.extracting(first: Base64.decodedCount(text.count)))
        var target = bytes.mutableSpan
        try Base64.url.decode(text, into: &target)
        return bytes
    }
}
