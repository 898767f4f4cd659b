import Foundation

/// A back end as a test reaches it: what the program is told, and a way past the program.
package struct Place {
    package let url: String
    /// The URL of a user who may only look, where there is one.
    package let readerURL: String
    /// What proves the server to the client, and the client to the server.
    package let trust: Trust?
    /// What the keys begin with; shared back ends have one of its own for each test.
    package let namespace: String
    /// What redis-cli prints for a command whose second word is its key, with all rights.
    package let cli: ([String]) throws -> String

    package struct Trust: Sendable {
        package let authority: String
        package let client: TestAuthority.Identity
    }

    enum Namespace {
        case standard, own
    }

    /// The global options that the program needs beside the URL.
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

    /// A server that speaks TLS to those alone who show a certificate of its authority.
    static func secured() throws -> Place {
        let server = try TLSRedisServer(wantsCertificate: true)
        let trust = Trust(
            authority: server.authority.certificate,
            client: try server.authority.issue("client", for: nil))
        return Place(server.url(host: "127.0.0.1"), trust: trust) { try server.redis.cli($0) }
    }

    /// A server on which nobody may do anything but the users of `help redis` what it says there.
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
