import Foundation
import Layouts
import Redis
import Synchronization
import TestSupport
import TokenStore

/// A private server, a store on it, and a second connection to look at what the store did.
final class StoreSandbox {
    let server: RedisServer
    let layout: Layout
    let client: Client
    let store: TokenStore
    /// Never used by `store`.
    private(set) var observer: Client

    init(
        _ configuration: [String] = [], maximumLifetime: Int64? = nil, margin: Int64? = nil
    ) throws {
        server = try RedisServer(configuration: configuration)
        layout = try Layout.native()
        client = Self.client(server.socketPath)
        observer = Self.client(server.socketPath)
        store = Self.store(client, maximumLifetime: maximumLifetime, margin: margin)
    }

    static func client(_ path: String) -> Client {
        Client(target: RedisTarget(endpoint: .unix(path: path)))
    }

    static func store(
        _ client: Client, maximumLifetime: Int64? = nil, margin: Int64? = nil
    ) -> TokenStore {
        // The default namespace is one.
        // swift-format-ignore: NeverUseForceTry
        TokenStore(
            client: client, layout: try! .native(), origin: .init(actor: "ann", host: "box"),
            maximumLifetime: maximumLifetime, margin: margin)
    }

    /// Another store on a connection of its own.
    func another(maximumLifetime: Int64? = nil) -> TokenStore {
        Self.store(Self.client(server.socketPath), maximumLifetime: maximumLifetime)
    }

    /// Forgets connections that have died with the server.
    func restart() throws {
        try server.restart()
        observer = Self.client(server.socketPath)
    }

    /// Redis' clock.
    func now() throws -> Int64 { try observer.serverTime().seconds }

    @discardableResult
    func raw(_ name: String, _ rest: Argument...) throws -> Reply {
        try observer.call(Command(arguments: [.text(name)] + rest))
    }

    func integer(_ name: String, _ rest: Argument...) throws -> Int64 {
        try observer.call(Command(arguments: [.text(name)] + rest)).integer()
    }

    /// The second at which `key` expires; -1 where it does not, -2 where it is not there.
    func end(_ key: Argument) throws -> Int64 { try Self.second(milliseconds: preciseEnd(key)) }

    func end(_ key: String) throws -> Int64 { try end(.text(key)) }

    /// The same in milliseconds. Before Redis 7.0 it is reckoned, some milliseconds too late.
    func preciseEnd(_ key: Argument) throws -> Int64 {
        if ServerVersion.current >= .redis(7, 0) { return try integer("PEXPIRETIME", key) }
        let replies = try observer.pipeline([
            Command(arguments: ["PTTL", key]), Command("TIME"),
        ])
        let left = try replies[0].integer()
        let now = try replies[1].array().map { try Int64($0.text()) ?? 0 }
        return left < 0 ? left : now[0] * 1000 + now[1] / 1000 + left
    }

    /// By how much `preciseEnd` may be too late.
    static let slack: Int64 = ServerVersion.current >= .redis(7, 0) ? 0 : 100

    private static func second(milliseconds: Int64) -> Int64 {
        milliseconds < 0 ? milliseconds : (milliseconds + slack) / 1000
    }

    /// Every key with its value and end, as far as they can be compared.
    func snapshot() throws -> [[UInt8]: Snapshot] {
        var result: [[UInt8]: Snapshot] = [:]
        var scan = observer.scan()
        while let page = try scan.nextPage() {
            for key in page {
                let value = try raw("DUMP", .bytes(key)).optionalBytes() ?? []
                // To the millisecond where the server tells it.
                let end = try preciseEnd(.bytes(key))
                let isTold = ServerVersion.current >= .redis(7, 0)
                result[key] = Snapshot(
                    value: value, end: isTold ? end : Self.second(milliseconds: end))
            }
        }
        return result
    }

    /// The keys that came, went or changed since `before`, as text.
    func changes(since before: [[UInt8]: Snapshot]) throws -> Set<String> {
        let after = try snapshot()
        let keys = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        return Set(keys.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Records tokens `t0`, `t1`, … for `user`, all in one go, as `record` would.
    func fill(_ user: String, _ count: Int, iat: Int64?, exp: Int64) throws {
        let keys = try layout.nativeKeys(of: try Identifier(user))
        let details = iat.map { "{\"iat\":\($0)}" } ?? "{}"
        _ = try observer.pipeline(
            (0..<count).flatMap { number in
                [
                    Command("ZADD", key: keys.tokens, .integer(exp), .text("t\(number)")),
                    Command("HSET", key: keys.meta, .text("t\(number)"), .text(details)),
                ]
            })
        try raw("EXPIREAT", .bytes(keys.tokens), .integer(exp + 60))
        try raw("EXPIREAT", .bytes(keys.meta), .integer(exp + 60))
    }

    func record(
        _ id: String, _ user: String, iat: Int64?, exp: Expiry, label: String? = nil
    ) throws -> RecordOutcome {
        try store.record(
            TokenRecord(
                id: try Identifier(id), user: try Identifier(user), issuedAt: iat, expiry: exp,
                label: label))
    }

    func revoke(
        _ id: String, _ user: String? = nil, exp: Expiry, entry: DenyEntry? = nil
    ) throws -> RevocationOutcome {
        let item = Revocation(
            id: try Identifier(id), user: try user.map { try Identifier($0) }, expiry: exp)
        return store.revoke([item], entry: entry).outcomes[0]
    }

    func state(_ id: String, _ user: String?) throws -> TokenState {
        try store.states(of: [
            StateQuery(id: try Identifier(id), user: try user.map { try Identifier($0) })
        ])[0]
    }
}

struct Snapshot: Equatable {
    let value: [UInt8]
    let end: Int64
}

/// A value that threads of a test share.
final class Box<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    var current: Value { value.withLock { $0 } }

    func update(_ body: (inout Value) -> Void) { value.withLock { body(&$0) } }
}

/// Waits up to ten seconds for `condition`.
func poll(_ condition: () throws -> Bool) throws -> Bool {
    let deadline = Date(timeIntervalSinceNow: 10)
    while deadline.timeIntervalSinceNow > 0 {
        if try condition() { return true }
        usleep(2000)
    }
    return false
}

extension TokenStore {
    /// What restoring one token came to.
    func restore(
        _ id: Identifier, user: Identifier?, issued: IssuedAt, expiry: Expiry?
    ) throws(StoreError) -> RestoreOutcome {
        try restore(
            Restoration(TokenSubject(id: id, user: user), issued: issued, expiry: expiry),
            reason: nil
        ).outcome
    }
}
