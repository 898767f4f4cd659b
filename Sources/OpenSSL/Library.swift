internal import COpenSSL
package import Platform

/// The versions of OpenSSL, such as `3.0.17`.
package enum OpenSSLVersion {
    /// The version of the headers that the program was compiled with.
    package static var built: String { OPENSSL_VERSION_STR }

    /// The version of the library that is loaded.
    package static var running: String {
        guard let text = unsafe OpenSSL_version(OPENSSL_VERSION_STRING) else { return "unknown" }
        return unsafe String(cString: text)
    }
}

/// OpenSSL itself, which is started once, when it is first needed.
enum Library {
    private static let started: Bool = {
        // The configuration file is not loaded. Reading it takes a third of the start-up time, and
        // a file that an environment variable can name must not decide which code verifies a token.
        let options = UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_ATEXIT)
        return OPENSSL_init_crypto(options, nil) == 1
    }()

    /// Starts OpenSSL. Called before the first use of any other function. Further calls take nearly
    /// no time.
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

/// `count` bytes from OpenSSL's generator, good enough for identifiers and keys.
package func randomBytes(_ count: Int) throws(OpenSSLError) -> [UInt8] {
    Library.start()
    var bytes = [UInt8](repeating: 0, count: count)
    guard let length = Int32(exactly: count), unsafe RAND_bytes(&bytes, length) == 1 else {
        throw ErrorQueue.failure(of: "RAND_bytes")
    }
    return bytes
}

/// Why OpenSSL refused an operation. No case contains key material.
package enum OpenSSLError: Error, Equatable, Sendable {
    /// The bytes are not a key in the expected structure.
    case unreadableKey
    /// The passphrase does not decrypt the key, or the key is damaged.
    case cannotDecrypt
    /// A key of a kind or curve that cannot sign tokens, by OpenSSL's name.
    case unsupportedKey(String)
    /// A curve that is described by its parameters. Whoever chooses those can forge signatures
    /// (CVE-2020-0601).
    case explicitCurveParameters
    /// An EC key in SEC1 form that does not name its curve.
    case missingCurve
    /// Components that do not form a key: a point that is not on the curve, or halves that do not
    /// match.
    case inconsistentKey
    /// The key cannot do this: a public key cannot sign, and an EC key cannot use an RSA scheme.
    case wrongKey
    /// A call failed that should not; with its name, and OpenSSL's reason.
    case failed(call: String, reason: String?)
}

/// OpenSSL's list of errors. It belongs to the thread, and is not emptied by the next call.
enum ErrorQueue {
    /// Empties the list, and returns the reason of the latest error; nil if there is none.
    ///
    /// Every failure ends here. An error that remained would be reported by the next caller, and a
    /// TLS read would take it for its own.
    @discardableResult
    static func drain() -> String? {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else { return nil }
        return unsafe String(cString: reason)
    }

    /// The error for a call that failed unexpectedly.
    static func failure(of call: String) -> OpenSSLError {
        .failed(call: call, reason: drain())
    }
}
