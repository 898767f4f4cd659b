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
        // OpenSSL would let an RSA key use any hash, and an EC key a hash of the wrong strength.
        guard hasPrivateHalf, scheme.fits(kind) else { throw .wrongKey }
        guard let context = unsafe EVP_MD_CTX_new() else {
            throw ErrorQueue.failure(of: "EVP_MD_CTX_new")
        }
        defer { unsafe EVP_MD_CTX_free(context) }
        // The key context belongs to the digest context, which frees it.
        var settings: OpaquePointer?
        let started = unsafe EVP_DigestSignInit(
            context, &settings, scheme.digest?.algorithm, nil, handle)
        guard started == 1, unsafe scheme.setPadding(of: settings) else {
            throw ErrorQueue.failure(of: "EVP_DigestSignInit")
        }
        var signature = [UInt8](repeating: 0, count: Int(unsafe EVP_PKEY_get_size(handle)))
        var count = signature.count
        let status = unsafe EVP_DigestSign(context, &signature, &count, message, message.count)
        guard status == 1 else { throw ErrorQueue.failure(of: "EVP_DigestSign") }
        guard case .ec(let curve) = kind else { return Array(signature[..<count]) }
        return try ECDSASignature.concatenation(
            der: Array(signature[..<count]), coordinateByteCount: curve.coordinateByteCount)
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
