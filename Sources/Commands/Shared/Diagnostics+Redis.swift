internal import CommandKit
internal import Platform
internal import Redis
internal import TokenStore

/// Errors from Redis and its connection. The status of nearly all is "unknown": they say nothing
/// about any token.
extension Diagnostics {
    static func store(_ error: StoreError) -> Failure {
        switch error {
        case .redis(let error): redis(error)
        case .refused(let error, let command, let key): refused(error, command, key)
        case .corrupt(let key):
            Failure(
                .unknown, "corrupt",
                "the value of the key '\(KeyText.shown(key))' is not in the layout's format",
                hint: "is it another application's key? choose another --namespace")
        case .otherUnit(let key):
            Failure(
                .unknown, "other_unit",
                "the scores in '\(KeyText.shown(key))' have another unit of time than the "
                    + "layout's",
                hint: "seconds or milliseconds? for user-zset: --layout-var score=exp_s")
        case .unnamed(let name): unnamed(name)
        case .digest:
            Failure(.failure, "crypto", "OpenSSL refuses a hash function that the layout needs")
        }
    }

    private static func refused(
        _ error: ServerError, _ command: String, _ key: [UInt8]?
    ) -> Failure {
        let place = key.map { " on '\(KeyText.shown($0))'" } ?? ""
        if error.kind == .wrongType {
            return Failure(
                .unknown, "wrong_type",
                "the key '\(KeyText.shown(key ?? []))' has another type than the layout expects",
                hint: "is it another application's key? choose another --namespace")
        }
        return Failure(
            .unknown, code(error),
            "Redis refused \(command)\(place): \(KeyText.shown(error.text, columns: 200))",
            hint: hint(error, key: key))
    }

    static func redis(_ error: RedisError) -> Failure {
        switch error {
        case .resolve(let host, let reason):
            unknown(
                "unreachable", "cannot resolve '\(VisibleText.escape(host))': \(reason)",
                hint: NameService.isBuiltIn ? "this build uses only /etc/hosts and DNS" : nil)
        case .connect(let address, let cause):
            unknown(
                "unreachable", "cannot connect to Redis at \(shown(address)): \(cause.message)",
                hint:
                    "is Redis running there? set --redis or JWTCTL_REDIS_URL to use another server")
        case .timeout(let phase, let address, let milliseconds, let progress):
            timeout(phase, address, milliseconds, progress)
        case .closed(let address, let cause, let progress):
            unknown(
                "closed",
                "Redis at \(shown(address)) closed the connection"
                    + (cause.map { ": \($0.message)" } ?? "") + extent(progress),
                hint: hint(progress))
        case .tls(let error, let address, _): tls(error, address)
        case .tlsSetup(let error): tlsSetup(error)
        case .protocolError(let peer, let address, _):
            unknown(
                "protocol", "\(shown(address)) does not speak the Redis protocol", hint: hint(peer))
        case .replyTooLarge(let limit, _):
            unknown("protocol", "a reply from Redis is larger than \(limit) bytes")
        case .server(let error):
            unknown(
                code(error), "Redis answered: \(KeyText.shown(error.text, columns: 200))",
                hint: hint(error))
        case .authentication(let error, let login): authentication(error, login)
        case .noSuchDatabase(let number, _):
            unknown("no_such_database", "Redis has no database \(number)")
        case .replica(let address, let primary): replica(address, primary)
        case .unexpectedReply(let expected, let got):
            unknown("protocol", "Redis answered with \(got) instead of \(expected)")
        case .incompatibleLibrary:
            Failure(
                .failure, "library", "built against a different libhiredis than the one installed")
        case .interrupted: unknown("interrupted", "interrupted before Redis answered")
        case .unsupported(let feature, let address):
            unsupported(feature, address)
        case .node(let address, let source, let cause): node(address, source, cause)
        case .stalled(let milliseconds, let cause, let progress):
            stalled(milliseconds, cause, progress)
        case .unknownPrimaryName(let name, let known): unknownName(name, known)
        case .isolatedPrimary(let address, let sentinels):
            unknown(
                "no_quorum",
                "fewer than half of the \(sentinels) Sentinels answer, and no replica is connected "
                    + "to the primary \(shown(address)): it may have been replaced",
                hint:
                    "make the other Sentinels reachable, or give the primary's address with --redis"
            )
        case .notReplicated(let address, let confirmed, let wanted, let milliseconds):
            unknown(
                "not_replicated",
                "written to the primary \(shown(address)) and in effect, but "
                    + (wanted == 1 ? "no replica" : "only \(confirmed) of \(wanted) replicas")
                    + " confirmed it within \(span(milliseconds)): a fail-over may lose it",
                hint:
                    "run it again once the replicas are connected; --wait 0 does not wait for them")
        case .heldForDown(let address):
            unknown(
                "held_for_down",
                "written to the primary \(shown(address)) and in effect, but the Sentinels "
                    + "consider it down: a fail-over may lose it",
                hint: "run it again once the Sentinels agree on a primary")
        case .notOnDisk(let address, let cause): notOnDisk(address, cause)
        }
    }

