internal import COpenSSL
internal import Glibc
package import Platform

/// Why TLS with a server failed. Names and texts come from the server: escape them.
package enum TLSError: Error, Equatable, Sendable {
    /// The server's certificate does not prove its identity.
    case certificate(CertificateProblem)
    /// The server requires a client certificate, and none was configured.
    case certificateWanted
    /// The server refused the client certificate, with this alert (RFC 8446 section 6.2).
    case certificateRefused(alert: String)
    /// The server ended the session with this alert.
    case alert(String)
    /// The peer speaks something other than TLS.
    case notTLS
    /// The server supports neither TLS 1.2 nor 1.3.
    case tooOld
    /// Another violation of the protocol, in OpenSSL's words.
    case broken(String)
}

/// The fault of a server's certificate.
package enum CertificateProblem: Equatable, Sendable {
    /// It expired at this time, as in RFC 3339, in UTC.
    case expired(String)
    /// It is valid from this time on, as in RFC 3339, in UTC.
    case notYetValid(String)
    /// It was issued by this authority, which is not trusted.
    case unknownIssuer(String)
    /// It is signed by its own key; with its subject.
    case selfSigned(String)
    /// It is for these names and addresses, but not for `host`.
    case wrongName(host: String, names: [String])
    /// Another refusal, in OpenSSL's words.
    case other(String)
}

/// Why the files for TLS cannot be used.
package enum TLSSetupError: Error, Equatable, Sendable {
    case unreadable(path: [UInt8], SystemError)
    /// There is no certificate in PEM in the file, or in any file of the folder.
    case noCertificates(path: [UInt8])
    /// There is no private key in PEM in the file.
    case noKey(path: [UInt8])
    /// The private key is encrypted.
    case encryptedKey(path: [UInt8])
    /// The private key does not belong to the certificate.
    case keyMismatch(path: [UInt8])
    /// OpenSSL failed unexpectedly.
    case failed(OpenSSLError)
}

extension CertificateProblem {
    /// The meaning of OpenSSL's verification error `code` for `certificate`, which stays the
    /// caller's.
    init(code: CInt, certificate: OpaquePointer?, host: String) {
        let text = unsafe String(cString: X509_verify_cert_error_string(Int(code)))
        guard let certificate = unsafe certificate else {
            self = .other(text)
            return
        }
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            self = .expired(unsafe Self.moment(X509_get0_notAfter(certificate)))
        case X509_V_ERR_CERT_NOT_YET_VALID:
            self = .notYetValid(unsafe Self.moment(X509_get0_notBefore(certificate)))
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            self = .selfSigned(unsafe Self.name(X509_get_subject_name(certificate)))
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_CERT_UNTRUSTED:
            self = .unknownIssuer(unsafe Self.name(X509_get_issuer_name(certificate)))
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            self = .wrongName(host: host, names: unsafe Self.names(of: certificate))
        default: self = .other(text)
        }
    }

    /// A time as `2026-01-31T12:00:00Z`.
    private static func moment(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return "an unreadable date" }
        let (year, month, day) = unsafe (parts.tm_year, parts.tm_mon, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        func two(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(1900 + year)-\(two(month + 1))-\(two(day))"
            + "T\(two(hour)):\(two(minute)):\(two(second))Z"
    }

    /// A name in the form of RFC 2253: `CN=redis,O=Example`.
    private static func name(_ name: OpaquePointer?) -> String {
        unsafe text { output in
            unsafe jwtctl_print_name(output, name) >= 0
        }
    }

    /// The names and addresses of the subjectAltName; the subject if there is none.
    private static func names(of certificate: OpaquePointer) -> [String] {
        let position = unsafe X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard position >= 0 else {
            return [unsafe name(X509_get_subject_name(certificate))]
        }
        let all = unsafe text { output in
            unsafe X509V3_EXT_print(output, X509_get_ext(certificate, position), 0, 0) == 1
        }
        return all.split(separator: ", ").map { entry in
            let prefixes = ["DNS:", "IP Address:"]
            guard let prefix = prefixes.first(where: { entry.hasPrefix($0) }) else {
                return String(entry)
            }
            return String(entry.dropFirst(prefix.count))
        }
    }

    /// The text that `write` prints; empty if it fails.
    private static func text(_ write: (OpaquePointer) -> Bool) -> String {
        defer { ErrorQueue.drain() }
        guard let output = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free_all(output) }
        guard unsafe write(output) else { return "" }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe jwtctl_bio_content(output, &start)
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
