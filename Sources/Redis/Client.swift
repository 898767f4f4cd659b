internal import Platform

/// The server as the rest of the program sees it: connects when it is first needed, and again
/// after a connection has died. Today it holds one connection; a Cluster's will be routed by key.
package final class Client {
    package let target: RedisTarget
    /// Milliseconds that connecting, and each gap between replies, may take.
    package let timeout: Int
    /// Is told every command and reply, with passwords masked.
    package var trace: Connection.Trace? {
        didSet { current?.trace = trace }
    }
    private var current: Connection?

    package init(target: RedisTarget, timeout: Int = 5000, trace: Connection.Trace? = nil) {
        self.target = target
        self.timeout = timeout
        self.trace = trace
    }

    /// The connection, made if there is none that lives.
    package func connection() throws(RedisError) -> Connection {
        if let current, !current.isDead { return current }
        let fresh = try Connection(to: target, timeout: timeout, trace: trace)
        current = fresh
        return fresh
    }

    /// What the server says about itself.
    package func info() throws(RedisError) -> ServerInfo { try connection().info }

    /// Fails where the server is a replica, whose writes would be refused.
    package func requirePrimary() throws(RedisError) {
        let connection = try connection()
        if connection.info.role == .replica { throw .replica(address: connection.address) }
    }

    /// See `Connection.call`.
    package func call(_ command: Command) throws(RedisError) -> Reply {
        try connection().call(command)
    }

    /// See `Connection.pipeline`.
    package func pipeline(_ commands: [Command]) throws(RedisError) -> [Reply] {
        try connection().pipeline(commands)
    }

    /// See `Connection.transaction`.
    package func transaction(_ commands: [Command]) throws(RedisError) -> [Reply] {
        try connection().transaction(commands)
    }

    /// See `Connection.stream`.
    package func stream(
        maxInFlight: Int = PipelineLoop.standardInFlight,
        next: () throws -> Command?, onReply: (Int, Reply) throws -> Void
    ) throws -> StreamResult {
        try connection().stream(maxInFlight: maxInFlight, next: next, onReply: onReply)
    }

    /// The server's clock: seconds since 1970, and microseconds of the next second.
    package func serverTime() throws(RedisError) -> (seconds: Int64, microseconds: Int64) {
        let reply = try call(Command("TIME"))
        let parts = try reply.array()
        guard parts.count == 2, let seconds = Int64(try parts[0].text()),
            let microseconds = Int64(try parts[1].text())
        else { throw .unexpectedReply(expected: "TIME", got: reply.shape) }
        return (seconds, microseconds)
    }

    /// The keys of the database, page by page; see `Scan`.
    package func scan(match: [UInt8]? = nil, count: Int = 1000, type: String? = nil) -> Scan {
        Scan(client: self, match: match, count: count, type: type)
    }
}