    static func unknown(_ code: String, _ message: String, hint: String? = nil) -> Failure {
        Failure(.unknown, code, message, hint: hint)
    }

    static func shown(_ address: String) -> String { VisibleText.escape(address) }

    private static func timeout(
        _ phase: RedisError.Phase, _ address: String, _ milliseconds: Int,
        _ progress: ExchangeProgress
    ) -> Failure {
        let what =
            switch phase {
            case .connect: "no connection to"
            case .tls: "no TLS handshake with"
            case .handshake: "no answer from"
            case .reply: "no reply from"
            }
        if phase == .handshake {
            let isPlain = progress.stage == .plainGreeting
            return unknown(
                "timeout",
                "Redis at \(shown(address)) accepted the connection but did not answer within "
                    + span(milliseconds),
                hint: "is it overloaded or stopped? --timeout DURATION waits longer"
                    + (isPlain ? "; if it speaks TLS, write rediss://" : ""))
        }
        return unknown(
            "timeout",
            "\(what) Redis at \(shown(address)) within \(span(milliseconds))" + extent(progress),
            hint: phase == .tls ? notTLSHint : hint(progress))
    }

    /// The advice for the stage at which the connection broke.
    private static func hint(_ progress: ExchangeProgress) -> String? {
        switch progress.stage {
        case .secureHandshake: notTLSHint
        case .plainGreeting: "does the port expect TLS? then write rediss:// instead of redis://"
        case .secureGreeting(lacksCertificate: true): certificateHint
        case .secureGreeting: nil
        case .work:
            progress.unknown > 0 ? "run it again: every command is safe to repeat" : nil
        }
    }

