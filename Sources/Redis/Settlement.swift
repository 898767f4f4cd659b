internal import Platform

/// What has to have a change before it counts.
package struct ReplicaDemand: Equatable, Sendable {
    /// How many replicas.
    package let count: Int
    /// How long they may take.
    package let milliseconds: Int
    /// Whether it has to be on disk, in the append-only files of the primary and of those replicas.
    package let isOnDisk: Bool

    package init(count: Int, milliseconds: Int, isOnDisk: Bool = false) {
        self.count = count
        self.milliseconds = milliseconds
        self.isOnDisk = isOnDisk
    }
}

/// What became of changes after they were acknowledged.
package enum Settlement: Equatable, Sendable {
    case stands
    /// The server that acknowledged them may be the primary no more: do them again.
    case inDoubt
}

extension Connection {
    /// Fails where the server cannot say that a change is on disk. Asked before anything is
    /// written, so that nothing waits and nothing is lost.
    func requireDisk() throws(RedisError) {
        switch try exchange([Command("WAITAOF", 1, 0, 1)])[0] {
        case .error(let error) where error.kind == .unknownCommand:
            throw .unsupported(
                .diskConfirmation(server: info.server, version: info.version), address: address)
        case .error(let error) where error.kind == .noAppendOnlyFile:
            throw .unsupported(.appendOnlyFile, address: address)
        case let reply: _ = try reply.value()
        }
    }

    /// Waits until `demand` is met for what was written on this very connection: on another, WAIT
    /// and WAITAOF would prove nothing.
    func awaitConfirmation(_ demand: ReplicaDemand) throws(RedisError) {
        let end = Monotonic.now.advanced(byMilliseconds: Int64(demand.milliseconds))
        while true {
            // In slices, since a server that says nothing for the time-out counts as lost.
            let slice = max(min(end.remainingMilliseconds, Int64(timeout / 2)), 1)
            let confirmed = try confirmation(demand, within: slice)
            if confirmed.isOnDisk, confirmed.replicas >= demand.count { return }
            guard end.remainingMilliseconds > 0, Signals.pending == nil else {
                guard confirmed.isOnDisk else {
                    throw .notOnDisk(address: address, .late(milliseconds: demand.milliseconds))
                }
                throw .notReplicated(
                    address: address, confirmed: Int(confirmed.replicas), wanted: demand.count,
                    milliseconds: demand.milliseconds)
            }
        }
    }

    private func confirmation(
        _ demand: ReplicaDemand, within milliseconds: Int64
    ) throws(RedisError) -> (isOnDisk: Bool, replicas: Int64) {
        let count = Int64(demand.count)
        guard demand.isOnDisk else {
            let reply = try exchange([Command("WAIT", .integer(count), .integer(milliseconds))])[0]
            return (true, try reply.value().integer())
        }
        let reply = try exchange([
            Command("WAITAOF", 1, .integer(count), .integer(milliseconds))
        ])[0]
        if case .error(let error) = reply { throw .notOnDisk(address: address, .refused(error)) }
        let numbers = try reply.array()
        guard numbers.count == 2 else {
            throw .unexpectedReply(expected: "WAITAOF", got: reply.shape)
        }
        return (try numbers[0].integer() > 0, try numbers[1].integer())
    }
}

extension Router {
    /// How long one replica may take behind Sentinels, where nobody asked for more, in milliseconds.
    private static let courtesy = 500

    /// Asks every primary that is there before anything is written; see `Connection.requireDisk`.
    /// One that cannot be reached now says so when it is written to.
    func requireDisk() throws(RedisError) {
        for primary in topology.primaries {
            var cause: RedisError?
            guard let channel = try channel(to: primary, &cause) else { continue }
            do throws(RedisError) {
                try channel.connection.requireDisk()
            } catch {
                guard channel.connection.isDead, error.passesByItself else { throw error }
                _ = drop(channel, error)
            }
        }
    }

    /// Looks again at what was changed since `mark`: asks the replicas, and the Sentinels whether
    /// the primary is still the same. Measured: a primary that was replaced goes on acknowledging
    /// for eleven seconds, and then discards it all.
    func settle(since mark: Int, _ demand: ReplicaDemand?) throws(RedisError) -> Settlement {
        let nodes = takeWritten()
        guard losses == mark else { return .inDoubt }
        guard !nodes.isEmpty else { return .stands }
        if let demand {
            for node in nodes {
                guard let channel = channels[node] else { return .inDoubt }
                do throws(RedisError) {
                    try channel.connection.awaitConfirmation(demand)
                } catch {
                    guard channel.connection.isDead, error.passesByItself else { throw error }
                    _ = drop(channel, error)
                    return .inDoubt
                }
            }
        }
        guard let sentinels = topology as? SentinelTopology else { return .stands }
        return try confirm(nodes, sentinels, asksReplica: demand.map { $0.count == 0 } ?? true)
    }

    private func confirm(
        _ nodes: Set<Endpoint>, _ sentinels: SentinelTopology, asksReplica: Bool
    ) throws(RedisError) -> Settlement {
        guard let primary = sentinels.primary, nodes == [primary], let channel = channels[primary],
            try isStillPrimary(
                channel, asksReplica: asksReplica, isMinority: sentinels.isMinority)
        else { return .inDoubt }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        while true {
            let answers = try sentinels.answers()
            if let other = answers.first(where: { $0.isFailingOver && $0.primary != primary })
                ?? answers.max(by: { $0.epoch < $1.epoch }), other.primary != primary
            {
                sentinels.adopt(other.primary)
                _ = drop(channel, .replica(address: channel.connection.address))
                return .inDoubt
            }
            if !answers.isEmpty, !answers.contains(where: \.isFailingOver) { return .stands }
            try rest(until: deadline, nil)
        }
    }

    /// Asks for the role, and gives one replica a moment, so that whichever is promoted next has
    /// what was written. Where this is not permitted the Sentinels alone are asked.
    private func isStillPrimary(
        _ channel: NodeChannel, asksReplica: Bool, isMinority: Bool
    ) throws(RedisError) -> Bool {
        do throws(RedisError) {
            guard case .array(let role) = try channel.connection.exchange([Command("ROLE")])[0],
                role.count >= 3
            else { return true }
            guard role[0] == .string(Array("master".utf8)) else {
                _ = drop(channel, .replica(address: channel.connection.address))
                return false
            }
            guard asksReplica, case .array(let replicas) = role[2], !replicas.isEmpty else {
                return true
            }
            let span = min(Self.courtesy, timeout / 2)
            let confirmed = try channel.connection.exchange([
                Command("WAIT", 1, .integer(Int64(span)))
            ])[0]
            // Where most Sentinels are silent, only a replica shows that the primary still is one.
            if isMinority, case .integer(0) = confirmed {
                throw .notReplicated(
                    address: channel.connection.address, confirmed: 0, wanted: 1,
                    milliseconds: span)
            }
            return true
        } catch {
            _ = drop(channel, error)
            guard error.passesByItself else { throw error }
            return false
        }
    }
}
