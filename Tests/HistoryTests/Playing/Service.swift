import Foundation
import TestSupport

/// An application that reads the native layout, and knows nothing else: a token is dead when its
/// key is there, or when its `iat` is not later than its user's cutoff and everybody's.
final class Service {
    private let nodes: [Connection.Address]
    private var connections: [Connection.Address: Connection] = [:]
    /// Where a Cluster said that keys lie.
    private var places: [String: Connection.Address] = [:]

    /// Any node of a Cluster will do first; all of those that take writes are waited for.
    init(_ nodes: [Connection.Address]) { self.nodes = nodes }

    func look(at token: Token) throws -> Outcome.Sight {
        let denied = try ask(["EXISTS", "jwt:deny:\(Self.encoded(token.id))"])
        let own = try cutoff("jwt:{\(Self.encoded(token.user))}:cutoff")
        let common = try cutoff("jwt:cutoff")
        guard case .number(let count) = denied else {
            throw TestSupportError("EXISTS answered \(denied)")
        }
        let cutoff = [own, common].compactMap(\.self).max()
        let isPassed = cutoff.map { token.issuedAt > $0 } ?? true
        return Outcome.Sight(
            isDenied: count == 1, cutoff: cutoff, isActive: count == 0 && isPassed)
    }

    /// The ids on a user's list.
    func list(of user: String) throws -> [String] {
        let reply = try ask(["ZRANGE", "jwt:{\(Self.encoded(user))}:tokens", "0", "-1"])
        guard case .list(let members) = reply else {
            throw TestSupportError("ZRANGE answered \(reply)")
        }
        return members.compactMap { if case .text(let id) = $0 { id } else { nil } }
    }

    /// Returns when Redis has done all that others had sent before, or is another process by then.
    ///
    /// A round of its loop takes what lies in every socket; it may have been in the middle of one
    /// when it was asked first.
    func settle() throws {
        for node in nodes {
            try waitUntil("Redis to answer") {
                do {
                    for _ in 0..<3 { _ = try connection(node).ask(["PING"]) }
                    return true
                } catch {
                    connections[node] = nil
                    return false
                }
            }
        }
    }

    private func cutoff(_ key: String) throws -> Int? {
        switch try ask(["GET", key]) {
        case .absent: return nil
        case .text(let text):
            guard let second = Int(text) else { throw TestSupportError("\(key) is \(text)") }
            return second
        case let reply: throw TestSupportError("GET \(key) answered \(reply)")
        }
    }

    private func ask(_ words: [String]) throws -> Connection.Reply {
        // All keys of a user lie together.
        let key = words[1].split(separator: "}").first.map(String.init) ?? words[1]
        let node = places[key] ?? nodes[0]
        do {
            let reply = try connection(node).ask(words)
            guard case .failure(let text) = reply, text.hasPrefix("MOVED "),
                let port = text.split(separator: ":").last.flatMap({ Int($0) })
            else { return reply }
            places[key] = .port(port)
            return try connection(.port(port)).ask(words)
        } catch {
            connections[node] = nil
            throw error
        }
    }

    private func connection(_ node: Connection.Address) throws -> Connection {
        if let known = connections[node] { return known }
        let new = try Connection(node)
        connections[node] = new
        return new
    }

    /// Every byte but these becomes `%` and two hexadecimal digits.
    private static func encoded(_ text: String) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@+-".utf8)
        return text.utf8.map { byte in
            plain.contains(byte)
                ? String(decoding: [byte], as: UTF8.self) : String(format: "%%%02X", byte)
        }.joined()
    }
}
