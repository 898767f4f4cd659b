import Testing

@testable import Redis

@Suite struct CommandTests {
    private func encoded(_ command: Command) -> String {
        let buffer = OutputBuffer()
        buffer.append(command)
        return buffer.withPending { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `every argument goes with its length`() {
        let command = Command("SET", key: Array("a\r\nDEL b".utf8), .bytes([0]), "EX", -60)
        #expect(
            encoded(command)
                == "*5\r\n$3\r\nSET\r\n$8\r\na\r\nDEL b\r\n$1\r\n\0\r\n$2\r\nEX\r\n$3\r\n-60\r\n")
    }

    @Test func `a command knows its key`() {
        #expect(Command("GET", key: [1, 2]).key == [1, 2])
        #expect(Command("PING").key == nil)
        #expect(Command.eval("return 1", keys: [[3], [4]], ["x"]).key == [3])
        #expect(Command.eval("return 1", keys: [], ["x"]).key == nil)
        #expect(
            encoded(.eval("s", keys: [[0x61]], ["b"])).hasSuffix(
                "$1\r\n1\r\n$1\r\na\r\n$1\r\nb\r\n"))
    }

    @Test func `a trace shows no password`() {
        #expect(Command("auth", "u", "hunter2").masked == Command("auth", "****"))
        #expect(Command("HELLO", 2, "AUTH", "u", "p").masked == Command("HELLO", "****"))
        #expect(Command("GET", key: [1]).masked == Command("GET", key: [1]))
    }

    @Test func `the output buffer keeps order while it drains in parts`() {
        let buffer = OutputBuffer()
        var wanted = ""
        var drained = ""
        for number in 0..<200 {
            buffer.append(Command("PING", .integer(Int64(number))))
            wanted += encoded(Command("PING", .integer(Int64(number))))
            let step = min(17, buffer.count)
            drained += buffer.withPending { String(decoding: $0[..<step], as: UTF8.self) }
            buffer.consume(step)
        }
        drained += buffer.withPending { String(decoding: $0, as: UTF8.self) }
        #expect(drained == wanted)
    }

    /// How Redis before 7.0 begins what went wrong in a script.
    private static let inScript = "ERR Error running script (call to f_1a): @user_script:12: "

    static let errors: [(String, ServerError.Kind)] = [
        ("NOAUTH Authentication required.", .noAuth),
        ("WRONGPASS invalid username-password pair or user is disabled.", .wrongPassword),
        ("ERR invalid password", .wrongPassword),
        ("NOPERM this user has no permissions", .noPermission),
        (
            "ERR The user executing the script can't access at least one of the keys",
            .noPermission
        ),
        ("ERR ACL failure in script: User u has no permissions to run the 'zadd'", .noPermission),
        ("ERR ACL failure in script: No permissions to access a key script: 1a", .noPermission),
        (
            inScript + "@user_script: 1: The user executing the script can't run this command",
            .noPermission
        ),
        (inScript + "-READONLY You can't write against a read only replica. ", .readOnly),
        (inScript + "WRONGTYPE Operation against a key", .wrongType),
        (inScript + "-OOM command not allowed", .outOfMemory),
        (inScript + "attempt to index a nil value", .other),
        (inScript, .other), ("ERR Error running script (call to f_", .other),
        ("ERR Error running script (call to f_1a)", .other),
        ("WRONGTYPE Operation against a key", .wrongType),
        ("LOADING Redis is loading the dataset in memory", .loading),
        ("READONLY You can't write against a read only replica.", .readOnly),
        ("OOM command not allowed", .outOfMemory),
        ("MISCONF Redis is configured", .misconfigured),
        ("NOREPLICAS Not enough good replicas to write.", .noReplicas),
        ("BUSY Redis is busy", .other),
        ("MOVED 6398 127.0.0.1:17101", .moved(slot: 6398, address: "127.0.0.1:17101")),
        ("MOVED 1 :6379", .moved(slot: 1, address: ":6379")),
        ("ASK 4574 ::1:17102", .ask(slot: 4574, address: "::1:17102")),
        ("MOVED x y", .other),
        ("CLUSTERDOWN The cluster is down", .clusterDown),
        ("MASTERDOWN Link with MASTER is down", .masterDown),
        ("ERR max number of clients reached", .maxClients),
        ("ERR unknown command 'HELLO'", .unknownCommand),
        ("ERR syntax error", .other),
        ("", .other),
        ("WRONGTYPEX y", .other),
    ]

    @Test(arguments: errors)
    func `error replies have a kind`(_ text: String, _ kind: ServerError.Kind) {
        #expect(ServerError(text).kind == kind)
        #expect(ServerError(text).text == text)
    }

    @Test func `accessors refuse other types`() throws {
        #expect(try Reply.integer(3).integer() == 3)
        #expect(try Reply.null.optionalBytes() == nil)
        #expect(throws: RedisError.unexpectedReply(expected: "a string", got: "null")) {
            try Reply.null.bytes()
        }
        #expect(throws: RedisError.unexpectedReply(expected: "an integer", got: "a string")) {
            try Reply.string([0x31]).integer()
        }
        #expect(throws: RedisError.server(ServerError("OOM x"))) {
            try Reply.error(ServerError("OOM x")).integer()
        }
    }

    @Test(arguments: [
        ("*", "\\*"), ("a?b", "a\\?b"), ("[a-z]", "\\[a-z\\]"), ("x\\", "x\\\\"), ("", ""),
    ])
    func `glob characters are escaped`(_ text: String, _ wanted: String) {
        #expect(GlobPattern.escape(text.utf8) == Array(wanted.utf8))
    }
}
