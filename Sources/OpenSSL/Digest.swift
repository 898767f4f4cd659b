internal import COpenSSL

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
        let message = Array(message)
        var hash = [UInt8](repeating: 0, count: byteCount)
        guard unsafe EVP_Digest(message, message.count, &hash, nil, algorithm, nil) == 1 else {
            throw ErrorQueue.failure(of: "EVP_Digest")
        }
        return hash
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
        var hash = [UInt8](repeating: 0, count: 16)
        guard unsafe EVP_Digest(message, message.count, &hash, nil, EVP_md5(), nil) == 1 else {
            throw ErrorQueue.failure(of: "EVP_Digest")
        }
        return hash
    }

    /// SHA-1 (RFC 3174).
    package static func sha1(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        var hash = [UInt8](repeating: 0, count: 20)
        guard unsafe EVP_Digest(message, message.count, &hash, nil, EVP_sha1(), nil) == 1 else {
            throw ErrorQueue.failure(of: "EVP_Digest")
        }
        return hash
    }
}
