internal import COpenSSL

/// The two spellings of an ECDSA signature: r and s side by side (JOSE) and DER (OpenSSL).
enum ECDSASignature {
    /// The DER form; the caller has checked that the length fits the curve.
    static func der(concatenation: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let half = concatenation.count / 2
        guard let signature = unsafe ECDSA_SIG_new() else {
            throw ErrorQueue.failure(of: "ECDSA_SIG_new")
        }
        defer { unsafe ECDSA_SIG_free(signature) }
        let length = Int32(half)
        let r = unsafe BN_bin2bn(Array(concatenation[..<half]), length, nil)
        let s = unsafe BN_bin2bn(Array(concatenation[half...]), length, nil)
        // On success the signature owns both numbers.
        guard unsafe ECDSA_SIG_set0(signature, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            throw ErrorQueue.failure(of: "ECDSA_SIG_set0")
        }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_ECDSA_SIG(signature, &encoded)
        guard count > 0, let encoded = unsafe encoded else {
            throw ErrorQueue.failure(of: "i2d_ECDSA_SIG")
        }
        defer { unsafe jwtctl_openssl_free(encoded) }
        return unsafe Array(UnsafeBufferPointer(start: encoded, count: Int(count)))
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
