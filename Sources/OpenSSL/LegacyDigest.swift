internal import COpenSSL

/// A hash that nothing secret rests on: some frameworks name keys by it.
package enum LegacyDigest {
    /// MD5, RFC 1321. Fails where OpenSSL runs in its FIPS mode.
    package static func md5(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        var hash = [UInt8](repeating: 0, count: 16)
        guard unsafe EVP_Digest(message, message.count, &hash, nil, EVP_md5(), nil) == 1 else {
            throw ErrorQueue.failure(of: "EVP_Digest")
        }
        return hash
    }

    /// SHA-1, RFC 3174.
    package static func sha1(_ message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        Library.start()
        var hash = [UInt8](repeating: 0, count: 20)
        guard unsafe EVP_Digest(message, message.count, &hash, nil, EVP_sha1(), nil) == 1 else {
            throw ErrorQueue.failure(of: "EVP_Digest")
        }
        return hash
    }
}