    /// A duration as the user gives it to `--timeout`.
    private static func span(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    /// The number of answered commands, if more than one was sent.
    private static func extent(_ progress: ExchangeProgress) -> String {
        progress.sent > 1 ? " (\(progress.acknowledged) of \(progress.sent) answered)" : ""
    }

    /// The refusal of a replica. `reads` says that the command only reads.
    static func replica(_ address: String, _ primary: String?, reads: Bool = false) -> Failure {
        let place = primary.map { ", \(VisibleText.escape($0, columns: 120))" } ?? ""
        return unknown(
            "replica", "Redis at \(shown(address)) is a replica",
            hint: reads
                ? "its data may be stale: read from its primary\(place), or pass --allow-replica"
                : "write to its primary\(place)")
    }

    private static func authentication(_ error: ServerError, _ login: RedisError.Login) -> Failure {
        let server = login.isSentinel ? "the Sentinel at \(shown(login.address))" : "Redis"
        let user = login.user.map { VisibleText.escape($0, columns: 60) }
        if error.kind == .noAuth {
            return unknown(
                "no_auth", "\(server) requires a password",
                hint: login.isSentinel
                    ? sentinelHint
                    : "give it with --redis-password SOURCE, --askpass or REDISCLI_AUTH")
        }
        let source = login.passwordSource.map { "the password came from \($0)" }
        let missing =
            login.isSentinel
            ? sentinelHint
            : "no password was given: --redis-password SOURCE, --askpass or REDISCLI_AUTH"
        return unknown(
            "wrong_password",
            "\(server) refused the password of the user '\(user ?? "default")': "
                + KeyText.shown(error.text, columns: 200),
            hint: login.hasPassword ? source : missing)
    }

    private static let sentinelHint =
        "Sentinels have their own password: "
        + "redis+sentinel://HOST,HOST/NAME?sentinel_password=PASSWORD (and sentinel_username)"

    private static func code(_ error: ServerError) -> String {
        switch error.kind {
        case .noPermission: "no_permission"
        case .loading: "loading"
        case .readOnly: "read_only"
        case .outOfMemory: "out_of_memory"
        case .misconfigured: "misconfigured"
        case .noReplicas: "no_replicas"
        case .wrongType: "wrong_type"
        case .maxClients: "max_clients"
        default: "redis"
        }
    }

    private static func hint(_ error: ServerError, key: [UInt8]? = nil) -> String? {
        switch error.kind {
        case .noPermission: "an administrator can allow it: " + grant(error, key: key)
        case .loading: "Redis is loading its data from disk; try again in a moment"
        case .readOnly: "this server is a replica; give the primary's address with --redis"
        case .outOfMemory: "nothing was written; free memory or raise maxmemory, then run it again"
        case .misconfigured: "Redis refuses writes because it cannot save to disk"
        case .noReplicas: "fewer replicas are connected than min-replicas-to-write requires"
        default: nil
        }
    }

    private static func hint(_ peer: RedisError.Peer) -> String? {
        switch peer {
        case .http: "the server speaks HTTP: is it the right port?"
        case .tls: "the server speaks TLS: write rediss:// instead of redis://"
        default: nil
        }
    }
}

/// Errors of Sentinel, Cluster and confirmations, which involve several servers.
extension Diagnostics {
    private static func unsupported(_ feature: RedisError.Feature, _ address: String) -> Failure {
        let address = shown(address)
        switch feature {
        case .clusterDatabase:
            return unknown(
                "no_such_database", "Redis at \(address) is a Cluster node",
                hint: "a Cluster has only database 0: remove the number from the URL")
        case .severalServers:
            return unknown(
                "several_servers", "Redis at \(address) is a standalone server",
                hint:
                    "give one address; several are for a Cluster, or with redis+sentinel:// for "
                    + "Sentinels"
            )
        case .sentinel(let names):
            let name = names.first.map { VisibleText.escape($0, columns: 60) } ?? "NAME"
            return unknown(
                "sentinel", "\(address) is a Sentinel, which holds no tokens",
                hint: "write redis+sentinel://\(address)/\(name)")
        case .notSentinel:
            return unknown(
                "not_sentinel", "\(address) is not a Sentinel but a Redis server",
                hint: "Sentinels usually listen on port 26379; for this server write redis://")
        case .diskConfirmation(let server, let version):
            let name = server == "redis" ? "Redis" : server
            let what = VisibleText.escape(
                ([name] + (version.map { [$0] } ?? [])).joined(separator: " "), columns: 60)
            return unknown(
                "no_waitaof", "\(what) at \(address) has no WAITAOF, which --fsync needs",
                hint: "nothing was written; Redis 7.2 and Valkey have WAITAOF")
        case .replicaConfirmation(let error):
            let grant =
                error.kind == .noPermission
                ? "an administrator can allow it: \(grant(error, key: nil)); " : ""
            return unknown(
                code(error),
                "Redis at \(address) does not let this user wait for replicas: "
                    + KeyText.shown(error.text, columns: 200),
                hint: "nothing was written; \(grant)--wait 0 does not wait for them")
        case .appendOnlyFile:
            return unknown(
                "no_append_only_file",
                "Redis at \(address) has no append-only file, which --fsync needs",
                hint: "nothing was written; set appendonly to yes on that server")
        }
    }

