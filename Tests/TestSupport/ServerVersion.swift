import Foundation

/// The version of the server that the tests start: the `redis-server` in the search path, which may
/// be an older or newer one, or Valkey's.
package struct ServerVersion: Comparable, Sendable, CustomStringConvertible {
    package let isValkey: Bool
    package let major: Int
    package let minor: Int
    private let text: String

    /// The version in this run.
    package static let current: ServerVersion = {
        do {
            let result = try ProcessRunner.run(["redis-server", "--version"], timeout: 30)
            // Redis server v=7.0.15 sha=…
            guard let version = ServerVersion(line: result.text) else {
                fatalError("redis-server --version says: \(result.text)\(result.errorText)")
            }
            return version
        } catch {
            fatalError("redis-server is missing: apt-get install redis-server")
        }
    }()

    /// A version of Redis, to compare with. Valkey began as Redis 7.2.
    package static func redis(_ major: Int, _ minor: Int) -> ServerVersion {
        ServerVersion(isValkey: false, major: major, minor: minor, text: "\(major).\(minor)")
    }

    private init(isValkey: Bool, major: Int, minor: Int, text: String) {
        self.isValkey = isValkey
        self.major = major
        self.minor = minor
        self.text = text
    }

    private init?(line: String) {
        let words = line.split(separator: " ")
        guard let word = words.first(where: { $0.hasPrefix("v=") })?.dropFirst(2) else {
            return nil
        }
        let numbers = word.split(separator: ".").compactMap { Int($0) }
        guard numbers.count >= 2 else { return nil }
        self.init(
            isValkey: line.hasPrefix("Valkey"), major: numbers[0], minor: numbers[1],
            text: String(word))
    }

    package var description: String { "\(isValkey ? "Valkey" : "Redis") \(text)" }

    /// The words of an ACL rule in the syntax of this version. Redis 6.0 has no rights to channels,
    /// and before 7.0 a right to a key covers reading and writing.
    package func understood(_ rule: [String]) -> [String] {
        rule.compactMap { word in
            if self < .redis(6, 2), word == "resetchannels" || word.hasPrefix("&") { return nil }
            if self < .redis(7, 0), word.hasPrefix("%R~") { return String(word.dropFirst(2)) }
            return word
        }
    }

    /// Compares the numbers only: Valkey has everything that Redis 7.2 had.
    package static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package static func == (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor) == (right.major, right.minor)
    }
}
