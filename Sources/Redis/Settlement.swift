internal import Platform

/// How many replicas have to confirm a change before it counts.
package struct ReplicaDemand: Equatable, Sendable {
    package let count: Int
    /// How long they may take.
    package let milliseconds: Int

    package init(count: Int, milliseconds: Int) {
        self.count = count
        self.milliseconds = milliseconds
    }
}

/// What became of changes after they were acknowledged.
package enum Settlement: Equatable, Sendable {
    case stands
    /// The server that acknowledged them may be the primary no more: do them again.
    case inDoubt
}

extension Connection {
    /// Waits until `demand` replicas have what was written on this very connection: on another,
    /// WAIT would prove nothing.
    func awaitReplicas(_ demand: ReplicaDemand) throws(RedisError) {
        let end = Monotonic.now.advanced(byMilliseconds: Int64(demand.milliseconds))
        while true {
            // In slices, since a server that says nothing for the time-out counts as lost.
            let slice = max(min(end.remainingMilliseconds, Int64(timeout / 2)), 1)
            let confirmed = try exchange([
                Command("WAIT", .integer(Int64(demand.count)), .integer(slice))
            ])[0].value().integer()
            if confirmed >= demand.count { return }
            guard end.remainingMilliseconds > 0, Signals.pending == nil else {
                throw .notReplicated(
                    address: address, confirmed: Int(confirmed), wanted: demand.count,
                    milliseconds: demand.milliseconds)
            }
        }
    }
}

extension Router {
    /// How long one replica may take behind Sentinels, where nobody asked for more, in milliseconds.
    private static let courtesy = 500

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
                    try channel.connection.awaitReplicas(demand)
                } catch {
                    guard channel.connection.isDead, error.passesByItself else { throw error }
                    _ = drop(channel, error)
                    return .inDoubt
                }
            }
        }
        guard let sentinels = topology as? SentinelTopology else { return .stands }
        return try confirm(nodes, sentinels, asksReplica: demand == nil)
    }

    private func confirm(
        _ nodes: Set<Endpoint>, _ sentinels: SentinelTopology, asksReplica: Bool
    ) throws(RedisError) -> Settlement {
        guard let primary = sentinels.primary, nodes == [primary], let channel = channels[primary],
            try isStillPrimary(channel, asksReplica: asksReplica)
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
        _ channel: NodeChannel, asksReplica: Bool
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
            _ = try channel.connection.exchange([
                Command("WAIT", 1, .integer(Int64(min(Self.courtesy, timeout / 2))))
            ])
            return true
        } catch {
            _ = drop(channel, error)
            guard error.passesByItself else { throw error }
            return false
        }
    }
}
