internal import Platform

/// A scan over all primaries of a group, one after the other, each with its own cursor.
///
/// Slots and roles may move during the scan. The topology is therefore refreshed before and after
/// it, and a node that was given slots, or that replaced another one, is scanned again. A key may
/// be returned twice; a key whose slot moves at the very end may be missed.
struct GroupScan {
    /// The number of additional rounds that moved slots may cause.
    private static let rounds = 3

    private let router: Router
    /// The nodes that are not scanned to their end, the current one first.
    private(set) var open: [Endpoint] = []
    private var cursor = ScanCursor()
    /// The slots at the beginning of the round; nil behind Sentinels.
    private var slots: SlotMap?
    private var round = 0
    /// The broken connections of the router when the current node was begun.
    private var reconnects = 0

    /// Refreshes the topology, so that the scan begins with the current primaries.
    init(_ router: Router) throws(RedisError) {
        self.router = router
        try router.refreshNow()
        open = router.topology.primaries
        slots = (router.topology as? ClusterTopology)?.slots
        reconnects = router.reconnects
    }

    /// The keys of the next page, which may be empty; nil after the last page. `command` makes SCAN
    /// for a cursor. Obstacles that may pass by themselves are waited out until the time-out.
    mutating func nextPage(_ command: ([UInt8]) -> Command) throws(RedisError) -> [[UInt8]]? {
        while open.isEmpty {
            if try !reopen() { return nil }
        }
        let deadline = Monotonic.now.advanced(byMilliseconds: Int64(router.timeout))
        while true {
            let node = open[0]
            do throws(RedisError) {
                // After a restart of a server its cursors mean nothing.
                if router.reconnects != reconnects { restart() }
                let page = try cursor.take(
                    try router.exchange(cursor.commands(command), at: node))
                if page.isLast {
                    open.removeFirst()
                    cursor = ScanCursor()
                }
                return page.items
            } catch {
                guard error.passesByItself else { throw error }
                try router.backOff(until: deadline, error)
            }
            try router.refreshNow()
            replaceLost()
        }
    }

    /// Begins the current node again.
    private mutating func restart() {
        cursor = ScanCursor()
        reconnects = router.reconnects
    }

    /// Drops nodes that are no longer primaries and adds those that replaced them.
    private mutating func replaceLost() {
        let primaries = router.topology.primaries
        let known = slots?.primaries ?? open
        open.removeAll { !primaries.contains($0) }
        open += primaries.filter { !known.contains($0) && !open.contains($0) }
        if open.isEmpty { open = primaries }
        restart()
    }

    /// Compares the slots with those at the beginning of the round. Returns whether a node must be
    /// scanned again.
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
