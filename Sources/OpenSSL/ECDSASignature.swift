internal import COpenSSL

/// The two spellings of an ECDSA signature: r and s side by side (JOSE) and DER (OpenSSL).
enum ECDSASignature {
    /// The DER form; the caller has checked that the length fits the curve.
    static func der(concatenation: [UInt8]) -> [UInt8] {
        let half = concatenation.count / 2
        let content = integer(concatenation[..<half]) + integer(concatenation[half...])
        // Two integers of P-521 are the only ones that need the long form of a length.
        let length = UInt8(content.count)
        return (length < 0x80 ? [0x30, length] : [0x30, 0x81, length]) + content
    }

    /// A number that is not negative, as DER wants it: in as few bytes as possible, the first of
    /// which has its highest bit clear.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = bytes.drop { $0 == 0 }
        if digits.isEmpty { digits = bytes.suffix(1) }
        let isHigh = digits.first.map { $0 >= 0x80 } ?? false
        return (isHigh ? [0x02, UInt8(digits.count + 1), 0] : [0x02, UInt8(digits.count)]) + digits
    }

    /// The concatenated form, each half padded to `coordinateByteCount`.
    static func concatenation(
        der: [UInt8], coordinateByteCount: Int
    ) throws(OpenSSLError) -> [UInt8] {
        let decoded = unsafe der.withUnsafeBufferPointer { der in
            var next = der.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &next, der.count)
        }
        guard let signature = unsafe decoded else {
            throw ErrorQueue.failure(of: "d2i_ECDSA_SIG")
        }
        defer { unsafe ECDSA_SIG_free(signature) }
        var r = [UInt8](repeating: 0, count: coordinateByteCount)
        var s = r
        let length = Int32(coordinateByteCount)
        guard unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), &r, length) == length,
            unsafe BN_bn2binpad(ECDSA_SIG_get0_s(signature), &s, length) == length
        else { throw ErrorQueue.failure(of: "BN_bn2binpad") }
        return r + s
    }
}
