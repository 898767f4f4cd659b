package import JSON
package import Layouts
internal import Platform
package import Redis

/// Revocation state in one Redis under one layout.
///
/// Every time that is stored or compared comes from Redis' own clock: with an operator's clock that
/// is ahead, a blacklist entry would expire before its token.
///
/// The methods are in extensions, in folders by what is kept. A change is a `Job`: it runs between
/// a `checkpoint` and `confirm(since:)`, which says whether a fail-over may have lost it.
/// `confirm()` at the end waits for replicas and disks.
package final class TokenStore {
    /// Who makes the changes, and on which host, for the audit log.
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
    /// The longest time between `iat` and `exp` of any token, in seconds; nil if the settings have
    /// none. A cutoff is kept for this long, and without it for ever.
    package let maximumLifetime: Int64?
    /// Seconds for which a blacklist entry or a cutoff is kept after the last token that it revokes
    /// has expired, since services may allow for clock skew.
    package let margin: Int64
    /// Seconds for which a token list is kept after its last token has expired; nil for lists that
    /// the application never lets expire.
    let listMargin: Int64?
    /// The claims of a token, with no check of its signature; nil for a text that is not a token.
    /// Only for texts from keys that the application itself wrote.
    let claims: (_ text: [UInt8]) -> JSONObject?
    /// The error of a PUBLISH that failed: services were not notified of a revocation that is in
    /// effect. nil if all were published.
    package internal(set) var unannounced: StoreError?
    /// The replicas and disks that must have a change before it counts as made.
    private let concern: WriteConcern
    /// The changes that replicas or disks have not confirmed; nil if there are none.
    private var missing: Missing?
    /// Whether to believe that services use the chosen layout, without a look at the keys.
    let trustsLayout: Bool
    /// The answer of `usage`, which asks Redis once; nil before.
    var knownUsage: LayoutUsage?
    /// Redis' clock at the time of that answer.
    var clockOfUsage: ServerClock?
    /// Counts the keys that are scanned; nil if nobody wants to know.
    var scanMeter: ScanMeter?

    /// Changes that were not confirmed in time.
    private struct Missing {
        /// A moment before the first of these changes.
        let since: Client.Checkpoint
        let error: StoreError
        /// Whether the wait included the last change; false after another change.
        var isAll = true
    }

    /// Does not connect. `margin` is in seconds; nil takes the layout's, or 60 if it has none.
    /// `trustsLayout` is for layouts that are known to be the one that services use.
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

    /// Who makes the changes.
    package var actor: String { origin.actor }

    /// Whether an acknowledged change may still be lost, so that outcomes are kept until it is
    /// confirmed: in a group of servers, or if replicas or disks are asked to have it.
    var needsConfirmation: Bool { concern.isDemanded || client.isGroup }

    /// Whether writes wait for replicas: if the settings ask for some, or else if the servers of
    /// the group have any.
    var asksReplicas: Bool {
        get throws(StoreError) {
            if let replicas = concern.replicas { return replicas > 0 }
            return try StoreError.wrapping(client.knownReplicas).contains { $0.count != 0 }
        }
    }

    /// The moment before a series of commands. With `changes`, throws if the servers cannot give
    /// the confirmation that the settings demand: better before the first change than after it.
    func checkpoint(changes: Bool) throws(StoreError) -> Client.Checkpoint {
        try StoreError.wrapping { () throws(RedisError) in
            try changes ? client.checkpoint(concern) : client.checkpoint()
        }
    }

    /// Checks the changes since `checkpoint`. `.inDoubt` means that they have to be made again. If
    /// replicas, disks or Sentinels do not confirm in time, that is a `doubt` from then on, and
    /// later calls do not wait: `confirm()` does, once.
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

    /// Why changes that were made may be lost in a fail-over or a crash; nil if all are confirmed.
    package var doubt: StoreError? { missing?.error }

    /// Called at the end of every command that changes something. Waits once for the confirmation
    /// of all changes that do not have it, and returns the remaining doubt. A second call without
    /// changes in between does not wait again.
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

    /// `confirm()` for callers that report any error as a doubt.
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

    /// Redis' clock, which goes on without more questions.
    package func clock() throws(StoreError) -> ServerClock {
        ServerClock(milliseconds: try client.milliseconds())
    }

    /// All replies of an exchange. Throws what broke it off, or the first error reply.
    func replies(
        _ exchange: Exchange, to commands: [Command]
    ) throws(StoreError) -> [Reply] {
        let replies = try exchange.all
        for (command, reply) in zip(commands, replies) { _ = try check(reply, of: command) }
        return replies
    }

    /// The reply, unless it is an error: that is thrown with the command's name and its key, as
    /// users may see it.
    func check(_ reply: Reply, of command: Command) throws(StoreError) -> Reply {
        if case .error(let error) = reply {
            throw .refused(error, command: command.name, key: command.key.map(layout.shown))
        }
        return reply
    }

    /// The cutoff in a reply to `CutoffStore.reading`, in unix seconds; nil if none is set. The
    /// reply of HMGET is an array of one. Throws `.corrupt` for a text that is not such a number.
    func cutoff(_ reply: Reply, _ store: CutoffStore, key: [UInt8]) throws(StoreError) -> Int64? {
        switch reply {
        case .array(let fields) where store.field != nil && fields.count == 1:
            return try cutoff(fields[0], store, key: key)
        case .null: return nil
        case .string(let bytes):
            // Scripts compare cutoffs as doubles, which are exact up to 15 digits.
            guard bytes.count < 16, let value = Int64(String(decoding: bytes, as: UTF8.self)) else {
                throw .corrupt(key: key)
            }
            return store.second(of: value)
        default:
            throw .redis(.unexpectedReply(expected: "a string", got: reply.shape))
        }
    }
}

/// Redis' clock, read once. The time since then comes from this machine's monotonic clock, which
/// cannot be set, so a time costs no round trip.
package struct ServerClock: Sendable {
    private let start = Monotonic.now
    private let startMilliseconds: Int64

    init(milliseconds: Int64) { startMilliseconds = milliseconds }

    /// Milliseconds since 1970.
    var milliseconds: Int64 {
        startMilliseconds + (Monotonic.now.nanoseconds - start.nanoseconds) / 1_000_000
    }

    /// Unix seconds.
    package var now: Int64 { milliseconds / 1000 }
}
