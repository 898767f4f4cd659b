internal import CommandKit
internal import OpenSSL
internal import Platform
internal import Redis

extension Session {
    /// `target` with what the options and the environment say about TLS.
    static func secured(_ target: RedisTarget, _ console: Console) throws -> RedisTarget {
        let options = console.options
        guard target.tls != nil else {
            try refuseTLSOptions(options, target.endpoint)
            return target
        }
        if options.redisKey != nil, options.redisCert == nil {
            throw Failure(
                .usage, "usage", "--redis-key needs the certificate it belongs to",
                hint: "--redis-cert PATH names it")
        }
        var result = target
        result.tls = TLSSettings(
            authorities: options.redisCACert.map { [$0] }
                ?? authorities(console.system.environment),
            certificate: options.redisCert, key: options.redisKey,
            verifiesServer: !options.isRedisInsecure)
        if options.isRedisInsecure {
            try console.warn(
                "--redis-insecure: anybody between here and Redis can read and change everything")
        }
        return result
    }

    /// A certificate that nobody asked for would look like protection.
    private static func refuseTLSOptions(
        _ options: GlobalOptions, _ endpoint: Endpoint
    ) throws(Failure) {
        let given = [
            ("--redis-cacert", options.redisCACert != nil),
            ("--redis-cert", options.redisCert != nil), ("--redis-key", options.redisKey != nil),
            ("--redis-insecure", options.isRedisInsecure),
        ]
        guard let (name, _) = given.first(where: \.1) else { return }
        switch endpoint {
        case .unix:
            throw Failure(
                .usage, "usage", "'\(name)' cannot be used with a unix socket, which has no TLS")
        case .tcp:
            throw Failure(
                .usage, "usage", "'\(name)' needs TLS, and the URL is one without",
                hint: "write rediss://\(VisibleText.escape(endpoint.description))")
        }
    }

    /// As OpenSSL reads them: a file, and folders between colons.
    private static func authorities(_ environment: Environment) -> [[UInt8]] {
        let file = environment["SSL_CERT_FILE"].map { [Array($0.utf8)] } ?? []
        let folders = environment["SSL_CERT_DIR"]?.utf8.split(separator: UInt8(ascii: ":")) ?? []
        return file + folders.map { Array($0) }
    }
}
