internal import Platform

/// The keys of a database, page by page (SCAN). A key may be returned more than once, so callers
/// remove duplicates; a key that is created or removed during the scan may be missed.
///
/// `nextPage` fetches one page after the other. For one server, pages can also be fetched in a
/// pipeline together with other commands, with `command` and a `ScanCursor`.
package struct Scan {
    /// The progress of the scan: its kind is known once the client is connected.
    private enum State {
        case unopened
        case single(ScanCursor)
        case group(GroupScan)
        case ended
    }

    private let client: Client
    /// The pattern for MATCH and the type for TYPE; nil for all keys.
    private let match: [UInt8]?
    /// The number of keys that the server examines for a page.
    package let count: Int
    private let type: String?
    private var state = State.unopened

    /// `count` is the number of keys that the server examines for a page: 1000 take about 3 ms,
    /// during which it serves no other client.
    init(client: Client, match: [UInt8]?, count: Int, type: String?) {
        self.client = client
        self.match = match
        self.count = count
        self.type = type
    }

    /// The keys of the next page, which may be empty; nil after the last page.
    package mutating func nextPage() throws(RedisError) -> [[UInt8]]? {
        if case .unopened = state {
            state = try client.groupScan().map(State.group) ?? .single(ScanCursor())
        }
        switch state {
        case .unopened, .ended: return nil
        case .single(var cursor):
            let page = try cursor.take(try client.pipeline(cursor.commands(command)))
            state = page.isLast ? .ended : .single(cursor)
            return page.items
        case .group(var scan):
            defer { state = .group(scan) }
            return try scan.nextPage(command)
        }
    }

    /// The cursor before the first page, and after the last one.
    package static let start = [UInt8(ascii: "0")]

    /// The command for the page at `cursor`.
    package func command(_ cursor: [UInt8]) -> Command {
        var arguments: [Argument] = ["SCAN", .bytes(cursor), "COUNT", .integer(Int64(count))]
        if let match { arguments += ["MATCH", .bytes(match)] }
        if let type { arguments += ["TYPE", .text(type)] }
        return Command(arguments: arguments)
    }

    /// The next cursor and the keys in a reply to SCAN.
    static func page(_ reply: Reply) throws(RedisError) -> (next: [UInt8], keys: [[UInt8]]) {
        let parts = try reply.array()
        guard parts.count == 2 else {
            throw .unexpectedReply(expected: "a valid reply to SCAN", got: reply.shape)
        }
        return (try parts[0].bytes(), try parts[1].byteStrings())
    }
}

/// The position of a scan. It follows the server's cursors, and gives up a scan that would not end:
/// one that gets the same cursor twice in a row, or takes more pages than there can be.
package struct ScanCursor: Sendable {
    /// The pages that any scan may take. A longer scan is compared with the size of the database.
    package static let standardLimit = 1_000_000

    /// The cursor for the next page.
    package private(set) var position = Scan.start
    private var pages = 0
    /// The pages after which the scan is given up.
    private var limit: Int
    /// Whether `limit` includes the size of the database.
    private var isSized = false

    package init(limit: Int = standardLimit) { self.limit = limit }

    /// Whether the next page is requested together with the size. Only a scan of very many pages
    /// needs it.
    private var asksSize: Bool { pages >= limit && !isSized }

    /// The commands for the next page. `size` is the command for the number of keys, or of members
    /// if the scan is one of a set.
    package func commands(
        _ scan: ([UInt8]) -> Command, size: @autoclosure () -> Command = Command("DBSIZE")
    ) -> [Command] {
        asksSize ? [scan(position), size()] : [scan(position)]
    }

    /// Takes the replies to `commands`. Returns the keys or members, and whether the page was the
    /// last one. Throws `.unexpectedReply` if the scan is given up.
    package mutating func take(
        _ replies: [Reply]
    ) throws(RedisError) -> (items: [[UInt8]], isLast: Bool) {
        guard let reply = replies.first else {
            throw .unexpectedReply(expected: "a valid reply to SCAN", got: "nothing")
        }
        let (next, items) = try Scan.page(try reply.value())
        pages += 1
        if next == Scan.start { return (items, true) }
        guard next != position else {
            throw .unexpectedReply(expected: "another cursor", got: "the same cursor again")
        }
        if replies.count > 1 {
            isSized = true
            if case .integer = replies[1] {
                limit = (limit + Int(max(try replies[1].integer(), 0))).bounded
            }
        }
        guard pages <= limit || asksSize else {
            throw .unexpectedReply(expected: "the end of a scan", got: "page \(pages)")
        }
        position = next
        return (items, false)
    }
}

/// The patterns of SCAN MATCH.
package enum GlobPattern {
    /// A pattern that matches exactly `text`: a user named `*` must not match all users.
    package static func escape(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if special.contains(byte) { result.append(UInt8(ascii: "\\")) }
            result.append(byte)
        }
        return result
    }

    private static let special = Array("*?[]\\".utf8)
}

/// Some of the keys: the first page of a scan of each server that takes writes.
package struct KeySample: Sendable {
    package private(set) var keys: [[UInt8]] = []
    /// Whether these are all keys.
    package private(set) var isWhole = true

    /// Takes the reply to the first SCAN of one server.
    fileprivate mutating func add(_ reply: Reply) throws(RedisError) {
        let page = try Scan.page(try reply.value())
        keys += page.keys
        if page.next != Scan.start { isWhole = false }
    }
}

extension Client {
    /// The keys of the database, page by page; see `Scan`.
    package func scan(match: [UInt8]? = nil, count: Int = 1000, type: String? = nil) -> Scan {
        Scan(client: self, match: match, count: count, type: type)
    }

    /// A scan over all primaries of a group; nil for one server.
    func groupScan() throws(RedisError) -> GroupScan? {
        guard case .group(let router) = try connected() else { return nil }
        return try GroupScan(router)
    }

    /// A quick look at some keys. nil if the user may not use SCAN, if a server is not ready, or if
    /// the servers are too far away to answer within `timeout` milliseconds.
    package func keySample(timeout: Int64) -> KeySample? {
        let deadline = Monotonic.now.advanced(byMilliseconds: timeout)
        let first = scan().command(Scan.start)
        var sample = KeySample()
        do throws(RedisError) {
            switch try connected() {
            case .single(let connection):
                guard connection.quickestExchange <= timeout else { return nil }
                try sample.add(try connection.exchange([first])[0])
            case .group(let router):
                for primary in router.topology.primaries {
                    let known = router.channels[primary]?.connection.quickestExchange
                    guard known ?? 0 <= deadline.remainingMilliseconds,
                        deadline.remainingMilliseconds > 0
                    else { return nil }
                    try sample.add(try router.exchange([first], at: primary)[0])
                }
            }
            return sample
        } catch {
            // No error is thrown: a command that needs its reply will report the reason.
            return nil
        }
    }
}

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
