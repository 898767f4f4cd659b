internal import CommandKit
internal import Redis

/// What every command takes, before or after its name.
struct GlobalOptions: Sendable {
    var format = OutputFormat.table
    var field: String?
    var isQuiet = false
    var isVerbose = false
    var color = ColorMode.auto
    var redisURL: String?
    var redisPassword: Source?
    var asksPassword = false
    var redisCACert: [UInt8]?
    var redisCert: [UInt8]?
    var redisKey: [UInt8]?
    var redisServerName: String?
    var isRedisInsecure = false
    var profile: String?
    var configFile: [UInt8]?
    var layout: [UInt8]?
    var layoutVariables: [(name: String, value: String)] = []
    var namespace: String?
    var timeout: Int64?
    var addressRules: [AddressMap.Rule] = []
    var concern: WriteConcern?
    var asksForDisk = false
    var requiresDurability = false
    var allowsReplica = false

    static let group = group(formats: OutputFormat.common)

    /// The same for a command that has formats of its own.
    static func group(formats: [OutputFormat]) -> OptionGroup<GlobalOptions> {
        OptionGroup(
            title: "Global options", defaults: GlobalOptions(),
            options: [
                .choice(
                    "output", short: "o", metavar: "FORMAT",
                    summary: "Write results in this format.",
                    among: formats, into: \.format),
                .flag("json", summary: "Write results as JSON.", setting: .json, into: \.format),
                .text(
                    "field", metavar: "PATH", summary: "Print one value, such as state.revoked.",
                    into: \.field
                ).completing(.dynamic("members")),
                .flag(
                    "quiet", short: "q",
                    summary: "Suppress notes; print only what the command creates.",
                    into: \.isQuiet),
                .flag(
                    "verbose", short: "v", summary: "Show each Redis command and its answer.",
                    into: \.isVerbose),
                .choice(
                    "color", metavar: "WHEN", summary: "Colour the output.", into: \.color),
                .text(
                    "redis", metavar: "URL", summary: "Redis URL.",
                    into: \.redisURL
                ).showingDefault("redis://127.0.0.1:6379/0").essential(),
                .raw(
                    "redis-password", metavar: "SOURCE",
                    summary: "Where to read the Redis password (path, env:NAME, fd:N, -).",
                    into: \.redisPassword
                ) { bytes throws(InvalidValue) in try Source(bytes) }
                .completing(.file),
                .flag(
                    "askpass", summary: "Ask for the Redis password on the terminal.",
                    into: \.asksPassword),
            ] + tls + [
                .text(
                    "profile", metavar: "NAME", summary: "Profile from the configuration file.",
                    into: \.profile
                ).completing(.dynamic("profiles")),
                .path(
                    "config", summary: "Configuration file to use instead of the default one.",
                    into: \.configFile),
                .raw(
                    "layout", metavar: "NAME|FILE", summary: "Layout of the keys in Redis.",
                    into: \.layout
                ) { bytes throws(InvalidValue) in bytes }
                .showingDefault("native").completing(.dynamicOrFile("layouts")),
                .repeated(
                    "layout-var", metavar: "NAME=VALUE",
                    summary: "Set a variable of the layout.", into: \.layoutVariables
                ) { text throws(InvalidValue) in try LayoutChoice.variable(text) },
                .text(
                    "namespace", metavar: "NAME", summary: "Prefix of the keys in Redis.",
                    into: \.namespace
                ).showingDefault("jwt"),
                .value(
                    "timeout", metavar: "DURATION",
                    summary: "Give up if Redis does not respond for this long.",
                    into: \.timeout
                ) { text throws(InvalidValue) in try Duration.milliseconds(text) }
                .showingDefault("5s"),
                .repeated(
                    "redis-nat", metavar: "FROM=TO",
                    summary: "Connect to HOST:PORT at a different address (NAT).",
                    into: \.addressRules
                ) { text throws(InvalidValue) in try Replication.addressRule(text) },
                .value(
                    "wait", metavar: "N[,DURATION]",
                    summary: "Writes: wait for N replicas to acknowledge.", into: \.concern
                ) { text throws(InvalidValue) in try Replication.concern(text) }
                .detail(
                    "The default is 1 behind Sentinels and in a Cluster, if there are replicas."),
                .flag(
                    "fsync", summary: "Writes: wait until the append-only file is on disk.",
                    into: \.asksForDisk),
                .flag(
                    "require-durable",
                    summary: "Writes: refuse a Redis that may lose data.",
                    into: \.requiresDurability),
                .flag(
                    "allow-replica",
                    summary: "Allow reading from a replica, whose data may be stale.",
                    into: \.allowsReplica),
            ])
    }
}

/// Options of a command, all of which hold the global ones: what the program needs to know of
/// them to write an error.
protocol CommandOptions: Sendable {
    var global: GlobalOptions { get }
}

extension GlobalOptions {
    /// Those of the settings that say where state is and how it is laid out which no option gives.
    var openSettings: [Setting] {
        (redisURL == nil ? [.redis] : []) + (layout == nil ? [.layout] : [])
            + (namespace == nil ? [.namespace] : [])
    }
}

extension GlobalOptions {
    /// How Redis proves who it is, and how we do.
    static let tls: [Option<GlobalOptions>] = [
        path(
            "redis-cacert", "CA certificate file or directory to trust.",
            into: \.redisCACert),
        path("redis-cert", "Client certificate for TLS.", into: \.redisCert),
        path("redis-key", "Private key of the client certificate.", into: \.redisKey),
        .text(
            "redis-server-name", metavar: "NAME",
            summary: "Name that Redis' certificate must have (for tunnels).",
            into: \.redisServerName),
        .flag(
            "redis-insecure", summary: "Do not check Redis' certificate.",
            into: \.isRedisInsecure),
    ]

    private static func path(
        _ name: String, _ summary: String,
        into path: @autoclosure @escaping PropertyPath<GlobalOptions, [UInt8]?>
    ) -> Option<GlobalOptions> {
        .raw(name, metavar: "PATH", summary: summary, into: path()) {
            bytes throws(InvalidValue) in bytes
        }
        .completing(.file)
    }
}

/// What the command line says about groups of servers.
enum Replication {
    /// What `--wait`, or the profile, and `--fsync` ask for together.
    static func concern(
        _ options: GlobalOptions, _ settings: Settings
    ) throws(Failure) -> WriteConcern {
        let usual = try settings.parsed(.wait) { text throws(InvalidValue) in try concern(text) }
        let wanted = options.concern ?? usual ?? .standard
        return WriteConcern(
            replicas: wanted.replicas, milliseconds: wanted.milliseconds,
            isOnDisk: options.asksForDisk)
    }

    /// `N` or `N,DURATION`; the time is that of `--timeout` unless it is given.
    static func concern(_ text: String) throws(InvalidValue) -> WriteConcern {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let count = try Count.parse(
            String(parts[0]), in: 0...64, expected: "a number of replicas, such as 1 or 2,10s")
        let time = parts.count == 2 ? try Duration.milliseconds(String(parts[1])) : nil
        return WriteConcern(replicas: Int(count), milliseconds: time.map(Int.init))
    }

    /// `HOST:PORT=HOST:PORT` or `HOST=HOST`.
    static func addressRule(_ text: String) throws(InvalidValue) -> AddressMap.Rule {
        do throws(AddressMap.InvalidRule) {
            return try AddressMap.Rule(text)
        } catch {
            throw .expected("HOST:PORT=HOST:PORT, or HOST=HOST for all ports")
        }
    }
}
