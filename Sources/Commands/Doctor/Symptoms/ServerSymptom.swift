internal import CommandKit
internal import JSON
internal import Redis

/// What a server is.
enum ServerSymptom: Symptom {
    case primary(_ server: String, _ version: String?, ServerInfo.Mode)
    case replica(primary: String?, isCutOff: Bool, isAllowed: Bool)
    case loading(percent: String?)
    case infoRefused(ServerError, user: String, RedisLine)
    case configRefused(ServerError, user: String, RedisLine)

    var finding: Finding {
        switch self {
        case .primary(let server, let version, let mode):
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
        case .replica(let primary, let isCutOff, let isAllowed):
            let address = primary.map { VisibleText.escape($0, columns: 60) }
            return Finding(
                .server, "replica", isAllowed && !isCutOff ? .note : .error,
                "this server is a replica" + (address.map { " of \($0)" } ?? "")
                    + (isCutOff ? ", disconnected from its primary" : ""),
                means: "Its data may be out of date, and nothing can be revoked on it.",
                remedy: primary.map { "jwtctl doctor --redis \(ShellText.quote("redis://\($0)"))" },
                data: ["primary": primary.map { .string($0) } ?? .null])
        case .loading(let percent):
            let part = percent.map { ", \(VisibleText.escape($0, columns: 8)) % done" } ?? ""
            return Finding(
                .server, "loading", .error, "Redis is loading its data from disk" + part,
                means: "Until then, nothing can be revoked, and every token's state is unknown.",
                remedy: "try again in a moment")
        case .infoRefused(let error, let user, let line):
            return Self.refused(
                "info_refused", "INFO", right: "+info", error, user, line,
                "Eviction, persistence and replicas were not checked.")
        case .configRefused(let error, let user, let line):
            return Self.refused(
                "config_refused", "CONFIG GET", right: "'+config|get'", error, user, line,
                "Settings that only CONFIG shows were not checked: snapshots, appendfsync, "
                    + "min-replicas-to-write.")
        }
    }

    /// Managed servers keep some commands to themselves: there no right would help.
    private static func refused(
        _ id: String, _ command: String, right: String, _ error: ServerError, _ user: String,
        _ line: RedisLine, _ means: String
    ) -> Finding {
        Finding(
            .server, id, .note,
            "Redis refused \(command): \(VisibleText.escape(error.text, columns: 100))",
            means: means,
            remedy: error.kind == .noPermission
                ? line("ACL SETUSER \(ShellText.quote(user)) \(right)")
                : "ask the server's operator, or check its console")
    }
}
