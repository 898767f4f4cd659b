internal import COpenSSL
package import Platform

/// The hash functions that RFC 7518 uses, all of the SHA-2 family (FIPS 180-4).
package enum Digest: Sendable, Hashable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// The length of a hash in bytes.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The hash of `message`.
    package func hash(_ message: some Collection<UInt8>) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        return unsafe try digest(Array(message), byteCount: byteCount, algorithm)
    }

    /// OpenSSL's description of the function, in static memory.
    var algorithm: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }

    /// OpenSSL's name of the function.
    var name: String {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }
}

/// Hashes that give no security. Some frameworks name Redis keys by them.
package enum LegacyDigest {
    /// MD5 (RFC 1321). Throws if OpenSSL runs in its FIPS mode.
    package static func md5(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        return unsafe try digest(message, byteCount: 16, EVP_md5())
    }

    /// SHA-1 (RFC 3174).
    package static func sha1(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        return unsafe try digest(message, byteCount: 20, EVP_sha1())
    }
}

/// The hash of `message` by OpenSSL's `algorithm`, whose output has `byteCount` bytes.
private func digest(
    _ message: [UInt8], byteCount: Int, _ algorithm: OpaquePointer?
) throws(OpenSSLError) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: byteCount)
    guard unsafe EVP_Digest(message, message.count, &hash, nil, algorithm, nil) == 1 else {
        throw ErrorQueue.failure(of: "EVP_Digest")
    }
    return hash
}

/// HMAC (RFC 2104) with one secret and one hash, for any number of messages. Not safe to share
/// between threads.
@safe package final class MessageAuthenticator {
    private let context: OpaquePointer

    /// The hash; the code is as long as its output.
    package let digest: Digest

    private init(owning context: OpaquePointer, digest: Digest) {
        unsafe self.context = context
        self.digest = digest
    }

    deinit {
        unsafe EVP_MAC_CTX_free(context)
    }

    /// OpenSSL keeps a copy of the secret, and wipes it when this object is released.
    package static func make(
        secret: SecretBytes, digest: Digest
    ) throws(OpenSSLError) -> MessageAuthenticator {
        Library.start()
        guard let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            throw ErrorQueue.failure(of: "EVP_MAC_fetch")
        }
        defer { unsafe EVP_MAC_free(algorithm) }
        guard let context = unsafe EVP_MAC_CTX_new(algorithm) else {
            throw ErrorQueue.failure(of: "EVP_MAC_CTX_new")
        }
        let authenticator = unsafe MessageAuthenticator(owning: context, digest: digest)
        // The parameter points to its name, so the name must outlive the call that reads it.
        let status = unsafe KeyComponent.withParameters(
            [.text(OSSL_MAC_PARAM_DIGEST, digest.name)]
        ) { parameters in
            unsafe secret.withBytes { secret in
                unsafe EVP_MAC_init(
                    context, secret.bindMemory(to: UInt8.self).baseAddress, secret.count,
                    parameters)
            }
        }
        guard status == 1 else { throw ErrorQueue.failure(of: "EVP_MAC_init") }
        return authenticator
    }

    /// The authentication code of `message`.
    package func code(for message: Span<UInt8>) throws(OpenSSLError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: digest.byteCount)
        var written = 0
        let status = unsafe message.withUnsafeBufferPointer { message in
            // Without a key, it starts again with the one it has.
            unsafe EVP_MAC_init(context, nil, 0, nil) == 1
                && EVP_MAC_update(context, message.baseAddress, message.count) == 1
                && EVP_MAC_final(context, &code, &written, digest.byteCount) == 1
        }
        guard status, written == code.count else { throw ErrorQueue.failure(of: "EVP_MAC") }
        return code
    }

    /// The authentication code of a message in an array.
    package func code(for message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        try code(for: message.span)
    }

    /// Whether `code` is the code of `message`. The time does not depend on where they differ.
    package func isCode(
        _ code: [UInt8], for message: Span<UInt8>
    ) throws(OpenSSLError) -> Bool {
        constantTimeEqual(try self.code(for: message), code)
    }
}

/// Whether two byte strings are equal. The time depends on their lengths only.
package func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe CRYPTO_memcmp(left, right, left.count) == 0
}
