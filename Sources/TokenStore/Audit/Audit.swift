package import Layouts
internal import Platform
internal import Redis

/// One change, as the audit stream keeps it.
package struct AuditEntry: Equatable, Sendable {
    /// Milliseconds since 1970, by Redis' clock.
    package var time: Int64
    /// `revoke`, `restore`, `logout-all`, …
    package var operation: String
    package var id: String?
    package var user: String?
    package var count: Int64
    package var reason: String?
    package var actor: String?
    package var host: String?
    /// The entry's id in the stream, from which reading goes on.
    package var position: String
}

/// A part of the audit trail, in unix seconds by Redis' clock: `from` is within, `to` is not.
package struct AuditSpan: Equatable, Sendable {
    package var from: Int64?
    package var to: Int64?

    package init(from: Int64? = nil, to: Int64? = nil) {
        self.from = from
        self.to = to
    }

    /// The position after which all entries of the span stand.
    package var origin: String { from.map(Self.before) ?? "0-0" }

    /// The ends as XRANGE takes them: the first id of a second, and the last before one.
    fileprivate var start: String { from.map { String(max($0, 0) * 1000) } ?? "-" }
    fileprivate var end: String { to.map(Self.before) ?? "+" }

    /// No entry has the id 0-0.
    private static func before(_ second: Int64) -> String {
        second > 0 ? StreamPosition.preceding("\(second * 1000)-0") : "0-0"
    }
}

/// What changed, for the audit stream and the services that listen.
package enum AuditSubject: Equatable, Sendable {
    case token(Identifier, user: Identifier?)
    case user(Identifier)
    /// Many tokens, or everybody.
    case many
}

extension TokenStore {
    /// Writes one entry to the audit stream and tells the services that listen. Called after the
    /// effect: a failure here never undoes a revocation, and is the caller's to warn about.
    package func audit(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?
    ) throws(StoreError) {
        _ = try ask(auditCommands(operation, subject, count: count, reason: reason))
    }

    /// None where the layout keeps no audit log and announces no such change.
    func auditCommands(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?
    ) -> [Command] {
        var fields: [Argument] = ["op", .text(operation)]
        let message: [UInt8]
        switch subject {
        case .token(let id, let user):
            fields += ["id", .bytes(id.bytes)]
            if let user { fields += ["user", .bytes(user.bytes)] }
            message = layout.message(id)
        case .user(let user):
            fields += ["user", .bytes(user.bytes)]
            message = layout.message(user: user)
        case .many:
            message = layout.messageForAll
        }
        fields += ["count", .integer(count)]
        if let reason { fields += ["reason", .text(reason)] }
        fields += ["actor", .text(origin.actor), "host", .text(origin.host)]
        let entry = layout.auditKey.map { key in
            Command(
                arguments: ["XADD", .bytes(key), "MAXLEN", "~", 100_000, "*"] + fields, keyIndex: 1)
        }
        let isAnnounced = layout.announcesAll || Self.logouts.contains(operation)
        let call = layout.channel.map { Command("PUBLISH", key: $0, .bytes(message)) }
        return [entry, isAnnounced ? call : nil].compactMap(\.self)
    }

    /// Revocations of which `announcements` has none.
    private static let logouts = ["logout-all", "logout-everyone"]

    /// Publishes the id of each token that is revoked now, for listeners that know nothing but ids.
    func announcements(of items: [Revocation], _ outcomes: [RevocationOutcome]) -> [Command] {
        guard let channel = layout.channel, !layout.announcesAll else { return [] }
        return zip(items, outcomes).filter { $1.isDenied }.map {
            Command("PUBLISH", key: channel, .bytes($0.0.id.bytes))
        }
    }

    /// The revocations are unaffected by a failure, which `unannounced` keeps.
    func noteAnnounced(_ exchange: Exchange, _ announcements: [Command]) {
        do throws(StoreError) {
            _ = try replies(exchange, to: announcements)
        } catch {
            unannounced = error
        }
    }

