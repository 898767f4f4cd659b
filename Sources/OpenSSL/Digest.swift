internal import COpenSSL

/// The hash functions of RFC 7518.
package enum Digest: Sendable, Hashable, CaseIterable {
    /// SHA-2 of FIPS 180-4; tokens use no other family.
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

    /// OpenSSL's description of the function; static memory.
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
