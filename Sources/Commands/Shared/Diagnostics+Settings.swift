internal import CommandKit
internal import JSON
internal import Layouts
internal import Redis

/// Mistakes in a Redis URL. No message repeats the URL: any part of it may be a password.
extension Diagnostics {
    /// The Redis URL is not valid (status 2).
    static func url(_ error: RedisURLError) -> Failure {
        func invalid(_ message: String, _ hint: String? = nil) -> Failure {
            Failure(.usage, "redis_url", "the Redis URL is not valid: \(message)", hint: hint)
        }
        return switch error {
        case .barePath(let path):
            invalid(
                "a socket path needs a scheme",
                "write unix://\(path.flatMap { Source.exists(Array($0.utf8)) ? $0 : nil } ?? "/run/redis/redis.sock")"
            )
        // HOST:6380,password=…,ssl=True, as the Azure portal shows it.
        case .connectionString(let place, let usesTLS):
            invalid(
                "it is a StackExchange.Redis connection string",
                "write \(usesTLS ? "rediss" : "redis")://:PASSWORD@\(place ?? "HOST:6380"), "
                    + "or give the password with --redis-password SOURCE")
        case .severalUserinfos:
            invalid(
                "it contains '@' more than once, with a comma in between",
                "give user and password once: redis://USER:PASSWORD@HOST:6379,HOST:6379; "
                    + "in a password, write '@' as %40 and ',' as %2C")
        case .missingScheme: invalid("missing scheme (redis://…)", "write redis://HOST:6379")
        case .unknownScheme(let scheme):
            invalid(
                scheme.isEmpty
                    ? "the scheme is not a Redis scheme"
                    : "'\(VisibleText.escape(scheme))' is not a Redis scheme",
                "write redis://, rediss:// (with TLS), redis+sentinel:// or unix://")
        case .ambiguousUserinfo:
            invalid(
                "the text before '@' may be a user or a password",
                "write redis://:PASSWORD@HOST, or redis://USER:@HOST with the password elsewhere")
        // RFC 3986 section 2.1; the parts are decoded one by one, so the part can be named.
        case .badPercentEncoding(let part):
            invalid(
                "the \(part) is not valid percent-encoded UTF-8",
                "write '%' itself as %25")
        case .badCharacter:
            invalid(
                "it contains a space, a control character or a non-ASCII character",
                "percent-encode it: write a space as %20")
        // RFC 3986 section 3.2.2: without brackets the colons of an address look like that of a
        // port.
        case .badHost:
            invalid(
                "the host is not a name or address",
                "put an IPv6 address in brackets: redis://[::1]:6379")
        case .badPort:
            invalid("the port is not a number from 1 to 65535", "write redis://HOST:6379")
        case .badDatabase:
            invalid(
                "the database is not a number, or has leading zeros", "write redis://HOST:6379/0")
        case .databaseTwice:
            invalid("the database is given twice", "write either redis://HOST/0 or ?db=0")
        case .missingPrimaryName:
            invalid(
                "the name of the primary is missing",
                "write redis+sentinel://HOST,HOST/mymaster")
        case .repeatedParameter(let name):
            invalid("\(parameter(name)) is given twice")
        // An `&` that belongs to the password looks like the start of another parameter.
        case .unknownParameter(""):
            invalid(
                "the '&' after sentinel_password is not followed by a known parameter",
                "in a password, write '&' as %26")
        case .unknownParameter(let name):
            invalid(
                "\(parameter(name)) is unknown",
                spelling(ofParameter: name)
                    ?? "use ?db=N, and for Sentinels sentinel_username and sentinel_password; "
                    + "for TLS write rediss:// and give its files with options: --redis-cacert PATH"
            )
        case .missingPath:
            invalid("the socket path is not absolute", "write unix:///run/redis/redis.sock")
        case .pathTooLong(let limit):
            invalid("the socket path is longer than \(limit) bytes")
        // RFC 3986 section 3.5: what follows is not part of the address, and would be cut off
        // silently.
        case .fragment:
            invalid("it contains '#', which ends a URL", "in a password, write '#' as %23")
        }
    }

