import Foundation
import TestSupport

/// A peer on a loopback port that answers every command in its shape, with numbers from the ends of
/// the range. Deterministic: the same seed gives the same answers. It serves one connection after
/// the other until it is stopped.
final class LyingServer: @unchecked Sendable {
    let port: Int
    private let listener: CInt
    private let lock = NSLock()
    private var generator: SeededGenerator
    private var isHonestAboutTime = false
    private var seconds: Int64 = 0
    /// What every page of a scan says of the next one.
    private let cursor: String

    var url: String { "redis://127.0.0.1:\(port)" }

    static let extremes: [String] = [
        "9223372036854775807", "-9223372036854775808", "9223372036854775806",
        "-9223372036854775807",
        "4611686018427387904", "9223372036854775", "-9223372036854775", "9223372036854776000",
        "253402300799", "253402300800", "253402300799999", "281474976710656", "281474976710657",
        "2147483648", "4294967296", "-1", "-2", "-3", "0", "1", "500", "501",
    ]

    init(cursor: String = "0") throws {
        self.cursor = cursor
        signal(SIGPIPE, SIG_IGN)
        generator = SeededGenerator(seed: 0)
        (listener, port) = try Loopback.listen()
        let listener = listener
        Thread.detachNewThread {
            while let peer = Loopback.accept(listener) {
                Thread.detachNewThread { [weak self] in
                    self?.serve(peer)
                    Loopback.end(peer)
                }
            }
        }
    }

    deinit {
        Loopback.end(listener)
    }

    /// Begins another series of answers.
    func begin(seed: UInt64) {
        lock.withLock {
            generator = SeededGenerator(seed: seed)
            // Otherwise nearly every command would end at the clock.
            isHonestAboutTime = !generator.happens(0.15)
            seconds = Int64(Date().timeIntervalSince1970)
        }
    }

    // MARK: the wire

    private func serve(_ peer: CInt) {
        var input: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            var output = ""
            var position = 0
            while let command = Self.parse(input, &position) {
                output += lock.withLock { answer(command) }
            }
            input.removeFirst(position)
            guard Loopback.send(output.utf8, to: peer) else { return }
            let count = recv(peer, &block, block.count, 0)
            if count <= 0 { return }
            input += block[..<count]
        }
    }

    /// The next whole command, an array of strings.
    private static func parse(_ input: [UInt8], _ position: inout Int) -> [String]? {
        var at = position
        func line() -> Int? {
            guard let end = input[at...].firstIndex(of: 0x0A) else { return nil }
            defer { at = end + 1 }
            return Int(String(decoding: input[(at + 1)..<(end - 1)], as: UTF8.self))
        }
        guard at < input.count, let count = line() else { return nil }
        var words: [String] = []
        for _ in 0..<count {
            guard at < input.count, let size = line(), at + size + 2 <= input.count else {
                return nil
            }
            words.append(String(decoding: input[at..<(at + size)], as: UTF8.self))
            at += size + 2
        }
        position = at
        return words
    }

    // MARK: the answers

    private func number() -> String {
        Self.extremes.randomElement(using: &generator) ?? "0"
    }

    private func integer() -> String { ":\(number())\r\n" }

    private func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

    private func array(_ items: [String]) -> String { "*\(items.count)\r\n" + items.joined() }

    private func details() -> String {
        let text = #"{"iat":\#(number()),"label":"phone","at":\#(number()),"why":"x"}"#
        return bulk(text)
    }

    private func answer(_ words: [String]) -> String {
        let key = words.count > 1 ? words[1] : ""
        switch words[0].uppercased() {
        case "HELLO":
            return array([
                bulk("server"), bulk("redis"), bulk("version"), bulk("7.0.0"), bulk("proto"),
                ":2\r\n", bulk("id"), integer(), bulk("mode"), bulk("standalone"), bulk("role"),
                bulk("master"), bulk("modules"), "*0\r\n",
            ])
        case "PING": return "+PONG\r\n"
        case "SELECT", "MULTI", "CLIENT", "SET", "WATCH": return "+OK\r\n"
        case "TIME":
            guard isHonestAboutTime else { return array([bulk(number()), bulk(number())]) }
            seconds += 2
            return array([bulk(String(seconds)), bulk("0")])
        case "GET": return key.contains(":deny:") ? bulk("1") : value(key)
        case "MGET": return array(words.dropFirst().map { _ in bulk("1") })
        case "HMGET": return array(words.dropFirst(2).map { _ in details() })
        case "HGET": return details()
        case "ZSCORE": return bulk(score())
        case "ZRANGE": return array(page(words))
        case "SCAN": return array([bulk(cursor), array(keys(words).map(bulk))])
        case "SSCAN": return array([bulk(cursor), array([bulk("a"), bulk("b")])])
        case "EVAL", "EVALSHA": return script()
        case "XRANGE", "XREVRANGE": return array([entry()])
        case "XREAD": return array([array([bulk("jwt:audit"), array([entry()])])])
        case "XADD": return bulk("\(number())-\(number())")
        case "INFO": return bulk(info())
        case "CONFIG": return array([bulk(words.last ?? ""), bulk(number())])
        case "TYPE": return "+string\r\n"
        case "GETRANGE": return bulk("1")
        case "ACL": return "+OK\r\n"
        case "EXEC": return array([integer(), integer()])
        case "ROLE": return array([bulk("master"), integer(), "*0\r\n"])
        default: return integer()
        }
    }

    private func value(_ key: String) -> String {
        generator.happens(0.2) ? "$-1\r\n" : bulk(number())
    }

    private func score() -> String {
        generator.happens(0.3) ? "1e\(Int.random(in: 0...308, using: &generator))" : number()
    }

    /// One page of a list, and nothing after it.
    private func page(_ words: [String]) -> [String] {
        guard words.count > 2, words[2] == "0" || words[2] == "-1" else { return [] }
        return ["a", "b", "c"].flatMap { [bulk($0), bulk(score())] }
    }

    private func keys(_ words: [String]) -> [String] {
        [
            "jwt:deny:a", "jwt:deny:b", "jwt:{alice}:tokens", "jwt:{bob}:tokens",
            "jwt:{alice}:meta",
            "jwt:{alice}:revoked_before", "jwt:{alice}:cutoff",
        ]
    }

    private func script() -> String {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: integer()
        case 1: array([integer(), integer()])
        case 2: array([bulk(number()), integer()])
        case 3: array([bulk("OK"), integer()])
        default:
            array([
                bulk(
                    ["STALE", "CORRUPT", "EXPIRED", "LISTED"].randomElement(using: &generator) ?? ""
                ),
                integer(),
            ])
        }
    }

    private func entry() -> String {
        array([
            bulk("\(number())-\(number())"),
            array([
                bulk("op"), bulk("revoke"), bulk("id"), bulk("a"), bulk("count"), bulk(number()),
            ]),
        ])
    }

    private func info() -> String {
        let names = [
            "used_memory", "maxmemory", "evicted_keys", "rdb_changes_since_last_save",
            "connected_slaves", "master_repl_offset", "min_slaves_good_slaves", "aof_enabled",
            "loading", "cluster_enabled", "db0",
        ]
        return "role:master\r\nmaxmemory_policy:volatile-lru\r\nloading:0\r\n"
            + names.map { "\($0):\(number())\r\n" }.joined()
            + "slave0:ip=x,port=1,state=online,offset=\(number()),lag=\(number())\r\n"
    }
}
