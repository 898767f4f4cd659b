internal import COpenSSL

extension AsymmetricKey {
    /// Whether `signature` is this key's signature of `message`; see `MessageVerifier`, which is
    /// for many messages.
    package func isSignature(
        _ signature: [UInt8], of message: [UInt8], scheme: SignatureScheme
    ) throws(OpenSSLError) -> Bool {
        try MessageVerifier.make(key: self, scheme: scheme).isSignature(signature, of: message.span)
    }

    /// The signature of `message`.
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

    /// How long a signature of this key is, as JOSE writes it.
    package var signatureByteCount: Int {
        switch kind {
        case .rsa, .rsaPSS: (bits + 7) / 8
        case .ec(let curve): 2 * curve.coordinateByteCount
        case .ed25519: 64
        case .ed448: 114
        }
    }

    /// From the form of OpenSSL to that of JOSE.
    private func decode(_ signature: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard case .ec(let curve) = kind else { return signature }
        return try ECDSASignature.concatenation(
            der: signature, coordinateByteCount: curve.coordinateByteCount)
    }
}

/// An `EVP_MD_CTX` set up to sign one message.
@safe private struct SigningContext: ~Copyable {
    let handle: OpaquePointer

    private init(owning handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// Refuses a key that does not fit the scheme: OpenSSL would let an RSA key follow any hash,
    /// and an EC key sign with a hash of the wrong strength.
    static func make(
        key: AsymmetricKey, scheme: SignatureScheme
    ) throws(OpenSSLError) -> SigningContext {
        guard scheme.fits(key.kind) else { throw .wrongKey }
        guard let handle = unsafe EVP_MD_CTX_new() else {
            throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
        }
        let context = unsafe SigningContext(owning: handle)

        // The key context belongs to the digest context and goes with it.
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
