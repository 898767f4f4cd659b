internal import Platform

/// Why a text is not base64.
package enum Base64Error: Error, Equatable, Sendable {
    /// A byte outside the alphabet, and where: white space and padding count as such.
    case invalidCharacter(offset: Int)
    /// One character too many: no number of bytes has such a length.
    case invalidLength
    /// The last character has bits beyond the last byte. Two texts would then decode to the same
    /// signature, and a blacklist of texts would miss the other spelling.
    case nonZeroTailBits
}

/// The two alphabets of RFC 4648, both without padding.
package enum Base64: Sendable {
    /// Section 4: `+` and `/`.
    case standard
    /// Section 5: `-` and `_`; the one of JOSE.
    case url

    private static let invalid: UInt8 = 0xFF
    private static let commonCharacters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let standardCharacters = commonCharacters + Array("+/".utf8)
    private static let urlCharacters = commonCharacters + Array("-_".utf8)
    private static let standardValues = values(of: standardCharacters)
    private static let urlValues = values(of: urlCharacters)

    /// For each byte its value, or `invalid`.
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

    /// Decodes `text` into `target`, which has room for `decodedCount` bytes.
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

    /// Decodes groups of four characters, which are nearly all of a text, up to one that is not all
    /// of the alphabet; returns how many there were.
    private func decodeGroups(
        _ text: Span<UInt8>, _ values: Span<UInt8>, into target: inout MutableSpan<UInt8>
    ) -> Int {
        let count = text.count / 4
        // Unchecked: the caller has seen to it that there are four bytes for each group, room for
        // three, and a value for every byte.
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

    /// `bytes` as text, without padding.
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

    /// Decodes `text` into memory that is wiped.
    func decodeSecret(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        let count = Self.decodedCount(text.count)
        return try unsafe SecretBytes(capacity: count) { buffer throws(Base64Error) in
            var target = unsafe buffer.bindMemory(to: UInt8.self).mutableSpan
            try decode(text, into: &target)
            return count
        }
    }

    /// Decodes text that may have line breaks and padding, such as PEM and the output of
    /// `openssl rand -base64`, into memory that is wiped.
    func decodePadded(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        let compact = unsafe SecretBytes(capacity: text.count) { buffer in
            var count = 0
            for position in 0..<text.count where !Self.isLineSpace(text[position]) {
                unsafe buffer[count] = text[position]
                count += 1
            }
            return count
        }
        return try unsafe compact.withBytes { bytes throws(Base64Error) in
            let characters = unsafe bytes.bindMemory(to: UInt8.self).span
            var count = characters.count
            while count > 0, characters.count - count < 2,
                characters[count - 1] == UInt8(ascii: "=")
            {
                count -= 1
            }
            // Padding completes a group of four, or it is no padding.
            guard count == characters.count || characters.count % 4 == 0 else {
                throw .invalidLength
            }
            return try decodeSecret(characters.extracting(..<count))
        }
    }

    private static func isLineSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}

/// The base64url of RFC 7515 section 2: no padding, no white space, one spelling for each value.
package enum Base64URL {
    /// `bytes` as a segment of a token.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] { Base64.url.encode(bytes) }

    /// The bytes of a segment; throws for every text that `encode` would not have written.
    package static func decode(_ text: [UInt8]) throws(Base64Error) -> [UInt8] {
        try decode(text.span)
    }

    /// Decodes a segment without copying its text first.
    package static func decode(_ text: Span<UInt8>) throws(Base64Error) -> [UInt8] {
        // Room of the right size: all of it is overwritten.
        var bytes = [UInt8](copying: text.extracting(first: Base64.decodedCount(text.count)))
        var target = bytes.mutableSpan
        try Base64.url.decode(text, into: &target)
        return bytes
    }
}
