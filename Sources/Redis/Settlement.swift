internal import Platform

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

    /// Fails where the user may not ask the replicas. Asked before anything is written, and
    /// answered at once.
    func requireWait() throws(RedisError) {
        guard case .error(let error) = try exchange([Command("WAIT", 0, 0)])[0],
            error.kind == .noPermission || error.kind == .unknownCommand
        else { return }
        throw .unsupported(.replicaConfirmation(error), address: address)
    }

    /// Waits until `demand` is met for what was written on this very connection: on another, WAIT
    /// and WAITAOF would prove nothing.
    func awaitConfirmation(_ demand: Demand) throws(RedisError) {
        let end = Monotonic.now.advanced(byMilliseconds: Int64(demand.milliseconds))
        if demand.isOnDisk {
            try awaitDisk(demand.areReplicasOnDisk ? demand.replicas : 0, demand, until: end)
        }
        guard demand.replicas > 0, !demand.areReplicasOnDisk else { return }
        try repeatedly(until: end) { milliseconds throws(RedisError) in
            let reply = try confirmation(
                Command("WAIT", .integer(Int64(demand.replicas)), .integer(milliseconds)))
            let confirmed = try reply.value().integer()
            return confirmed >= demand.replicas
                ? nil : unmet(demand, confirmed: confirmed)
        }
    }

    private func awaitDisk(
        _ replicas: Int, _ demand: Demand, until end: Monotonic
    ) throws(RedisError) {
        try repeatedly(until: end) { milliseconds throws(RedisError) in
            let reply = try confirmation(
                Command("WAITAOF", 1, .integer(Int64(replicas)), .integer(milliseconds)))
            if case .error(let error) = reply {
                throw .notOnDisk(address: address, .refused(error))
            }
            let numbers = try reply.array()
            guard numbers.count == 2 else {
                throw .unexpectedReply(expected: "a valid reply to WAITAOF", got: reply.shape)
            }
            guard try numbers[0].integer() > 0 else {
                return .notOnDisk(address: address, .late(milliseconds: demand.milliseconds))
            }
            let confirmed = try numbers[1].integer()
            return confirmed >= replicas ? nil : unmet(demand, confirmed: confirmed)
        }
    }

    private func unmet(_ demand: Demand, confirmed: Int64) -> RedisError {
        .notReplicated(
            address: address, confirmed: Int(clamping: confirmed), wanted: demand.replicas,
            milliseconds: demand.milliseconds)
    }

    /// Asks in slices, since a server that says nothing for the time-out counts as lost, until
    /// nothing is missing. `ask` answers what is; at the end, and after a signal, that is thrown.
    private func repeatedly(
        until end: Monotonic, _ ask: (_ milliseconds: Int64) throws(RedisError) -> RedisError?
    ) throws(RedisError) {
        while true {
            let left = Signals.pending == nil ? end.remainingMilliseconds : 0
            let slice = max(min(left, Int64(timeout / 2)), 1)
            guard let missing = try ask(slice) else { return }
            guard end.remainingMilliseconds > 0, Signals.pending == nil else { throw missing }
        }
    }

    /// How many replicas follow a primary; nil where ROLE may not be asked.
    func replicaCount() throws(RedisError) -> Int? {
        guard case .array(let role) = try exchange([Command("ROLE")])[0],
            role.count >= 3, role[0] == .string(Array("master".utf8)),
            case .array(let replicas) = role[2]
        else { return nil }
        return replicas.count
    }

    /// A primary that is demoted meanwhile ends the wait, and a replica knows none.
    private func confirmation(_ command: Command) throws(RedisError) -> Reply {
        let reply = try exchange([command])[0]
        if case .error(let error) = reply,
            error.code == "UNBLOCKED" || error.text.contains("replica instances")
        {
            throw .replica(address: address)
        }
        return reply
    }
}

extension Router {
    /// Asks every primary that is there before anything is written; see `Connection.requireDisk`.
    /// One that cannot be reached now says so when it is written to.
    func requireDisk() throws(RedisError) {
        for primary in topology.primaries {
            var cause: RedisError?
            guard let channel = try channel(to: primary, &cause) else { continue }
            _ = try stands(channel) { connection throws(RedisError) in
                try connection.requireDisk()
            }
        }
    }

