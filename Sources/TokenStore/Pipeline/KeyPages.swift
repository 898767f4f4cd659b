internal import Layouts
internal import Redis

extension TokenStore {
    /// How many pages of keys may be under way: while one is scanned, others are worked on.
    private static let scanWindow = 4

    /// Goes through the keys that match the pattern and have the type, a page at a time: `job`
    /// makes the job for the keys of a page, `body` takes its outcome and answers whether to go on.
    ///
    /// A key may come twice while Redis rehashes. With `once` it does not, at the price of memory
    /// for every key. A signal ends the scan after the pages under way.
    func forEachPage<Page>(
        match: [UInt8], type: String?, once: Bool = false, changes: Bool = false,
        job: @escaping ([[UInt8]]) -> any Job<Page>, _ body: @escaping (Page) throws -> Bool
    ) throws {
        scanMeter?.begin()
        let feed = ScanFeed(self, match: match, type: type, once: once, job: job)
        var runner: JobRunner<Void, Page>?
        runner = JobRunner(self, window: Self.scanWindow, changes: changes) {
            try feed.next($0).map { ((), $0) }
        } deliver: {
            if try !body(try $1.result.get()) { runner?.stop() }
        }
        defer { runner = nil }
        if let failure = try runner?.run() { throw failure }
    }

    /// Goes through the members of a set, a page at a time; `body` answers whether to go on.
    func forEachMember(ofSet key: [UInt8], _ body: ([[UInt8]]) throws -> Bool) throws {
        var cursor = ScanCursor()
        while true {
            let replies = try ask(
                cursor.commands(
                    { position in
                        Command(
                            "SSCAN", key: key, .bytes(position), "COUNT",
                            .integer(Int64(Self.pageSize)))
                    }, size: Command("SCARD", key: key)))
            let page = try cursor.page(replies)
            scanMeter?.add(members: page.items.count)
            guard try body(page.items), !page.isLast else { return }
        }
    }
}

/// The pages of a scan as jobs. On one server, the scan of the next page is sent as soon as the
/// reply with its cursor has come. In a group the keys of some pages are fetched first, since each
/// server has cursors of its own.
private final class ScanFeed<Page> {
    private enum Position {
        case cursor(ScanCursor)
        /// The scan of a page is under way, whose reply has the next cursor.
        case awaited
        case end
    }

    private let client: Client
    private let meter: ScanMeter?
    fileprivate let job: ([[UInt8]]) -> any Job<Page>
    private var scan: Scan
    private var position = Position.cursor(ScanCursor())
    private var fetched: ArraySlice<[[UInt8]]> = []
    /// Every key so far; nil if keys may come twice.
    private var seen: Set<[UInt8]>?

    /// How many pages of a group are fetched together.
    private static var fetchCount: Int { 16 }

    init(
        _ store: TokenStore, match: [UInt8], type: String?, once: Bool,
        job: @escaping ([[UInt8]]) -> any Job<Page>
    ) {
        client = store.client
        meter = store.scanMeter
        self.job = job
        scan = client.scan(match: match, type: type)
        seen = once ? [] : nil
    }

    /// The job for the next page. A group is only scanned in a blocking pull, since that needs the
    /// client for itself.
    func next(_ pull: Pull) throws(StoreError) -> Supply<any Job<Page>> {
        if client.isGroup {
            if fetched.isEmpty, pull == .blocking { try fetch() }
            if let keys = fetched.popFirst() { return .item(ScanPageJob(feed: self, keys: keys)) }
            return pull == .blocking ? .end : .notYet
        }
        switch position {
        case .cursor(let cursor):
            position = .awaited
            return .item(ScanPageJob(feed: self, cursor: cursor))
        case .awaited: return .notYet
        case .end: return .end
        }
    }

    fileprivate func commands(_ cursor: ScanCursor) -> [Command] { cursor.commands(scan.command) }

    /// The keys in the reply to the scan of a page; the reply also has the cursor of the next one.
    fileprivate func take(_ exchange: Exchange, _ cursor: ScanCursor) throws(StoreError)
        -> [[UInt8]]
    {
        var cursor = cursor
        let page = try cursor.page(try exchange.all)
        position = page.isLast ? .end : .cursor(cursor)
        meter?.add(scan.count)
        return filter(page.items)
    }

    private func filter(_ keys: [[UInt8]]) -> [[UInt8]] {
        guard seen != nil else { return keys }
        return keys.filter { seen?.insert($0).inserted ?? true }
    }

    private func fetch() throws(StoreError) {
        while fetched.count < Self.fetchCount, let page = try scan.nextKeys() {
            meter?.add(scan.count)
            if !page.isEmpty { fetched.append(filter(page)) }
        }
    }
}

/// The work on one page: scans it, unless its keys are known, and runs the job for these keys.
private struct ScanPageJob<Page>: Job {
    let feed: ScanFeed<Page>
    /// The cursor of the page; nil if its keys were known from the beginning.
    var cursor: ScanCursor?
    /// The keys of the page. They are kept when the work is done again: a second scan could miss
    /// keys.
    var keys: [[UInt8]]?
    var job: (any Job<Page>)?
    /// The outcome of the first attempt. A second one would not count what the first has removed.
    var previous: Page?

    mutating func next() throws(StoreError) -> [Command]? {
        if job == nil, let keys { job = feed.job(keys) }
        if job != nil { return try job?.next() }
        return cursor.map(feed.commands)
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        if job != nil {
            try job?.take(exchange)
        } else if let cursor {
            keys = try feed.take(exchange, cursor)
        }
    }

    var outcome: Page {
        guard let page = previous ?? job?.outcome else {
            preconditionFailure("the outcome of a page that was not read")
        }
        return page
    }

    mutating func restart(after outcome: Page?) {
        previous = outcome ?? previous
        job?.restart(after: outcome)
    }
}

extension ScanCursor {
    fileprivate mutating func page(
        _ replies: [Reply]
    ) throws(StoreError) -> (items: [[UInt8]], isLast: Bool) {
        do throws(RedisError) {
            return try take(replies)
        } catch {
            throw .redis(error)
        }
    }
}

extension Scan {
    /// The next page of keys; nil at the end.
    mutating func nextKeys() throws(StoreError) -> [[UInt8]]? {
        do throws(RedisError) {
            return try nextPage()
        } catch {
            throw .redis(error)
        }
    }
}

extension Array {
    /// The elements in pages of at most `size`.
    func chunked(by size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
