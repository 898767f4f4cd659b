internal import COpenSSL

/// What OpenSSL refused to do. No case holds key material.
package enum OpenSSLError: Error, Equatable, Sendable {
    /// The bytes are not a key of the structure that was asked for.
    case unreadableKey
    /// The passphrase does not open the key, or the key is damaged.
    case cannotDecrypt
    /// A key, but of a kind or curve that signs no tokens; its name, as OpenSSL has it.
    case unsupportedKey(String)
    /// A curve described by its parameters: whoever chooses those can forge (CVE-2020-0601).
    case explicitCurveParameters
    /// An EC key of SEC1 form that leaves it to others to say on which curve it is.
    case missingCurve
    /// Components that make no key: a point off the curve, a half that does not match.
    case inconsistentKey
    /// The key cannot do what was asked: a public key was to sign, an EC key was to do RSA.
    case wrongKey
    /// Something that should not fail did; the name of the call and OpenSSL's own reason.
    case failed(call: String, reason: String?)
}

/// OpenSSL's record of errors, which belongs to the thread and outlives the call that filled it.
enum ErrorQueue {
    /// Takes the reason of the latest error and leaves the queue empty.
    ///
    /// Every failing path ends here: an error left behind would be reported by the next caller,
    /// and TLS reads would take it for their own.
    @discardableResult
    static func drain() -> String? {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = unsafe ERR_reason_error_string(code) else { return nil }
        return unsafe String(cString: reason)
    }

    /// The error for a call that failed against expectation.
    static func failure(of call: String) -> OpenSSLError {
        .failed(call: call, reason: drain())
    }
}
