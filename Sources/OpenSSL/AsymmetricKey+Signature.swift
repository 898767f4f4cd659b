internal import COpenSSL

extension AsymmetricKey {
    /// Whether `signature` is this key's signature of `message`.
    ///
    /// A signature of the wrong length, or one that OpenSSL cannot even read, is simply not valid.
    /// Throws only where the key cannot follow the scheme or OpenSSL breaks down.
    package func isSignature(
        _ signature: [UInt8], of message: [UInt8], scheme: SignatureScheme
    ) throws(OpenSSLError) -> Bool {
        // Before OpenSSL sees it: r and s with leading zeros would be a second spelling of them.
        guard signature.count == signatureByteCount else { return false }
        guard let encoded = try encode(signature) else { return false }
        let context = try DigestContext.make(key: self, scheme: scheme, purpose: .verify)
        let status = unsafe EVP_DigestVerify(
            context.handle, encoded, encoded.count, message, message.count)
        ErrorQueue.drain()
        return status == 1
    }

    /// The signature of `message`.
    package func sign(
        _ message: [UInt8], scheme: SignatureScheme
    ) throws(OpenSSLError) -> [UInt8] {
        guard hasPrivateHalf else { throw .wrongKey }
        let context = try DigestContext.make(key: self, scheme: scheme, purpose: .sign)
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

    /// From the form of JOSE to that of OpenSSL, which wants DER for ECDSA.
    private func encode(_ signature: [UInt8]) throws(OpenSSLError) -> [UInt8]? {
        guard case .ec = kind else { return signature }
        return try ECDSASignature.der(concatenation: signature)
    }

    /// From the form of OpenSSL to that of JOSE.
    private func decode(_ signature: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard case .ec(let curve) = kind else { return signature }
        return try ECDSASignature.concatenation(
            der: signature, coordinateByteCount: curve.coordinateByteCount)
    }
}

/// An `EVP_MD_CTX` set up to sign or to verify one message.
@safe private struct DigestContext: ~Copyable {
    /// What the context is for.
    enum Purpose {
        case sign
        case verify
    }

    let handle: OpaquePointer

    private init(owning handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// Refuses a key that does not fit the scheme: OpenSSL would let an RSA key follow any hash,
    /// and an EC key sign with a hash of the wrong strength.
    static func make(
        key: AsymmetricKey, scheme: SignatureScheme, purpose: Purpose
    ) throws(OpenSSLError) -> DigestContext {
        guard scheme.fits(key.kind) else { throw .wrongKey }
        guard let handle = unsafe EVP_MD_CTX_new() else {
            throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
        }
        let context = unsafe DigestContext(owning: handle)

        // The key context belongs to the digest context and goes with it.
        var settings: OpaquePointer?
        let algorithm = unsafe scheme.digest?.algorithm
        let status =
            switch purpose {
            case .sign:
                unsafe EVP_DigestSignInit(handle, &settings, algorithm, nil, key.handle)
            case .verify:
                unsafe EVP_DigestVerifyInit(handle, &settings, algorithm, nil, key.handle)
            }
        guard status == 1 else { throw ErrorQueue.failure(of: "EVP_DigestSignInit") }

        // Never RSA_PSS_SALTLEN_AUTO: it would accept any salt.
        if case .rsaPSS = scheme {
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_mgf1_md(settings, algorithm) == 1
            else { throw ErrorQueue.failure(of: "EVP_PKEY_CTX_set_rsa_padding") }
        }
        return context
    }

    deinit {
        unsafe EVP_MD_CTX_free(handle)
    }
}
