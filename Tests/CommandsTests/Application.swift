import Foundation
import JSON
import Redis
import TestSupport

/// An application beside the tool on the same Redis: what it writes at a login, what it asks on
/// each request, and the bytes that it expects. Nothing here is taken from the layouts' data.
struct Application: Sendable, CustomStringConvertible {
    /// What becomes of a token without `exp`.
    enum Endless: Sendable {
        /// The person has to say how long it lives.
        case asked
        /// Its entry, if there is one, never ends.
        case kept
        /// Its entry lives this many seconds.
        case lives(Int64)
    }

    /// How all of a user's tokens are ended.
    enum Logout: Sendable {
        case impossible
        /// A second, before which all tokens are dead.
        case cutoff
        /// Every token that stands on the user's list.
        case list
        /// Every token that has a key of its own.
        case keys
    }

    /// The preset's name.
    let name: String
    var variables: [String] = []
    /// Claims that name the token and its user, beside `iat` and `exp`.
    let claims: @Sendable (_ user: String, _ id: String) -> JSONObject
    /// The claims without which the token has no name; empty where the token itself is its name.
    var nameless: [JSONString] = ["jti"]
    /// What the application writes where it keeps what is alive; nil where a login writes nothing.
    var logIn: (@Sendable (Eye, Login) throws -> Void)?
    /// Its own check on each request.
    let accepts: @Sendable (Eye, Login) throws -> Bool
    /// Where a revocation is told, or a login.
    let key: @Sendable (Login) throws -> [UInt8]
    /// Other keys that a revocation has to change.
    var others: @Sendable (Login) throws -> Set<[UInt8]> = { _ in [] }
    /// The exact bytes of a revocation at this second; `.none` where the key has to be gone.
    let content: @Sendable (Login, _ now: Int64) throws -> Content
    /// Seconds that a revocation outlives `exp`.
    var margin: Int64 = 60
    /// Seconds after `iat` in which an expired token can still be refreshed.
    var refresh: Int64 = 0
    /// Whether nothing ever ends a revocation.
    var isEternal = false
    var endless = Endless.asked
    /// Whether the bare id is enough to revoke it.
    var isNamedByID = true
    var isRestorable = true
    var logout = Logout.impossible
    /// Whether a revocation waits a second for what the application may write back.
    var looksAgain = false
    /// Users whom its own keys can't tell from `bob`.
    var unfit: Set<String> = []

    static let all = blacklists + whitelists

    var description: String { ([name] + variables).joined(separator: " ") }
    var isWhitelist: Bool { logIn != nil }
    /// What `verify` says of a revoked token.
    var deadStatus: Int32 { isWhitelist ? 7 : 6 }

    /// The second at which a revocation ends; nil for never.
    func end(_ login: Login) -> Int64? {
        guard let exp = login.exp, !isEternal else { return nil }
        return max(exp, refresh == 0 ? exp : login.iat + refresh) + margin
    }

    var options: [String] {
        ["--layout", name] + variables.flatMap { ["--layout-var", $0] }
    }
}

/// What stands under a key.
enum Content: Equatable, Sendable {
    case none
    case string([UInt8])
    case hash([String: String])
    case set(Set<[UInt8]>)
    /// Members and scores.
    case sorted([[UInt8]: Double])
    case list([[UInt8]])

    static func text(_ text: String) -> Content { .string(Array(text.utf8)) }
}

/// One token of a user.
struct Login: Sendable {
    let user: String
    let id: String
    let iat: Int64
    let exp: Int64?
    let token: String

    /// `replaced` is a claim that is left out, or has another value.
    init(
        _ application: Application, user: String, id: String?, iat: Int64, exp: Int64?,
        replacing replaced: (name: JSONString, value: JSONValue?)? = nil
    ) {
        let id = id ?? "id-\(UInt64.random(in: 0..<(1 << 48)))"
        var claims = application.claims(user, id)
        claims.set("iat", .integer(iat))
        if let exp { claims.set("exp", .integer(exp)) }
        if let replaced, claims[replaced.name] != nil {
            claims.remove(replaced.name)
            if let value = replaced.value { claims.set(replaced.name, value) }
        }
        self.user = user
        self.id = id
        self.iat = iat
        self.exp = exp
        token = TestToken.signed(claims)
    }

    /// The same with the token that somebody else has made.
    init(of model: Login, token: String) {
        user = model.user
        id = model.id
        iat = model.iat
        exp = model.exp
        self.token = token
    }
}

/// A connection of its own: what applications ask, and what a test looks at.
final class Eye {
    let client: Client

    init(_ server: RedisServer) {
        client = Client(target: RedisTarget(endpoint: .unix(path: server.socketPath)))
    }

    init(url: String) throws { client = Client(target: try RedisURL.parse(url)) }

    @discardableResult
    func call(_ name: String, _ key: [UInt8], _ rest: Argument...) throws -> Reply {
        try client.call(
            Command(arguments: [.text(name), .bytes(key)] + rest, keyIndex: 1)
        ).value()
    }

