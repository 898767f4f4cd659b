/// A Redis Cluster: a key belongs to one of 16,384 slots, and each slot to one of several
/// primaries.
///
/// The map of slots comes from CLUSTER SLOTS. MOVED redirections correct it at once, and lead to a
/// refresh.
final class ClusterTopology: Topology {
    private let dialer: Dialer
    /// The addresses of the URL, which are asked when no known node answers.
    private let seeds: [Endpoint]
    private var map = SlotMap()
    /// The node that the map came from.
    private var mapSource: String?

    init(dialer: Dialer) {
        self.dialer = dialer
        seeds = dialer.target.endpoints
    }

    var primaries: [Endpoint] { map.primaries }

    /// The slots of each primary, to compare with later ones.
    var slots: SlotMap { map }

    /// The primary of the command's key; the first primary for a command without a key.
    func endpoint(for command: Command) -> Endpoint? {
        guard let key = command.routingKey else { return map.primaries.first }
        return map[KeySlot.of(key)]
    }

    func move(slot: Int, to endpoint: Endpoint) {
        guard (0..<KeySlot.count).contains(slot) else { return }
        map.assign(slot...slot, to: endpoint)
    }

    /// The server that a redirection of `node` names; nil for a malformed one.
    func endpoint(redirection: String, from node: Endpoint) -> Endpoint? {
        SlotMap.endpoint(redirection: redirection, asked: node).map(dialer.map.reach)
    }

    /// Fetches the map from the first node that answers, over a connection of its own: on a shared
    /// one the request would wait behind a pipeline. Known nodes are asked in random order, then
    /// the seeds.
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

    /// The map as `endpoint` has it.
    private func fetch(from endpoint: Endpoint) throws(RedisError) -> SlotMap {
        let connection = try dialer.connect(to: endpoint)
        let reply = try connection.exchange([Command("CLUSTER", "SLOTS")])[0].value()
        return try SlotMap(reply, asked: endpoint, reach: dialer.map.reach)
    }

    /// Asks each primary for its own slots, which it knows best: news about other nodes takes a
    /// moment to spread. Nodes that cannot be reached keep their slots.
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

    /// Fetches the map again for a primary that is known only from a redirection.
    func replicaCount(of primary: Endpoint) throws(RedisError) -> Int? {
        if map.replicaCount(of: primary) == nil { try refresh(avoiding: nil) }
        return map.replicaCount(of: primary)
    }

    func validate(_ connection: Connection) throws(RedisError) {}

    func source(of endpoint: Endpoint) -> String? { seeds.contains(endpoint) ? nil : mapSource }
}

/// The primary of each slot of a Cluster, as one of its nodes reported.
struct SlotMap: Equatable {
    /// The primaries that serve slots, each once.
    private(set) var primaries: [Endpoint] = []
    /// The position of each primary in `primaries`, counted from 1.
    private var places: [Endpoint: Int] = [:]
    /// For each slot the position of its owner in `primaries`, counted from 1; 0 if none is known.
    private var owners = [UInt16](repeating: 0, count: KeySlot.count)

    /// The number of replicas that each primary was reported to have.
    private var replicaCounts: [Endpoint: Int] = [:]

    /// The number of replicas that `primary` was reported to have; nil for a server that was not
    /// named.
    func replicaCount(of primary: Endpoint) -> Int? { replicaCounts[primary] }

    /// The primary of `slot`; nil if none is known.
    subscript(slot: Int) -> Endpoint? {
        let owner = Int(owners[slot])
        return owner == 0 ? nil : primaries[owner - 1]
    }

    /// Gives `slots` to `endpoint`. Never has more primaries than there are slots: a server that
    /// goes on naming new ones must not fill memory.
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

    /// Reads the reply of `asked` to CLUSTER SLOTS: an array of ranges, each with its first and
    /// last slot, the primary, and its replicas. `reach` turns an announced address into one that
    /// can be reached. Throws `.unexpectedReply` for a malformed reply, and CLUSTERDOWN if no slot
    /// is served.
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
            // Each range lists all replicas of its primary except those that have failed.
            replicaCounts[endpoint] = parts.count - 3
        }
        guard !primaries.isEmpty else {
            throw .server(ServerError("CLUSTERDOWN no slot is served"))
        }
    }

    init() {}

    /// The server that `host:port` in MOVED or ASK names. The port follows the last colon, since an
    /// IPv6 address has others.
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

    /// The error for a reply to CLUSTER SLOTS that is not one.
    private static func malformed(_ reply: Reply) -> RedisError {
        .unexpectedReply(expected: "a valid reply to CLUSTER SLOTS", got: reply.shape)
    }
}

/// The slot of a Cluster that a key belongs to (Redis Cluster specification, "Key distribution
/// model").
enum KeySlot {
    /// The number of slots.
    static let count = 16384

    /// The CRC16 of the key modulo `count`. Only the text between the first `{` and the next `}` is
    /// hashed if there is any: applications use such hash tags to put keys into the same slot.
    static func of(_ key: [UInt8]) -> Int {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        return Int(crc16(hashed)) & (count - 1)
    }

    /// CRC-16/XMODEM: polynomial 0x1021, not reflected, initial value 0.
    static func crc16(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0) { crc, byte in crc << 8 ^ table[Int(crc >> 8 ^ UInt16(byte))] }
    }

    /// The CRC of each single byte.
    private static let table: [UInt16] = (0..<256).map { number in
        (0..<8).reduce(UInt16(number) << 8) { crc, _ in
            crc & 0x8000 == 0 ? crc << 1 : crc << 1 ^ 0x1021
        }
    }
}
