internal import Glibc
internal import Platform

/// What happens on a connection, for a verbose trace. Passwords are masked before it is called.
package indirect enum TraceEvent {
    case connected(address: String, ServerInfo)
    case command(Command)
    case reply(Reply)
    /// What happened on one node of several.
    case node(address: String, TraceEvent)
    /// The connection to a node has broken; what was under way is asked again elsewhere.
    case lost(address: String, RedisError)
}

/// One authenticated connection to one server.
///
/// After a time-out, a protocol error or a hang-up it is dead and refuses every call: a reply that
/// comes late could be taken for the answer to the next command.
package final class Connection {
    package typealias Trace = (TraceEvent) -> Void

    /// The endpoint as errors show it.
    package let address: String
    /// The ACL user.
    let user: String
    /// What the server said about itself when the connection was made.
    package private(set) var info = ServerInfo.old()
    /// When the server last said which role it has.
    private var roleTime = Monotonic.now
    /// Milliseconds that connecting, and each gap between replies, may take.
    package let timeout: Int
    package var trace: Trace?

    /// The end and the scheme of a URL of the same database.
    private let database: Int
    private let isSecured: Bool

    let transport: Transport
    let reader: ReplyReader
    let output = OutputBuffer()
    /// Whether a time-out, an error or a hang-up has ended this connection.
    package internal(set) var isDead = false
    /// Whether the server is known to have loaded its data.
    private var hasLoaded = false
    /// The least time that the server has taken to answer, in milliseconds: how far away it is.
    private(set) var quickestExchange = Int64.max

    /// Connects, authenticates and selects the database, in one round trip.
    package init(
        to target: RedisTarget, timeout: Int = 5000, trace: Trace? = nil
    ) throws(RedisError) {
        precondition(timeout > 0)
        address = target.endpoint.description
        user = target.user ?? "default"
        database = target.database
        isSecured = target.tls != nil
        self.timeout = timeout
        self.trace = trace
        reader = try ReplyReader.make(timeout: Int64(timeout))
        transport = try Transport.connect(
            to: target.endpoint, tls: target.tls, serverName: target.serverName,
            milliseconds: timeout)
        let start = Monotonic.now
        info = try Handshake(target: target).run(on: self)
        noteExchange(since: start)
        roleTime = .now
        trace?(.connected(address: address, info))
    }

    /// How old the server's word about its role may be, in milliseconds: a primary that was demoted
    /// goes on answering.
    private static let roleLife: Int64 = 1000

    /// Fails where the server is a replica, or has become one.
    func requirePrimary() throws(RedisError) {
        if roleTime.advanced(byMilliseconds: Self.roleLife).remainingMilliseconds <= 0 {
            let role = try Handshake.currentRole(on: self)
            // A proxy that does not say it now may have said it before.
            if role != .unknown { info = info.with(role) }
            roleTime = .now
        }
        if info.role == .replica {
            throw .replica(address: address, primary: primaryURL())
        }
    }

    /// The URL of the primary that this replica follows, without user and password.
    private func primaryURL() -> String? {
        do throws(RedisError) {
            return try Handshake.primary(on: self).map { primary in
                "redis\(isSecured ? "s" : "")://\(primary)"
                    + (database == 0 ? "" : "/\(database)")
            }
        } catch {
            return nil
        }
    }

    /// The replies to `commands` in their order; error replies are values here.
    ///
    /// Commands that were refused because the server loads its data are sent again.
    package func pipeline(_ commands: [Command]) throws(RedisError) -> [Reply] {
        var replies = try exchange(commands)
        var patience = LoadingPatience(timeout: timeout)
        while true {
            let refused = replies.indices.filter { replies[$0].isLoading }
            if refused.isEmpty { return replies }
            guard try patience.waits() else { return replies }
            let again = try exchange(refused.map { commands[$0] })
            for (index, reply) in zip(refused, again) { replies[index] = reply }
        }
    }

    /// Sends everything and collects every reply.
    func exchange(_ commands: [Command]) throws(RedisError) -> [Reply] {
        var replies: [Reply] = []
        replies.reserveCapacity(commands.count)
        var next = 0
        let start = Monotonic.now
        var loop = PipelineLoop(connection: self, maxInFlight: PipelineLoop.standardInFlight)
        try loop.run {
            guard next < commands.count else { return nil }
            next += 1
            return commands[next - 1]
        } onReply: { _, reply in
            replies.append(reply)
        }
        noteExchange(since: start)
        return replies
    }

    private func noteExchange(since start: Monotonic) {
        let milliseconds = (Monotonic.now.nanoseconds - start.nanoseconds) / 1_000_000
        quickestExchange = min(quickestExchange, milliseconds)
    }

    /// See `Client.stream`.
    func stream(
        maxInFlight: Int = PipelineLoop.standardInFlight,
        next: () -> Command?, onReply: (Int, Reply) -> Void
    ) -> StreamEnd {
        var loop = PipelineLoop(connection: self, maxInFlight: maxInFlight)
        do throws(RedisError) {
            if !hasLoaded { try awaitLoading() }
            try loop.run(next: next, onReply: onReply)
            return StreamEnd()
        } catch {
            return StreamEnd(
                failure: error, uncertain: Set(loop.progress.acknowledged..<loop.progress.sent))
        }
    }

    /// Waits until the server has loaded its data, since a stream cannot send commands again.
    private func awaitLoading() throws(RedisError) {
        // PING is refused while loading, unlike TIME, HELLO and SELECT. Where it is not permitted
        // NOPERM comes first, and a server that loads is then told by the stream's own replies.
        let reply = try pipeline([Command("PING")])[0]
        if case .error(let error) = reply, error.kind == .loading { throw .server(error) }
        hasLoaded = true
    }
}

/// How a stream ended.
package struct StreamEnd: Sendable {
    /// What broke it off; nil where every command was answered.
    package internal(set) var failure: RedisError?
    /// Commands without a reply that may have been executed.
    package internal(set) var uncertain: Set<Int> = []
}

extension Reply {
    var isLoading: Bool {
        if case .error(let error) = self { return error.kind == .loading }
        return false
    }
}

/// How long to wait for a server that loads its data: the time-out, from the first refusal on. How
/// far loading has come is not asked: it may take an hour, and nobody should hang that long.
struct LoadingPatience {
    private static let pauseMilliseconds: Int64 = 100

    private let timeout: Int
    private var deadline: Monotonic?

    init(timeout: Int) {
        self.timeout = timeout
    }

    /// Pauses, then returns true; false once the time is over.
    mutating func waits() throws(RedisError) -> Bool {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        let end = deadline ?? Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        deadline = end
        guard end.remainingMilliseconds > 0 else { return false }
        pause(milliseconds: min(Self.pauseMilliseconds, end.remainingMilliseconds))
        return true
    }
}
