internal import CommandKit
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// Errors of Sentinel, Cluster and confirmations, which involve several servers.
extension Diagnostics {
    /// The server cannot do what the URL or an option requires. Nothing was written.
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

    /// A change was written, but its append-only file did not reach the disk in time (`--fsync`).
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

    /// An error at an address that `source`, a Sentinel or Cluster node, announced. Such addresses
    /// are often private to the servers' network, which `--redis-nat` solves.
    static func node(_ address: String, _ source: String, _ cause: RedisError) -> Failure {
        let failure = redis(cause)
        return unknown(
            failure.code, "\(failure.message); \(shown(source)) announced this address",
            hint: isAboutReaching(cause)
                ? "if you cannot reach that address: --redis-nat \(shown(address))=HOST:PORT"
                : failure.hint)
    }

    /// Whether the address may be one that cannot be reached from here.
    private static func isAboutReaching(_ error: RedisError) -> Bool {
        switch error {
        case .connect, .resolve, .timeout(.connect, _, _, _), .timeout(.handshake, _, _, _): true
        default: false
        }
    }

    /// Nothing was answered for the whole timeout, although the client reconnected. `cause` is the
    /// last error.
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

    /// No Sentinel knows the primary that the URL names; `known` are the names that they do know.
    static func unknownName(_ name: String, _ known: [String]) -> Failure {
        let list = known.map { "'\(VisibleText.escape($0, columns: 60))'" }
        return unknown(
            "unknown_primary",
            "no Sentinel knows a primary named '\(VisibleText.escape(name, columns: 60))'",
            hint: list.isEmpty ? nil : "known names: " + list.joined(separator: ", "))
    }
}

/// Permissions that the Redis user lacks.
extension Diagnostics {
    /// The command for an administrator that grants the permission which Redis said is missing.
    static func grant(_ error: ServerError, key: [UInt8]?) -> String {
        let user = VisibleText.escape(error.user ?? "USER", columns: 60)
        return "ACL SETUSER \(user) \(right(error.text, key))"
    }

    /// The permission in the form in which ACL SETUSER takes it after the user's name. `text` is
    /// the server's error, `key` the key of the refused command.
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

    /// The command in `… to run the 'client|setname' command`; nil if the text names none. Only
    /// characters of command names are accepted, because the text is the server's and is copied
    /// into a shell command.
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

extension Diagnostics {
    /// The refusal of a server that `--require-durable` does not accept; nil if it is accepted.
    static func durability(_ durability: Durability, at endpoint: Endpoint) -> Failure? {
        let server = "Redis at \(shown(endpoint.description))"
        let reason: String
        var hint = "nothing was written; run 'jwtctl doctor' to see what to do"
        switch durability {
        case .keeps: return nil
        case .evicts(let policy):
            reason =
                "\(server) evicts keys when memory is short (maxmemory-policy "
                + "\(VisibleText.escape(policy, columns: 40)))"
        case .forgets:
            reason = "\(server) has no append-only file: a crash loses revocations"
        case .failing: reason = "\(server) could not write its append-only file"
        case .unknown(let error):
            let text = error.map { ": \(VisibleText.escape($0.text, columns: 200))" } ?? ""
            reason = "\(server) does not say whether it keeps its data" + text
            if let error, error.kind == .noPermission {
                hint =
                    "nothing was written; an administrator can allow it: "
                    + grant(error, key: nil)
            }
        }
        return Failure(.refused, "not_durable", reason, hint: hint)
    }
}
