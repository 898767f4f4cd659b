internal import Platform

/// Sends each command to the server that holds its key, and follows when keys or roles move.
///
/// What passes by itself (a fail-over, a slot on the move, a node that starts) is waited out until
/// nothing has moved for the time-out.
final class Router {
    let topology: any Topology
    let dialer: Dialer
    private(set) var channels: [Endpoint: NodeChannel] = [:]
    /// Connections that broke; what they had acknowledged is in doubt until it is settled.
    private(set) var losses = 0
    /// Where commands that change something went since the last `settle`.
    private(set) var written: Set<Endpoint> = []

    /// Primaries of which replicas or disks have not confirmed what was changed there.
    var unconfirmed: Set<Endpoint> = []
    /// What changes have to have; nil as long as nothing is to be changed.
    private var concern: WriteConcern?

    private var isRefreshDue = true
    private var lost: Endpoint?
    private var lastRefresh: Monotonic?
    /// Nodes that could not be reached a moment ago, and until when they are left alone.
    private var resting: [Endpoint: Monotonic] = [:]

    /// Milliseconds between two looks at the topology.
    static let refreshPause: Int64 = 200
    /// Milliseconds before what was refused for the moment is tried again.
    static let retryPause: Int64 = 100

    init(_ topology: any Topology, dialer: Dialer) {
        self.topology = topology
        self.dialer = dialer
    }

    var timeout: Int { dialer.timeout }

    /// The topology was asked for a moment ago.
    func noteRefresh() {
        isRefreshDue = false
        lastRefresh = .now
    }

    /// The topology is out of date, as something has just shown.
    func distrust(_ endpoint: Endpoint? = nil) {
        isRefreshDue = true
        if let endpoint { lost = endpoint }
    }

    /// Looks at the topology again where that is due, but not too often. A failure that may pass is
    /// returned.
    func refreshIfDue() throws(RedisError) -> RedisError? {
        guard isRefreshDue else { return nil }
        if let lastRefresh,
            lastRefresh.advanced(byMilliseconds: Self.refreshPause).remainingMilliseconds > 0
        {
            return nil
        }
        defer { lastRefresh = .now }
        do throws(RedisError) {
            try topology.refresh(avoiding: lost)
            isRefreshDue = false
            lost = nil
            return nil
        } catch {
            guard error.passesByItself else { throw error }
            return error
        }
    }

    /// The topology of this moment, waited for until the time-out.
    func refreshNow() throws(RedisError) {
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        distrust()
        lastRefresh = nil
        var cause: RedisError?
        while true {
            if let failure = try refreshIfDue() { cause = failure }
            if !isRefreshDue { return }
            try rest(until: deadline, cause)
        }
    }

    /// Pauses before another try, or says what stood in the way until `deadline`.
    func rest(
        until deadline: Monotonic, _ cause: RedisError?, _ progress: Progress = Progress()
    ) throws(RedisError) {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        guard deadline.remainingMilliseconds > 0 else {
            throw .stalled(milliseconds: timeout, cause: cause, progress)
        }
        pause(milliseconds: min(Self.retryPause, deadline.remainingMilliseconds))
    }

    /// Begins changes: each server has to let us ask what `concern` wants to know, before it is
    /// written to.
    func prepare(_ concern: WriteConcern) throws(RedisError) {
        self.concern = concern
        for channel in channels.values where !channel.connection.isDead {
            try requireWait(channel)
        }
        written = []
    }

    /// How many replicas a primary is known to have; nil where nobody says. The map of a Cluster
    /// leaves out those of which its nodes have not heard yet how far they are.
    func replicaCount(of channel: NodeChannel) throws(RedisError) -> Int? {
        let known = try topology.replicaCount(of: channel.endpoint)
        guard known == 0, topology is ClusterTopology else { return known }
        return try channel.connection.replicaCount() ?? known
    }

