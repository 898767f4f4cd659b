internal import Platform

/// The keys of a database in pages. A key may be returned more than once, so callers remove
/// duplicates; a key that is created or removed meanwhile may be missed.
///
/// `nextPage` asks for one page after the other. Pages of one server can also be fetched in a
/// pipeline, with `command` and a `ScanCursor`.
package struct Scan {
    private enum State {
        case unopened
        case single(ScanCursor)
        case group(GroupScan)
        case ended
    }

    private let client: Client
    private let match: [UInt8]?
    private let count: Int
    private let type: String?
    private var state = State.unopened

    /// `count` is the number of keys that the server looks at for a page: 1000 take about 3 ms.
    init(client: Client, match: [UInt8]?, count: Int, type: String?) {
        self.client = client
        self.match = match
        self.count = count
        self.type = type
    }

    /// The next page, which may be empty; nil after the last one.
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

    /// The cursor and the keys of a reply to SCAN.
    static func page(_ reply: Reply) throws(RedisError) -> (next: [UInt8], keys: [[UInt8]]) {
        let parts = try reply.array()
        guard parts.count == 2 else {
            throw .unexpectedReply(expected: "a valid reply to SCAN", got: reply.shape)
        }
        return (try parts[0].bytes(), try parts[1].byteStrings())
    }
}

/// The position of a scan. It follows the server's cursors, and gives up a scan that cannot end: one
/// that gets the same cursor twice in a row, or takes more pages than there can be.
package struct ScanCursor: Sendable {
    /// Pages that any scan may take; a longer one is compared with the size of the database.
    package static let standardLimit = 1_000_000

    /// The cursor for the next page.
    package private(set) var position = Scan.start
    private var pages = 0
    /// Pages after which the scan is given up.
    private var limit: Int
    /// Whether `limit` includes the size of the database.
    private var isSized = false

    package init(limit: Int = standardLimit) { self.limit = limit }

    /// Whether the next page is asked for together with the size, which only a scan of very many pages
    /// needs.
    private var asksSize: Bool { pages >= limit && !isSized }

    /// The commands for the next page. `size` asks for the number of keys or members.
    package func commands(
        _ scan: ([UInt8]) -> Command, size: @autoclosure () -> Command = Command("DBSIZE")
    ) -> [Command] {
        asksSize ? [scan(position), size()] : [scan(position)]
    }

    /// Takes the replies to `commands`; returns the keys or members, and whether the page was the last.
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

/// Some of the keys: one page of a scan from each server that takes writes.
package struct KeySample: Sendable {
    package private(set) var keys: [[UInt8]] = []
    /// Whether there are no other keys.
    package private(set) var isWhole = true

    /// Takes the reply to the first SCAN of one server.
    fileprivate mutating func add(_ reply: Reply) throws(RedisError) {
        let page = try Scan.page(try reply.value())
        keys += page.keys
        if page.next != Scan.start { isWhole = false }
    }
}

extension Client {
    /// Looks at some keys in passing. nil where the user may not use SCAN, where a server is not
    /// ready, and where the servers are too far away to answer within `timeout` milliseconds.
    package func keySample(count: Int = 1000, timeout: Int64) -> KeySample? {
        let deadline = Monotonic.now.advanced(byMilliseconds: timeout)
        let first = scan(count: count).command(Scan.start)
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
            // The command that needs an answer reports what is wrong.
            return nil
        }
    }
}
