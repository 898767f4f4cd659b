internal import Glibc
internal import Platform

/// An event on a connection, for a verbose trace. Passwords in it are masked.
package indirect enum TraceEvent {
    case connected(address: String, ServerInfo)
    case command(Command)
    case reply(Reply)
    /// An event on one node of several.
    case node(address: String, TraceEvent)
    /// The connection to a node broke; commands under way are sent again elsewhere.
    case lost(address: String, RedisError)
}

/// One authenticated connection to one server.
///
/// After a time-out, a protocol error or a hang-up it is dead and refuses every call: a reply that
/// comes late could be taken for the answer to the next command.
package final class Connection {
    package typealias Trace = (TraceEvent) -> Void

    /// The endpoint, as errors show it.
    package let address: String
    /// The ACL user.
    let user: String
    /// The server's greeting, with the role that it named last.
    package private(set) var info = ServerInfo.old()
    /// When the server last named its role.
    private var roleTime = Monotonic.now
    /// Milliseconds that connecting, and each gap between replies, may take.
    package let timeout: Int
    package var trace: Trace?

    /// Parts of the URL that `primaryURL` builds.
    private let database: Int
    private let isSecured: Bool

    let transport: Transport
    let reader: ReplyReader
    let output = OutputBuffer()
    /// Why nothing more can be written; nil as long as writing works.
    var writeFailure: Transport.Outcome?
    /// Whether a time-out, an error or a hang-up has ended this connection.
    package internal(set) var isDead = false
    /// Whether the server is known to have loaded its data.
    private var hasLoaded = false
    /// The shortest time in milliseconds that the server took to answer: how far away it is.
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

    /// The greatest age of a named role, in milliseconds: a demoted primary goes on answering.
    private static let roleLife: Int64 = 1000

    /// Fails where the server is a replica, or has become one.
    func requirePrimary() throws(RedisError) {
        if roleTime.advanced(byMilliseconds: Self.roleLife).remainingMilliseconds <= 0 {
            let role = try Handshake.currentRole(on: self)
            // A proxy may name no role now and have named one before.
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
        var loading = LoadingTimeout(timeout: timeout)
        while true {
            let refused = replies.indices.filter { replies[$0].isLoading }
            if refused.isEmpty { return replies }
            guard try loading.waits() else { return replies }
            let again = try exchange(refused.map { commands[$0] })
            for (index, reply) in zip(refused, again) { replies[index] = reply }
        }
    }

    /// The replies to `commands`, each sent once.
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
        // PING is refused while loading, unlike TIME, HELLO and SELECT. Where the user may not use
        // it, NOPERM comes first, and the replies of the stream show that the server loads.
        let reply = try pipeline([Command("PING")])[0]
        if case .error(let error) = reply, error.kind == .loading { throw .server(error) }
        hasLoaded = true
    }
}

/// How a stream ended.
package struct StreamEnd: Sendable {
    /// The error that ended it early; nil where every command was answered.
    package internal(set) var failure: RedisError?
    /// Commands without a reply that may have been executed.
    package internal(set) var uncertain: Set<Int> = []
}

extension Reply {
    /// Whether the server refused because it loads its data.
    var isLoading: Bool {
        if case .error(let error) = self { return error.kind == .loading }
        return false
    }
}

/// The wait for a server that loads its data: as long as the time-out, from the first refusal on.
/// The server's own estimate is not asked for: loading may take an hour, too long to wait for.
struct LoadingTimeout {
    private static let pauseMilliseconds: Int64 = 100

    private let timeout: Int
    private var deadline: Monotonic?

    init(timeout: Int) {
        self.timeout = timeout
    }

    /// Pauses and returns true; returns false once the time is over. Throws after a signal.
    mutating func waits() throws(RedisError) -> Bool {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        let end = deadline ?? Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        deadline = end
        guard end.remainingMilliseconds > 0 else { return false }
        pause(milliseconds: min(Self.pauseMilliseconds, end.remainingMilliseconds))
        return true
    }
}
