internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Redis
internal import TokenStore

/// The program, the connection and the clocks.
extension Finding {
    /// The versions, which come first because a report of a problem needs them.
    static var program: Finding {
        let version = ProgramVersion()
        return Finding(
            .program, "program", .ok, "\(version.title), \(version.libraries)", data: version.json)
    }

    /// Microseconds above which the delay of every token check is noticeable: 50 ms.
    private static let slowRoundTrip: Int64 = 50_000

    /// `place` is the server's address; `roundTrip` is the median of several PINGs, in
    /// microseconds.
    static func answers(place: String, roundTrip: Int64) -> Finding {
        let isSlow = roundTrip > slowRoundTrip
        let tenths = (roundTrip + 50) / 100
        return Finding(
            .connection, isSlow ? "slow" : "answers", isSlow ? .note : .ok,
            "\(VisibleText.escape(place)) answers in \(tenths / 10).\(tenths % 10) ms",
            means: isSlow ? "Every token check takes this long, in every service." : nil,
            data: ["round_trip_us": .integer(roundTrip)])
    }

    /// A server that cannot be reached, or an error that ended the checks.
    static func unreachable(_ failure: Failure) -> Finding {
        Finding(
            .connection, "unreachable", .error, failure.message,
            means: "Nothing can be revoked, and every token's state is unknown.",
            remedy: failure.hint, data: ["code": .string(failure.code)])
    }

    /// The clocks differ by no more than `Backend.clockTolerance`.
    static let clockAgrees = Finding(.clock, "agrees", .ok, "this machine and Redis agree")

    /// `seconds` is positive if this machine is ahead. `margin` is the number of seconds for which
    /// a blacklist entry outlives its token.
    static func clockDiffers(by seconds: Int64, margin: Int64) -> Finding {
        let isDangerous = abs(seconds) > margin
        return Finding(
            .clock, "clock_differs", isDangerous ? .error : .warning,
            "this machine is \(Duration.words(abs(seconds))) "
                + "\(seconds > 0 ? "ahead of" : "behind") Redis",
            means: isDangerous
                ? "A service whose clock is this far behind accepts a token after its "
                    + "blacklist entry has expired. One of the two clocks is wrong."
                : "Tokens expire earlier or later for services than for Redis.",
            remedy: "chronyc tracking", data: ["seconds": .integer(seconds)])
    }
}

/// One server: its role, and whether it answers questions about itself.
extension Finding {
    /// A server that accepts writes, with its name and version as it reports them.
    static func primary(_ server: String, _ version: String?, _ mode: ServerInfo.Mode) -> Finding {
        let name = [server] + (version.map { [$0] } ?? [])
        let kind: String? =
            switch mode {
            case .standalone: "standalone"
            case .cluster: "Cluster node"
            default: nil
            }
        return Finding(
            .server, "primary", .ok,
            ([VisibleText.escape(name.joined(separator: " "), columns: 60)]
                + [kind].compactMap(\.self) + ["accepts writes"]).joined(separator: ", "),
            data: ["version": .string(orNull: version)])
    }

