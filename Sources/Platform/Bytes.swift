internal import Glibc

extension [UInt8] {
    /// A copy of `bytes`. It is faster than the initializers of the standard library, which look up
    /// the type of the array each time.
    package init(copying bytes: Span<UInt8>) {
        self = []
        reserveCapacity(bytes.count)
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension Span<UInt8> {
    /// The offset of the first `byte` at or after `start`; nil if there is none. It uses memchr(3),
    /// because a hostile text can be a gigabyte long, and each token is searched several times.
    package func firstOffset(of byte: UInt8, from start: Int = 0) -> Int? {
        unsafe withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = unsafe memchr(base + start, CInt(byte), bytes.count - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }

    /// Whether `other` has the same bytes.
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

extension UInt8 {
    /// The value of a hexadecimal digit of either case; nil for any other byte.
    package var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

// Numbers from a server, a token or a stored text may be anything. Redis answers PTTL with
// 9223372036854775807 if an application called PEXPIREAT with the largest number it had, and a
// token may have any `iat`. Numbers that passed through one of the functions below can be added,
// and multiplied by 1000, without overflow.

extension Int {
    /// The number, or the nearest limit if it is outside of ±2^48; see `Int64.bounded`.
    package var bounded: Int { Int(Int64(self).bounded) }
}

extension Int64 {
    private static let outsideLimit: Int64 = 1 << 48

    /// The number, or the nearest limit if it is outside of ±2^48. That is after the year 9999 in
    /// milliseconds, and more than any server counts. Not generic, since every number of every reply
    /// passes through here.
    package var bounded: Int64 {
        Swift.min(Swift.max(self, -Self.outsideLimit), Self.outsideLimit)
    }

    /// A time from outside; nil if it is beyond the limits and therefore not a date.
    package init?(outside value: Int64) {
        guard value == value.bounded else { return nil }
        self = value
    }

    /// The second in which a NumericDate lies, or with `.up` the next one; nil beyond the limits.
    package init?(outside value: Double, rounding rule: FloatingPointRoundingRule = .down) {
        guard let whole = Int64(exactly: value.rounded(rule)) else { return nil }
        self.init(outside: whole)
    }
}
