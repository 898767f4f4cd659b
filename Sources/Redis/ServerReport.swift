package import OpenSSL
internal import Platform

/// One server's replies to questions about itself.
package struct ServerReport: Sendable {
    package let endpoint: Endpoint
    /// Its reply to HELLO when the connection was made.
    package let greeting: ServerInfo
    /// The facts of the TLS session; nil without TLS.
    package let tls: TLSFacts?
    /// The replies to the commands in their order, error replies among them.
    package let replies: [Reply]
}

/// A server of a group, with its report or the reason why there is none.
package struct ServerAnswer: Sendable {
    package let endpoint: Endpoint
    package let report: Result<ServerReport, RedisError>
}

extension Client {
    /// The servers of a group that are asked about themselves.
    package enum Scope: Sendable {
        /// The server that commands without a key go to.
        case one
        /// Each server that takes writes.
        case everyPrimary
    }

    /// Sends `commands`, which have no key and change nothing, to one server or to all primaries. A
    /// server that loads its data is not waited for, because that is worth reporting.
    ///
    /// Throws if no server can be reached. In a group, the failure of one server is part of its
    /// answer.
    package func ask(
        _ commands: [Command], _ scope: Scope = .everyPrimary
    ) throws(RedisError) -> [ServerAnswer] {
        switch try connected() {
        case .single(let connection):
            let report = try report(connection, at: target.endpoint, commands)
            return [ServerAnswer(endpoint: target.endpoint, report: .success(report))]
        case .group(let router):
            let primaries = router.topology.primaries
            return (scope == .one ? Array(primaries.prefix(1)) : primaries).map { endpoint in
                ServerAnswer(
                    endpoint: endpoint,
                    report: Result { () throws(RedisError) in
                        try router.report(commands, at: endpoint)
                    })
            }
        }
    }

    /// The report of a single server.
    private func report(
        _ connection: Connection, at endpoint: Endpoint, _ commands: [Command]
    ) throws(RedisError) -> ServerReport {
        ServerReport(
            endpoint: endpoint, greeting: connection.info, tls: connection.transport.tlsFacts,
            replies: try connection.exchange(commands))
    }

    /// The time that the first server takes to answer, in microseconds: the median of several
    /// PINGs, since the first one has to wake threads and fill caches.
    package func roundTrip(samples: Int = 5) throws(RedisError) -> Int64 {
        var times: [Int64] = []
        for _ in 0..<samples {
            let start = Monotonic.now.nanoseconds
            for answer in try ask([Command("PING")], .one) { _ = try answer.report.get() }
            times.append((Monotonic.now.nanoseconds - start) / 1000)
        }
        return times.sorted()[samples / 2]
    }

    /// The number of slots of a Cluster that no primary serves; nil if there is no Cluster.
    package func unservedSlots() throws(RedisError) -> Int? {
        guard case .group(let router) = try connected(),
            let cluster = router.topology as? ClusterTopology
        else { return nil }
        return (0..<KeySlot.count).count { cluster.slots[$0] == nil }
    }

    /// The state of the Sentinels; nil if there are none.
    package func sentinelReport() throws(RedisError) -> SentinelReport? {
        guard case .group(let router) = try connected(),
            let sentinels = router.topology as? SentinelTopology
        else { return nil }
        return sentinels.report()
    }
}

extension Router {
    /// The report of the server at `endpoint`. Throws if it cannot be reached now.
    fileprivate func report(
        _ commands: [Command], at endpoint: Endpoint
    ) throws(RedisError) -> ServerReport {
        let replies = try exchange(commands, at: endpoint)
        guard let connection = channels[endpoint]?.connection else {
            throw .stalled(milliseconds: timeout, cause: nil, ExchangeProgress())
        }
        return ServerReport(
            endpoint: endpoint, greeting: connection.info, tls: connection.transport.tlsFacts,
            replies: replies)
    }
}

/// Whether the user may run a command on its key.
package enum Permission: Equatable, Sendable {
    case granted
    /// Not permitted; the server's own words say which permission is missing.
    case refused(text: String)
    /// The server does not have the command, or has it under another name.
    case missing
    /// This cannot be found out without running the command.
    case unknown
}

/// A command whose permission is to be found out.
package struct Rehearsal: Sendable {
    package let command: Command
    /// Whether sending it changes nothing in any case: it reads, it is malformed, or its key does not
    /// exist.
    package let isHarmless: Bool

    package init(_ command: Command, isHarmless: Bool) {
        self.command = command
        self.isHarmless = isHarmless
    }
}

extension Client {
    /// The ACL user.
    package var user: String { target.user ?? "default" }

    /// Whether each command would be permitted. ACL DRYRUN (Redis 7) says so without running
    /// anything. Where the user may not use it, the harmless commands are sent, because Redis checks
    /// permissions before arguments and keys; the others remain unknown.
    package func permissions(
        for rehearsals: [Rehearsal]
    ) throws(RedisError) -> [Permission] {
        let trials = rehearsals.map { rehearsal in
            Command(
                arguments: ["ACL", "DRYRUN", .text(user)] + rehearsal.command.arguments)
        }
        guard let first = trials.first else { return [] }
        if case .error = try pipeline([first])[0] { return try sent(rehearsals) }
        return try pipeline(trials).map { reply in
            switch reply {
            case .status: .granted
            case .string(let text): .refused(text: String(decoding: text, as: UTF8.self))
            case .error(let error) where error.text.hasSuffix("not found"): .missing
            default: .unknown
            }
        }
    }

    private func sent(_ rehearsals: [Rehearsal]) throws(RedisError) -> [Permission] {
        var permissions = [Permission](repeating: .unknown, count: rehearsals.count)
        let harmless = rehearsals.indices.filter { rehearsals[$0].isHarmless }
        let replies = try pipeline(harmless.map { rehearsals[$0].command })
        for (index, reply) in zip(harmless, replies) {
            switch reply {
            case .error(let error) where error.kind == .noPermission:
                permissions[index] = .refused(text: error.text)
            case .error(let error) where error.kind == .unknownCommand:
                permissions[index] = .missing
            default: permissions[index] = .granted
            }
        }
        return permissions
    }
}
