package import Platform

/// Why there is no TLS with a server. Names and texts in it come from the server: escape them.
package enum TLSError: Error, Equatable, Sendable {
    /// The server's certificate does not prove that it is the one that was asked for.
    case certificate(CertificateProblem)
    /// The server wants to know who we are, and we have no certificate.
    case certificateWanted
    /// The server refused our certificate, with this alert of RFC 8446 section 6.2.
    case certificateRefused(alert: String)
    /// The server ended the session with this alert.
    case alert(String)
    /// What answers speaks something else than TLS.
    case notTLS
    /// The server has neither TLS 1.2 nor 1.3.
    case tooOld
    /// Another breach of the protocol, in OpenSSL's words.
    case broken(String)
}

/// What is wrong with a server's certificate.
package enum CertificateProblem: Equatable, Sendable {
    /// Times are RFC 3339 in UTC.
    case expired(String)
    case notYetValid(String)
    /// It is signed by this issuer, whom we do not know.
    case unknownIssuer(String)
    /// Nobody but itself vouches for it.
    case selfSigned(String)
    /// It is for these names and addresses, and not for `host`.
    case wrongName(host: String, names: [String])
    /// Another refusal, in OpenSSL's words.
    case other(String)
}

/// Why the files for TLS cannot be used.
package enum TLSSetupError: Error, Equatable, Sendable {
    case unreadable(path: [UInt8], SystemError)
    /// No certificate in PEM stands in the file, or in any of the folder.
    case noCertificates(path: [UInt8])
    case noKey(path: [UInt8])
    /// A key behind a passphrase.
    case encryptedKey(path: [UInt8])
    /// The key belongs to another certificate.
    case keyMismatch(path: [UInt8])
    case failed(OpenSSLError)
}
