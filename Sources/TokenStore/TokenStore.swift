package import JSON
package import Layouts
internal import Platform
package import Redis

/// Revocation state in one Redis under one layout.
///
/// Every time that is stored or compared comes from Redis' own clock: an operator's clock that is
/// ahead would otherwise let a blacklist entry die before its token.
package final class TokenStore {
    /// Who changes things, for the audit trail.
    package struct Origin: Equatable, Sendable {
        package var actor: String
        package var host: String

        package init(actor: String, host: String) {
            self.actor = actor
            self.host = host
        }
    }

    package let layout: Layout
    let client: Client
    let origin: Origin
    /// The longest life of any token, in seconds; nil where nobody promised one. Without it a
    /// cutoff never goes away.
    let maximumLifetime: Int64?
    /// Seconds that a blacklist entry or a cutoff outlives the last token that it revokes.
    package let margin: Int64
    /// Seconds that a list outlives its last token; nil where the application gives it no end.
    let listMargin: Int64?
    /// What a token says of itself, unchecked; nil for what is none. Only the application's own
    /// tokens are read so, of keys that it wrote.
    let claims: (_ text: [UInt8]) -> JSONObject?
    /// Why the services that listen were not told of a revocation; nil where they were.
    package internal(set) var unannounced: StoreError?
    /// What has to have a change before it counts.
    private let concern: WriteConcern
    private var missing: Missing?
    /// Whether the chosen layout is taken for the right one without a look.
    let trustsLayout: Bool
    /// What is known of `usage`.
    var knownUsage: LayoutUsage?
    /// Redis' clock since then.
    var clockOfUsage: ServerClock?

    /// What nobody confirmed in time.
    private struct Missing {
        /// The beginning of what is not confirmed.
        let since: Client.Checkpoint
        let error: StoreError
        /// Whether all that was written was waited for.
        var isAll = true
    }

    /// `margin` is how many seconds an entry outlives its token; nil takes the layout's.
    /// `trustsLayout` is whether the layout is known to be the one that the services use.
    package init(
        client: Client, layout: Layout, origin: Origin, maximumLifetime: Int64? = nil,
        margin: Int64? = nil, concern: WriteConcern = .standard, trustsLayout: Bool = false,
        claims: @escaping (_ text: [UInt8]) -> JSONObject? = { _ in nil }
    ) {
        self.client = client
        self.layout = layout
        self.origin = origin
        self.maximumLifetime = maximumLifetime
        self.margin = margin ?? layout.deny?.margin ?? 60
        listMargin = layout.list?.margin.map { margin ?? $0 }
        self.concern = concern
        self.trustsLayout = trustsLayout
        self.claims = claims
    }

    /// Who changes things.
    package var actor: String { origin.actor }

    /// Whether a token and the margin after it are over, so that there is nothing to revoke.
    func isOver(_ expiry: Expiry, at now: Int64) -> Bool {
        expiry.extended(by: margin).isPast(at: now)
    }

    /// Whether what was acknowledged is only told once it is settled.
    var hasToSettle: Bool { concern.isDemanded || client.isGroup }

    /// Whether replicas are asked for what was written.
    var asksReplicas: Bool {
        get throws(StoreError) {
            if let replicas = concern.replicas { return replicas > 0 }
            return try StoreError.wrapping(client.knownReplicas).contains { $0.count != 0 }
        }
    }

    /// Begins work; changes only where what is demanded of them can be had.
    func checkpoint(changes: Bool) throws(StoreError) -> Client.Checkpoint {
        try StoreError.wrapping { () throws(RedisError) in
            try changes ? client.checkpoint(concern) : client.checkpoint()
        }
    }

    /// Looks again at what was changed since `checkpoint`. What replicas, disks or Sentinels do not
    /// confirm in time is a `doubt` from then on, and nothing is waited for until `confirm()`.
    func confirm(since checkpoint: Client.Checkpoint) throws(StoreError) -> WriteConfirmation {
        do throws(RedisError) {
            missing?.isAll = false
            return try client.confirm(
                since: checkpoint, concern, waiting: missing == nil ? .now : .later)
        } catch {
            guard error.isAboutConfirmation else { throw .redis(error) }
            missing = Missing(since: checkpoint, error: .redis(error))
            return .intact
        }
    }

    /// Why what was written is not known to outlive a fail-over or a crash; nil where it is.
    package var doubt: StoreError? { missing?.error }

    /// Called at the end of every change: waits once for all that was written and not confirmed so
    /// far, and answers what stays in doubt. Nobody is waited for twice because of the same.
    package func confirm() throws(StoreError) -> StoreError? {
        guard let missing, !missing.isAll else { return doubt }
        self.missing?.isAll = true
        do throws(RedisError) {
            guard try client.confirmAll(since: missing.since, concern) == .intact else {
                return missing.error
            }
            self.missing = nil
            return nil
        } catch {
            guard error.isAboutConfirmation else { throw .redis(error) }
            return missing.error
        }
    }

    /// The same at the end of jobs, where a failure is as good as a doubt.
    func confirmAtEnd() -> StoreError? {
        do throws(StoreError) {
            return try confirm()
        } catch {
            return error
        }
    }

    /// Redis' clock, in whole unix seconds.
    package func time() throws(StoreError) -> Int64 {
        try client.milliseconds() / 1000
    }

    /// The same to go on with.
    package func clock() throws(StoreError) -> ServerClock {
        ServerClock(milliseconds: try client.milliseconds())
    }

    /// All replies of an exchange; what broke it off, or the first error reply, is thrown.
    func replies(
        _ exchange: Exchange, to commands: [Command]
    ) throws(StoreError) -> [Reply] {
        let replies = try exchange.all
        for (command, reply) in zip(commands, replies) { _ = try check(reply, of: command) }
        return replies
    }

    func check(_ reply: Reply, of command: Command) throws(StoreError) -> Reply {
        if case .error(let error) = reply {
            throw .refused(error, command: command.name, key: command.key.map(layout.shown))
        }
        return reply
    }

    /// Reads a cutoff: unix seconds, or nil where none is set.
    func cutoff(_ reply: Reply, _ store: CutoffStore, key: [UInt8]) throws(StoreError) -> Int64? {
        switch reply {
        case .array(let fields) where store.field != nil && fields.count == 1:
            return try cutoff(fields[0], store, key: key)
        case .null: return nil
        case .string(let bytes):
            // A script counts in doubles, exact to 15 digits.
            guard bytes.count < 16, let value = Int64(String(decoding: bytes, as: UTF8.self)) else {
                throw .corrupt(key: key)
            }
            return store.second(of: value)
        default:
            throw .redis(.unexpectedReply(expected: "a string", got: reply.shape))
        }
    }
}

/// Redis' clock, read once and carried on by one of ours that no operator can set.
package struct ServerClock: Sendable {
    private let start = Monotonic.now
    private let startMilliseconds: Int64

    init(milliseconds: Int64) { startMilliseconds = milliseconds }

    /// Since 1970.
    var milliseconds: Int64 {
        startMilliseconds + (Monotonic.now.nanoseconds - start.nanoseconds) / 1_000_000
    }

    /// Unix seconds.
    package var now: Int64 { milliseconds / 1000 }
}