    @discardableResult
    func call(_ name: String, _ key: String, _ rest: Argument...) throws -> Reply {
        try client.call(
            Command(arguments: [.text(name), .text(key)] + rest, keyIndex: 1)
        ).value()
    }

    func now() throws -> Int64 { try client.serverTime().seconds }

    func string(_ key: [UInt8]) throws -> [UInt8]? { try call("GET", key).optionalBytes() }

    func text(_ key: String) throws -> String? {
        try string(Array(key.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    func exists(_ key: [UInt8]) throws -> Bool { try call("EXISTS", key) == .integer(1) }

    func exists(_ key: String) throws -> Bool { try exists(Array(key.utf8)) }

    func field(_ key: String, _ field: String) throws -> String? {
        try call("HGET", key, .text(field)).optionalBytes()
            .map { String(decoding: $0, as: UTF8.self) }
    }

    func isMember(_ key: String, _ member: String) throws -> Bool {
        try call("SISMEMBER", key, .text(member)) == .integer(1)
    }

    func content(_ key: [UInt8]) throws -> Content {
        func strings(_ reply: Reply) throws -> [[UInt8]] { try reply.byteStrings() }
        switch try call("TYPE", key).text() {
        case "string": return .string(try call("GET", key).bytes())
        case "hash":
            let flat = try strings(call("HGETALL", key)).map { String(decoding: $0, as: UTF8.self) }
            return .hash(
                Dictionary(
                    uniqueKeysWithValues: stride(from: 0, to: flat.count, by: 2).map {
                        (flat[$0], flat[$0 + 1])
                    }))
        case "set": return .set(Set(try strings(call("SMEMBERS", key))))
        case "list": return .list(try strings(call("LRANGE", key, 0, -1)))
        case "zset":
            let flat = try strings(call("ZRANGE", key, 0, -1, "WITHSCORES"))
            return .sorted(
                Dictionary(
                    uniqueKeysWithValues: stride(from: 0, to: flat.count, by: 2).map {
                        (flat[$0], Double(String(decoding: flat[$0 + 1], as: UTF8.self)) ?? .nan)
                    }))
        default: return .none
        }
    }

    /// The second at which a key ends; -1 for never, -2 where there is none. Before Redis 7.0 it is
    /// reckoned.
    func end(_ key: [UInt8]) throws -> Int64 {
        if ServerVersion.current >= .redis(7, 0) {
            let end = try call("PEXPIRETIME", key).integer()
            // A whole second, or no second of anybody's.
            return end < 0 ? end : end % 1000 == 0 ? end / 1000 : -3
        }
        let left = try call("PTTL", key).integer()
        let now = try client.serverTime()
        return left < 0
            ? left : (now.seconds * 1000 + now.microseconds / 1000 + left + 100) / 1000
    }

    /// Seconds that a key has left.
    func left(_ key: [UInt8]) throws -> Int64 { try call("TTL", key).integer() }

    /// Every key of one server with what lies under it, and its end.
    func snapshot() throws -> [[UInt8]: Stored] {
        var result: [[UInt8]: Stored] = [:]
        var scan = client.scan()
        while let page = try scan.nextPage() {
            for key in page { result[key] = Stored(content: try content(key), end: try end(key)) }
        }
        return result
    }

    func changes(since before: [[UInt8]: Stored]) throws -> Set<[UInt8]> {
        let after = try snapshot()
        return Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    }

    struct Stored: Equatable {
        let content: Content
        let end: Int64
    }
}

/// As a Java program spells a string for `ObjectOutputStream`.
func javaString(_ text: String) -> [UInt8] {
    var body: [UInt8] = []
    for unit in text.utf16 {
        if unit != 0, unit < 0x80 {
            body.append(UInt8(unit))
        } else if unit < 0x800 {
            body += [UInt8(0xC0 | unit >> 6), UInt8(0x80 | unit & 0x3F)]
        } else {
            body += [
                UInt8(0xE0 | unit >> 12), UInt8(0x80 | unit >> 6 & 0x3F), UInt8(0x80 | unit & 0x3F),
            ]
        }
    }
    var head: [UInt8] = [0xAC, 0xED, 0, 5]
    if body.count < 0x10000 {
        head += [0x74, UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
    } else {
        head += [0x7C] + (0..<8).reversed().map { UInt8(body.count >> ($0 * 8) & 0xFF) }
    }
    return head + body
}

/// Percent-encoding of all but a few bytes.
func percentEncoded(_ text: String) -> String {
    let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@+-".utf8)
    return text.utf8.map {
        plain.contains($0)
            ? String(UnicodeScalar($0)) : "%" + String($0, radix: 16, uppercase: true).leftPadded
    }.joined()
}

extension String {
    fileprivate var leftPadded: String { count < 2 ? "0" + self : self }
}

func md5(_ text: String) throws -> String {
    let result = try ProcessRunner.run(["md5sum"], input: Array(text.utf8))
    return String(result.text.prefix(32))
}
