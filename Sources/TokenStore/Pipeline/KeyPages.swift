internal import Redis

extension TokenStore {
    /// How many pages of keys may be under way.
    private static let scanWindow = 4

    /// Goes through the keys that match, a page at a time: `work` says what is to be done with the
    /// keys of a page, `body` takes what that came to and answers whether to go on.
    ///
    /// A key may come twice, unless it is to come only `once`. A signal ends it after the pages that
    /// are under way.
    func forEachPage<Page>(
        match: [UInt8], type: String?, once: Bool = false, changes: Bool = false,
        work: @escaping ([[UInt8]]) throws(StoreError) -> Step<Page>,
        _ body: @escaping (Page) throws -> Bool
    ) throws {
        let feed = ScanFeed(client, match: match, type: type, once: once, work: work)
        var run: BulkRun<Void, Page>?
        run = BulkRun(self, window: Self.scanWindow, changes: changes) {
            try feed.next(mayWait: $0).map { ((), $0) }
        } deliver: {
            if try !body(try $1.result.get()) { run?.stop() }
        }
        defer { run = nil }
        if let failure = try run?.run() { throw failure }
    }
}

extension TokenStore {
    /// Goes through the members of a set, a page at a time; `body` answers whether to go on.
    func forEachMember(ofSet key: [UInt8], _ body: ([[UInt8]]) throws -> Bool) throws {
        var cursor = ScanCursor()
        while true {
            let replies = try pipeline(
                cursor.commands(
                    { position in
                        Command(
                            "SSCAN", key: key, .bytes(position), "COUNT",
                            .integer(Int64(Self.pageSize)))
                    }, size: Command("SCARD", key: key)))
            let page = try StoreError.wrapping { () throws(RedisError) in
                try cursor.take(replies)
            }
            guard try body(page.items), !page.isLast else { return }
        }
    }
}

/// The pages of a scan as pieces of work. One server is asked for the next page as soon as the
/// last one has told where it begins; of a group, some pages are fetched before work on them begins.
private final class ScanFeed<Page> {
    private enum Position {
        case cursor(ScanCursor)
        /// It stands in a reply that has not come.
        case awaited
        case end
    }

    private let client: Client
    private let work: ([[UInt8]]) throws(StoreError) -> Step<Page>
    private var scan: Scan
    private var position = Position.cursor(ScanCursor())
    private var fetched: ArraySlice<[[UInt8]]> = []
    /// Every key so far, where each is to come once.
    private var seen: Set<[UInt8]>?

    /// Pages of a group that are fetched together.
    private static var fetchCount: Int { 16 }

    init(
        _ client: Client, match: [UInt8], type: String?, once: Bool,
        work: @escaping ([[UInt8]]) throws(StoreError) -> Step<Page>
    ) {
        self.client = client
        self.work = work
        scan = client.scan(match: match, type: type)
        seen = once ? [] : nil
    }

    func next(mayWait: Bool) throws(StoreError) -> Step<Page>.Start? {
        if client.isGroup {
            if fetched.isEmpty, mayWait { try fetch() }
            guard let keys = fetched.popFirst() else { return nil }
            return start(work, keys)
        }
        guard case .cursor(let cursor) = position else { return nil }
        position = .awaited
        let commands = cursor.commands(scan.command)
        var known: [[UInt8]]?
        return { [work] previous throws(StoreError) in
            // Done again, it is the same page.
            if let known { return try self.start(work, known)(previous) }
            return .send(commands) { exchange throws(StoreError) in
                var cursor = cursor
                let page = try StoreError.wrapping { () throws(RedisError) in
                    try cursor.take(try exchange.complete())
                }
                self.position = page.isLast ? .end : .cursor(cursor)
                let fresh = self.filter(page.items)
                known = fresh
                return try work(fresh)
            }
        }
    }

    /// What a first attempt told stands.
    private func start(
        _ work: @escaping ([[UInt8]]) throws(StoreError) -> Step<Page>, _ keys: [[UInt8]]
    ) -> Step<Page>.Start {
        { previous throws(StoreError) in
            try work(keys).then { page throws(StoreError) in .done(previous ?? page) }
        }
    }

    private func filter(_ keys: [[UInt8]]) -> [[UInt8]] {
        guard seen != nil else { return keys }
        return keys.filter { seen?.insert($0).inserted ?? true }
    }

    private func fetch() throws(StoreError) {
        try StoreError.wrapping { () throws(RedisError) in
            while fetched.count < Self.fetchCount, let page = try scan.nextPage() {
                if !page.isEmpty { fetched.append(filter(page)) }
            }
        }
    }
}
