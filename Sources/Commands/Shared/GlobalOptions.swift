internal import CommandKit
internal import Redis

/// The options that every command has, before or after its name. Settings supply what they leave
/// open: see `Settings` and `Backend`.
struct GlobalOptions: Sendable {
    /// The output format; tables are for people.
    var format = OutputFormat.table
    /// The path of the single member to print, such as `state.revoked`; nil for the whole result.
    var field: String?
    /// Whether notes are suppressed, and the results of commands that only report. Warnings and
    /// errors are printed all the same.
    var isQuiet = false
    /// Whether each Redis command and its answer is printed on standard error, with tokens masked.
    var isVerbose = false
    var color = ColorMode.auto
    /// The Redis URL as it was given; it may contain a password.
    var redisURL: String?
    /// The source of the password; never the password itself.
    var redisPassword: Source?
    /// Whether the password is read from the terminal.
    var asksPassword = false
    /// The path of a file or directory of certificates to trust; paths are bytes, since they need
    /// not be UTF-8.
    var redisCACert: [UInt8]?
    /// The path of the client certificate.
    var redisCert: [UInt8]?
    /// The path of the client certificate's private key.
    var redisKey: [UInt8]?
    /// The name that the server's certificate must have, if it is not that of the URL.
    var redisServerName: String?
    /// Whether the server's certificate is not checked.
    var isRedisInsecure = false
    /// The profile that overrides the environment.
    var profile: String?
    /// The path of the configuration file, instead of the default one.
    var configFile: [UInt8]?
    /// The name of a preset or the path of a layout file.
    var layout: [UInt8]?
    /// Variables of the layout, in the order in which they were given; the last of a name counts.
    var layoutVariables: [(name: String, value: String)] = []
    /// The prefix of the keys in Redis.
    var namespace: String?
    /// The timeout in milliseconds; nil for the setting or the default.
    var timeout: Int64?
    /// The replacements of announced addresses (`--redis-nat`).
    var addressRules: [AddressMap.Rule] = []
    /// The number of replicas that must confirm a change (`--wait`); nil for the setting or the
    /// default.
    var concern: WriteConcern?
    /// Whether changes wait for the append-only file to be on disk (`--fsync`).
    var asksForDisk = false
    /// Whether a Redis that may lose data is refused for changes.
    var requiresDurability = false
    /// Whether commands that only read accept a replica.
    var allowsReplica = false

    /// The settings for server and layout that no option sets, so that environment or profile
    /// decide.
    var openSettings: [Setting] {
        (redisURL == nil ? [.redis] : []) + (layout == nil ? [.layout] : [])
            + (namespace == nil ? [.namespace] : [])
    }

    /// The given options that decide which keys of which Redis a command works on, as words of a
    /// shell. A URL with a password is not repeated.
    var targetWords: [String] {
        let url = redisURL.map { URLPassword.isIn($0) ? "URL" : $0 }
        let named = [
            ("--redis", url), ("--profile", profile),
            ("--config", configFile.map { String(decoding: $0, as: UTF8.self) }),
            ("--layout", layout.map { String(decoding: $0, as: UTF8.self) }),
            ("--namespace", namespace),
        ]
        let variables = layoutVariables.map {
            ("--layout-var", "\($0.name)=\($0.value)" as String?)
        }
        return (named + variables).flatMap { name, value in
            value.map { [name, ShellText.quote($0)] } ?? []
        }
    }

    /// The options of a command with the common output formats.
    static let group = group(formats: OutputFormat.common)

