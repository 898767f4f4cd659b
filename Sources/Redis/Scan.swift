/// The keys of a database in pages. A key may be returned more than once, and one that comes or
/// goes meanwhile may be missed: callers remove duplicates.
package struct Scan {
    private let client: Client
    private let match: [UInt8]?
    private let count: Int
    private let type: String?
    private var cursor: [UInt8]? = [UInt8(ascii: "0")]

    /// `count` is how many keys the server looks at for a page: 1000 take it about 3 ms.
    init(client: Client, match: [UInt8]?, count: Int, type: String?) {
        self.client = client
        self.match = match
        self.count = count
        self.type = type
    }

    /// The next page, which may be empty; nil after the last one.
    package mutating func nextPage() throws(RedisError) -> [[UInt8]]? {
        guard let cursor else { return nil }
        var arguments: [Argument] = ["SCAN", .bytes(cursor), "COUNT", .integer(Int64(count))]
        if let match { arguments += ["MATCH", .bytes(match)] }
        if let type { arguments += ["TYPE", .text(type)] }
        let reply = try client.call(Command(arguments: arguments))
        let parts = try reply.array()
        guard parts.count == 2 else { throw .unexpectedReply(expected: "SCAN", got: reply.shape) }
        let next = try parts[0].bytes()
        self.cursor = next == [UInt8(ascii: "0")] ? nil : next
        return try parts[1].byteStrings()
    }
}
