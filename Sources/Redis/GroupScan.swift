internal import Platform

/// A scan over all primaries of a group, one after the other, each with its own cursor.
///
/// Slots and roles may move meanwhile: the topology is looked at before and after, and a node that
/// was given slots, or took another's place, is gone through again. A key may thus come twice; one
/// whose slot is on the move at the very end may be missed.
struct GroupScan {
    /// How often the whole is completed because slots have moved.
    private static let rounds = 3

    private let router: Router
    /// Those that are still to be gone through, the present one first.
    private(set) var open: [Endpoint] = []
    private var cursor = ScanCursor()
    private var slots: SlotMap?
    private var round = 0
    private var losses = 0

    init(_ router: Router) throws(RedisError) {
        self.router = router
        try router.refreshNow()
        open = router.topology.primaries
        slots = (router.topology as? ClusterTopology)?.slots
        losses = router.losses
    }

    /// The next page, which may be empty; nil after the last one. `command` makes SCAN of a cursor.
    mutating func nextPage(_ command: ([UInt8]) -> Command) throws(RedisError) -> [[UInt8]]? {
        while open.isEmpty {
            if try !reopen() { return nil }
        }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(router.timeout))
        while true {
            let node = open[0]
            do throws(RedisError) {
                // After a restart a cursor means nothing any more.
                if router.losses != losses { restart() }
                let page = try cursor.take(
                    try router.exchange(cursor.commands(command), at: node))
                if page.isLast {
                    open.removeFirst()
                    cursor = ScanCursor()
                }
                return page.items
            } catch {
                guard error.passesByItself else { throw error }
                try router.rest(until: deadline, error)
            }
            try router.refreshNow()
            replaceLost()
        }
    }

    private mutating func restart() {
        cursor = ScanCursor()
        losses = router.losses
    }

    /// Goes on with those that have come into the place of primaries that are no more.
    private mutating func replaceLost() {
        let primaries = router.topology.primaries
        let known = slots?.primaries ?? open
        open.removeAll { !primaries.contains($0) }
        open += primaries.filter { !known.contains($0) && !open.contains($0) }
        if open.isEmpty { open = primaries }
        restart()
    }

    /// Looks once more who serves what; answers whether somebody has to be gone through again.
    private mutating func reopen() throws(RedisError) -> Bool {
        guard let before = slots, let cluster = router.topology as? ClusterTopology,
            round < Self.rounds
        else { return false }
        round += 1
        try router.refreshNow()
        try cluster.survey()
        let after = cluster.slots
        slots = after
        open = after.primaries.filter { node in
            (0..<KeySlot.count).contains { after[$0] == node && before[$0] != node }
        }
        restart()
        return !open.isEmpty
    }
}
