internal import COpenSSL

/// A key and a signature scheme, set up to verify any number of messages. Not safe to share between
/// threads.
///
/// When a context is set up, OpenSSL looks up algorithms by name behind locks, which takes a good
/// part of the time of an RSA verification. Here that happens once.
@safe package final class MessageVerifier {
    private let key: AsymmetricKey
    private let method: Method

    /// The contexts of the two ways to verify. They belong to the verifier.
    @safe private enum Method {
        /// The message is hashed here, and the hash is verified.
        case digested(Hasher, context: OpaquePointer)
        /// The scheme itself hashes the message (EdDSA). OpenSSL needs a fresh context for each
        /// message, for which `model` is copied to `context`.
        case whole(model: OpaquePointer, context: OpaquePointer)
    }

    private init(_ key: AsymmetricKey, _ method: Method) {
        self.key = key
        self.method = method
    }

    deinit {
        switch method {
        case .digested(_, let context): unsafe EVP_PKEY_CTX_free(context)
        case .whole(let model, let context):
            unsafe EVP_MD_CTX_free(model)
            unsafe EVP_MD_CTX_free(context)
        }
    }

    /// Throws `.wrongKey` for a key that does not fit the scheme. OpenSSL would let an RSA key use
    /// any hash, and an EC key a hash of the wrong strength.
    package static func make(
        key: AsymmetricKey, scheme: SignatureScheme
    ) throws(OpenSSLError) -> MessageVerifier {
        guard scheme.fits(key.kind) else { throw .wrongKey }
        guard let digest = scheme.digest else {
            guard let model = unsafe EVP_MD_CTX_new() else {
                throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
            }
            guard let context = unsafe EVP_MD_CTX_new() else {
                unsafe EVP_MD_CTX_free(model)
                throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
            }
            let verifier = unsafe MessageVerifier(key, .whole(model: model, context: context))
            guard unsafe EVP_DigestVerifyInit(model, nil, nil, nil, key.handle) == 1 else {
                throw ErrorQueue.failure(of: "EVP_DigestVerifyInit")
            }
            return verifier
        }
        let hasher = try Hasher.make(digest)
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.handle, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_pkey")
        }
        let verifier = unsafe MessageVerifier(key, .digested(hasher, context: context))
        guard unsafe EVP_PKEY_verify_init(context) == 1,
            unsafe scheme.setPadding(of: context),
            unsafe EVP_PKEY_CTX_set_signature_md(context, digest.algorithm) == 1
        else { throw ErrorQueue.failure(of: "EVP_PKEY_verify_init") }
        return verifier
    }

    /// Whether `signature`, in the form that JOSE uses, is the key's signature of `message`.
    ///
    /// A signature of the wrong length, or one that OpenSSL cannot even read, is not valid. Throws
    /// only if OpenSSL itself fails.
    package func isSignature(
        _ signature: [UInt8], of message: Span<UInt8>
    ) throws(OpenSSLError) -> Bool {
        // Checked here, because r and s with more leading zeros would be a second encoding of a
        // signature.
        guard signature.count == key.signatureByteCount else { return false }
        var encoded = signature
        if case .ec = key.kind { encoded = ECDSASignature.der(concatenation: signature) }
        let status: CInt
        switch method {
        case .digested(let hasher, let context):
            let hash = try hasher.hash(message)
            status = unsafe EVP_PKEY_verify(context, encoded, encoded.count, hash, hash.count)
        case .whole(let model, let context):
            guard unsafe EVP_MD_CTX_copy_ex(context, model) == 1 else {
                throw ErrorQueue.failure(of: "EVP_MD_CTX_copy_ex")
            }
            status = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestVerify(
                    context, encoded, encoded.count, message.baseAddress, message.count)
            }
        }
        if status != 1 { ErrorQueue.drain() }
        return status == 1
    }
}

/// A hash function with a context, for any number of messages.
@safe private final class Hasher {
    private let digest: Digest
    private let algorithm: OpaquePointer
    private let context: OpaquePointer

    private init(_ digest: Digest, owning algorithm: OpaquePointer, _ context: OpaquePointer) {
        self.digest = digest
        unsafe self.algorithm = algorithm
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    static func make(_ digest: Digest) throws(OpenSSLError) -> Hasher {
        guard let algorithm = unsafe EVP_MD_fetch(nil, digest.name, nil) else {
            throw ErrorQueue.failure(of: "EVP_MD_fetch")
        }
        guard let context = unsafe EVP_MD_CTX_new() else {
            unsafe EVP_MD_free(algorithm)
            throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
        }
        return unsafe Hasher(digest, owning: algorithm, context)
    }

    func hash(_ message: Span<UInt8>) throws(OpenSSLError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: digest.byteCount)
        let status = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, message.baseAddress, message.count) == 1
                && EVP_DigestFinal_ex(context, &hash, nil) == 1
        }
        guard status else { throw ErrorQueue.failure(of: "EVP_Digest") }
        return hash
    }
}

extension SignatureScheme {
    /// Sets the parameters of RSA besides the hash. Returns whether OpenSSL accepted them.
    func setPadding(of context: OpaquePointer?) -> Bool {
        switch self {
        case .rsaPKCS1:
            return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        case .rsaPSS(let digest):
            // Never RSA_PSS_SALTLEN_AUTO, which accepts a salt of any length.
            return unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest.algorithm) == 1
        case .ecdsa, .edDSA: return true
        }
    }
}
