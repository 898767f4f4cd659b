internal import COpenSSL
package import Platform

/// The versions of OpenSSL, such as `3.0.17`.
package enum OpenSSLVersion {
    /// Of the headers the program was compiled with.
    package static var built: String { OPENSSL_VERSION_STR }

    /// Of the library that runs.
    package static var running: String {
        guard let text = unsafe OpenSSL_version(OPENSSL_VERSION_STRING) else { return "unknown" }
        return unsafe String(cString: text)
    }
}

/// OpenSSL itself, started once and only when something needs it.
enum Library {
    private static let started: Bool = {
        // Without its configuration file: reading it costs a third of the start-up time, and a
        // file that an environment variable can name must not decide which code checks a token.
        let options = UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_ATEXIT)
        return OPENSSL_init_crypto(options, nil) == 1
    }()

    /// Starts OpenSSL. Called before the first use of any other function; later calls are nearly free.
    static func start() {
        precondition(started, "OpenSSL failed to start")
    }
}

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
