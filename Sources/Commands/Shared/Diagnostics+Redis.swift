internal import CommandKit
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// Errors from Redis and its connection. The status of nearly all is "unknown": they say nothing
/// about any token.
extension Diagnostics {
    /// An error of the token store. `corrupt`, `otherUnit` and `wrongType` mean that keys are not
    /// those of the layout.
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

    /// A key that cannot be made because something about the token is unknown. `name` is the
    /// missing placeholder, or a store that the layout does not have.
    private static func unnamed(_ name: String) -> Failure {
        switch name {
        case "user":
            Failure(
                .usage, "unnamed", "the layout's keys contain the user, but no user was given",
                hint: "give --user USER, or the whole token")
        case "list", "everyone":
            Failure(.refused, "unsupported_by_layout", "the layout has no such store")
        default:
            Failure(
                .usage, "unnamed", "the layout's keys contain more than the id",
                hint: "give the whole token")
        }
    }

    /// Redis answered a command with an error reply. `key` is the key that the command was about.
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

    /// An error of the connection or of a server. Addresses and replies come from the network and
    /// are escaped; tokens within keys are masked.
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
        case .replica(let address, let primary): replica(address, primary, for: .writing)
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

    /// A failure with the status "unknown": the error says nothing about any token.
    static func unknown(_ code: String, _ message: String, hint: String? = nil) -> Failure {
        Failure(.unknown, code, message, hint: hint)
    }

    /// An address as a message shows it.
    static func shown(_ address: String) -> String { VisibleText.escape(address) }

    /// No answer in time. A server that accepts the connection but stays silent may be overloaded,
    /// or expect TLS.
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
        // The kernel accepts connections for a process that is stopped, so that only the silence
        // after it shows.
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

    /// A duration in the unit in which it is given to `--timeout`.
    static func span(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }

    /// The number of answered commands, if more than one was sent; else nothing.
    static func extent(_ progress: ExchangeProgress) -> String {
        progress.sent > 1 ? " (\(progress.acknowledged) of \(progress.sent) answered)" : ""
    }

    /// The use that a command makes of the server.
    enum Access {
        /// It only reads, so that `--allow-replica` is an alternative.
        case reading
        /// It changes something, which must happen on the primary.
        case writing
    }

    /// The server is a replica. `primary` is the address of its primary, if the replica says it.
    static func replica(
        _ address: String, _ primary: String?, for access: Access
    ) -> Failure {
        let place = primary.map { ", \(VisibleText.escape($0, columns: 120))" } ?? ""
        return unknown(
            "replica", "Redis at \(shown(address)) is a replica",
            hint: access == .reading
                ? "its data may be stale: read from its primary\(place), or pass --allow-replica"
                : "write to its primary\(place)")
    }

    /// The server or Sentinel requires a password or refused it. The hint names the source of the
    /// password, never the password.
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

    /// The hint for Sentinels, whose passwords are independent of those of Redis.
    private static let sentinelHint =
        "Sentinels have their own password: "
        + "redis+sentinel://HOST,HOST/NAME?sentinel_password=PASSWORD (and sentinel_username)"

    /// The code for scripts for an error reply.
    /// It is named after the first word of the reply: NOPERM, LOADING, READONLY, OOM, MISCONF,
    /// NOREPLICAS, WRONGTYPE. Other words, such as those of modules, share one code.
    static func code(_ error: ServerError) -> String {
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

    /// The advice for an error reply. `key` is the key of the refused command, whose namespace the
    /// permission needs.
    private static func hint(_ error: ServerError, key: [UInt8]? = nil) -> String? {
        switch error.kind {
        case .noPermission: "an administrator can allow it: " + grant(error, key: key)
        case .loading: "Redis is loading its data from disk; try again in a moment"
        case .readOnly: "this server is a replica; give the primary's address with --redis"
        case .outOfMemory: "nothing was written; free memory or raise maxmemory, then run it again"
        // stop-writes-on-bgsave-error, which is on by default.
        case .misconfigured: "Redis refuses writes because it cannot save to disk"
        case .noReplicas: "fewer replicas are connected than min-replicas-to-write requires"
        default: nil
        }
    }

    /// The advice for a server that speaks another protocol.
    private static func hint(_ peer: RedisError.Peer) -> String? {
        switch peer {
        case .http: "the server speaks HTTP: is it the right port?"
        case .tls: "the server speaks TLS: write rediss:// instead of redis://"
        default: nil
        }
    }
}
