internal import Platform

/// The greeting of a connection: HELLO 2 with the login, and SELECT, in one round trip.
///
/// HELLO needs no permission, and its reply has the version, the mode and the role of the server.
/// Version 3 of the protocol is never requested, because hiredis 0.14 cannot read it.
struct Handshake {
    let target: RedisTarget

    /// Logs in and selects the database. Throws `.authentication` for a refused or missing
    /// password, `.noSuchDatabase`, and `.unsupported` for a database other than 0 in a Cluster.
    /// The connection's output, which has contained the password, is wiped at the end.
    func run(on connection: Connection) throws(RedisError) -> ServerInfo {
        defer { if target.password != nil { connection.output.wipe() } }
        appendHello(to: connection.output)
        let replies = try exchange(on: connection)
        if case .error(let error) = replies[0] {
            switch error.kind {
            case .unknownCommand:
                try authenticateWithoutHello(on: connection)
                return .old(try Self.role(on: connection))
            case .noPermission:
                // Redis 6.0 judges HELLO by the permissions of `default`, before it has seen the
                // password.
                try authenticateWithoutHello(on: connection)
                return try greetAgain(on: connection)
            default: throw failure(error)
            }
        }
        let info = try ServerInfo(hello: replies[0])
        // A Sentinel has no SELECT. If a server with data was wanted, the caller reports that more
        // clearly.
        if info.mode == .sentinel { return info }
        if info.mode == .cluster, target.database != 0 {
            throw .unsupported(.clusterDatabase, address: connection.address)
        }
        try checkSelect(replies.dropFirst())
        return info
    }

    /// The password to send. A user without one needs an empty password in AUTH; without AUTH the
    /// connection would belong to `default`.
    private var password: SecretBytes? {
        target.password ?? target.user.map { _ in SecretBytes(copying: []) }
    }

    /// Encodes HELLO straight into the buffer, so that the password never becomes a `Command`.
    private func appendHello(to output: OutputBuffer) {
        output.appendHeader("*", 4 + (password == nil ? 0 : 3))
        output.appendBulk("HELLO")
        output.appendBulk("2")
        if let password {
            output.appendBulk("AUTH")
            output.appendBulk(target.user ?? "default")
            output.appendBulk(password)
        }
        output.appendBulk("SETNAME")
        output.appendBulk("jwtctl")
    }

    /// HELLO after AUTH. If the user has no permission for it, the server counts as old.
    private func greetAgain(on connection: Connection) throws(RedisError) -> ServerInfo {
        let reply = try connection.exchange([Command("HELLO", 2, "SETNAME", "jwtctl")])[0]
        if case .error = reply { return .old(try Self.role(on: connection)) }
        return try ServerInfo(hello: reply)
    }

    /// The role of the server at this moment. HELLO reports it without any permission; without
    /// HELLO, ROLE and INFO do. Unknown if none of them is permitted, as behind some proxies.
    static func currentRole(on connection: Connection) throws(RedisError) -> ServerInfo.Role {
        if connection.info.version != nil {
            let reply = try connection.exchange([Command("HELLO", 2)])[0]
            if case .array = reply { return try ServerInfo(hello: reply).role }
        }
        return try role(on: connection)
    }

    /// The primary that a replica follows, from ROLE or INFO; nil if neither is permitted.
    static func primary(on connection: Connection) throws(RedisError) -> Endpoint? {
        if case .array(let items) = try connection.exchange([Command("ROLE")])[0], items.count > 2,
            case .string(let host) = items[1], case .integer(let port) = items[2]
        {
            return endpoint(String(decoding: host, as: UTF8.self), port)
        }
        guard case .string(let text) = try connection.exchange([Command("INFO", "replication")])[0]
        else { return nil }
        let report = InfoReport(text)
        return endpoint(report["master_host"] ?? "", report.integer("master_port") ?? 0)
    }

    private static func endpoint(_ host: String, _ port: Int64) -> Endpoint? {
        guard !host.isEmpty, let port = UInt16(exactly: port), port > 0 else { return nil }
        return .tcp(host: host, port: port)
    }

    /// The role from ROLE or, where that is not permitted, from INFO.
    private static func role(on connection: Connection) throws(RedisError) -> ServerInfo.Role {
        if case .array(let items) = try connection.exchange([Command("ROLE")])[0],
            case .string(let word)? = items.first
        {
            return ServerInfo.Role(String(decoding: word, as: UTF8.self))
        }
        guard case .string(let text) = try connection.exchange([Command("INFO", "replication")])[0]
        else { return .unknown }
        return ServerInfo.Role(InfoReport(text)["role"])
    }

    /// AUTH alone: for Redis before version 6, for some proxies, and for servers on which HELLO was
    /// renamed.
    private func authenticateWithoutHello(on connection: Connection) throws(RedisError) {
        if let password {
            connection.output.appendHeader("*", target.user == nil ? 2 : 3)
            connection.output.appendBulk("AUTH")
            if let user = target.user { connection.output.appendBulk(user) }
            connection.output.appendBulk(password)
            let replies = try exchange(on: connection)
            // A failed AUTH ends the run. redis-cli goes on as `default`, which may see other keys.
            if case .error(let error) = replies[0] { throw .authentication(error, login) }
            return try checkSelect(replies.dropFirst())
        }
        // The reply to HELLO would have asked for a password. Without HELLO, any command does.
        let ping = try connection.exchange([Command("PING")])[0]
        if case .error(let error) = ping, error.kind == .noAuth {
            throw .authentication(error, login)
        }
        if target.database != 0 {
            try checkSelect(try connection.exchange([select])[...])
        }
    }

    /// Sends what was encoded, and SELECT if a database other than 0 is wanted. Returns the replies
    /// in order. The commands are counted with `adopt`; their arguments never reach the trace.
    private func exchange(on connection: Connection) throws(RedisError) -> [Reply] {
        connection.trace?(.command(Command("HELLO", "****")))
        var commands = 1
        if target.database != 0 {
            connection.output.append(select)
            commands += 1
        }
        var replies: [Reply] = []
        var loop = PipelineLoop(connection: connection, maxInFlight: commands)
        loop.phase = .handshake
        loop.stage = connection.transport.greetingStage
        loop.adopt(commands)
        try loop.run {
            nil
        } onReply: { (_, reply) throws(RedisError) in
            // A server with too many clients says so and hangs up; there is no second reply to wait
            // for.
            if case .error(let error) = reply, error.kind == .maxClients { throw .server(error) }
            replies.append(reply)
        }
        return replies
    }

    private var select: Command { Command("SELECT", .integer(Int64(target.database))) }

    /// Throws where SELECT, the first of `replies`, was refused. There is none for database 0.
    private func checkSelect(_ replies: ArraySlice<Reply>) throws(RedisError) {
        guard case .error(let error)? = replies.first else { return }
        if error.text.hasPrefix("ERR DB index") || error.text.hasPrefix("ERR invalid DB index") {
            throw .noSuchDatabase(target.database, error)
        }
        throw failure(error)
    }

    /// The error for a refused greeting.
    private func failure(_ error: ServerError) -> RedisError {
        switch error.kind {
        case .noAuth, .wrongPassword: .authentication(error, login)
        default: .server(error)
        }
    }

    /// The facts about the login that errors name; never the password.
    private var login: RedisError.Login {
        RedisError.Login(
            address: target.endpoint.description, user: target.user, isSentinel: target.isSentinel,
            hasPassword: target.password != nil, passwordSource: target.passwordSource)
    }
}
