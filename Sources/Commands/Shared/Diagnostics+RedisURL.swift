internal import CommandKit
internal import Redis

/// What is wrong with a Redis URL, and how it is spelled. The URL itself is never repeated: a
/// password may stand anywhere in it.
extension Diagnostics {
    static func url(_ error: RedisURLError) -> Failure {
        let (message, hint): (String, String?) =
            switch error {
            case .barePath(let path):
                (
                    "a socket path needs a scheme",
                    "write unix://\(path.flatMap { Source.exists(Array($0.utf8)) ? $0 : nil } ?? "/run/redis/redis.sock")"
                )
            case .connectionString(let place, let usesTLS):
                (
                    "it is a StackExchange.Redis connection string",
                    "write \(usesTLS ? "rediss" : "redis")://:PASSWORD@\(place ?? "HOST:6380"), "
                        + "or give the password with --redis-password SOURCE"
                )
            case .severalUserinfos:
                (
                    "it contains '@' more than once, with a comma in between",
                    "give user and password once: redis://USER:PASSWORD@HOST:6379,HOST:6379; "
                        + "in a password, write '@' as %40 and ',' as %2C"
                )
            case .missingScheme: ("missing scheme (redis://…)", "write redis://HOST:6379")
            case .unknownScheme(let scheme):
                (
                    scheme.isEmpty
                        ? "the scheme is not a Redis scheme"
                        : "'\(VisibleText.escape(scheme))' is not a Redis scheme",
                    "write redis://, rediss:// (with TLS), redis+sentinel:// or unix://"
                )
            case .ambiguousUserinfo:
                (
                    "the text before '@' may be a user or a password",
                    "write redis://:PASSWORD@HOST, or redis://USER:@HOST with the password elsewhere"
                )
            case .badPercentEncoding(let part):
                (
                    "the \(part) is not valid percent-encoded UTF-8",
                    "write '%' itself as %25"
                )
            case .badCharacter:
                (
                    "it contains a space, a control character or a non-ASCII character",
                    "percent-encode it: write a space as %20"
                )
            case .badHost:
                (
                    "the host is not a name or address",
                    "put an IPv6 address in brackets: redis://[::1]:6379"
                )
            case .badPort: ("the port is not a number from 1 to 65535", "write redis://HOST:6379")
            case .badDatabase:
                ("the database is not a number, or has leading zeros", "write redis://HOST:6379/0")
            case .databaseTwice:
                ("the database is given twice", "write either redis://HOST/0 or ?db=0")
            case .missingPrimaryName:
                (
                    "the name of the primary is missing",
                    "write redis+sentinel://HOST,HOST/mymaster"
                )
            case .repeatedParameter(let name):
                ("\(parameter(name)) is given twice", nil)
            case .unknownParameter(""):
                (
                    "the '&' after sentinel_password is not followed by a known parameter",
                    "in a password, write '&' as %26"
                )
            case .unknownParameter(let name):
                (
                    "\(parameter(name)) is unknown",
                    spelling(ofParameter: name)
                        ?? "use ?db=N, and for Sentinels sentinel_username and sentinel_password; "
                        + "for TLS write rediss:// and give its files with options: --redis-cacert PATH"
                )
            case .missingPath:
                ("the socket path is not absolute", "write unix:///run/redis/redis.sock")
            case .pathTooLong(let limit):
                ("the socket path is longer than \(limit) bytes", nil)
            case .fragment:
                ("it contains '#', which ends a URL", "in a password, write '#' as %23")
            }
        return Failure(
            .usage, "redis_url", "the Redis URL is not valid: \(message)", hint: hint)
    }
    /// How jwtctl spells what other clients write as a parameter of the URL; nil where none is known
    /// to do so.
    private static func spelling(ofParameter name: String) -> String? {
        let plain = String(name.lowercased().filter { $0 != "_" && $0 != "-" })
        return parameterSpellings.first { $0.names.contains(plain) }?.spelling
    }

    /// Names in lower case without signs: of redis-py, node-redis, ioredis, go-redis, Lettuce, Jedis,
    /// StackExchange.Redis, redis-rb and phpredis.
    private static let parameterSpellings: [(names: Set<String>, spelling: String)] = [
        (
            [
                "sslcertreqs", "sslcheckhostname", "sslverify", "verify", "verifypeer",
                "rejectunauthorized", "skipverify", "tlsskipverify", "insecureskipverify",
                "insecure", "tlsinsecure", "verifymode",
            ],
            "leave it out: --redis-cacert PATH trusts your own CA; only --redis-insecure "
                + "disables the check"
        ),
        (
            [
                "sslcacerts", "sslcacert", "sslcapath", "sslcafile", "sslca", "cacert", "cafile",
                "tlscacert", "tlscafile", "ca",
            ], "write --redis-cacert PATH"
        ),
        (
            ["sslcertfile", "sslcert", "tlscert", "tlscertfile", "cert", "clientcert"],
            "write --redis-cert PATH"
        ),
        (["sslkeyfile", "sslkey", "tlskey", "tlskeyfile", "key"], "write --redis-key PATH"),
        (
            ["ssl", "tls", "usessl", "usetls", "ssltls"],
            "for TLS write rediss:// instead of redis://"
        ),
        (
            ["servername", "sslservername", "sslhost", "sni", "tlsservername"],
            "write --redis-server-name NAME"
        ),
        (
            ["password", "pass", "auth", "authpass", "username", "user"],
            "write redis://USER:PASSWORD@HOST, or give the password with --redis-password "
                + "SOURCE"
        ),
        (["database", "virtualhost", "defaultdatabase"], "write ?db=N, or redis://HOST:6379/N"),
        (
            [
                "timeout", "sockettimeout", "socketconnecttimeout", "connecttimeout",
                "connectiontimeout", "dialtimeout", "readtimeout", "writetimeout", "commandtimeout",
                "synctimeout", "conntimeout",
            ], "write --timeout DURATION"
        ),
        (
            ["sentinelmasterid", "mastername", "service", "servicename", "sentinel"],
            "write redis+sentinel://HOST,HOST/mymaster"
        ),
        (
            [
                "protocol", "decoderesponses", "healthcheckinterval", "retryontimeout",
                "maxconnections", "poolsize", "clientname", "abortconnect", "family", "encoding",
                "socketkeepalive", "maxretries", "poolmaxidle", "minidleconns",
            ], "leave it out: it configures another client library"
        ),
    ]

    /// Whether a longer name is that of a parameter, ours or another client's.
    private static func isKnown(_ name: String) -> Bool {
        ["sentinel_username", "sentinel_password"].contains(name)
            || spelling(ofParameter: name) != nil
    }

    /// The name of a parameter, where it can be one: else it may be a piece of a password.
    private static func parameter(_ name: String) -> String {
        let isName =
            (name.utf8.count < 8 || isKnown(name))
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                    || $0 == UInt8(ascii: "_")
            }
        return isName ? "the parameter '\(name)'" : "a parameter after '?' or '&'"
    }
}
