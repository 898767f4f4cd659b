internal import Platform

/// The fate of changes after they were acknowledged.
package enum WriteConfirmation: Equatable, Sendable {
    /// The servers that acknowledged them are still in charge, and confirmed as much as was waited
    /// for.
    case intact
    /// The server that acknowledged them may no longer be the primary: make the changes again.
    case inDoubt
}

/// When replicas and disks are waited for.
package enum ConfirmationWait: Sendable {
    /// In this call.
    case now
    /// In a later `confirmAll`, because an earlier wait has failed already: each further one would
    /// take the whole time again.
    case later
}

extension Router {
    /// Asks every primary before anything is written; see `Connection.requireDisk`. A primary that
    /// cannot be reached now fails when it is written to.
    func requireDisk() throws(RedisError) {
        for primary in topology.primaries {
            var cause: RedisError?
            guard let channel = try channel(to: primary, &cause) else { continue }
            _ = try succeeds(on: channel) { connection throws(RedisError) in
                try connection.requireDisk()
            }
        }
    }

    /// Confirms what was changed since the count of broken connections was `reconnects`: waits for
    /// replicas and disks, and asks the Sentinels whether the primary is still the same. Measured:
    /// a replaced primary goes on acknowledging for eleven seconds, and then discards it all.
    ///
    /// Throws the missing confirmation if replicas, disks or Sentinels do not confirm a change in
    /// time; it is then kept for `confirmAll`, as it is with `.later`.
    func confirm(
        since reconnects: Int, _ concern: WriteConcern, waiting: ConfirmationWait = .now
    ) throws(RedisError) -> WriteConfirmation {
        let nodes = takeWritten()
        guard self.reconnects == reconnects else { return .inDoubt }
        guard !nodes.isEmpty else { return .intact }
        guard waiting == .now else {
            unconfirmed.formUnion(nodes)
            guard let sentinels = topology as? SentinelTopology else { return .intact }
            return try state(of: nodes, sentinels) == .replaced ? .inDoubt : .intact
        }
        var missing: RedisError?
        for node in nodes where missing == nil {
            guard let channel = channels[node] else { return .inDoubt }
            do throws(RedisError) {
                let requirement = try requirement(concern, on: channel)
                let isThere = try succeeds(on: channel) { connection throws(RedisError) in
                    try connection.awaitConfirmation(requirement)
                }
                guard isThere else { return .inDoubt }
            } catch {
                guard error.isAboutConfirmation else { throw error }
                missing = error
            }
        }
        guard try isStillServed(by: nodes, &missing) else { return .inDoubt }
        guard let missing else { return .intact }
        unconfirmed.formUnion(nodes)
        throw missing
    }

    /// Waits once more for everything that has not been confirmed since `reconnects`.
    func confirmAll(
        since reconnects: Int, _ concern: WriteConcern
    ) throws(RedisError) -> WriteConfirmation {
        for node in unconfirmed { noteChange(on: node) }
        unconfirmed = []
        return try confirm(since: reconnects, concern)
    }

    /// The requirement for a change on one server. If most Sentinels are silent, only a replica
    /// proves that the primary still is one, so at least one must acknowledge.
    private func requirement(
        _ concern: WriteConcern, on channel: NodeChannel
    ) throws(RedisError) -> WaitRequirement {
        let isDoubtful = (topology as? SentinelTopology)?.isMinority ?? false
        var standard = 0
        if concern.replicas == nil, try replicaCount(of: channel) != 0 { standard = 1 }
        return WaitRequirement(
            concern, least: isDoubtful ? 1 : 0, standard: standard, timeout: timeout)
    }

    /// Runs `body` on a channel. Returns false, and drops the channel, if the server is lost or
    /// demoted.
    private func succeeds(
        on channel: NodeChannel, _ body: (Connection) throws(RedisError) -> Void
    ) throws(RedisError) -> Bool {
        do throws(RedisError) {
            try body(channel.connection)
            return true
        } catch {
            guard error.passesByItself, channel.connection.isBroken || error.isAboutRole else {
                throw error
            }
            _ = drop(channel, error)
            return false
        }
    }

    /// Whether no other server has replaced one of `nodes`. A fail-over that is under way is waited
    /// out. If Sentinels go on considering the primary down, `missing` becomes that failure, unless
    /// it is another one already.
    private func isStillServed(
        by nodes: Set<Endpoint>, _ missing: inout RedisError?
    ) throws(RedisError) -> Bool {
        guard let sentinels = topology as? SentinelTopology else {
            guard missing != nil else { return true }
            markStale()
            _ = try refreshIfDue()
            return nodes.isSubset(of: topology.primaries)
        }
        guard let primary = sentinels.primary, let channel = channels[primary],
            try isStillPrimary(channel)
        else { return false }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        while true {
            switch try state(of: nodes, sentinels) {
            case .replaced: return false
            case .current: return true
            case .unsettled: break
            }
            guard deadline.remainingMilliseconds > 0, Signals.pending == nil else {
                missing = missing ?? .heldForDown(address: channel.connection.address)
                return true
            }
            pause(milliseconds: min(Self.retryPause, deadline.remainingMilliseconds))
        }
    }

    /// The state of the primary that was written to, by the Sentinels' answers.
    private enum PrimaryState {
        case current
        /// A fail-over is under way or about to begin.
        case unsettled
        case replaced
    }

    /// Asks the Sentinels about `nodes`, and follows them if they name a new primary.
    private func state(
        of nodes: Set<Endpoint>, _ sentinels: SentinelTopology
    ) throws(RedisError) -> PrimaryState {
        guard let primary = sentinels.primary, nodes == [primary], let channel = channels[primary]
        else { return .replaced }
        let survey = try sentinels.survey()
        guard survey.primary == primary else {
            sentinels.adopt(survey)
            _ = drop(channel, .replica(address: channel.connection.address))
            return .replaced
        }
        return survey.isUnsettled ? .unsettled : .current
    }

    /// Asks the server for its role. If that is not permitted, only the Sentinels' answers count.
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
