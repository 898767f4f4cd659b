internal import CommandKit
internal import OpenSSL
internal import Platform
internal import Redis

extension Session {
    /// `target` with what options, profile and environment say about TLS.
    static func secured(
        _ target: RedisTarget, _ settings: Settings, _ console: Console
    ) throws -> RedisTarget {
        let options = console.options
        guard target.tls != nil else {
            try refuseTLSOptions(options, target.endpoint)
            return target
        }
        func path(_ setting: Setting) -> [UInt8]? { settings[setting].map { $0.bytes } }
        let certificate = options.redisCert ?? path(.redisCert)
        let key = options.redisKey ?? (options.redisCert == nil ? path(.redisKey) : nil)
        if key != nil, certificate == nil {
            throw Failure(
                .usage, "usage", "--redis-key needs its certificate",
                hint: "add --redis-cert PATH")
        }
        var result = target
        result.serverName = options.redisServerName ?? settings[.redisServerName]?.text
        result.tls = TLSSettings(
            authorities: (options.redisCACert ?? path(.redisCACert)).map { [$0] }
                ?? authorities(console.system.environment),
            certificate: certificate, key: key,
            verifiesServer: !options.isRedisInsecure)
        if options.isRedisInsecure {
            try console.warn(
                "--redis-insecure: anyone on the network path can read and change everything")
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
            ("--redis-server-name", options.redisServerName != nil),
        ]
        guard let (name, _) = given.first(where: \.1) else { return }
        switch endpoint {
        case .unix:
            throw Failure(
                .usage, "usage", "'\(name)' cannot be used with a unix socket, which has no TLS")
        case .tcp:
            throw Failure(
                .usage, "usage", "'\(name)' needs TLS, but the URL does not use it",
                hint: "write rediss://\(VisibleText.escape(endpoint.description))")
        }
    }

    /// As OpenSSL reads them: a file, and folders between colons.
    private static func authorities(_ environment: Environment) -> [[UInt8]] {
        let file = environment.bytes(of: "SSL_CERT_FILE").map { [$0] } ?? []
        let folders =
            environment.bytes(of: "SSL_CERT_DIR")?.split(separator: UInt8(ascii: ":")) ?? []
        return file + folders.map { Array($0) }
    }
}
