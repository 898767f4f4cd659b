/// Which servers hold the data at the moment, where that may change under our hands.
protocol Topology: AnyObject {
    /// Every server that takes writes; empty before the first refresh.
    var primaries: [Endpoint] { get }

    /// Where `command` is served; nil where nobody is known to serve it now.
    func endpoint(for command: Command) -> Endpoint?

    /// Asks the servers again. `lost` is one that has just failed, and is asked last.
    func refresh(avoiding lost: Endpoint?) throws(RedisError)

    /// A server has answered that a slot lies elsewhere for good.
    func move(slot: Int, to endpoint: Endpoint)

    /// Fails where a fresh connection does not lead to what was looked for.
    func admit(_ connection: Connection) throws(RedisError)

    /// How many replicas `primary` is known to have, connected or not; nil where nobody says.
    func replicaCount(of primary: Endpoint) throws(RedisError) -> Int?

    /// Who said that `endpoint` belongs to us, for a message.
    func announcer(of endpoint: Endpoint) -> String?
}

/// How the members of a group are reached: like the address that was given, but for the address.
struct Dialer {
    let target: RedisTarget
    let map: AddressMap
    /// Milliseconds, as the user gave them.
    let timeout: Int
    let trace: Connection.Trace?

    /// The longest that one of several may keep the others waiting.
    private static let patience = 2000

    /// Connects to a server with data.
    func connect(to endpoint: Endpoint) throws(RedisError) -> Connection {
        try connect(target.node(endpoint))
    }

    /// Connects to a Sentinel.
    func connect(
        toSentinel endpoint: Endpoint, of service: SentinelService
    ) throws(RedisError) -> Connection {
        let connection = try connect(target.sentinel(endpoint, of: service))
        guard connection.info.mode == .sentinel || connection.info.mode == .unknown else {
            throw .unsupported(.notSentinel, address: connection.address)
        }
        return connection
    }

    private func connect(_ target: RedisTarget) throws(RedisError) -> Connection {
        let address = target.endpoint.description
        let trace: Connection.Trace? = trace.map { trace in
            { event in trace(.node(address: address, event)) }
        }
        return try Connection(to: target, timeout: min(timeout, Self.patience), trace: trace)
    }
}
