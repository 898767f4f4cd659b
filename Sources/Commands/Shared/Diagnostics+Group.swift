internal import CommandKit
internal import Redis

/// What goes wrong where several servers hold the data: Sentinels, and the nodes of a Cluster.
extension Diagnostics {
    static func unsupported(_ feature: RedisError.Feature, _ address: String) -> Failure {
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

    static func notOnDisk(_ address: String, _ cause: RedisError.DiskFailure) -> Failure {
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

    static func node(_ address: String, _ source: String, _ cause: RedisError) -> Failure {
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

    static func stalled(
        _ milliseconds: Int, _ cause: RedisError?, _ progress: ExchangeProgress
    ) -> Failure {
        let failure = cause.map(redis)
        let reason = failure.map { "; last error: \($0.message)" } ?? ""
        return unknown(
            failure?.code ?? "timeout",
            "no progress for \(span(milliseconds))\(extent(progress))\(reason)",
            hint: failure?.hint ?? "a longer --timeout waits until a fail-over has finished")
    }

    static func unknownName(_ name: String, _ known: [String]) -> Failure {
        let list = known.map { "'\(VisibleText.escape($0, columns: 60))'" }
        return unknown(
            "unknown_primary",
            "no Sentinel knows a primary named '\(VisibleText.escape(name, columns: 60))'",
            hint: list.isEmpty ? nil : "known names: " + list.joined(separator: ", "))
    }
}
