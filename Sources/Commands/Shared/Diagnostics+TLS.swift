internal import CommandKit
internal import OpenSSL
internal import Platform

/// Why there is no TLS with Redis. `--redis-insecure` is never proposed: who reads these may be
/// under attack.
extension Diagnostics {
    static let notTLSHint =
        "does the port speak TLS? if not, write redis:// instead of rediss://"

    static let certificateHint =
        "give a client certificate: --redis-cert PATH and --redis-key PATH"

    static func tls(_ error: TLSError, _ address: String) -> Failure {
        let server = "Redis at \(shown(address))"
        switch error {
        case .certificate(let problem): return certificate(problem, of: server)
        case .certificateWanted:
            return unknown(
                "client_certificate", "\(server) requires a client certificate",
                hint: certificateHint)
        case .certificateRefused(let alert):
            return unknown(
                "client_certificate",
                "\(server) rejected the client certificate: \(VisibleText.escape(alert))",
                hint: "is --redis-cert signed by a CA that the server trusts?")
        case .alert(let text):
            return unknown("tls", "\(server) ended the TLS session: \(VisibleText.escape(text))")
        case .notTLS:
            return unknown("not_tls", "\(shown(address)) does not speak TLS", hint: notTLSHint)
        case .tooOld: return unknown("tls", "\(server) supports neither TLS 1.2 nor 1.3")
        case .broken(let text):
            return unknown("tls", "TLS with \(server) failed: \(VisibleText.escape(text))")
        }
    }

    private static func certificate(
        _ problem: CertificateProblem, of server: String
    ) -> Failure {
        let (message, hint): (String, String?) =
            switch problem {
            case .expired(let date): ("expired on \(date)", nil)
            case .notYetValid(let date):
                ("is not valid before \(date)", "is this machine's clock right?")
            case .unknownIssuer(let issuer):
                (
                    "is signed by an unknown issuer, '\(VisibleText.escape(issuer, columns: 100))'",
                    "give the certificate of the CA to trust with --redis-cacert PATH"
                )
            case .selfSigned(let name):
                (
                    "is self-signed, '\(VisibleText.escape(name, columns: 100))'",
                    "is it the right one? then trust it with --redis-cacert PATH"
                )
            case .wrongName(let host, let names) where isSubject(names):
                (
                    "has no subjectAltName: the name '\(VisibleText.escape(names[0], columns: 100))' "
                        + "alone does not prove that it is for \(VisibleText.escape(host))",
                    "reissue it with subjectAltName = \(isAddress(host) ? "IP" : "DNS"):"
                        + VisibleText.escape(host)
                )
            case .wrongName(let host, let names):
                (
                    "is for \(list(names)), not for \(VisibleText.escape(host))",
                    isLoopback(host)
                        ? "through a tunnel, give the server's own name: --redis-server-name NAME"
                        : "connect to it by a name in the certificate"
                )
            case .other(let text): ("is not valid: \(VisibleText.escape(text))", nil)
            }
        return unknown("certificate", "the certificate of \(server) \(message)", hint: hint)
    }

    /// Whether these are no names, but the subject of a certificate without any, as `CN=redis`.
    private static func isSubject(_ names: [String]) -> Bool {
        names.count == 1 && (names[0].isEmpty || names[0].contains("="))
            && !names[0].contains(":")
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
    }

    /// Names that are shown of a certificate: there are some with hundreds.
    private static let mostNames = 5

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(mostNames).map { VisibleText.escape($0, columns: 100) }
        let rest = names.count - shown.count
        let more = rest > 0 ? " and \(rest) more" : ""
        return shown.isEmpty ? "no name" : shown.joined(separator: ", ") + more
    }

    static func tlsSetup(_ error: TLSSetupError) -> Failure {
        func failure(_ message: String, hint: String? = nil) -> Failure {
            Failure(.failure, "tls_setup", message, hint: hint)
        }
        switch error {
        case .unreadable(let path, let cause):
            return failure("cannot read '\(VisibleText.escape(path))': \(cause.message)")
        case .noCertificates(let path):
            return failure("'\(VisibleText.escape(path))' contains no PEM certificate")
        case .noKey(let path):
            return failure(
                "'\(VisibleText.escape(path))' contains no PEM private key",
                hint: "give the certificate's key with --redis-key PATH")
        case .encryptedKey(let path):
            let path = VisibleText.escape(path)
            return failure(
                "the key in '\(path)' is encrypted, which is not supported",
                hint: "remove the passphrase: (umask 077; openssl pkey -in '\(path)' -out KEY)")
        case .keyMismatch(let path):
            return failure(
                "the key in '\(VisibleText.escape(path))' does not match the certificate")
        case .failed(let error): return Diagnostics.failure(for: error)
        }
    }
}
