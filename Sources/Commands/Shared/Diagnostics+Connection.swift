internal import CommandKit
internal import OpenSSL
internal import Platform
internal import Redis

/// Mistakes in a Redis URL. No message repeats the URL: any part of it may be a password.
extension Diagnostics {
    /// The Redis URL is not valid (status 2).
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

    /// The way in which jwtctl takes a parameter of other clients; nil if none of them has it.
    private static func spelling(ofParameter name: String) -> String? {
        let plain = String(name.lowercased().filter { $0 != "_" && $0 != "-" })
        return parameterSpellings.first { $0.names.contains(plain) }?.spelling
    }

    /// Parameters of redis-py, node-redis, ioredis, go-redis, Lettuce, Jedis, StackExchange.Redis,
    /// redis-rb and phpredis, in lower case without `_` and `-`, and what to write instead.
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

    /// Whether jwtctl or another client has a parameter with this name.
    private static func isKnown(_ name: String) -> Bool {
        ["sentinel_username", "sentinel_password"].contains(name)
            || spelling(ofParameter: name) != nil
    }

    /// The parameter in a message. A long name that no client has is left out, since it may be part
    /// of a password.
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

/// Errors of TLS with Redis. No hint proposes `--redis-insecure`: the reader may be under attack.
extension Diagnostics {
    /// The hint for a server that may not speak TLS.
    static let notTLSHint =
        "does the port speak TLS? if not, write redis:// instead of rediss://"

    /// The hint for a server that requires a client certificate.
    static let certificateHint =
        "give a client certificate: --redis-cert PATH and --redis-key PATH"

    /// An error of the TLS connection (status 8, since it says nothing about a token).
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

    /// The server's certificate was refused. Its names are the server's text and are escaped.
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

    /// Whether `names` is the subject of a certificate without names, such as `CN=redis`.
    private static func isSubject(_ names: [String]) -> Bool {
        names.count == 1 && (names[0].isEmpty || names[0].contains("="))
            && !names[0].contains(":")
    }

    /// Whether the host is this machine, as for a tunnel.
    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether the host is an IP address, so that a certificate must have it as an IP name.
    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
    }

    /// The number of names shown: some certificates have hundreds.
    private static let mostNames = 5

    /// The first names of a certificate, and the number of the others.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(mostNames).map { VisibleText.escape($0, columns: 100) }
        let rest = names.count - shown.count
        let more = rest > 0 ? " and \(rest) more" : ""
        return shown.isEmpty ? "no name" : shown.joined(separator: ", ") + more
    }

    /// A file for TLS that cannot be used (status 1).
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
