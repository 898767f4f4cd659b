package import OpenSSL
package import Platform

/// Where a server listens.
package enum Endpoint: Equatable, Sendable, CustomStringConvertible {
    /// A host name or IP literal (an IPv6 literal without brackets) and a port.
    case tcp(host: String, port: UInt16)
    /// The path of a unix socket.
    case unix(path: String)

    /// `host:port`, `[::1]:port` or the path, as error messages show it.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }
}

/// A server, who we are there, and the database: what a Redis URL says.
package struct RedisTarget: CustomStringConvertible {
    package var endpoint: Endpoint
    /// The ACL user; nil means the server's `default`.
    package var user: String?
    package var password: SecretBytes?
    package var database: Int
    /// How the server has to prove who it is; nil means without TLS.
    package var tls: TLSSettings?

    package init(
        endpoint: Endpoint, user: String? = nil, password: SecretBytes? = nil, database: Int = 0,
        tls: TLSSettings? = nil
    ) {
        self.endpoint = endpoint
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
    }

    /// 127.0.0.1:6379, database 0, no password.
    package static var standard: RedisTarget {
        RedisTarget(endpoint: .tcp(host: "127.0.0.1", port: 6379))
    }

    /// The same server with another password, such as one that was asked for at the terminal.
    package func withPassword(_ password: SecretBytes) -> RedisTarget {
        var result = self
        result.password = password
        return result
    }

    /// Endpoint and database, never the user's password.
    package var description: String { "\(endpoint)/\(database)" }
}
