package import Layouts
internal import Platform
internal import Redis

/// One change, as the audit log has it: an entry of a Redis stream, or a line of a file. Its texts
/// were written by others.
package struct AuditEntry: Equatable, Sendable {
    /// Milliseconds since 1970, by Redis' clock. In a file they are whole seconds, and by the
    /// machine's own clock if that of Redis was not known.
    package var time: Int64
    /// The command that made the change: `revoke`, `restore`, `logout-all`, …
    package var operation: String
    /// The token's id; nil for a change of more than one token.
    package var id: String?
    package var user: String?
    /// How many tokens the change was about.
    package var count: Int64
    package var reason: String?
    package var actor: String?
    package var host: String?
    /// The entry's id in the stream, from which reading goes on; empty for a line of a file.
    package var position: String

    package init(
        time: Int64, operation: String, id: String? = nil, user: String? = nil, count: Int64,
        reason: String? = nil, actor: String? = nil, host: String? = nil, position: String = ""
    ) {
        self.time = time
        self.operation = operation
        self.id = id
        self.user = user
        self.count = count
        self.reason = reason
        self.actor = actor
        self.host = host
        self.position = position
    }
}

/// A part of the audit log, in unix seconds by Redis' clock. It includes `from`, and ends before
/// `to`.
package struct AuditSpan: Equatable, Sendable {
    package var from: Int64?
    package var to: Int64?

    package init(from: Int64? = nil, to: Int64? = nil) {
        self.from = from
        self.to = to
    }

    /// Whether a unix second is in the span.
    package func contains(_ second: Int64) -> Bool {
        (from.map { second >= $0 } ?? true) && (to.map { second < $0 } ?? true)
    }

    /// The position before the first entry of the span, for a caller that reads on from there.
    package var origin: String { from.map(Self.before) ?? "0-0" }

    /// The ends as XRANGE takes them: the first id of a second, and the last before one.
    fileprivate var start: String { from.map { String(max($0, 0) * 1000) } ?? "-" }
    fileprivate var end: String { to.map(Self.before) ?? "+" }

    /// No entry has the id 0-0.
    private static func before(_ second: Int64) -> String {
        second > 0 ? StreamPosition.preceding("\(second * 1000)-0") : "0-0"
    }
}

/// What changed, for the audit log and the services that listen.
package enum AuditSubject: Equatable, Sendable {
    case token(Identifier, user: Identifier?)
    case user(Identifier)
    /// Many tokens, or those of all users.
    case many
}

extension TokenStore {
    /// Writes one entry to the audit log, and publishes the change to the services that listen.
    /// Called after the change itself, which is in effect even if this fails; the caller then
    /// warns.
    package func audit(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?
    ) throws(StoreError) {
        _ = try ask(auditCommands(operation, subject, count: count, reason: reason))
    }

    /// The entry about a change, for an audit log that is not in Redis. `time` is in unix seconds.
    package func auditEntry(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?, time: Int64
    ) -> AuditEntry {
        var entry = AuditEntry(
            time: time * 1000, operation: operation, count: count, reason: reason,
            actor: origin.actor, host: origin.host)
        switch subject {
        case .token(let id, let user):
            entry.id = id.description
            entry.user = user?.description
        case .user(let user): entry.user = user.description
        case .many: break
        }
        return entry
    }

    /// The commands of `audit`: none if the layout keeps no audit log and publishes no such change.
    /// The log keeps about 100,000 entries, since an exact MAXLEN costs Redis more.
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

    /// Changes that are published here for every layout with a channel: `announcements` has single
    /// ids only.
    private static let logouts = ["logout-all", "logout-everyone"]

    /// The commands that publish the id of each token that is revoked now, for layouts whose
    /// services listen for ids and nothing else.
    func announcements(of items: [Revocation], _ outcomes: [RevocationOutcome]) -> [Command] {
        guard let channel = layout.channel, !layout.announcesAll else { return [] }
        return zip(items, outcomes).filter { $1.isDenied }.map {
            Command("PUBLISH", key: channel, .bytes($0.0.id.bytes))
        }
    }

    /// Keeps a failure to publish in `unannounced`. The revocations are in effect all the same.
    func noteAnnounced(_ exchange: Exchange, _ announcements: [Command]) {
        do throws(StoreError) {
            _ = try replies(exchange, to: announcements)
        } catch {
            unannounced = error
        }
    }

    /// At most `limit` entries after `position`, or from the beginning of the span if it is nil,
    /// oldest first.
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

    /// The last `limit` entries of a span for which `admits` is true, oldest first, and the
    /// position after which to read on; nil in an empty log. Reads backwards, a page at a time.
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

    /// Waits up to `milliseconds` for entries after `position`; empty if none came. Redis answers
    /// null then. The wait must be shorter than the time-out of the client.
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

    /// One entry of XRANGE: its id, and a flat list of fields and values. Missing fields are nil,
    /// so that entries of other versions can be read.
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

/// The ids of a stream's entries, `milliseconds-number`, and the ids next to them. An exclusive
/// range `(id` would do, but needs Redis 6.2; it is used only for what is not such an id.
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
