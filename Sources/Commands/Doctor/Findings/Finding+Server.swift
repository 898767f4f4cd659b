internal import CommandKit
internal import JSON
internal import Redis

/// The program, the connection and the clocks.
extension Finding {
    /// The versions come first: a report of a problem needs them.
    static var program: Finding {
        let version = ProgramVersion()
        return Finding(
            .program, "program", .ok, "\(version.title), \(version.libraries)", data: version.json)
    }

    /// Microseconds above which the delay of every token check is noticeable.
    private static let slowRoundTrip: Int64 = 50_000

    /// `roundTrip` is in microseconds.
    static func answers(place: String, roundTrip: Int64) -> Finding {
        let isSlow = roundTrip > slowRoundTrip
        let tenths = (roundTrip + 50) / 100
        return Finding(
            .connection, isSlow ? "slow" : "answers", isSlow ? .note : .ok,
            "\(VisibleText.escape(place)) answers in \(tenths / 10).\(tenths % 10) ms",
            means: isSlow ? "Every token check takes this long, in every service." : nil,
            data: ["round_trip_us": .integer(roundTrip)])
    }

    static func unreachable(_ failure: Failure) -> Finding {
        Finding(
            .connection, "unreachable", .error, failure.message,
            means: "Nothing can be revoked, and every token's state is unknown.",
            remedy: failure.hint, data: ["code": .string(failure.code)])
    }

    static let clockAgrees = Finding(.clock, "agrees", .ok, "this machine and Redis agree")

    /// `seconds` is positive if this machine is ahead. `margin` is how many seconds a blacklist
    /// entry outlives its token.
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
            data: ["version": version.map { .string($0) } ?? .null])
    }

    /// `isAllowed` says that `--allow-replica` was given.
    static func replica(of primary: String?, isCutOff: Bool, isAllowed: Bool) -> Finding {
        let address = primary.map { VisibleText.escape($0, columns: 60) }
        return Finding(
            .server, "replica", isAllowed && !isCutOff ? .note : .error,
            "this server is a replica" + (address.map { " of \($0)" } ?? "")
                + (isCutOff ? ", disconnected from its primary" : ""),
            means: "Its data may be out of date, and nothing can be revoked on it.",
            remedy: primary.map { "jwtctl doctor --redis \(ShellText.quote("redis://\($0)"))" },
            data: ["primary": primary.map { .string($0) } ?? .null])
    }

    /// `percent` is the server's text.
    static func loading(percent: String?) -> Finding {
        let part = percent.map { ", \(VisibleText.escape($0, columns: 8)) % done" } ?? ""
        return Finding(
            .server, "loading", .error, "Redis is loading its data from disk" + part,
            means: "Until then, nothing can be revoked, and every token's state is unknown.",
            remedy: "try again in a moment")
    }

    static func infoRefused(_ error: ServerError, user: String, _ cli: RedisCLICommand) -> Finding {
        refused(
            "info_refused", "INFO", right: "+info", error, user, cli,
            "Eviction, persistence and replicas were not checked.")
    }

    static func configRefused(
        _ error: ServerError, user: String, _ cli: RedisCLICommand
    ) -> Finding {
        refused(
            "config_refused", "CONFIG GET", right: "'+config|get'", error, user, cli,
            "Settings that only CONFIG shows were not checked: snapshots, appendfsync, "
                + "min-replicas-to-write.")
    }

    /// A permission helps only if the user lacks it: managed services disable some commands for
    /// all users.
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
