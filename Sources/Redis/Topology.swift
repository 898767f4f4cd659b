/// Which servers of a group hold the data at the moment. That may change at any time; `Router`
/// refreshes it when a failure or a redirection shows that it is out of date.
protocol Topology: AnyObject {
    /// All servers that take writes; empty before the first refresh.
    var primaries: [Endpoint] { get }

    /// The server for `command`; nil if none is known at the moment.
    func endpoint(for command: Command) -> Endpoint?

    /// Asks the servers for the topology. `lost` has just failed and is asked last.
    func refresh(avoiding lost: Endpoint?) throws(RedisError)

    /// Notes a MOVED redirection: the slot now belongs to `endpoint`.
    func move(slot: Int, to endpoint: Endpoint)

    /// Throws if a fresh connection has led to another kind of server than expected, such as a
    /// replica.
    func validate(_ connection: Connection) throws(RedisError)

    /// The number of replicas that `primary` is known to have, connected or not; nil if no server
    /// says.
    func replicaCount(of primary: Endpoint) throws(RedisError) -> Int?

    /// The server that named `endpoint`, for messages; nil for an address that the user gave.
    func source(of endpoint: Endpoint) -> String?
}

/// Connects to the members of a group, with all settings but the address from the user's URL.
struct Dialer {
    let target: RedisTarget
    let map: AddressMap
    /// The user's time-out in milliseconds.
    let timeout: Int
    let trace: Connection.Trace?

    /// The milliseconds after which the next server is tried: one server must not hold up the
    /// others.
    private static let connectTimeout = 2000

    /// Connects to a server with data.
    func connect(to endpoint: Endpoint) throws(RedisError) -> Connection {
        try connect(target.node(endpoint))
    }

    /// Connects to a Sentinel with its own credentials. Throws `.unsupported` if another server
    /// answers.
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
        return try Connection(to: target, timeout: min(timeout, Self.connectTimeout), trace: trace)
    }
}

/// Maps the addresses that servers announce to those at which they can be reached: behind NAT, in
/// containers, through forwarded ports.
package struct AddressMap: Equatable, Sendable {
    /// A text that is not a rule.
    package struct InvalidRule: Error, Equatable, Sendable {}

    /// `HOST:PORT=HOST:PORT`, or `HOST=HOST` for all ports of a host. IPv6 addresses need brackets.
    package struct Rule: Equatable, Sendable {
        fileprivate let from: Place
        fileprivate let to: Place

        package init(_ text: String) throws(InvalidRule) {
            let sides = text.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw InvalidRule() }
            from = try Place(sides[0])
            to = try Place(sides[1])
            guard (from.port == nil) == (to.port == nil) else { throw InvalidRule() }
        }
    }

    /// A host, with a port if the rule is about one port only.
    fileprivate struct Place: Equatable, Sendable {
        let host: String
        let port: UInt16?

        init(_ text: Substring) throws(InvalidRule) {
            let isBracketed = text.first == "["
            var host = text
            var port: Substring?
            if let colon = text.lastIndex(of: ":"), !isBracketed || text[..<colon].last == "]" {
                host = text[..<colon]
                port = text[text.index(after: colon)...]
            }
            if isBracketed {
                guard host.last == "]" else { throw InvalidRule() }
                host = host.dropFirst().dropLast()
            }
            guard !host.isEmpty, isBracketed == host.contains(":") else { throw InvalidRule() }
            self.host = String(host)
            self.port = try port.map { digits throws(InvalidRule) in
                guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = UInt16(digits), number > 0
                else { throw InvalidRule() }
                return number
            }
        }
    }

    private let rules: [Rule]

    package init(_ rules: [Rule] = []) {
        self.rules = rules
    }

    /// The address at which `announced` is reached, by the first rule that matches it.
    func reach(_ announced: Endpoint) -> Endpoint {
        guard case .tcp(let host, let port) = announced else { return announced }
        let rule = rules.first { $0.from.host == host && $0.from.port ?? port == port }
        guard let rule else { return announced }
        return .tcp(host: rule.to.host, port: rule.to.port ?? port)
    }
}
