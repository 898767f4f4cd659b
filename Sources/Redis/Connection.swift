internal import Glibc
internal import Platform

/// An event on a connection, for a verbose trace. Passwords are masked. Texts from servers are not
/// escaped.
package indirect enum TraceEvent {
    case connected(address: String, ServerInfo)
    case command(Command)
    case reply(Reply)
    /// An event on one server of a group.
    case node(address: String, TraceEvent)
    /// The connection to a server of a group broke; the commands under way are sent again.
    case lost(address: String, RedisError)
}

/// One authenticated connection to one server.
///
/// After a time-out, a protocol error or a hang-up it is broken for good and refuses every call: a
/// reply that arrives late could be taken for the answer to the next command.
package final class Connection {
    package typealias Trace = (TraceEvent) -> Void

    /// The endpoint as errors show it.
    package let address: String
    /// The ACL user, `default` if none was given.
    let user: String
    /// The server's greeting, with the role that it reported last.
    package private(set) var info = ServerInfo.old()
    /// When the server last reported its role.
    private var roleTime = Monotonic.now
    /// The milliseconds that connecting, and each gap between replies, may take.
    package let timeout: Int
    package var trace: Trace?

    /// The parts of the URL from which `primaryURL` builds another one.
    private let database: Int
    private let isSecured: Bool

    /// The socket, which is closed with the connection.
    let transport: Transport
    let reader: ReplyReader
    /// Encoded commands that wait to be written.
    let output = OutputBuffer()
    /// Why nothing more can be written; nil while writing works. Reported only if reading gives no
    /// better reason; see `send`.
    var writeFailure: Transport.Outcome?
    /// Whether a time-out, an error or a hang-up has ended this connection. Also true while a loop
    /// runs on it, so that a loop which throws leaves it broken.
    package internal(set) var isBroken = false
    /// Whether the server is known to have its data in memory.
    private var hasLoaded = false
    /// The shortest time in milliseconds of an exchange so far, as a measure of the distance.
    private(set) var quickestExchange = Int64.max

    /// Connects, authenticates and selects the database. `timeout`, in milliseconds, covers
    /// resolving the name, connecting and the TLS handshake together, and then the gap before each
    /// reply of the greeting.
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

    /// The greatest age of a reported role, in milliseconds. A demoted primary keeps its
    /// connections, so only asking again shows the new role.
    private static let roleLife: Int64 = 1000

    /// Throws `.replica` where the server is a replica or has become one.
    func requirePrimary() throws(RedisError) {
        if roleTime.advanced(byMilliseconds: Self.roleLife).remainingMilliseconds <= 0 {
            let role = try Handshake.currentRole(on: self)
            // A proxy may report a role once and none later; the known one is kept.
            if role != .unknown { info = info.with(role) }
            roleTime = .now
        }
        if info.role == .replica {
            throw .replica(address: address, primary: primaryURL())
        }
    }

    /// The URL of the primary that this replica follows, without user and password; nil where the
    /// server does not say.
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

    /// Keeps the shortest time of an exchange.
    func noteExchange(since start: Monotonic) {
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

    /// Waits until the server has loaded its data, since a stream cannot send a refused command
    /// again.
    private func awaitLoading() throws(RedisError) {
        // Unlike TIME, HELLO and SELECT, PING is refused while the server loads. Where the user may
        // not run PING, NOPERM comes first, and the replies of the stream show that the server
        // loads.
        let reply = try pipeline([Command("PING")])[0]
        if case .error(let error) = reply, error.kind == .loading { throw .server(error) }
        hasLoaded = true
    }
}

/// The end of a stream: complete, or early with an error.
package struct StreamEnd: Sendable {
    /// The error that ended it early; nil if every command was answered.
    package internal(set) var failure: RedisError?
    /// The numbers of commands without a reply that may have been executed.
    package internal(set) var uncertain: Set<Int> = []
}

extension Reply {
    /// Whether the server refused because it loads its data.
    var isLoading: Bool {
        if case .error(let error) = self { return error.kind == .loading }
        return false
    }
}

/// The wait for a server that loads its data (LOADING): as long as the time-out, counted from the
/// first refusal. The server's own estimate (`loading_eta_seconds`) is not asked for: loading may
/// take an hour, which is too long to wait.
struct LoadingTimeout {
    /// The milliseconds between two attempts.
    private static let pauseMilliseconds: Int64 = 100

    private let timeout: Int
    private var deadline: Monotonic?

    init(timeout: Int) {
        self.timeout = timeout
    }

    /// Pauses and returns true; returns false once the time is over. Throws `.interrupted` after a
    /// signal.
    mutating func waits() throws(RedisError) -> Bool {
        if let signal = Signals.pending { throw .interrupted(signal: signal) }
        let end = deadline ?? Monotonic.now.advanced(byMilliseconds: Int64(timeout))
        deadline = end
        guard end.remainingMilliseconds > 0 else { return false }
        pause(milliseconds: min(Self.pauseMilliseconds, end.remainingMilliseconds))
        return true
    }
}