    /// The way in which jwtctl takes a parameter of other clients; nil if none of them has it.
    private static func spelling(ofParameter name: String) -> String? {
        let plain = String(name.lowercased().filter { $0 != "_" && $0 != "-" })
        return parameterSpellings.first { $0.key.contains(plain) }?.value
    }

    /// Parameters of redis-py, node-redis, ioredis, go-redis, Lettuce, Jedis, StackExchange.Redis,
    /// redis-rb and phpredis, in lower case without `_` and `-`, and what to write instead.
    private static let parameterSpellings: KeyValuePairs<Set<String>, String> = [
        [
            "sslcertreqs", "sslcheckhostname", "sslverify", "verify", "verifypeer",
            "rejectunauthorized", "skipverify", "tlsskipverify", "insecureskipverify",
            "insecure", "tlsinsecure", "verifymode",
        ]: "leave it out: --redis-cacert PATH trusts your own CA; only --redis-insecure "
            + "disables the check",
        [
            "sslcacerts", "sslcacert", "sslcapath", "sslcafile", "sslca", "cacert", "cafile",
            "tlscacert", "tlscafile", "ca",
        ]: "write --redis-cacert PATH",
        ["sslcertfile", "sslcert", "tlscert", "tlscertfile", "cert", "clientcert"]:
            "write --redis-cert PATH",
        ["sslkeyfile", "sslkey", "tlskey", "tlskeyfile", "key"]: "write --redis-key PATH",
        ["ssl", "tls", "usessl", "usetls", "ssltls"]: "for TLS write rediss:// instead of redis://",
        ["servername", "sslservername", "sslhost", "sni", "tlsservername"]:
            "write --redis-server-name NAME",
        ["password", "pass", "auth", "authpass", "username", "user"]:
            "write redis://USER:PASSWORD@HOST, or give the password with --redis-password "
            + "SOURCE",
        ["database", "virtualhost", "defaultdatabase"]: "write ?db=N, or redis://HOST:6379/N",
        [
            "timeout", "sockettimeout", "socketconnecttimeout", "connecttimeout",
            "connectiontimeout", "dialtimeout", "readtimeout", "writetimeout", "commandtimeout",
            "synctimeout", "conntimeout",
        ]: "write --timeout DURATION",
        ["sentinelmasterid", "mastername", "service", "servicename", "sentinel"]:
            "write redis+sentinel://HOST,HOST/mymaster",
        [
            "protocol", "decoderesponses", "healthcheckinterval", "retryontimeout",
            "maxconnections", "poolsize", "clientname", "abortconnect", "family", "encoding",
            "socketkeepalive", "maxretries", "poolmaxidle", "minidleconns",
        ]: "leave it out: it configures another client library",
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

/// Mistakes in a layout: in the file of a user, or in the name and the variables of a preset.
extension Diagnostics {
    /// An invalid layout. `file` is the title of its file, which is named with line and column
    /// (status 1); nil for a preset or an option (status 2).
    static func layout(_ error: LayoutError, file: String? = nil) -> Failure {
        var place = ""
        if let file {
            place = file
            // `FILE:LINE:COLUMN: `, which editors and terminals open at the place.
            if let line = error.line, let column = error.column { place += ":\(line):\(column)" }
            if !error.place.isEmpty { place += ": \(VisibleText.escape(error.place, columns: 60))" }
            place += ": "
        }
        return refusal(error.problem, at: place, file == nil ? .usage : .failure)
    }

    /// The failure for each kind of problem. Names come from the file and are escaped. `place` is
    /// empty, or ends with a colon and a space.
    private static func refusal(
        _ problem: LayoutError.Problem, at place: String, _ status: ExitStatus
    ) -> Failure {
        func invalid(_ message: String, _ hint: String? = nil) -> Failure {
            Failure(status, "layout", place + message, hint: hint)
        }
        func shown(_ text: String) -> String { "'\(VisibleText.escape(text, columns: 60))'" }
        func among(_ known: [String]) -> String {
            known.isEmpty ? "none are defined" : "one of: \(known.joined(separator: ", "))"
        }
        // One name that may be meant helps more than all: some lists have dozens.
        func similar(_ text: String, _ known: [String]) -> String {
            Suggestions.nearest(to: text, among: known).first.map { "did you mean '\($0)'?" }
                ?? among(known)
        }
        switch problem {
        case .json(.duplicateName(let name)):
            return invalid("duplicate member \(shown(name.text))")
        case .badName(let name):
            return invalid("\(shown(name)) is not a valid layout name", "use only a-z, 0-9 and -")
        case .json(let kind):
            // The place of the failure has line and column, so the byte is left out.
            let error = JSONError(kind, at: 0).description.split(separator: " at byte ")[0]
            return invalid("not JSON: \(error)")
        case .unknownLayout(let name, let known):
            let near = Suggestions.nearest(to: name, among: known).first
            return invalid(
                "unknown layout \(shown(name))",
                (near.map { "did you mean '\($0)'? " } ?? "")
                    + "'jwtctl layout list' lists them all")
        case .wrongType(let expected, let got): return invalid("expected \(expected), not \(got)")
        case .unknownMember(let name, let known):
            return invalid("unknown member \(shown(name))", similar(name, known))
        case .missingMember(let name): return invalid("the member \(shown(name)) is missing")
        case .notAmong(let text, let known):
            return invalid("unknown value \(shown(text))", among(known))
        case .emptyText: return invalid("must not be empty")
        case .adjacentPlaceholders:
            return invalid(
                "two placeholders next to each other: different tokens could share a key",
                "put text between them")
        case .unclosedHole: return invalid("'${' without a closing '}'")
        case .unknownPlaceholder(let name, let known):
            return invalid("unknown placeholder \(shown("${\(name)}"))", similar(name, known))
        case .unknownFilter(let name, let known):
            return invalid("unknown filter \(shown(name))", among(known))
        case .filteredVariable(let name):
            return invalid(
                "the variable \(shown(name)) takes no filter", "its value is used as it is")
        case .takenName(let name):
            return invalid("the name \(shown(name)) is already in use", "choose another name")
        case .namesNoToken(let hasUser):
            return hasUser
                ? invalid(
                    "it names the user but no token: revoking one token would revoke all of the "
                        + "user's tokens",
                    "put ${id} into it; to log out a user everywhere, use the role not_before, "
                        + "version or user_ban")
                : invalid(
                    "it names no token: revoking one token would revoke all others",
                    "put ${id} into it")
        case .uselessIndex:
            return invalid(
                "the index cannot find any token: none of its keys leads to one",
                "put ${id} into its key, or into the key of the allow store")
        case .sharedIdentifier(let claim):
            return invalid(
                "many tokens share the same \(shown(claim)), so it cannot be the id",
                "use a claim that is unique to each token, or $token")
        case .misplaced(let name, let place):
            return invalid("\(shown(name)) has no meaning in \(place)")
        case .badRule(let text, let expected):
            return invalid("invalid value \(shown(text))", "write \(expected)")
        case .outOfRange(let text): return invalid("\(shown(text)) is out of range")
        case .missingVariable(let name):
            return invalid(
                "the layout needs the variable \(shown(name))", "give --layout-var \(name)=VALUE")
        case .unknownVariable(let name, let known):
            return invalid("the layout has no variable \(shown(name))", similar(name, known))
        case .duplicateRole(let role):
            return invalid("two stores have the role \(shown(role))")
        case .lacks(let what, let role): return invalid("\(what) without a store for \(role)")
        }
    }
}
