package import OpenSSL
package import Platform

/// The address of a server.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host name or IP literal (an IPv6 literal without brackets), and a port.
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

/// A group that Sentinels watch: its name, and the credentials for the Sentinels.
package struct SentinelService {
    /// The Sentinels' name for the group, such as `mymaster`.
    package let name: String
    /// The user and password of the Sentinels themselves. Those of the data servers are never sent
    /// to a Sentinel.
    package let user: String?
    package let password: SecretBytes?
}

/// The content of a Redis URL: one server or a group of servers, credentials, and the database.
package struct RedisTarget: CustomStringConvertible {
    /// The addresses, at least one. Several are nodes of one Cluster, or Sentinels.
    package private(set) var endpoints: [Endpoint]
    /// The group to ask the endpoints for; nil if the endpoints are servers with data.
    package private(set) var sentinel: SentinelService?
    /// The ACL user; nil means the server's `default`.
    package private(set) var user: String?
    package private(set) var password: SecretBytes?
    /// The source of the password for errors, such as a variable; nothing secret.
    package var passwordSource: String?
    /// The name that certificates must have; nil for the host of the endpoint. Needed behind a
    /// tunnel, for example.
    package var serverName: String?
    /// Whether this is a Sentinel, not a server with data.
    private(set) var isSentinel = false
    /// The number for SELECT.
    package private(set) var database: Int
    /// The TLS settings for servers and Sentinels; nil means no TLS.
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

    /// Whether both are the same database of the same servers, whatever the credentials.
    package func isSamePlace(as other: RedisTarget) -> Bool {
        endpoints == other.endpoints && sentinel?.name == other.sentinel?.name
            && database == other.database && (tls == nil) == (other.tls == nil)
    }

    /// The first of `endpoints`. Setting it drops the others.
    package var endpoint: Endpoint {
        get { endpoints[0] }
        set { endpoints = [newValue] }
    }

    /// 127.0.0.1:6379, database 0, without a password.
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

    /// One data server of the group, reached with the same credentials.
    func node(_ endpoint: Endpoint) -> RedisTarget {
        var copy = self
        copy.endpoint = endpoint
        copy.sentinel = nil
        return copy
    }

    /// One Sentinel of the group: with its own credentials, and no database.
    func sentinel(_ endpoint: Endpoint, of service: SentinelService) -> RedisTarget {
        var copy = node(endpoint)
        copy.user = service.user
        copy.password = service.password
        copy.passwordSource = service.password == nil ? nil : "sentinel_password in the URL"
        copy.isSentinel = true
        copy.database = 0
        return copy
    }

    /// The endpoints, separated by commas; before them the name of the group, if there is one:
    /// `mymaster@host:26379`.
    package var place: String {
        let list = endpoints.map(\.description).joined(separator: ",")
        return sentinel.map { "\($0.name)@\(list)" } ?? list
    }

    /// Endpoints and database, never credentials.
    package var description: String { "\(place)/\(database)" }
}

/// Why a Redis URL was refused. No case carries text that may be part of a password.
package enum RedisURLError: Error, Equatable, Sendable {
    /// There is no `scheme://` at the beginning.
    case missingScheme
    /// The path of a socket alone; nil if it has characters that a URL would encode.
    case barePath(String?)
    /// The form of StackExchange.Redis, which Azure shows: `HOST:PORT,password=…,ssl=True`. `place`
    /// is the address in it; nil unless it certainly is one.
    case connectionString(place: String?, usesTLS: Bool)
    /// More than one address has credentials before it, or a password has an `@` and a comma that
    /// are not encoded.
    case severalUserinfos
    /// Another scheme; empty if the text does not look like one.
    case unknownScheme(String)
    /// `redis://secret@host`: a user for some programs, a password for others. The right spelling
    /// of a password alone is `redis://:secret@host`.
    case ambiguousUserinfo
    /// A `%` that two hexadecimal digits do not follow, or bytes that are not UTF-8, in `part`.
    case badPercentEncoding(part: String)
    /// A blank, a control character or one outside ASCII that is not encoded.
    case badCharacter
    /// A host that is empty in a list, has forbidden characters, or is an IPv6 address without
    /// brackets.
    case badHost
    /// Not a number of 1 to 65535.
    case badPort
    /// Not a decimal number without leading zeros.
    case badDatabase
    /// Both the path and the query name a database.
    case databaseTwice
    /// A Sentinel URL without the name of the group, such as `/mymaster`.
    case missingPrimaryName
    /// A query parameter that is given twice.
    case repeatedParameter(String)
    /// A query parameter that does not exist.
    case unknownParameter(String)
    /// `unix://` without an absolute path.
    case missingPath
    /// Longer than the 107 bytes that a unix socket's address holds.
    case pathTooLong(limit: Int)
    /// A `#fragment` means nothing here; in a password it has to be written as `%23`.
    case fragment
}