    /// A replica instead of a primary. `primary` is its address as the replica reports it;
    /// `isCutOff` says that the replica has no connection to it; `isAllowed` says that
    /// `--allow-replica` was given.
    static func replica(of primary: String?, isCutOff: Bool, isAllowed: Bool) -> Finding {
        let address = primary.map { VisibleText.escape($0, columns: 60) }
        return Finding(
            .server, "replica", isAllowed && !isCutOff ? .note : .error,
            "this server is a replica" + (address.map { " of \($0)" } ?? "")
                + (isCutOff ? ", disconnected from its primary" : ""),
            means: "Its data may be out of date, and nothing can be revoked on it.",
            remedy: primary.map { "jwtctl doctor --redis \(ShellText.quote("redis://\($0)"))" },
            data: ["primary": .string(orNull: primary)])
    }

    /// `percent` is the server's text, which is not trusted.
    static func loading(percent: String?) -> Finding {
        let part = percent.map { ", \(VisibleText.escape($0, columns: 8)) % done" } ?? ""
        return Finding(
            .server, "loading", .error, "Redis is loading its data from disk" + part,
            means: "Until then, nothing can be revoked, and every token's state is unknown.",
            remedy: "try again in a moment")
    }

    /// INFO was refused, which most checks of a server need.
    static func infoRefused(_ error: ServerError, user: String, _ cli: RedisCLICommand) -> Finding {
        refused(
            "info_refused", "INFO", right: "+info", error, user, cli,
            "Eviction, persistence and replicas were not checked.")
    }

    /// CONFIG GET was refused, as managed services do.
    static func configRefused(
        _ error: ServerError, user: String, _ cli: RedisCLICommand
    ) -> Finding {
        refused(
            "config_refused", "CONFIG GET", right: "'+config|get'", error, user, cli,
            "Settings that only CONFIG shows were not checked: snapshots, appendfsync, "
                + "min-replicas-to-write.")
    }

    /// A note that Redis refused to answer questions about itself. A permission helps only if the
    /// user lacks it: managed services disable some commands for all users.
    private static func refused(
        _ id: String, _ command: String, right: String, _ error: ServerError, _ user: String,
        _ cli: RedisCLICommand, _ means: String
    ) -> Finding {
        Finding(
            .server, id, .note,
            "Redis refused \(command): \(VisibleText.escape(error.text, columns: 100))",
            means: means,
            remedy: error.kind == .noPermission
                ? cli("ACL SETUSER \(ShellText.quote(user)) \(right)")
                : "ask the server's operator, or check its console")
    }
}

/// TLS between jwtctl and Redis. Ends of certificates are in unix seconds.
extension Finding {
    /// No TLS on a connection that does not leave this machine.
    static let localTLS = Finding(
        .tls, "local", .ok, "no TLS, and none needed: Redis is on this machine")

    /// No TLS to another machine. A password that anyone on the network can read is worse.
    static func plainTLS(hasPassword: Bool) -> Finding {
        Finding(
            .tls, hasPassword ? "plain_password" : "plain", hasPassword ? .warning : .note,
            hasPassword ? "the password is sent unencrypted" : "no TLS",
            means: "Anyone who can read the network traffic can undo revocations.",
            remedy: "use rediss:// instead of redis://, once the server has TLS")
    }

    /// TLS without a check of the certificate, because of `--redis-insecure`.
    static let unverifiedTLS = Finding(
        .tls, "unverified", .warning,
        "--redis-insecure: the server's certificate is not checked",
        means: "An attacker on the network can report a revoked token as active.",
        remedy: "use --redis-cacert PATH instead")

    /// `end` is the date at which the server's certificate expires; nil if it is not known.
    static func securedTLS(_ version: String, end: Int64?) -> Finding {
        Finding(
            .tls, "secured", .ok,
            VisibleText.escape(version, columns: 20)
                + (end.map { ", certificate expires \(TimeText.table($0))" } ?? ""),
            data: ["certificate_end": TimeText.number(end)])
    }

    /// The certificate expires soon; `left` is in seconds.
    static func certificateEnding(_ end: Int64, left: Int64) -> Finding {
        Finding(
            .tls, "certificate_ending", .warning,
            "the server's certificate expires in \(Duration.words(left)), \(TimeText.table(end))",
            means: "After that, nothing can be revoked: jwtctl refuses the connection.",
            remedy: "renew the certificate", data: ["certificate_end": .integer(end)])
    }

    /// The certificate has expired, which jwtctl only sees with `--redis-insecure`.
    static func certificateExpired(_ end: Int64) -> Finding {
        Finding(
            .tls, "certificate_expired", .error,
            "the server's certificate expired \(TimeText.table(end))",
            means: "Without --redis-insecure, nothing can be revoked.",
            remedy: "renew the certificate", data: ["certificate_end": .integer(end)])
    }
}
