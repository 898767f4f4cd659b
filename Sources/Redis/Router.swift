internal import Platform

/// Sends each command to the server that holds its key, and follows when keys or roles move.
///
/// It owns the connections (`channels`) and knows through its `topology` where to send a command.
/// `RouterLoop` runs the exchange: it follows redirections (MOVED, ASK) and sends again what a
/// broken connection left unanswered. Conditions that pass by themselves, such as a fail-over, a
/// slot on the move or a node that starts, are waited out until nothing has moved for the time-out.
final class Router {
    let topology: any Topology
    let dialer: Dialer
    private(set) var channels: [Endpoint: NodeChannel] = [:]
    /// The number of connections that broke so far. What they acknowledged is in doubt until it is
    /// confirmed.
    private(set) var reconnects = 0
    /// The servers that changing commands went to since the last `confirm`.
    private(set) var written: Set<Endpoint> = []

    /// The primaries whose replicas or disks have not confirmed all changes.
    var unconfirmed: Set<Endpoint> = []
    /// The concern of the changes in progress; nil before the first `prepare`.
    private var concern: WriteConcern?

    /// Whether the topology is out of date.
    private var isRefreshDue = true
    /// The server that failed last, which the next refresh asks last.
    private var lost: Endpoint?
    /// When the topology was last refreshed or tried to be.
    private var lastRefresh: Monotonic?
    /// Servers that could not be reached a moment ago, and when to try them again.
    private var unreachableUntil: [Endpoint: Monotonic] = [:]

    /// The milliseconds between two refreshes of the topology.
    static let refreshPause: Int64 = 200
    /// The milliseconds before a command that was refused for the moment is sent again.
    static let retryPause: Int64 = 100

    init(_ topology: any Topology, dialer: Dialer) {
        self.topology = topology
        self.dialer = dialer
    }

    /// The time-out in milliseconds.
    var timeout: Int { dialer.timeout }

    /// Notes that the topology was just refreshed.
    func noteRefresh() {
        isRefreshDue = false
        lastRefresh = .now
    }

    /// Notes that the topology is out of date. `endpoint` is the server whose failure showed it.
    func markStale(_ endpoint: Endpoint? = nil) {
        isRefreshDue = true
        if let endpoint { lost = endpoint }
    }

    /// Refreshes the topology if it is out of date and the last refresh is long enough ago. Returns
    /// a failure that may pass by itself, and throws any other.
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

    /// Refreshes the topology, trying again until the time-out.
    func refreshNow() throws(RedisError) {
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        markStale()
        lastRefresh = nil
        var cause: RedisError?
        while true {
            if let failure = try refreshIfDue() { cause = failure }
            if !isRefreshDue { return }
            try backOff(until: deadline, cause)
        }
    }

    /// Pauses before another attempt. Throws `.stalled` with the obstacle `cause` after `deadline`,
    /// and `.interrupted` after a signal.
    func backOff(until deadline: Monotonic, _ cause: RedisError?) throws(RedisError) {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        guard deadline.remainingMilliseconds > 0 else {
            throw .stalled(milliseconds: timeout, cause: cause, ExchangeProgress())
        }
        pause(milliseconds: min(Self.retryPause, deadline.remainingMilliseconds))
    }

    /// Starts a series of changes. Throws where a connected server does not permit the questions of
    /// `concern`; other servers are checked when they are connected.
    func prepare(_ concern: WriteConcern) throws(RedisError) {
        self.concern = concern
        for channel in channels.values where !channel.connection.isBroken {
            try requireWait(channel)
        }
        written = []
    }

    /// The number of replicas that a primary is known to have; nil if no server says. The map of a
    /// Cluster omits a new replica until its offset has spread, so a primary without replicas in
    /// the map is asked as well.
    func replicaCount(of channel: NodeChannel) throws(RedisError) -> Int? {
        let known = try topology.replicaCount(of: channel.endpoint)
        guard known == 0, topology is ClusterTopology else { return known }
        return try channel.connection.replicaCount() ?? known
    }

