package import OpenSSL
package import Platform

/// The address of a server.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
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

/// A group that Sentinels watch over: its name, and the credentials for the Sentinels.
package struct SentinelService {
    /// The Sentinels' name for the group, such as `mymaster`.
    package let name: String
    /// The Sentinels' own user and password; the data servers' are never sent to them.
    package let user: String?
    package let password: SecretBytes?
}

/// The content of a Redis URL: a server or a group of them, credentials, and the database.
package struct RedisTarget: CustomStringConvertible {
    /// Several are nodes of one Cluster, or Sentinels.
    package private(set) var endpoints: [Endpoint]
    /// nil where the endpoints are servers with data.
    package private(set) var sentinel: SentinelService?
    /// The ACL user; nil means the server's `default`.
    package private(set) var user: String?
    package private(set) var password: SecretBytes?
    /// The source of the password, for errors; nothing secret.
    package var passwordSource: String?
    /// The name that certificates must have if it is not the host's, such as behind a tunnel.
    package var serverName: String?
    /// Whether it is a Sentinel, not a server with data.
    private(set) var isSentinel = false
    package private(set) var database: Int
    /// The TLS settings for servers and Sentinels; nil means without TLS.
    package var tls: TLSSettings?

    package init(
        endpoints: [Endpoint], sentinel: SentinelService? = nil, user: String? = nil,
        password: SecretBytes? = nil, database: Int = 0, tls: TLSSettings? = nil
    ) {
        precondition(!endpoints.isEmpty)
        self.endpoints = endpoints
        self.sentinel = sentinel
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
    }

    package init(
        endpoint: Endpoint, user: String? = nil, password: SecretBytes? = nil, database: Int = 0,
        tls: TLSSettings? = nil
    ) {
        self.init(
            endpoints: [endpoint], user: user, password: password, database: database, tls: tls)
    }

    /// Whether it is the same database of the same servers, whatever the credentials.
    package func isSamePlace(as other: RedisTarget) -> Bool {
        endpoints == other.endpoints && sentinel?.name == other.sentinel?.name
            && database == other.database && (tls == nil) == (other.tls == nil)
    }

    /// The first of `endpoints`; the only one once it is set.
    package var endpoint: Endpoint {
        get { endpoints[0] }
        set { endpoints = [newValue] }
    }

    /// 127.0.0.1:6379, database 0, no password.
    package static var standard: RedisTarget {
        RedisTarget(endpoint: .tcp(host: "127.0.0.1", port: 6379))
    }

    /// A copy with another password, such as one typed at the terminal.
    package func withPassword(
        _ password: SecretBytes, from source: String? = nil
    ) -> RedisTarget {
        var copy = self
        copy.password = password
        copy.passwordSource = source
        return copy
    }

    /// One data server of the group, reached and logged in to in the same way.
    func node(_ endpoint: Endpoint) -> RedisTarget {
        var copy = self
        copy.endpoint = endpoint
        copy.sentinel = nil
        return copy
    }

    /// One Sentinel: its own credentials, and no database.
    func sentinel(_ endpoint: Endpoint, of service: SentinelService) -> RedisTarget {
        var copy = node(endpoint)
        copy.user = service.user
        copy.password = service.password
        copy.passwordSource = service.password == nil ? nil : "sentinel_password in the URL"
        copy.isSentinel = true
        copy.database = 0
        return copy
    }

    /// The endpoints with commas between them, and the Sentinels' name for the primary before.
    package var place: String {
        let list = endpoints.map(\.description).joined(separator: ",")
        return sentinel.map { "\($0.name)@\(list)" } ?? list
    }

    /// Endpoints and database, never the user's password.
    package var description: String { "\(place)/\(database)" }
}
