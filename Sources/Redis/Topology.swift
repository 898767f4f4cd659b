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

/// Where servers are reached that announce addresses of a network that is not ours: behind NAT, in
/// containers, through forwarded ports.
package struct AddressMap: Equatable, Sendable {
    /// Why a rule was refused.
    package struct InvalidRule: Error, Equatable, Sendable {}

    /// `HOST:PORT=HOST:PORT`, or `HOST=HOST` for all ports of a host. IPv6 stands in brackets.
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

    /// A host, and a port where the rule is about one port alone.
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

    /// Where `announced` is reached; the first rule that fits is taken.
    func reach(_ announced: Endpoint) -> Endpoint {
        guard case .tcp(let host, let port) = announced else { return announced }
        let rule = rules.first { $0.from.host == host && $0.from.port ?? port == port }
        guard let rule else { return announced }
        return .tcp(host: rule.to.host, port: rule.to.port ?? port)
    }
}
