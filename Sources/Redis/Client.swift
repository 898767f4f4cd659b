internal import Platform

/// A client for one server, for a Cluster, or for the primary that Sentinels name; callers need not
/// know which. It connects when it is first used, and again after a connection has broken.
///
/// How the parts of this target work together:
///
/// * `RedisURL` reads an address into a `RedisTarget`.
/// * `Connection` is one authenticated socket. `Handshake` greets the server, `OutputBuffer`
///   encodes commands, `Transport` moves bytes with or without TLS, and `ReplyReader` parses
///   replies within `RESPLimits`. `PipelineLoop` writes and reads at the same time.
/// * `Router` has a `NodeChannel` for each server of a group. A `Topology` (`ClusterTopology` or
///   `SentinelTopology`) says which server takes a command, and `RouterLoop` drives all channels at
///   once.
/// * `checkpoint` and `confirm` bracket changes: a `WriteConcern` says which replicas and disks
///   must have them before they count.
///
/// One server never gets a command twice, except one that it refused because it was loading its
/// data. In a group, a command whose connection broke is sent again unless it is marked with
/// `Command.once()`.
package final class Client {
    package let target: RedisTarget
    /// The milliseconds that connecting, and each gap between replies, may take. In a group, work
    /// is also given up once nothing has moved for as long.
    package let timeout: Int
    /// Called with every command and reply, passwords masked. A group uses the trace that was set
    /// before it was connected; later changes have no effect on it.
    package var trace: Connection.Trace? {
        didSet { if case .single(let connection)? = server { connection.trace = trace } }
    }
    /// Maps announced addresses of another network to reachable ones.
    private let map: AddressMap
    /// The connection in use; nil before the first use.
    private var server: Server?
    /// The number of connections made so far, which is also the number of the current one, from 1.
    private var connectionCount = 0
    /// The number of the connection on which the questions of a write concern are known to be
    /// permitted; 0 for none.
    private var checkedConnection = 0

    /// One server, or the servers of a group.
    enum Server {
        case single(Connection)
        case group(Router)
    }

    /// Does not connect. `timeout` is in milliseconds.
    package init(
        target: RedisTarget, timeout: Int = 5000, map: AddressMap = AddressMap(),
        trace: Connection.Trace? = nil
    ) {
        self.target = target
        self.timeout = timeout
        self.map = map
        self.trace = trace
    }

    /// The connection, made if there is none or if that to a single server broke. A group repairs
    /// its own connections.
    func connected() throws(RedisError) -> Server {
        switch server {
        case .single(let connection) where !connection.isBroken: return .single(connection)
        case .group(let router): return .group(router)
        default: break
        }
        let fresh = try connect()
        server = fresh
        connectionCount += 1
        return fresh
    }

    /// Connects, and learns from the greeting what kind of server was reached: a URL of one node of
    /// a Cluster leads to the whole Cluster. Throws `.unsupported` for a Sentinel where a server
    /// with data was wanted, and for several addresses of servers in no Cluster.
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

    /// A router whose topology is known. Fails at once where no server that knows the topology can
    /// be reached: a wrong address is more likely than an outage of all servers. A server that is
    /// not ready yet, such as one that loads its data, is waited for.
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

    /// A connection to the first address that can be reached. Throws the first failure, which is
    /// that of the address the user named first; a refusal, such as a wrong password, ends the
    /// search.
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

    /// Throws `.replica` where the server is a replica, which refuses writes and may have old data.
    /// Commands to a group always go to primaries. Roles change, so long work calls this again at
    /// least once a second; a call costs a round trip only if the last check is a second old.
    package func requirePrimary() throws(RedisError) {
        switch try connected() {
        case .single(let connection): try connection.requirePrimary()
        case .group(let router): try router.requirePrimaries()
        }
    }

    /// The address of the data for messages, with the current primary or the size of the Cluster.
    package var place: String {
        guard case .group(let router)? = server else { return target.place }
        if router.topology is ClusterTopology {
            return "Cluster of \(router.topology.primaries.count) primaries at \(target.place)"
        }
        let primary = router.topology.primaries.first.map { ", now \($0)" } ?? ""
        return target.place + primary
    }

    /// The reply to one command. An error reply is thrown as `RedisError.server`.
    package func call(_ command: Command) throws(RedisError) -> Reply {
        try pipeline([command])[0].value()
    }

    /// The replies to `commands` in their order. Error replies are returned, not thrown. In a
    /// Cluster each command goes to the node of its key, so commands on different keys may run in
    /// another order. Throws when a reply is missing, and then gives no replies; `collect` keeps
    /// those that arrived.
    package func pipeline(_ commands: [Command]) throws(RedisError) -> [Reply] {
        try collect(commands).complete()
    }

    /// Like `pipeline`, but keeps the replies that arrived before a failure, and lists the commands
    /// that may have run without a reply.
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

    /// Sends commands as `next` supplies them, and calls `onReply` with each reply and the number
    /// of its command, from 0: in order from one server, in any order from a group. Error replies
    /// are values. nil from `next` means nothing for now: it is called again after replies, and the
    /// stream ends once it has nothing and every reply has arrived.
    ///
    /// At most `maxInFlight` commands, and a bounded number of bytes, are under way at a time. That
    /// keeps memory constant here and on the server, which queues unread replies without limit and
    /// counts them towards `maxmemory`.
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

    /// The clock of the server that holds `key`, or of any server if it is nil: seconds since 1970,
    /// and microseconds within the second.
    package func serverTime(
        besideKey key: [UInt8]? = nil
    ) throws(RedisError) -> (seconds: Int64, microseconds: Int64) {
        let command = Command("TIME")
        return try call(key.map(command.beside) ?? command).time()
    }

    /// A moment before changes, from which `confirm` knows whether a connection broke since.
    package struct Checkpoint: Equatable, Sendable {
        /// The number of the connection of one server; the count of broken connections of a group.
        fileprivate let number: Int
    }

    /// Whether the data is in a Cluster or behind Sentinels. False before the first connection.
    package var isGroup: Bool {
        if case .group? = server { return true }
        return false
    }

    /// Starts a series of changes that `confirm` will be called for. Throws `.unsupported` where
    /// `concern` asks for something that a server does not have or does not permit to this user:
    /// better before a change than after it.
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

    /// Starts a series of reads, which need no confirmation.
    package func checkpoint() throws(RedisError) -> Checkpoint {
        switch try connected() {
        case .single: Checkpoint(number: connectionCount)
        case .group(let router): Checkpoint(number: router.reconnects)
        }
    }

    /// Called after the last acknowledged change since `checkpoint`. Waits for the replicas and
    /// disks that `concern` asks for, and behind Sentinels makes sure that the server is still the
    /// primary. Returns `.inDoubt` where the changes have to be made again because another server
    /// may be in charge.
    ///
    /// Throws the missing confirmation, such as `.notReplicated`, once the time is over. With
    /// `.later` it does not wait; call `confirmAll` at the end.
    package func confirm(
        since checkpoint: Checkpoint, _ concern: WriteConcern, waiting: ConfirmationWait = .now
    ) throws(RedisError) -> WriteConfirmation {
        switch server {
        case .single(let connection)?:
            guard concern.isDemanded, waiting == .now else { return .intact }
            guard !connection.isBroken, connectionCount == checkpoint.number else {
                return .inDoubt
            }
            try connection.awaitConfirmation(WaitRequirement(concern, timeout: timeout))
            return .intact
        case .group(let router)?:
            return try router.confirm(since: checkpoint.number, concern, waiting: waiting)
        case nil: return .inDoubt
        }
    }

    /// Waits once for everything that was changed since `checkpoint` and is not confirmed yet.
    package func confirmAll(
        since checkpoint: Checkpoint, _ concern: WriteConcern
    ) throws(RedisError) -> WriteConfirmation {
        guard case .group(let router)? = server else {
            return try confirm(since: checkpoint, concern)
        }
        return try router.confirmAll(since: checkpoint.number, concern)
    }
}
