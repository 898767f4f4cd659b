internal import Platform

extension Base64 {
    /// Decodes `text` into memory that is wiped.
    func decodeSecret(_ text: Span<UInt8>) throws(Base64Error) -> SecretBytes {
        let count = Self.decodedCount(text.count)
        return try unsafe SecretBytes(capacity: count) { buffer throws(Base64Error) in
            var target = unsafe buffer.bindMemory(to: UInt8.self).mutableSpan
            try decode(text, into: &target)
            return count
        }
    }
}

extension Base64 {
    /// The same for text that may be broken into lines and may end in padding, as PEM and secrets
    /// made by `openssl rand -base64` are.
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
