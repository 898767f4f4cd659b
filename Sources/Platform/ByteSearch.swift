internal import Glibc

extension Span<UInt8> {
    /// Where `byte` stands first, not before `start`. memchr, since a hostile text can be a gigabyte
    /// long, and every token is looked through several times.
    package func firstOffset(of byte: UInt8, from start: Int = 0) -> Int? {
        unsafe withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, CInt(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Whether `other` is the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        unsafe withUnsafeBytes { own in
            unsafe other.withUnsafeBytes { bytes in
                guard own.count == bytes.count else { return false }
                guard let left = own.baseAddress, let right = bytes.baseAddress else { return true }
                return unsafe memcmp(left, right, own.count) == 0
            }
        }
    }
}
