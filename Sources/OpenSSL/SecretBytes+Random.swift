internal import COpenSSL
package import Platform

extension SecretBytes {
    /// `count` bytes from OpenSSL's generator for private values.
    package static func random(count: Int) throws(OpenSSLError) -> SecretBytes {
        Library.start()
        return try unsafe SecretBytes(capacity: count) { target throws(OpenSSLError) in
            let start = unsafe target.bindMemory(to: UInt8.self).baseAddress
            guard unsafe RAND_priv_bytes(start, CInt(count)) == 1 else {
                throw ErrorQueue.failure(of: "RAND_priv_bytes")
            }
            return count
        }
    }
}
