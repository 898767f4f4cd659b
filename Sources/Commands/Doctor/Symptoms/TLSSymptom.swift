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
            Finding(.tls, "local", .ok, "no TLS, and none needed: it is on this machine")
        case .plain(let hasPassword):
            Finding(
                .tls, hasPassword ? "plain_password" : "plain", hasPassword ? .warning : .note,
                hasPassword ? "the password crosses the network in the clear" : "no TLS",
                means: "Whoever can read along can take revocations back.",
                remedy: "write rediss:// instead of redis://, once the server has TLS")
        case .unverified:
            Finding(
                .tls, "unverified", .warning,
                "--redis-insecure: nobody has checked who answers",
                means: "Anybody in between can say that a revoked token is alive.",
                remedy: "give --redis-cacert PATH in its place")
        case .secured(let version, let end):
            Finding(
                .tls, "secured", .ok,
                VisibleText.escape(version, columns: 20)
                    + (end.map { ", the certificate ends \(TimeText.table($0))" } ?? ""),
                data: ["certificate_end": TimeText.number(end)])
        case .ending(let end, let left):
            Finding(
                .tls, "certificate_ending", .warning,
                "the server's certificate ends in \(Duration.words(left)), "
                    + "\(TimeText.table(end))",
                means: "From then on nothing can be revoked: the connection is refused.",
                remedy: "have it renewed",
                data: ["certificate_end": .integer(end)])
        case .expired(let end):
            Finding(
                .tls, "certificate_expired", .error,
                "the server's certificate ended \(TimeText.table(end))",
                means: "Without --redis-insecure nothing can be revoked.",
                remedy: "have it renewed", data: ["certificate_end": .integer(end)])
        }
    }
}
