import Foundation

/// A real `redis-server` with a TLS port on the loopback, and the authority of its certificate.
package final class TLSRedisServer {
    package let authority: TestAuthority
    /// The server itself, which also listens on its unix socket.
    package let redis: RedisServer
    package let port: Int

    /// Starts the server. `names` are those in its certificate, which is valid for `days`;
    /// `protocols` are written as in redis.conf, such as `TLSv1.2`.
    package init(
        names: String? = "DNS:localhost,IP:127.0.0.1", days: Int = 30,
        protocols: String = "TLSv1.2 TLSv1.3", wantsCertificate: Bool = false,
        configuration: [String] = []
    ) throws {
        authority = try TestAuthority()
        let identity = try authority.issue("server", for: names, days: days)
        port = try RedisServer.freePort()
        redis = try RedisServer(
            configuration: [
                "tls-port \(port)", "tls-cert-file \(identity.certificate)",
                "tls-key-file \(identity.key)", "tls-ca-cert-file \(authority.certificate)",
                "tls-auth-clients \(wantsCertificate ? "yes" : "no")",
                "tls-protocols \"\(protocols)\"",
            ] + configuration)
    }

    package func url(host: String = "localhost") -> String { "rediss://\(host):\(port)" }
}