    private static func notOnDisk(_ address: String, _ cause: RedisError.DiskFailure) -> Failure {
        let reason =
            switch cause {
            case .late(let milliseconds):
                "\(shown(address)) did not sync its append-only file within \(span(milliseconds))"
            case .refused(let error):
                "\(shown(address)) answered: \(VisibleText.escape(error.text, columns: 200))"
            }
        return unknown(
            "not_on_disk", "written, not on disk: \(reason)",
            hint: "the server has it in memory; is appendfsync set to 'no', or the disk slow?")
    }

    private static func node(_ address: String, _ source: String, _ cause: RedisError) -> Failure {
        let failure = redis(cause)
        return unknown(
            failure.code, "\(failure.message); \(shown(source)) announced this address",
            hint: isAboutReaching(cause)
                ? "if you cannot reach that address: --redis-nat \(shown(address))=HOST:PORT"
                : failure.hint)
    }

    private static func isAboutReaching(_ error: RedisError) -> Bool {
        switch error {
        case .connect, .resolve, .timeout(.connect, _, _, _), .timeout(.handshake, _, _, _): true
        default: false
        }
    }

    private static func stalled(
        _ milliseconds: Int, _ cause: RedisError?, _ progress: ExchangeProgress
    ) -> Failure {
        let failure = cause.map(redis)
        let reason = failure.map { "; last error: \($0.message)" } ?? ""
        return unknown(
            failure?.code ?? "timeout",
            "no progress for \(span(milliseconds))\(extent(progress))\(reason)",
            hint: failure?.hint ?? "a longer --timeout waits until a fail-over has finished")
    }

    private static func unknownName(_ name: String, _ known: [String]) -> Failure {
        let list = known.map { "'\(VisibleText.escape($0, columns: 60))'" }
        return unknown(
            "unknown_primary",
            "no Sentinel knows a primary named '\(VisibleText.escape(name, columns: 60))'",
            hint: list.isEmpty ? nil : "known names: " + list.joined(separator: ", "))
    }
}

/// Permissions that the Redis user lacks.
extension Diagnostics {
    /// The command that grants the permission for lack of which Redis refused.
    static func grant(_ error: ServerError, key: [UInt8]?) -> String {
        let user = VisibleText.escape(error.user ?? "USER", columns: 60)
        return "ACL SETUSER \(user) \(right(error.text, key))"
    }

    /// The permission as ACL SETUSER takes it after the user's name. `text` is the server's error,
    /// `key` the key of the refused command.
    static func right(_ text: String, _ key: [UInt8]?) -> String {
        // ACL DRYRUN names the key or channel: `… to access the 'jwt:cutoff' key`.
        if text.contains(" channels") || text.contains(" a channel") || text.contains("' channel") {
            return "&\(namespace(of: key)):revoked"
        }
        if text.contains(" keys ") || text.contains(" access a key") || text.contains("' key") {
            return "~\(namespace(of: key)):*"
        }
        if let command = quotedCommand(in: text) { return "+\(command)" }
        // The error of a script does not name the refused command.
        return Topics.grantedCommands.joined(separator: " ")
    }

    /// The command in `… to run the 'client|setname' command`; nil if the text names none.
    private static func quotedCommand(in text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "'"))
        guard parts.count == 3 else { return nil }
        let name = String(parts[1]) ?? ""
        let isName = name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "|._-".utf8.contains($0)
        }
        return isName && !name.isEmpty ? name : nil
    }

    /// The part of the key before the first colon, which no namespace contains.
    private static func namespace(of key: [UInt8]?) -> String {
        guard let key, let colon = key.firstIndex(of: UInt8(ascii: ":")) else {
            return Layout.defaultNamespace
        }
        return VisibleText.escape(Array(key[..<colon]))
    }
}
