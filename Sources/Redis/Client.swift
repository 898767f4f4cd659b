internal import Platform

/// The data as the rest of the program sees it: one server, a Cluster, or the primary that Sentinels
/// name. It connects when it is first needed, and again after a connection has broken.
package final class Client {
    package let target: RedisTarget
    /// Milliseconds that connecting, and each gap between replies, may take. Where servers may change
    /// roles, work is also given up once nothing has moved for as long.
    package let timeout: Int
    /// Called with every command and reply, passwords masked. A group of servers uses only the trace
    /// that was set before it was connected.
    package var trace: Connection.Trace? {
        didSet { if case .single(let connection)? = server { connection.trace = trace } }
    }
    private let map: AddressMap
    private var server: Server?
    /// Connections made so far: the number of the current one, from 1.
    private var connectionCount = 0
    /// The number of the connection that is known to permit the questions of a write concern.
    private var checkedConnection = 0

    /// What the client is connected to.
    enum Server {
        case single(Connection)
        case group(Router)
    }

    package init(
        target: RedisTarget, timeout: Int = 5000, map: AddressMap = AddressMap(),
        trace: Connection.Trace? = nil
    ) {
        self.target = target
        self.timeout = timeout
        self.map = map
        self.trace = trace
    }

    /// The connection, made if there is none.
    func connected() throws(RedisError) -> Server {
        switch server {
        case .single(let connection) where !connection.isDead: return .single(connection)
        case .group(let router): return .group(router)
        default: break
        }
        let fresh = try connect()
        server = fresh
        connectionCount += 1
        return fresh
    }

    private func connect() throws(RedisError) -> Server {
        let dialer = Dialer(target: target, map: map, timeout: timeout, trace: trace)
        if let service = target.sentinel {
            return .group(try router(SentinelTopology(dialer: dialer, service: service), dialer))
        }
        let connection = try connectToFirst()
        switch connection.info.mode {
        case .sentinel:
            let names = try SentinelTopology.names(connection)
            throw .unsupported(.sentinel(names: names), address: connection.address)
        case .cluster: return .group(try router(ClusterTopology(dialer: dialer), dialer))
        case .standalone, .unknown:
            guard target.endpoints.count == 1 else {
                throw .unsupported(.severalServers, address: connection.address)
            }
            return .single(connection)
        }
    }

    /// Fails at once where no server can be reached that knows the topology: an address is wrong more
    /// often than everything is down. A server that is not ready yet is waited for.
    private func router(
        _ topology: any Topology, _ dialer: Dialer
    ) throws(RedisError) -> Router {
        let router = Router(topology, dialer: dialer)
        do throws(RedisError) {
            try topology.refresh(avoiding: nil)
            router.noteRefresh()
        } catch {
            guard case .server(let refusal) = error, refusal.passesByItself else { throw error }
            try router.refreshNow()
        }
        return router
    }

    private func connectToFirst() throws(RedisError) -> Connection {
        var failure: RedisError?
        for endpoint in target.endpoints {
            do throws(RedisError) {
                return try Connection(to: target.node(endpoint), timeout: timeout, trace: trace)
            } catch {
                guard error.passesByItself else { throw error }
                failure = failure ?? error
            }
        }
        throw failure ?? .connect(address: target.place, .timedOut)
    }

    /// Whether the servers are known to have `feature`, without a round trip. In a group only those
    /// servers count that a command has gone to; without any, the answer is no.
    package func has(_ feature: ServerFeature) -> Bool {
        switch server {
        case .single(let connection)?: connection.info.has(feature)
        case .group(let router)?:
            !router.channels.isEmpty
                && router.channels.values.allSatisfy { $0.connection.info.has(feature) }
        case nil: false
        }
    }

    /// Fails where the server is a replica: it would refuse writes, and its state may be old. Commands
    /// to a group always go to primaries. Roles change, so long work calls this again at least every
    /// second; only a call after a second costs a round trip.
    package func requirePrimary() throws(RedisError) {
        switch try connected() {
        case .single(let connection): try connection.requirePrimary()
        case .group(let router): try router.requirePrimaries()
        }
    }

    /// The place of the data, for messages.
    package var place: String {
        guard case .group(let router)? = server else { return target.place }
        if router.topology is ClusterTopology {
            return "Cluster of \(router.topology.primaries.count) primaries at \(target.place)"
        }
        let primary = router.topology.primaries.first.map { ", now \($0)" } ?? ""
        return target.place + primary
    }

    /// The reply to one command; an error reply is thrown as `RedisError.server`.
    package func call(_ command: Command) throws(RedisError) -> Reply {
        try pipeline([command])[0].value()
    }

    /// The replies to `commands` in their order; error replies are values here. In a Cluster each
    /// goes to the node of its key, so that commands on different keys may run in another order.
    package func pipeline(_ commands: [Command]) throws(RedisError) -> [Reply] {
        switch try connected() {
        case .single(let connection): return try connection.pipeline(commands)
        case .group(let router): return try router.collect(commands).complete()
        }
    }

    /// As `pipeline`, but keeps the replies that arrived before a failure.
    package func collect(_ commands: [Command]) -> Exchange {
        do throws(RedisError) {
            switch try connected() {
            case .single(let connection): return connection.collect(commands)
            case .group(let router): return router.collect(commands)
            }
        } catch {
            var result = Exchange(count: commands.count)
            result.failure = error
            return result
        }
    }

    /// Sends commands as `next` gives them and hands each reply to `onReply` with the number of its
    /// command, from 0: in order from one server, in no certain order from a group. Error replies
    /// are values. nil from `next` means nothing for now: it is called again after replies, and the
    /// stream ends once it has nothing and every reply has arrived.
    ///
    /// At most `maxInFlight` commands, and a bounded number of bytes, are under way at a time, which
    /// keeps memory flat here and on the server.
    package func stream(
        maxInFlight: Int = PipelineLoop.standardInFlight,
        next: () -> Command?, onReply: (Int, Reply) -> Void
    ) -> StreamEnd {
        do throws(RedisError) {
            switch try connected() {
            case .single(let connection):
                return connection.stream(maxInFlight: maxInFlight, next: next, onReply: onReply)
            case .group(let router):
                var loop = RouterLoop(router, maxInFlight: maxInFlight)
                do throws(RedisError) {
                    try loop.run(next: next, onReply: onReply)
                    return StreamEnd()
                } catch {
                    return StreamEnd(failure: error, uncertain: loop.uncertain)
                }
            }
        } catch {
            return StreamEnd(failure: error)
        }
    }

    /// The clock of the server that holds `key` (nil: of any): seconds since 1970, and
    /// microseconds of the next second.
    package func serverTime(
        besideKey key: [UInt8]? = nil
    ) throws(RedisError) -> (seconds: Int64, microseconds: Int64) {
        let command = Command("TIME")
        return try call(key.map(command.beside) ?? command).time()
    }

    /// The keys of the database, page by page; see `Scan`.
    package func scan(match: [UInt8]? = nil, count: Int = 1000, type: String? = nil) -> Scan {
        Scan(client: self, match: match, count: count, type: type)
    }

    /// A moment before changes, for `confirm`: it tells whether a connection broke since.
    package struct Checkpoint: Equatable, Sendable {
        fileprivate let number: Int
    }

    /// Whether the data is on several servers, or on one that a fail-over may replace.
    package var isGroup: Bool {
        if case .group? = server { return true }
        return false
    }

    /// Begins changes that `confirm` will be called for. Fails where `concern` wants something that
    /// the servers do not have, or that the user may not ask for.
    package func checkpoint(_ concern: WriteConcern) throws(RedisError) -> Checkpoint {
        switch try connected() {
        case .single(let connection):
            if checkedConnection != connectionCount {
                if concern.isOnDisk { try connection.requireDisk() }
                if concern.replicas ?? 0 > 0 { try connection.requireWait() }
                checkedConnection = connectionCount
            }
            return Checkpoint(number: connectionCount)
        case .group(let router):
            if checkedConnection != connectionCount {
                if concern.isOnDisk { try router.requireDisk() }
                checkedConnection = connectionCount
            }
            try router.prepare(concern)
            return Checkpoint(number: router.reconnects)
        }
    }

    /// Begins questions, which need no confirmation.
    package func checkpoint() throws(RedisError) -> Checkpoint {
        switch try connected() {
        case .single: Checkpoint(number: connectionCount)
        case .group(let router): Checkpoint(number: router.reconnects)
        }
    }

    /// Called after the last acknowledged change since `checkpoint`: waits for what `concern` wants,
    /// and behind Sentinels makes sure that the server is still the primary.
    ///
    /// Throws what is missing at the end of the time. Without `waits`, `confirmAll` waits later.
    package func confirm(
        since checkpoint: Checkpoint, _ concern: WriteConcern, waits: Bool = true
    ) throws(RedisError) -> WriteConfirmation {
        switch server {
        case .single(let connection)?:
            guard concern.isDemanded, waits else { return .intact }
            guard !connection.isDead, connectionCount == checkpoint.number else { return .inDoubt }
            try connection.awaitConfirmation(WaitRequirement(concern, timeout: timeout))
            return .intact
        case .group(let router)?:
            return try router.confirm(since: checkpoint.number, concern, waits: waits)
        case nil: return .inDoubt
        }
    }

    /// Waits once for everything that was changed since `checkpoint` and not confirmed so far.
    package func confirmAll(
        since checkpoint: Checkpoint, _ concern: WriteConcern
    ) throws(RedisError) -> WriteConfirmation {
        guard case .group(let router)? = server else {
            return try confirm(since: checkpoint, concern)
        }
        return try router.confirmAll(since: checkpoint.number, concern)
    }

    /// How many replicas each server of a group that takes writes is known to have, connected or
    /// not; nil where no server says. Empty for one server.
    package func knownReplicas() throws(RedisError) -> [(primary: Endpoint, count: Int?)] {
        guard case .group(let router) = try connected() else { return [] }
        return try router.topology.primaries.map { primary throws(RedisError) in
            var count = try router.topology.replicaCount(of: primary)
            var cause: RedisError?
            if count == 0, let channel = try router.channel(to: primary, &cause) {
                count = try router.replicaCount(of: channel)
            }
            return (primary, count)
        }
    }

    /// A scan over all primaries of a group; nil where there is one server.
    func groupScan() throws(RedisError) -> GroupScan? {
        guard case .group(let router) = try connected() else { return nil }
        return try GroupScan(router)
    }
}