    /// Entries after `position` (nil: from the beginning of the span), oldest first, at most `limit`.
    package func auditEntries(
        after position: String?, in span: AuditSpan = AuditSpan(), limit: Int
    ) throws(StoreError) -> [AuditEntry] {
        guard let key = layout.auditKey else { return [] }
        let start = position.map(StreamPosition.following) ?? span.start
        let reply = try ask(
            Command(
                "XRANGE", key: key, .text(start), .text(span.end), "COUNT", .integer(Int64(limit))))
        return try entries(reply)
    }

    /// The last `limit` entries of a span that `admits` lets through, oldest first; and where
    /// reading on has to begin, nil in an empty trail.
    package func latestAuditEntries(
        in span: AuditSpan = AuditSpan(), limit: Int, admits: (AuditEntry) -> Bool = { _ in true }
    ) throws(StoreError) -> (entries: [AuditEntry], position: String?) {
        guard let key = layout.auditKey else { return ([], nil) }
        var latest: [AuditEntry] = []
        var position: String?
        var end = span.end
        while true {
            let reply = try ask(
                Command(
                    "XREVRANGE", key: key, .text(end), .text(span.start), "COUNT",
                    .integer(Int64(Self.pageSize))))
            let page = try entries(reply)
            position = position ?? page.first?.position
            latest += page.lazy.filter(admits).prefix(limit - latest.count)
            guard latest.count < limit, page.count == Self.pageSize, let last = page.last else {
                return (latest.reversed(), position)
            }
            end = StreamPosition.preceding(last.position)
        }
    }

    /// Waits up to `milliseconds` for entries after `position`; empty where none came.
    package func awaitAuditEntries(
        after position: String, milliseconds: Int
    ) throws(StoreError) -> [AuditEntry] {
        guard let key = layout.auditKey else { return [] }
        let reply = try ask(
            Command(
                arguments: [
                    "XREAD", "COUNT", 1000, "BLOCK", .integer(Int64(milliseconds)), "STREAMS",
                    .bytes(key), .text(position),
                ], keyIndex: 6))
        guard case .array(let streams) = reply, let stream = try streams.first?.asArray,
            stream.count == 2
        else { return [] }
        return try entries(stream[1])
    }

    private func entries(_ reply: Reply) throws(StoreError) -> [AuditEntry] {
        var entries: [AuditEntry] = []
        for item in try reply.asArray { entries.append(try entry(item)) }
        return entries
    }

    private func entry(_ reply: Reply) throws(StoreError) -> AuditEntry {
        let parts = try reply.asArray
        guard parts.count == 2 else {
            throw .redis(.unexpectedReply(expected: "a stream entry", got: reply.shape))
        }
        let position = try parts[0].asText
        let flat = try parts[1].asByteStrings
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: flat.count - 1, by: 2) {
            fields[String(decoding: flat[index], as: UTF8.self)] =
                String(decoding: flat[index + 1], as: UTF8.self)
        }
        return AuditEntry(
            time: Int64(position.prefix { $0 != "-" })?.bounded ?? 0, operation: fields["op"] ?? "",
            id: fields["id"], user: fields["user"],
            count: fields["count"].flatMap { Int64($0) } ?? 1,
            reason: fields["reason"], actor: fields["actor"], host: fields["host"],
            position: position)
    }
}

/// The ids of a stream's entries, `milliseconds-number`, and their neighbours: ranges that leave out
/// their end came only with Redis 6.2.
enum StreamPosition {
    /// The least id after `position`.
    static func following(_ position: String) -> String {
        guard let (time, number) = parts(position) else { return "(\(position)" }
        if number < .max { return "\(time)-\(number + 1)" }
        return time < .max ? "\(time + 1)-0" : "(\(position)"
    }

    /// The greatest id before `position`.
    static func preceding(_ position: String) -> String {
        guard let (time, number) = parts(position) else { return "(\(position)" }
        if number > 0 { return "\(time)-\(number - 1)" }
        return time > 0 ? "\(time - 1)-\(UInt64.max)" : "(\(position)"
    }

    private static func parts(_ position: String) -> (time: UInt64, number: UInt64)? {
        let parts = position.utf8.split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let time = UInt64(Substring(parts[0])),
            let number = UInt64(Substring(parts[1]))
        else { return nil }
        return (time, number)
    }
}
