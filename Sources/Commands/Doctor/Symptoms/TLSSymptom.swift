internal import CommandKit
internal import JSON

/// Who can read along between here and Redis.
enum TLSSymptom: Symptom {
    case local
    case plain(hasPassword: Bool)
    case unverified
    case secured(_ version: String, end: Int64?)
    /// `left` is in seconds.
    case ending(end: Int64, left: Int64)
    case expired(end: Int64)

    /// Seconds before its end from which on a certificate is a matter of concern: 30 days.
    static let patience: Int64 = 30 * 86_400

    var finding: Finding {
        switch self {
        case .local:
            Finding(.tls, "local", .ok, "no TLS, and none needed: Redis is on this machine")
        case .plain(let hasPassword):
            Finding(
                .tls, hasPassword ? "plain_password" : "plain", hasPassword ? .warning : .note,
                hasPassword ? "the password is sent unencrypted" : "no TLS",
                means: "Anyone who can read the network traffic can undo revocations.",
                remedy: "use rediss:// instead of redis://, once the server has TLS")
        case .unverified:
            Finding(
                .tls, "unverified", .warning,
                "--redis-insecure: the server's certificate is not checked",
                means: "An attacker on the network can report a revoked token as active.",
                remedy: "use --redis-cacert PATH instead")
        case .secured(let version, let end):
            Finding(
                .tls, "secured", .ok,
                VisibleText.escape(version, columns: 20)
                    + (end.map { ", certificate expires \(TimeText.table($0))" } ?? ""),
                data: ["certificate_end": TimeText.number(end)])
        case .ending(let end, let left):
            Finding(
                .tls, "certificate_ending", .warning,
                "the server's certificate expires in \(Duration.words(left)), "
                    + "\(TimeText.table(end))",
                means: "After that, nothing can be revoked: jwtctl refuses the connection.",
                remedy: "renew the certificate",
                data: ["certificate_end": .integer(end)])
        case .expired(let end):
            Finding(
                .tls, "certificate_expired", .error,
                "the server's certificate expired \(TimeText.table(end))",
                means: "Without --redis-insecure, nothing can be revoked.",
                remedy: "renew the certificate", data: ["certificate_end": .integer(end)])
        }
    }
}
