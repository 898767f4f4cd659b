internal import CommandKit

extension GlobalOptions {
    /// How Redis proves who it is, and how we do.
    static let tls: [Option<GlobalOptions>] = [
        path(
            "redis-cacert", "CA certificate file or directory to trust.",
            into: \.redisCACert),
        path("redis-cert", "Client certificate for TLS.", into: \.redisCert),
        path("redis-key", "Private key of the client certificate.", into: \.redisKey),
        .text(
            "redis-server-name", metavar: "NAME",
            summary: "Name that Redis' certificate must have (for tunnels).",
            into: \.redisServerName),
        .flag(
            "redis-insecure", summary: "Do not check Redis' certificate.",
            into: \.isRedisInsecure),
    ]

    private static func path(
        _ name: String, _ summary: String,
        into path: @autoclosure @escaping PropertyPath<GlobalOptions, [UInt8]?>
    ) -> Option<GlobalOptions> {
        .raw(name, metavar: "PATH", summary: summary, into: path()) {
            bytes throws(InvalidValue) in bytes
        }
        .completing(.file)
    }
}
