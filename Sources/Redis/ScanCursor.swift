internal import Platform

/// Where a scan has come to. Follows what a server says of it, and gives up a scan that cannot end:
/// one that is sent to the same place twice in a row, or takes more pages than there can be.
package struct ScanCursor: Sendable {
    /// Pages that a scan may take for whatever reason, before the size of what is scanned counts.
    package static let standardLimit = 1_000_000

    /// The cursor that the next page is asked with.
    package private(set) var position = Scan.start
    private var pages = 0
    private var limit: Int
    /// Whether the size of what is scanned is known, and `limit` has it.
    private var isSized = false

    package init(limit: Int = standardLimit) { self.limit = limit }

    /// Whether the next page is asked together with the size of what is scanned, which only a
    /// scan of very many pages needs.
    private var asksSize: Bool { pages >= limit && !isSized }

    /// The commands for the next page. `size` asks how much there is.
    package func commands(
        _ scan: ([UInt8]) -> Command, size: @autoclosure () -> Command = Command("DBSIZE")
    ) -> [Command] {
        asksSize ? [scan(position), size()] : [scan(position)]
    }

    /// Takes the replies to `commands`: the keys or members of the page, and whether it was the last.
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
