/// Which primary of a Cluster serves which slot, as one of its nodes has told.
struct SlotMap: Equatable {
    /// The primaries that serve slots, each once.
    private(set) var primaries: [Endpoint] = []
    /// The place of each in `primaries`, counted from 1.
    private var places: [Endpoint: Int] = [:]
    /// For each slot the place of its owner in `primaries`, counted from 1; 0 where nobody is known.
    private var owners = [UInt16](repeating: 0, count: KeySlot.count)

    /// How many replicas each primary was said to have.
    private var replicaCounts: [Endpoint: Int] = [:]

    /// How many replicas `primary` was said to have; nil where it was not named as one.
    func replicaCount(of primary: Endpoint) -> Int? { replicaCounts[primary] }

    subscript(slot: Int) -> Endpoint? {
        let owner = Int(owners[slot])
        return owner == 0 ? nil : primaries[owner - 1]
    }

    /// Nodes beyond one for each slot are not taken: a server that goes on naming new ones lies.
    mutating func assign(_ slots: ClosedRange<Int>, to endpoint: Endpoint) {
        let owner: Int
        if let known = places[endpoint] {
            owner = known
        } else {
            guard primaries.count < KeySlot.count else { return }
            primaries.append(endpoint)
            owner = primaries.count
            places[endpoint] = owner
        }
        for slot in slots { owners[slot] = UInt16(owner) }
    }

    /// Reads the reply to CLUSTER SLOTS that `asked` gave, and lets `reach` say where each node
    /// that it names is reached.
    init(
        _ reply: Reply, asked: Endpoint, reach: (Endpoint) -> Endpoint
    ) throws(RedisError) {
        let ranges = try reply.array()
        guard ranges.count <= KeySlot.count else { throw Self.malformed(reply) }
        for range in ranges {
            let parts = try range.array()
            guard parts.count >= 3 else { throw Self.malformed(reply) }
            let (first, last) = (try parts[0].integer(), try parts[1].integer())
            guard first >= 0, first <= last, last < KeySlot.count else {
                throw Self.malformed(reply)
            }
            let node = try parts[2].array()
            guard node.count >= 2, let port = UInt16(exactly: try node[1].integer()) else {
                throw Self.malformed(reply)
            }
            let endpoint = reach(
                Self.endpoint(host: try node[0].optionalBytes(), port: port, asked))
            assign(Int(first)...Int(last), to: endpoint)
            // Every range names them all; one that has failed is left out.
            replicaCounts[endpoint] = parts.count - 3
        }
        guard !primaries.isEmpty else {
            throw .server(ServerError("CLUSTERDOWN no slot is served"))
        }
    }

    init() {}

    /// The node of `MOVED 3999 host:port`: the last colon counts, since IPv6 has others.
    static func endpoint(redirection: String, asked: Endpoint) -> Endpoint? {
        guard let colon = redirection.lastIndex(of: ":"),
            let port = UInt16(redirection[redirection.index(after: colon)...]), port > 0
        else { return nil }
        var host = redirection[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        return endpoint(host: Array(host.utf8), port: port, asked)
    }

    /// No host, or one that the node does not know, means the host that was asked.
    private static func endpoint(host: [UInt8]?, port: UInt16, _ asked: Endpoint) -> Endpoint {
        let name = host.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard name.isEmpty || name == "?" else { return .tcp(host: name, port: port) }
        if case .tcp(let host, _) = asked { return .tcp(host: host, port: port) }
        return .tcp(host: "127.0.0.1", port: port)
    }

    private static func malformed(_ reply: Reply) -> RedisError {
        .unexpectedReply(expected: "a valid reply to CLUSTER SLOTS", got: reply.shape)
    }
}