    /// The options of a command that has other output formats, too.
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
                // TLS: how Redis proves its identity, and how jwtctl proves its own.
                .path(
                    "redis-cacert", metavar: "PATH",
                    summary: "CA certificate file or directory to trust.", into: \.redisCACert),
                .path(
                    "redis-cert", metavar: "PATH", summary: "Client certificate for TLS.",
                    into: \.redisCert),
                .path(
                    "redis-key", metavar: "PATH",
                    summary: "Private key of the client certificate.", into: \.redisKey),
                .text(
                    "redis-server-name", metavar: "NAME",
                    summary: "Name that Redis' certificate must have (for tunnels).",
                    into: \.redisServerName),
                .flag(
                    "redis-insecure", summary: "Do not check Redis' certificate.",
                    into: \.isRedisInsecure),
                .text(
                    "profile", metavar: "NAME", summary: "Profile from the configuration file.",
                    into: \.profile
                ).completing(.dynamic("profiles")),
                .path(
                    "config", summary: "Configuration file to use instead of the default one.",
                    into: \.configFile),
                .path(
                    "layout", metavar: "NAME|FILE", summary: "Layout of the keys in Redis.",
                    into: \.layout
                ).showingDefault("native").completing(.dynamicOrFile("layouts")),
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

/// The options of a command. All contain the global ones, which the program needs to write an error
/// in the chosen format.
protocol CommandOptions: Sendable {
    var global: GlobalOptions { get }
    /// Whether standard output is for something else than results. These go to standard error then,
    /// and so do errors in JSON.
    var usesOutput: Bool { get }
}

extension CommandOptions {
    var usesOutput: Bool { false }
}

/// Options that several commands have, always with the same name, letter and kind of value. What
/// they mean for the command is in its own words.
extension Option {
    /// `--reason`: why something is changed, for those who read the audit log later.
    static func reason(
        _ summary: String, into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Option {
        .text("reason", short: "r", metavar: "TEXT", summary: summary, into: path())
    }

    /// `--actor`: who changes it, where the login name says nothing, as in a job of CI.
    static func actor(
        into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Option {
        .text(
            "actor", metavar: "NAME",
            summary: "Name recorded in the audit log (default: login name).", into: path())
    }

    /// `--audit-log`: a file that gets the entry of the change, whether the layout has an audit log
    /// or not.
    static func auditLog(
        into path: @autoclosure @escaping PropertyPath<Target, [UInt8]?>
    ) -> Option {
        .path("audit-log", summary: "Append the change to this file, as JSON.", into: path())
            .detail("If the file cannot be written, the change is made all the same.")
    }

    /// `--dry-run`: everything is read and checked as in a real run, and nothing written to Redis.
    static func dryRun(
        into path: @autoclosure @escaping PropertyPath<Target, Bool>
    ) -> Option {
        .flag(
            "dry-run", short: "n", summary: "Show what would be done without writing anything.",
            into: path())
    }

    /// `--user`: the user whose tokens or entries are meant. Shells offer the users in Redis.
    static func user(
        _ summary: String, into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Option {
        .text("user", short: "u", metavar: "USER", summary: summary, into: path())
            .completing(.dynamic("users"))
    }

    /// `--limit`: the number of results after which a list ends; 0 is allowed and lists nothing.
    static func limit(
        _ summary: String, into path: @autoclosure @escaping PropertyPath<Target, Int64?>
    ) -> Option {
        .value("limit", metavar: "N", summary: summary, into: path()) {
            text throws(InvalidValue) in try Count.parse(text)
        }
    }
}

/// The parsers of options about groups of servers.
enum Replication {
    /// Parses `N` or `N,DURATION`. Without a duration, that of `--timeout` is used.
    static func concern(_ text: String) throws(InvalidValue) -> WriteConcern {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let count = try Count.parse(
            String(parts[0]), in: 0...64, expected: "a number of replicas, such as 1 or 2,10s")
        let time = parts.count == 2 ? try Duration.milliseconds(String(parts[1])) : nil
        return WriteConcern(replicas: Int(count), milliseconds: time.map(Int.init))
    }

    /// Parses `HOST:PORT=HOST:PORT` or `HOST=HOST`.
    static func addressRule(_ text: String) throws(InvalidValue) -> AddressMap.Rule {
        do throws(AddressMap.InvalidRule) {
            return try AddressMap.Rule(text)
        } catch {
            throw .expected("HOST:PORT=HOST:PORT, or HOST=HOST for all ports")
        }
    }
}
