internal import Platform

/// The greeting: HELLO 2 with the password, and SELECT, in one round trip.
///
/// HELLO needs no permission, and its reply has the version, the mode and the role. Version 3 of the
/// protocol is never asked for: hiredis 0.14 cannot read it.
struct Handshake {
    let target: RedisTarget

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
                // Redis 6.0 judges HELLO by the rights of whom it came from, before it has seen
                // the password.
                try authenticateWithoutHello(on: connection)
                return try greetAgain(on: connection)
            default: throw failure(error)
            }
        }
        let info = try ServerInfo(hello: replies[0])
        // A Sentinel knows no SELECT; whoever wanted data there says so in better words.
        if info.mode == .sentinel { return info }
        if info.mode == .cluster, target.database != 0 {
            throw .unsupported(.clusterDatabase, address: connection.address)
        }
        try checkSelect(replies.dropFirst())
        return info
    }

    /// A user without a password is not `default` either, but one who needs none.
    private var password: SecretBytes? {
        target.password ?? target.user.map { _ in SecretBytes(copying: []) }
    }

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

    /// HELLO after AUTH; where the user has no right to it, nothing is known of the server.
    private func greetAgain(on connection: Connection) throws(RedisError) -> ServerInfo {
        let reply = try connection.exchange([Command("HELLO", 2, "SETNAME", "jwtctl")])[0]
        if case .error = reply { return .old(try Self.role(on: connection)) }
        return try ServerInfo(hello: reply)
    }

    /// The server's role at this moment. HELLO names it without any permission; without HELLO, ROLE
    /// and INFO do. Unknown where none of them is allowed, as behind some proxies.
    static func currentRole(on connection: Connection) throws(RedisError) -> ServerInfo.Role {
        if connection.info.version != nil {
            let reply = try connection.exchange([Command("HELLO", 2)])[0]
            if case .array = reply { return try ServerInfo(hello: reply).role }
        }
        return try role(on: connection)
    }

    /// The primary that a replica follows; nil where it does not say.
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

    /// Redis before version 6, some proxies, and servers on which HELLO was renamed.
    private func authenticateWithoutHello(on connection: Connection) throws(RedisError) {
        if let password {
            connection.output.appendHeader("*", target.user == nil ? 2 : 3)
            connection.output.appendBulk("AUTH")
            if let user = target.user { connection.output.appendBulk(user) }
            connection.output.appendBulk(password)
            let replies = try exchange(on: connection)
            // A failed AUTH ends the run: going on as `default` is what redis-cli does.
            if case .error(let error) = replies[0] { throw .authentication(error, login) }
            return try checkSelect(replies.dropFirst())
        }
        // HELLO would have told; without it only a command can say that a password is needed.
        let ping = try connection.exchange([Command("PING")])[0]
        if case .error(let error) = ping, error.kind == .noAuth {
            throw .authentication(error, login)
        }
        if target.database != 0 {
            try checkSelect(try connection.exchange([select])[...])
        }
    }

    /// Sends what was encoded, and SELECT where a database is wanted.
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
            // A server that is full says so and hangs up: do not wait for the second reply.
            if case .error(let error) = reply, error.kind == .maxClients { throw .server(error) }
            replies.append(reply)
        }
        return replies
    }

    private var select: Command { Command("SELECT", .integer(Int64(target.database))) }

    private func checkSelect(_ replies: ArraySlice<Reply>) throws(RedisError) {
        guard case .error(let error)? = replies.first else { return }
        if error.text.hasPrefix("ERR DB index") || error.text.hasPrefix("ERR invalid DB index") {
            throw .noSuchDatabase(target.database, error)
        }
        throw failure(error)
    }

    private func failure(_ error: ServerError) -> RedisError {
        switch error.kind {
        case .noAuth, .wrongPassword: .authentication(error, login)
        default: .server(error)
        }
    }

    private var login: RedisError.Login {
        RedisError.Login(
            address: target.endpoint.description, user: target.user, isSentinel: target.isSentinel,
            hasPassword: target.password != nil, passwordSource: target.passwordSource)
    }
}
