internal import COpenSSL
package import Platform

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
