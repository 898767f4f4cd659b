internal import CommandKit
internal import OpenSSL
internal import Platform
internal import Redis
internal import Glibc

/// The server that a command works with, and the name under which it appears in the audit log: from
/// options, environment and profile.
extension Backend {
    /// The server to use, with its password.
    ///
    /// The first of these that is given supplies the password: `--askpass`, `--redis-password`, the
    /// URL, the profile, REDISCLI_AUTH (which redis-cli reads, too). The target owns the password
    /// in `SecretBytes`, which are wiped when they are released.
    static func target(
        _ options: GlobalOptions, _ settings: Settings, _ system: System
    ) throws -> RedisTarget {
        let environment = system.environment
        let url = options.redisURL ?? settings[.redis]?.text
        var target = try url.map { try RedisURL.parse($0) } ?? .standard
        if target.password != nil {
            target.passwordSource =
                options.redisURL != nil
                ? "the URL of --redis"
                : settings[.redis].map { "the URL in \(settings.title(of: $0.origin))" }
        }
        // A person who asks to be prompted overrides every other source.
        if options.asksPassword {
            do throws(SystemError) {
                return target.withPassword(
                    try Terminal.askSecret("Redis password: "), from: "the terminal")
            } catch {
                throw Failure(.failure, "input", "no terminal to ask for the password")
            }
        }
        // A profile's password is meant for the profile's own server, not for that of an option or
        // of JWTCTL_REDIS_URL.
        let isProfiles =
            options.redisURL == nil
            && settings[.redis]?.origin != Setting.redis.variable.map(Settings.Origin.environment)
        let setting = isProfiles && target.password == nil ? settings[.redisPassword] : nil
        if let source = try options.redisPassword ?? setting.map(Settings.source) {
            let origin =
                options.redisPassword == nil
                ? setting.map { settings.title(of: $0.origin) } : nil
            let role = SourceRole("password", option: "--redis-password", origin: origin)
            let content = try source.read(role, limit: 64 * 1024, system: system)
            return target.withPassword(
                content.withoutFinalNewline(), from: origin ?? "--redis-password")
        }
        // A password in the URL is meant for this server; the variable is for any.
        if target.password == nil, let password = environment.bytes(of: "REDISCLI_AUTH") {
            return target.withPassword(SecretBytes(copying: password), from: "REDISCLI_AUTH")
        }
        return target
    }

    /// The target with the TLS settings of options and profile. It reads no certificate; that is
    /// done when the connection is made.
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
        // The key of the profile belongs to the certificate of the profile, not to one of an
        // option.
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

    /// Refuses TLS options for a connection without TLS, which would only look protected.
    private static func refuseTLSOptions(
        _ options: GlobalOptions, _ endpoint: Endpoint
    ) throws(Failure) {
        let given = [
            ("--redis-cacert", options.redisCACert != nil),
            ("--redis-cert", options.redisCert != nil), ("--redis-key", options.redisKey != nil),
            ("--redis-insecure", options.isRedisInsecure),
            ("--redis-server-name", options.redisServerName != nil),
        ]
        // The endpoint decides on the advice: TCP has a form with TLS, and a socket has none.
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

    /// The certificates of SSL_CERT_FILE and SSL_CERT_DIR, read as OpenSSL does: one file, and
    /// directories separated by colons. Empty for the system's certificates.
    private static func authorities(_ environment: Environment) -> [[UInt8]] {
        let file = environment.bytes(of: "SSL_CERT_FILE").map { [$0] } ?? []
        let folders =
            environment.bytes(of: "SSL_CERT_DIR")?.split(separator: UInt8(ascii: ":")) ?? []
        return file + folders.map { Array($0) }
    }

    // MARK: Origin of a change

    /// The person's name for the audit log: with sudo, the name of the user who called it.
    static func loginName(_ environment: Environment) -> String {
        if let name = environment["SUDO_USER"] ?? environment["LOGNAME"] ?? environment["USER"] {
            return name
        }
        return passwdName(of: getuid()) ?? "uid:\(getuid())"
    }

    /// The user's name in /etc/passwd; nil if it cannot be found. The file is read here because a
    /// static program cannot load the name service modules of `getpwuid`.
    private static func passwdName(of user: uid_t) -> String? {
        do {
            let file = try Descriptor.open(Array("/etc/passwd".utf8))
            let lines = InputStream(borrowing: file.number)
            while let line = try lines.readLine(limit: 4096) {
                guard case .text(let bytes) = line else { continue }
                // NAME:PASSWORD:UID:GID:…, as passwd(5) says; the password is usually `x`.
                let fields = bytes.split(
                    separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                if fields.count > 2, fields[2].elementsEqual(String(user).utf8) {
                    return String(decoding: fields[0], as: UTF8.self)
                }
            }
        } catch {
            return nil
        }
        return nil
    }

    /// This machine's name, for the audit log.
    /// gethostname(2) need not end a name with a zero byte that it had to cut: the last byte of the
    /// buffer is not given to it, and stays zero.
    static func hostName() -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let status: CInt = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let base = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return unsafe gethostname(base, bytes.count - 1)
        }
        return status == 0 ? String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self) : "unknown"
    }
}