    private func requireWait(_ channel: NodeChannel) throws(RedisError) {
        guard let concern, concern.replicas != 0, !channel.mayWait,
            try replicaCount(of: channel) != 0
        else { return }
        try channel.connection.requireWait()
        channel.mayWait = true
    }

    /// The channel to `endpoint`, connected if there is none. nil where it could not be reached a
    /// moment ago; a failure that may pass is put into `cause`.
    func channel(
        to endpoint: Endpoint, _ cause: inout RedisError?
    ) throws(RedisError) -> NodeChannel? {
        if let channel = channels[endpoint] {
            if !channel.isRetired { return channel }
            guard channel.isIdle else { return nil }
            channels[endpoint] = nil
            losses += 1
        }
        if let rested = resting[endpoint], rested.remainingMilliseconds > 0 { return nil }
        do throws(RedisError) {
            let connection = try dialer.connect(to: endpoint)
            try topology.admit(connection)
            let channel = NodeChannel(connection, to: endpoint)
            try requireWait(channel)
            channels[endpoint] = channel
            resting[endpoint] = nil
            return channel
        } catch {
            let failure =
                topology.announcer(of: endpoint).map { source in
                    RedisError.node(
                        address: endpoint.description, announcedBy: source, error)
                } ?? error
            guard error.passesByItself else { throw failure }
            cause = failure
            resting[endpoint] = Monotonic.now.advanced(byMilliseconds: Self.retryPause)
            distrust(endpoint)
            return nil
        }
    }

    /// Forgets a channel whose connection broke; answers the commands that had no reply.
    func drop(_ channel: NodeChannel, _ error: RedisError) -> [NodeChannel.Item] {
        guard channels[channel.endpoint] === channel else { return [] }
        channels[channel.endpoint] = nil
        losses += 1
        distrust(channel.endpoint)
        dialer.trace?(.lost(address: channel.endpoint.description, error))
        return channel.abandon()
    }

    /// How long Sentinels are believed, in milliseconds: a primary that they have replaced goes on
    /// answering.
    private static let topologyLife: Int64 = 1000

    /// Looks at the topology and the roles again where that was not done for a second. Only
    /// Sentinels have to be asked: a node of a Cluster that was replaced says so by itself.
    func requirePrimaries() throws(RedisError) {
        guard let sentinels = topology as? SentinelTopology, let lastRefresh,
            lastRefresh.advanced(byMilliseconds: Self.topologyLife).remainingMilliseconds <= 0
        else { return }
        self.lastRefresh = .now
        let before = sentinels.primary
        try sentinels.refreshAsFarAsPossible()
        for channel in channels.values {
            do throws(RedisError) {
                guard sentinels.primary == before else {
                    throw .replica(address: channel.connection.address)
                }
                try channel.connection.requirePrimary()
                try sentinels.admit(channel.connection)
            } catch {
                guard error.passesByItself else { throw error }
                _ = drop(channel, error)
            }
        }
    }

    /// Notes where something was changed, or found as it should be: somebody's change of before may
    /// not be confirmed either.
    func noteUse(of endpoint: Endpoint, _ command: Command) {
        guard !written.contains(endpoint), command.key != nil || !command.isReadOnly else { return }
        written.insert(endpoint)
    }

    /// The same of what was changed before.
    func noteChange(on endpoint: Endpoint) { written.insert(endpoint) }

    /// Forgets where something was changed, and answers it.
    func takeWritten() -> Set<Endpoint> {
        defer { written = [] }
        return written
    }

    /// What the node at `endpoint` answers to commands that are not routed, sent once.
    func exchange(
        _ commands: [Command], at endpoint: Endpoint
    ) throws(RedisError) -> [Reply] {
        var cause: RedisError?
        guard let channel = try channel(to: endpoint, &cause) else {
            throw cause ?? .stalled(milliseconds: timeout, cause: nil, Progress())
        }
        do throws(RedisError) {
            return try channel.connection.exchange(commands)
        } catch {
            _ = drop(channel, error)
            throw error
        }
    }
}
