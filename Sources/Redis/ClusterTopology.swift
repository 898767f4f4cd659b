/// A Cluster: keys lie in slots, and each slot on one of several primaries.
final class ClusterTopology: Topology {
    private let dialer: Dialer
    private let seeds: [Endpoint]
    private var map = SlotMap()
    private var source: String?

    init(dialer: Dialer) {
        self.dialer = dialer
        seeds = dialer.target.endpoints
    }

    var primaries: [Endpoint] { map.primaries }

    /// Which slot each primary serves, to see whether that has changed.
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

    /// Fetches the map over a connection of its own: on another it would queue behind a pipeline.
    func refresh(avoiding lost: Endpoint?) throws(RedisError) {
        let known = map.primaries.shuffled()
        let candidates = known + seeds.filter { !known.contains($0) }
        let ordered = candidates.filter { $0 != lost } + candidates.filter { $0 == lost }
        var failure = RedisError.stalled(milliseconds: 0, cause: nil, Progress())
        for endpoint in ordered {
            do throws(RedisError) {
                map = try fetch(from: endpoint)
                source = endpoint.description
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

    /// Asks every primary for its own slots: of those it knows best, while news about others takes
    /// a moment to get round.
    func survey() throws(RedisError) {
        for endpoint in map.primaries {
            do throws(RedisError) {
                let told = try fetch(from: endpoint)
                for slot in 0..<KeySlot.count where told[slot] == endpoint {
                    map.assign(slot...slot, to: endpoint)
                }
            } catch {
                guard error.passesByItself else { throw error }
            }
        }
    }

    /// A primary that only a redirection has named is looked up.
    func replicaCount(of primary: Endpoint) throws(RedisError) -> Int? {
        if map.replicaCount(of: primary) == nil { try refresh(avoiding: nil) }
        return map.replicaCount(of: primary)
    }

    func admit(_ connection: Connection) throws(RedisError) {}

    func announcer(of endpoint: Endpoint) -> String? { seeds.contains(endpoint) ? nil : source }
}
