/// The keys of a database in pages. A key may be returned more than once, and one that comes or
/// goes meanwhile may be missed: callers remove duplicates.
///
/// `nextPage` asks for one page after the other. From one server pages can also be had in a
/// pipeline, by `command` and a `ScanCursor`.
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

    /// `count` is how many keys the server looks at for a page: 1000 take it about 3 ms.
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
