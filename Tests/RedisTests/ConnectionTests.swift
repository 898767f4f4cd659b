import Foundation
import Platform
import TestSupport
import Testing

@testable import Redis

@Suite(.redis) struct ConnectionTests {
    private func connect(
        _ server: RedisServer, _ suffix: String = "", timeout: Int = 5000
    ) throws -> Connection {
        try Connection(to: RedisURL.parse(server.url + suffix), timeout: timeout)
    }

    /// The server's URL with credentials in it.
    private func url(_ server: RedisServer, _ userinfo: String) -> String {
        server.url.replacingOccurrences(of: "://", with: "://\(userinfo)@")
    }

    @Test(arguments: [RedisServer.Listener.unixSocket, .tcp])
    func `HELLO tells what the server is`(_ listener: RedisServer.Listener) throws {
        let server = try RedisServer(listener)
        let connection = try connect(server)
        #expect(connection.info.server == "redis" || connection.info.server == "valkey")
        #expect(connection.info.version?.isEmpty == false)
        #expect(connection.info.mode == .standalone)
        #expect(connection.info.role == .primary)
        #expect(try connection.call(Command("CLIENT", "GETNAME")).text() == "jwtctl")
    }

    @Test func `localhost and literals connect`() throws {
        let server = try RedisServer(.tcp)
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::ffff:127.0.0.1]"] {
            let target = try RedisURL.parse("redis://\(host):\(server.port)")
            #expect(try Connection(to: target).call(Command("PING")) == .status("PONG"))
        }
    }

    @Test func `hostile bytes come back as they went`() throws {
        let server = try RedisServer()
        let connection = try connect(server)
        let values: [[UInt8]] = [
            [], [0], Array("a\r\nDEL b\r\n".utf8), Array("j1\0x".utf8), (0...255).map { $0 },
            Array("%s%n*1\r\n$4\r\nPING\r\n".utf8), [0xff, 0xfe, 0xc3, 0x28],
            [UInt8](repeating: 0x0a, count: 1 << 20),
        ]
        for value in values {
            try connection.call(Command("SET", key: [0x6b, 0] + value.prefix(40), .bytes(value)))
                .ok()
            let key = [0x6b, 0] + value.prefix(40)
            #expect(try connection.call(Command("GET", key: key)).bytes() == value)
        }
        #expect(try connection.call(Command("DBSIZE")).integer() == Int64(values.count))
    }

    @Test func `the database of the URL is selected`() throws {
        let server = try RedisServer()
        try connect(server, "?db=3").call(Command("SET", key: [0x61], "1")).ok()
        #expect(try server.cli("-n", "3", "GET", "a") == "1")
        #expect(try server.cli("GET", "a") == "")
    }

    @Test func `a database that does not exist is told`() throws {
        let server = try RedisServer()
        let error = #expect(throws: RedisError.self) { try connect(server, "?db=99") }
        guard case .noSuchDatabase(99, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [false, true])
    func `a password is needed and has to be right`(_ withoutHello: Bool) throws {
        let lines = withoutHello ? ["rename-command HELLO \"\""] : []
        let server = try RedisServer(configuration: ["requirepass p@ss:w"] + lines)
        let right = try Connection(to: RedisURL.parse(url(server, ":p%40ss:w") + "?db=2"))
        #expect(try right.call(Command("SET", key: [0x61], "1")) == .status("OK"))
        #expect(try server.cli("-n", "2", "GET", "a") == "1")
        #expect((right.info.version == nil) == withoutHello)

        let wrong = #expect(throws: RedisError.self) {
            try Connection(to: RedisURL.parse(url(server, ":wrong")))
        }
        guard case .authentication(let refusal, let login)? = wrong else {
            Issue.record("\(String(describing: wrong))")
            return
        }
        #expect(refusal.kind == .wrongPassword)
        #expect(login.address == server.socketPath)
        #expect(login.user == nil && login.hasPassword && !login.isSentinel)
        let missing = #expect(throws: RedisError.self) { try connect(server) }
        guard case .authentication(let need, _)? = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        #expect(need.kind == .noAuth)
    }

    @Test func `a server without HELLO and password is used`() throws {
        let server = try RedisServer(configuration: ["rename-command HELLO \"\""])
        try connect(server, "?db=5").call(Command("SET", key: [0x61], "1")).ok()
        #expect(try server.cli("-n", "5", "GET", "a") == "1")
    }

    @Test func `a replica is known as one, with and without HELLO`() throws {
        for lines in [
            [], ["rename-command HELLO \"\""],
            ["rename-command ROLE \"\"", "rename-command HELLO \"\""],
        ] {
            let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 1"] + lines)
            let client = Client(target: RedisTarget(endpoint: .unix(path: replica.socketPath)))
            #expect(
                throws: RedisError.replica(
                    address: replica.socketPath, primary: "redis://127.0.0.1:1"), "\(lines)"
            ) {
                try client.requirePrimary()
            }
        }
    }

    @Test func `a primary that was demoted is not one a second later`() throws {
        let server = try RedisServer()
        let client = Client(target: RedisTarget(endpoint: .unix(path: server.socketPath)))
        try client.requirePrimary()
        try server.cli("REPLICAOF", "127.0.0.1", "1")
        usleep(1_050_000)
        #expect(
            throws: RedisError.replica(address: server.socketPath, primary: "redis://127.0.0.1:1")
        ) {
            try client.requirePrimary()
        }
        try server.cli("REPLICAOF", "NO", "ONE")
        usleep(1_050_000)
        try client.requirePrimary()
    }

    @Test func `an ACL user connects without any permission and is told what is missing`() throws {
        let server = try RedisServer(configuration: ["user app on >pw resetkeys ~jwt:* -@all +get"])
        let connection = try Connection(to: RedisURL.parse(url(server, "app:pw")))
        #expect(try connection.call(Command("GET", key: Array("jwt:a".utf8))) == .null)
        for command in [
            Command("SET", key: Array("jwt:a".utf8), "1"), Command("GET", key: Array("x".utf8)),
        ] {
            let error = #expect(throws: RedisError.self) { try connection.call(command) }
            guard case .server(let refusal)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(refusal.kind == .noPermission)
        }
        #expect(try connection.call(Command("GET", key: Array("jwt:a".utf8))) == .null)
    }

    @Test func `a full server is told as such`() throws {
        let server = try RedisServer(configuration: ["maxclients 1"])
        // The connection by which the tests saw it start may not be gone yet.
        var first: Connection?
        try waitUntil("room for one") {
            first = try? connect(server)
            return first != nil
        }
        for _ in 0..<20 {
            let error = #expect(throws: RedisError.self) { try connect(server) }
            guard case .server(let refusal)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(refusal.kind == .maxClients)
        }
        #expect(try first?.call(Command("PING")) == .status("PONG"))
    }

    @Test func `a refused address is told with the system's error`() throws {
        let port = try RedisServer.freePort()
        let target = try RedisURL.parse("redis://127.0.0.1:\(port)")
        #expect(
            throws: RedisError.connect(
                address: "127.0.0.1:\(port)", SystemError(code: ECONNREFUSED))
        ) { try Connection(to: target) }
        let directory = try TemporaryDirectory()
        let path = directory.file("none.sock")
        #expect(throws: RedisError.connect(address: path, .notFound)) {
            try Connection(to: RedisURL.parse("unix://\(path)"))
        }
    }

    @Test func `a name that cannot be resolved is told`() throws {
        let target = try RedisURL.parse("redis://no-such-host.invalid")
        let error = #expect(throws: RedisError.self) { try Connection(to: target) }
        guard case .resolve(host: "no-such-host.invalid", let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `a node without slots is told as such`() throws {
        let server = try RedisServer(
            .tcp, configuration: ["cluster-enabled yes"] + RedisServer.busConfiguration())
        let client = Client(target: try RedisURL.parse(server.url), timeout: 300)
        let error = #expect(throws: RedisError.self) { try client.call(Command("GET", key: [1])) }
        guard case .stalled(300, .server(let refusal)?, _)? = error, refusal.kind == .clusterDown
        else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a Sentinel is told as such, with the groups that it knows`() throws {
        let server = try RedisServer(
            kind: .sentinel, configuration: ["sentinel monitor alpha 127.0.0.1 1 1"])
        let client = Client(target: try RedisURL.parse(server.url))
        #expect(
            throws: RedisError.unsupported(
                .sentinel(names: ["alpha"]), address: server.socketPath)
        ) { try client.call(Command("PING")) }
    }

    @Test func `a replica is told where a primary is wanted`() throws {
        let primary = try RedisServer(.tcp)
        let replica = try RedisServer(configuration: ["replicaof 127.0.0.1 \(primary.port)"])
        let client = Client(target: try RedisURL.parse(replica.url))
        #expect(
            throws: RedisError.replica(
                address: replica.socketPath, primary: "redis://127.0.0.1:\(primary.port)")
        ) {
            try client.requirePrimary()
        }
        try Client(target: RedisURL.parse(primary.url)).requirePrimary()
    }

    @Test func `every address of a name is tried`() throws {
        let server = try RedisServer(.tcp, configuration: ["bind ::1"])
        let target = try RedisURL.parse("redis://localhost:\(server.port)")
        #expect(try Connection(to: target).call(Command("PING")) == .status("PONG"))
    }

    @Test func `a path that does not fit into an address is refused`() throws {
        let path = "/" + String(repeating: "x", count: 107)
        #expect(throws: RedisError.connect(address: path, SystemError(code: ENAMETOOLONG))) {
            try Connection(to: RedisTarget(endpoint: .unix(path: path)))
        }
    }

    @Test(arguments: [RedisServer.Listener.unixSocket, .tcp])
    func `a listener that accepts nobody is given up after the deadline`(
        _ kind: RedisServer.Listener
    ) throws {
        let listener = try FullListener(kind)
        let target = try RedisURL.parse(listener.url)
        let start = Date()
        let error = #expect(throws: RedisError.self) { try Connection(to: target, timeout: 300) }
        let elapsed = Date().timeIntervalSince(start)
        guard case .timeout(.connect, _, 300, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(elapsed >= 0.29 && elapsed < 0.8)
    }

    /// A server that takes about `seconds` to load its data, with 60 keys and one named `marker`.
    private func loadingServer(_ seconds: Double) throws -> RedisServer {
        let first = try RedisServer(configuration: ["rdbcompression no"])
        try first.cli("DEBUG", "POPULATE", "60", "key", "2000")
        try first.cli("SET", "marker", "1")
        try first.cli("SAVE")
        let dump = try Data(contentsOf: URL(fileURLWithPath: first.directory.file("dump.rdb")))
        let delay = Int(seconds * 1_000_000 / 61)
        return try RedisServer(
            configuration: [
                "key-load-delay \(delay)", "loading-process-events-interval-bytes 1024",
            ], files: ["dump.rdb": Array(dump)], waitUntilLoaded: false)
    }

    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(7, 0),
            "loading-process-events-interval-bytes came with Redis 7.0"))
    func `a server that loads its data is waited for until the deadline`() throws {
        let server = try loadingServer(1.2)
        let connection = try connect(server, timeout: 3000)
        let key = Array("marker".utf8)
        #expect(try connection.exchange([Command("GET", key: key)])[0].isLoading)
        #expect(try connection.call(Command("GET", key: key)) == .string([0x31]))
    }

    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(7, 0),
            "loading-process-events-interval-bytes came with Redis 7.0"))
    func `a call, a pipeline and a stream wait for a server that loads`() throws {
        let key = Array("marker".utf8)
        let first = try loadingServer(0.5)
        #expect(try connect(first).call(Command("GET", key: key)) == .string([0x31]))
        let second = try loadingServer(0.5)
        #expect(
            try connect(second).pipeline([Command("GET", key: key), Command("DBSIZE")])
                == [.string([0x31]), .integer(61)])
        let third = try loadingServer(0.5)
        let connection = try connect(third)
        _ = try connection.call(Command("TIME"))
        var sent = false
        let end = connection.stream {
            defer { sent = true }
            return sent ? nil : Command("GET", key: key)
        } onReply: { _, reply in
            #expect(reply == .string([0x31]))
        }
        #expect(end.failure == nil)
    }

    @Test(
        .enabled(
            if: ServerVersion.current >= .redis(7, 0),
            "loading-process-events-interval-bytes came with Redis 7.0"))
    func `a server that loads for longer than the deadline is given up`() throws {
        let server = try loadingServer(6)
        let start = Date()
        let error = #expect(throws: RedisError.self) {
            try connect(server, timeout: 400).call(Command("GET", key: [1]))
        }
        let elapsed = Date().timeIntervalSince(start)
        guard case .server(let refusal)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.kind == .loading)
        #expect(elapsed >= 0.4 && elapsed < 1.5)
    }
}
