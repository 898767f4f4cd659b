internal import COpenSSL

extension AsymmetricKey {
    /// Whether `signature` is this key's signature of `message`. For many messages use a
    /// `MessageVerifier`.
    package func isSignature(
        _ signature: [UInt8], of message: [UInt8], scheme: SignatureScheme
    ) throws(OpenSSLError) -> Bool {
        try MessageVerifier.make(key: self, scheme: scheme).isSignature(signature, of: message.span)
    }

    /// The signature of `message`, in the form that JOSE uses. Throws `.wrongKey` for a public key,
    /// and for a key that does not fit the scheme.
    package func sign(
        _ message: [UInt8], scheme: SignatureScheme
    ) throws(OpenSSLError) -> [UInt8] {
        guard hasPrivateHalf else { throw .wrongKey }
        let context = try SigningContext.make(key: self, scheme: scheme)
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(handle)))
        var count = signature.count
        let status = unsafe EVP_DigestSign(
            context.handle, &signature, &count, message, message.count)
        guard status == 1 else { throw ErrorQueue.failure(of: "EVP_DigestSign") }
        return try decode(Array(signature[..<count]))
    }

    /// The length in bytes of this key's signatures, in the form that JOSE uses.
    package var signatureByteCount: Int {
        switch kind {
        case .rsa, .rsaPSS: (bits + 7) / 8
        case .ec(let curve): 2 * curve.coordinateByteCount
        case .ed25519: 64
        case .ed448: 114
        }
    }

    /// Turns a signature from OpenSSL's form into that of JOSE.
    private func decode(_ signature: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard case .ec(let curve) = kind else { return signature }
        return try ECDSASignature.concatenation(
            der: signature, coordinateByteCount: curve.coordinateByteCount)
    }
}

/// An `EVP_MD_CTX` that is set up to sign one message.
@safe private struct SigningContext: ~Copyable {
    let handle: OpaquePointer

    private init(owning handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// Throws `.wrongKey` for a key that does not fit the scheme. OpenSSL would let an RSA key use
    /// any hash, and an EC key a hash of the wrong strength.
    static func make(
        key: AsymmetricKey, scheme: SignatureScheme
    ) throws(OpenSSLError) -> SigningContext {
        guard scheme.fits(key.kind) else { throw .wrongKey }
        guard let handle = unsafe EVP_MD_CTX_new() else {
            throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
        }
        let context = unsafe SigningContext(owning: handle)

        // The key context belongs to the digest context, which frees it.
        var settings: OpaquePointer?
        let status = unsafe EVP_DigestSignInit(
            handle, &settings, scheme.digest?.algorithm, nil, key.handle)
        guard status == 1, unsafe scheme.setPadding(of: settings) else {
            throw ErrorQueue.failure(of: "EVP_DigestSignInit")
        }
        return context
    }

    deinit {
        unsafe EVP_MD_CTX_free(handle)
    }
}

/// The two encodings of an ECDSA signature: r and s one after the other (JOSE), and DER (OpenSSL).
enum ECDSASignature {
    /// The DER encoding. The caller has checked that the length fits the curve.
    static func der(concatenation: [UInt8]) -> [UInt8] {
        let half = concatenation.count / 2
        let content = integer(concatenation[..<half]) + integer(concatenation[half...])
        // Only the two integers of P-521 need the long form of a length.
        let length = UInt8(content.count)
        return (length < 0x80 ? [0x30, length] : [0x30, 0x81, length]) + content
    }

    /// A non-negative INTEGER: in as few bytes as possible, with the highest bit of the first one
    /// clear.
    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = bytes.drop { $0 == 0 }
        if digits.isEmpty { digits = bytes.suffix(1) }
        let isHigh = digits.first.map { $0 >= 0x80 } ?? false
        return (isHigh ? [0x02, UInt8(digits.count + 1), 0] : [0x02, UInt8(digits.count)]) + digits
    }

    /// r and s one after the other, each padded to `coordinateByteCount` bytes.
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
