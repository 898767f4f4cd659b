/// A Cluster: each key belongs to a slot, and each slot to one of several primaries.
final class ClusterTopology: Topology {
    private let dialer: Dialer
    private let seeds: [Endpoint]
    private var map = SlotMap()
    /// The node that gave the map.
    private var mapSource: String?

    init(dialer: Dialer) {
        self.dialer = dialer
        seeds = dialer.target.endpoints
    }

    var primaries: [Endpoint] { map.primaries }

    /// The slots of each primary, to compare with later ones.
    var slots: SlotMap { map }

    func endpoint(for command: Command) -> Endpoint? {
        guard let key = command.routingKey else { return map.primaries.first }
        return map[KeySlot.of(key)]
    }

    func move(slot: Int, to endpoint: Endpoint) {
        guard (0..<KeySlot.count).contains(slot) else { return }
        map.assign(slot...slot, to: endpoint)
    }

    /// The node that a redirection of `node` names.
    func endpoint(redirection: String, from node: Endpoint) -> Endpoint? {
        SlotMap.endpoint(redirection: redirection, asked: node).map(dialer.map.reach)
    }

    /// Fetches the map over a connection of its own: on a shared one it would queue behind a pipeline.
    func refresh(avoiding lost: Endpoint?) throws(RedisError) {
        let known = map.primaries.shuffled()
        let candidates = known + seeds.filter { !known.contains($0) }
        let ordered = candidates.filter { $0 != lost } + candidates.filter { $0 == lost }
        var failure = RedisError.stalled(milliseconds: 0, cause: nil, ExchangeProgress())
        for endpoint in ordered {
            do throws(RedisError) {
                map = try fetch(from: endpoint)
                mapSource = endpoint.description
                return
            } catch {
                guard error.passesByItself else { throw error }
                failure = error
            }
        }
        throw failure
    }

    private func fetch(from endpoint: Endpoint) throws(RedisError) -> SlotMap {
        let connection = try dialer.connect(to: endpoint)
        let reply = try connection.exchange([Command("CLUSTER", "SLOTS")])[0].value()
        return try SlotMap(reply, asked: endpoint, reach: dialer.map.reach)
    }

    /// Asks every primary for its own slots, which it knows best: news about other nodes takes a
    /// moment to spread.
    func survey() throws(RedisError) {
        for endpoint in map.primaries {
            do throws(RedisError) {
                let answer = try fetch(from: endpoint)
                for slot in 0..<KeySlot.count where answer[slot] == endpoint {
                    map.assign(slot...slot, to: endpoint)
                }
            } catch {
                guard error.passesByItself else { throw error }
            }
        }
    }

    /// Fetches the map again for a primary that only a redirection has named.
    func replicaCount(of primary: Endpoint) throws(RedisError) -> Int? {
        if map.replicaCount(of: primary) == nil { try refresh(avoiding: nil) }
        return map.replicaCount(of: primary)
    }

    func validate(_ connection: Connection) throws(RedisError) {}

    func source(of endpoint: Endpoint) -> String? { seeds.contains(endpoint) ? nil : mapSource }
}

/// The primary of each slot of a Cluster, as one of its nodes answered.
struct SlotMap: Equatable {
    /// The primaries that serve slots, each once.
    private(set) var primaries: [Endpoint] = []
    /// The place of each in `primaries`, counted from 1.
    private var places: [Endpoint: Int] = [:]
    /// For each slot the place of its owner in `primaries`, counted from 1; 0 where none is known.
    private var owners = [UInt16](repeating: 0, count: KeySlot.count)

    /// The number of replicas that each primary was said to have.
    private var replicaCounts: [Endpoint: Int] = [:]

    /// The number of replicas that `primary` was said to have; nil for a server that was not named.
    func replicaCount(of primary: Endpoint) -> Int? { replicaCounts[primary] }

    subscript(slot: Int) -> Endpoint? {
        let owner = Int(owners[slot])
        return owner == 0 ? nil : primaries[owner - 1]
    }

    /// Ignores more nodes than there are slots: a server that goes on naming new ones lies.
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

    /// Reads the reply of `asked` to CLUSTER SLOTS; `reach` turns an announced address into one that
    /// can be reached.
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
            // Every range names all replicas of its primary, except those that have failed.
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

    /// An empty or unknown (`?`) host means the host that was asked.
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

/// The slot of a Cluster that a key belongs to.
enum KeySlot {
    static let count = 16384

    /// CRC16 of the key, or of the text between its first `{` and the next `}` if that is not empty,
    /// by which applications make keys share a slot.
    static func of(_ key: [UInt8]) -> Int {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        return Int(crc16(hashed)) & (count - 1)
    }

    /// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, beginning with 0.
    static func crc16(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { crc, byte in crc << 8 ^ table[Int(crc >> 8 ^ UInt16(byte))] }
    }

    private static let table: [UInt16] = (0..<256).map { number in
        (0..<8).reduce(UInt16(number) << 8) { crc, _ in
            crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021
        }
    }
}