    /// Checks once for each connection that WAIT is permitted, if replicas are to be waited for.
    private func requireWait(_ channel: NodeChannel) throws(RedisError) {
        guard let concern, concern.replicas != 0, !channel.mayWait,
            try replicaCount(of: channel) != 0
        else { return }
        try channel.connection.requireWait()
        channel.mayWait = true
    }

    /// The channel to `endpoint`, connected if there is none. nil if it cannot be reached now; the
    /// failure, which may pass by itself, is put into `cause`. Any other failure is thrown, with
    /// the server that announced the address.
    func channel(
        to endpoint: Endpoint, _ cause: inout RedisError?
    ) throws(RedisError) -> NodeChannel? {
        if let channel = channels[endpoint] {
            if !channel.isRetired { return channel }
            guard channel.isIdle else { return nil }
            channels[endpoint] = nil
            reconnects += 1
        }
        if let end = unreachableUntil[endpoint], end.remainingMilliseconds > 0 { return nil }
        do throws(RedisError) {
            let connection = try dialer.connect(to: endpoint)
            try topology.validate(connection)
            let channel = NodeChannel(connection, to: endpoint)
            try requireWait(channel)
            channels[endpoint] = channel
            unreachableUntil[endpoint] = nil
            return channel
        } catch {
            let failure =
                topology.source(of: endpoint).map { source in
                    RedisError.node(
                        address: endpoint.description, announcedBy: source, error)
                } ?? error
            guard error.passesByItself else { throw failure }
            cause = failure
            unreachableUntil[endpoint] = Monotonic.now.advanced(byMilliseconds: Self.retryPause)
            markStale(endpoint)
            return nil
        }
    }

    /// Removes a channel whose connection broke, and returns its commands without a reply.
    func drop(_ channel: NodeChannel, _ error: RedisError) -> [NodeChannel.Item] {
        guard channels[channel.endpoint] === channel else { return [] }
        channels[channel.endpoint] = nil
        reconnects += 1
        markStale(channel.endpoint)
        dialer.trace?(.lost(address: channel.endpoint.description, error))
        return channel.abandon()
    }

    /// The greatest age of the Sentinels' answer in milliseconds: a replaced primary goes on
    /// answering.
    private static let topologyLife: Int64 = 1000

    /// Checks topology and roles again if the last check is a second old. Does so only behind
    /// Sentinels: a demoted node of a Cluster redirects commands itself.
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
                try sentinels.validate(channel.connection)
            } catch {
                guard error.passesByItself else { throw error }
                _ = drop(channel, error)
            }
        }
    }

    /// Notes a server on which something was changed, or was read and found as wanted: that may be
    /// an earlier change of another client, which is not confirmed either.
    func noteUse(of endpoint: Endpoint, _ command: Command) {
        guard !written.contains(endpoint), command.key != nil || !command.isReadOnly else { return }
        written.insert(endpoint)
    }

    /// Notes a server whose earlier changes still need confirmation.
    func noteChange(on endpoint: Endpoint) { written.insert(endpoint) }

    /// Returns the servers that were written to, and forgets them.
    func takeWritten() -> Set<Endpoint> {
        defer { written = [] }
        return written
    }

    /// The replies of the server at `endpoint` to commands that are sent there once, whatever their
    /// keys. Throws if it cannot be reached now.
    func exchange(
        _ commands: [Command], at endpoint: Endpoint
    ) throws(RedisError) -> [Reply] {
        var cause: RedisError?
        guard let channel = try channel(to: endpoint, &cause) else {
            throw cause ?? .stalled(milliseconds: timeout, cause: nil, ExchangeProgress())
        }
        do throws(RedisError) {
            return try channel.connection.exchange(commands)
        } catch {
            _ = drop(channel, error)
            throw error
        }
    }
}