    /// Looks again at what was changed since `mark`: asks the replicas, and the Sentinels whether
    /// the primary is still the same. Measured: a primary that was replaced goes on acknowledging
    /// for eleven seconds, and then discards it all.
    ///
    /// Throws what is missing where replicas, disks or Sentinels do not confirm a change in time.
    /// Where it does not wait for them, the change is kept for `confirm`.
    func settle(
        since mark: Int, _ concern: WriteConcern, waits: Bool = true
    ) throws(RedisError) -> Settlement {
        let nodes = takeWritten()
        guard losses == mark else { return .inDoubt }
        guard !nodes.isEmpty else { return .stands }
        guard waits else {
            unconfirmed.formUnion(nodes)
            guard let sentinels = topology as? SentinelTopology else { return .stands }
            return try standing(of: nodes, sentinels) == .replaced ? .inDoubt : .stands
        }
        var missing: RedisError?
        for node in nodes where missing == nil {
            guard let channel = channels[node] else { return .inDoubt }
            do throws(RedisError) {
                let wanted = try demand(concern, on: channel)
                let isThere = try stands(channel) { connection throws(RedisError) in
                    try connection.awaitConfirmation(wanted)
                }
                guard isThere else { return .inDoubt }
            } catch {
                guard error.isAboutConfirmation else { throw error }
                missing = error
            }
        }
        guard try isStillServed(by: nodes, &missing) else { return .inDoubt }
        guard let missing else { return .stands }
        unconfirmed.formUnion(nodes)
        throw missing
    }

    /// Waits once more for all that was not confirmed since `mark`.
    func confirm(since mark: Int, _ concern: WriteConcern) throws(RedisError) -> Settlement {
        for node in unconfirmed { noteChange(on: node) }
        unconfirmed = []
        return try settle(since: mark, concern)
    }

    /// What has to be waited for after a change on one server. Where most Sentinels are silent, only a
    /// replica shows that the primary still is one.
    private func demand(
        _ concern: WriteConcern, on channel: NodeChannel
    ) throws(RedisError) -> Demand {
        let isDoubtful = (topology as? SentinelTopology)?.isMinority ?? false
        var standard = 0
        if concern.replicas == nil, try replicaCount(of: channel) != 0 { standard = 1 }
        return Demand(
            concern, least: isDoubtful ? 1 : 0, standard: standard, timeout: timeout)
    }

    /// Runs `body` on a channel; false where that has shown that it is lost.
    private func stands(
        _ channel: NodeChannel, _ body: (Connection) throws(RedisError) -> Void
    ) throws(RedisError) -> Bool {
        do throws(RedisError) {
            try body(channel.connection)
            return true
        } catch {
            guard error.passesByItself, channel.connection.isDead || error.isAboutRole else {
                throw error
            }
            _ = drop(channel, error)
            return false
        }
    }

    /// Whether nobody has taken the place of `nodes`. A fail-over that is under way is waited out;
    /// where Sentinels go on holding the primary for down, that is `missing`, unless something is.
    private func isStillServed(
        by nodes: Set<Endpoint>, _ missing: inout RedisError?
    ) throws(RedisError) -> Bool {
        guard let sentinels = topology as? SentinelTopology else {
            guard missing != nil else { return true }
            distrust()
            _ = try refreshIfDue()
            return nodes.isSubset(of: topology.primaries)
        }
        guard let primary = sentinels.primary, let channel = channels[primary],
            try isStillPrimary(channel)
        else { return false }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        while true {
            switch try standing(of: nodes, sentinels) {
            case .replaced: return false
            case .stands: return true
            case .unsettled: break
            }
            guard deadline.remainingMilliseconds > 0, Signals.pending == nil else {
                missing = missing ?? .heldForDown(address: channel.connection.address)
                return true
            }
            pause(milliseconds: min(Self.retryPause, deadline.remainingMilliseconds))
        }
    }

    private enum Standing {
        case stands, unsettled, replaced
    }

    /// What the Sentinels make of `nodes`; a new primary is taken over.
    private func standing(
        of nodes: Set<Endpoint>, _ sentinels: SentinelTopology
    ) throws(RedisError) -> Standing {
        guard let primary = sentinels.primary, nodes == [primary], let channel = channels[primary]
        else { return .replaced }
        let survey = try sentinels.survey()
        guard survey.primary == primary else {
            sentinels.adopt(survey)
            _ = drop(channel, .replica(address: channel.connection.address))
            return .replaced
        }
        return survey.isUnsettled ? .unsettled : .stands
    }

    /// Asks for the role. Where this is not permitted the Sentinels alone are asked.
    private func isStillPrimary(_ channel: NodeChannel) throws(RedisError) -> Bool {
        do throws(RedisError) {
            guard try Handshake.currentRole(on: channel.connection) == .replica else {
                return true
            }
            throw .replica(address: channel.connection.address)
        } catch {
            _ = drop(channel, error)
            guard error.passesByItself else { throw error }
            return false
        }
    }
}
