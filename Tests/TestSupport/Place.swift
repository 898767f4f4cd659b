import Foundation

/// A running Redis deployment: how the program connects to it, and a way to ask it without the
/// program.
package struct Place {
    package let url: String
    /// The URL of the read-only user, or `url` if there is none.
    package let readerURL: String
    /// The certificates for TLS in both directions; nil without TLS.
    package let trust: Trust?
    /// The namespace of the keys. In a shared deployment each test has its own.
    package let namespace: String
    /// Runs a command whose second word is its key, with all rights, and returns what redis-cli
    /// prints.
    package let cli: ([String]) throws -> String

    package struct Trust: Sendable {
        package let authority: String
        package let client: TestAuthority.Identity
    }

    enum Namespace {
        case standard, own
    }

    /// The global options that the program needs in addition to the URL.
    package var options: [String] {
        trust.map {
            [
                "--redis-cacert", $0.authority, "--redis-cert", $0.client.certificate,
                "--redis-key", $0.client.key,
            ]
        } ?? []
    }

    init(
        _ url: String, readerURL: String? = nil, trust: Trust? = nil,
        namespace: Namespace = .standard, cli: @escaping ([String]) throws -> String
    ) {
        self.url = url
        self.readerURL = readerURL ?? url
        self.trust = trust
        self.namespace = namespace == .own ? "t" + UUID().uuidString.prefix(8) : "jwt"
        self.cli = cli
    }

    /// Starts a server that accepts only TLS clients with a certificate of its authority.
    static func secured() throws -> Place {
        let server = try TLSRedisServer(wantsCertificate: true)
        let trust = Trust(
            authority: server.authority.certificate,
            client: try server.authority.issue("client", for: nil))
        return Place(server.url(host: "127.0.0.1"), trust: trust) { try server.redis.cli($0) }
    }

    /// Starts a server on which only the two users of `help redis` have rights, those that are
    /// listed there.
    static func restricted() throws -> Place {
        let server = try RedisServer(
            .tcp,
            configuration: [
                "user default off",
                ServerVersion.current.understood(
                    ["user", "admin", "on", ">admin", "~*", "&*", "+@all"]
                ).joined(separator: " "),
            ],
            login: ["--no-auth-warning", "--user", "admin", "-a", "admin"])
        let rules = try AccessRules.documented.get()
        for rule in [rules.tool, rules.reader] {
            let words = rule.split(separator: " ").map { $0 == ">SECRET" ? ">pass" : String($0) }
            let answer = try server.cli(ServerVersion.current.understood(words))
            guard answer == "OK" else { throw TestSupportError("\(rule): \(answer)") }
        }
        func url(_ user: String) -> String { "redis://\(user):pass@127.0.0.1:\(server.port)" }
        return Place(url("jwtctl"), readerURL: url("jwtctl-reader")) { try server.cli($0) }
    }
}
