internal import CommandKit
internal import Glibc
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// The connection, the layout and the settings with which a command works on Redis.
///
/// It is made from options, environment and profile. The connection is opened by the first command
/// that is sent; that may be in `init`, if the application keeps variables of the layout in Redis.
struct Backend {
    /// The operations on tokens, under the layout.
    let store: TokenStore
    /// The issuer whose tokens are accepted, from the environment or profile; nil for any.
    let issuer: String?
    /// Whether the user chose a layout or a namespace, so that the default is not used.
    let isLayoutChosen: Bool
    /// Whether the keys in Redis are compared with the layout before a change (`layout-check`).
    let checksLayout: Bool
    /// The existing keys in which the application keeps variables of the layout.
    let keptKeys: [[UInt8]]
    /// The audit log in a file; nil if neither an option nor a setting names one.
    let auditFile: AuditFile?
    /// The profile in effect; nil if there is none.
    private let profile: String?
    /// The number of the Redis database.
    private let database: Int

    /// The reaction of `init` if it cannot ask Redis for the variables that the application keeps
    /// there.
    enum ConnectionErrors {
        /// The error is thrown, so that no key is made with a wrong variable.
        case thrown
        /// The default values are used. For `doctor`, which reports later that Redis cannot be
        /// reached.
        case deferred
    }

    /// The connection, for checks of the servers themselves.
    let client: Client
    /// The number of replicas and the disks that must confirm a change.
    let concern: WriteConcern

    /// The variables that every command with Redis reads, for the manual pages.
    static let environment =
        [
            Definition(
                "JWTCTL_REDIS_URL", "Redis URL, as for --redis (fallback: REDIS_URL)."),
            Definition("REDISCLI_AUTH", "Redis password, if the URL has none."),
            Definition(
                "SSL_CERT_FILE SSL_CERT_DIR",
                "CA certificates to trust instead of the system's."),
            Definition("JWTCTL_LAYOUT", "Layout of the keys in Redis, as for --layout."),
            Definition("JWTCTL_NAMESPACE", "Prefix of the keys in Redis, as for --namespace."),
            Definition(
                "JWTCTL_TIMEOUT",
                "Give up if Redis does not respond for this long, as for --timeout."),
            Definition("JWTCTL_ACTOR", "Name recorded in the audit log."),
            Definition("JWTCTL_AUDIT_LOG", "File of an audit log, as for --audit-log."),
        ] + Settings.variables

    /// Reads the settings and chooses server and layout. `actor` is the name for the audit log; it
    /// overrides the settings and the login name. `auditLog` is the path of an audit log in a file;
    /// it overrides the settings.
    ///
    /// Throws if options and settings contradict each other, if a file or password cannot be read,
    /// or if the layout is not valid.
    init(
        _ console: Console, actor: String? = nil, auditLog: [UInt8]? = nil,
        connectionErrors: ConnectionErrors = .thrown
    ) throws {
        let options = console.options
        let environment = console.system.environment
        let settings = try console.settings()
        // Before anything is sent: a profile and the environment must not lead to different
        // servers.
        try console.requireOneValue(of: options.openSettings)
        let target = try Self.secured(
            Self.target(options, settings, console.system), settings, console)
        let timeout =
            try options.timeout
            ?? settings.parsed(.timeout) { text throws(InvalidValue) in
                try Duration.milliseconds(text)
            } ?? 5000
        client = Client(
            target: target, timeout: Int(timeout), map: AddressMap(options.addressRules))
        if options.isVerbose {
            // Whether keys hold tokens does not depend on the variables that Redis adds.
            let text = TraceText(layout: try LayoutChoice.layout(options, settings, console.system))
            client.trace = { event in
                console.unlessClosed { () throws(OutputError) in
                    try console.note(text.describe(event))
                }
            }
        }
        let layout: Layout
        do {
            (layout, keptKeys) = try Self.layout(options, settings, console.system, client)
        } catch StoreError.redis where connectionErrors == .deferred {
            layout = try LayoutChoice.layout(options, settings, console.system)
            keptKeys = []
        }
        // The setting is read in any case, so that a wrong one is never passed over. A profile may
        // set the usual number of replicas; --fsync has no setting.
        let usual = try settings.parsed(.wait, Replication.concern)
        let wanted = options.concern ?? usual ?? .standard
        concern = WriteConcern(
            replicas: wanted.replicas, milliseconds: wanted.milliseconds,
            isOnDisk: options.asksForDisk)
        isLayoutChosen = LayoutChoice.isMade(options, settings)
        checksLayout = try settings.checksLayout()
        store = TokenStore(
            client: client, layout: layout,
            origin: TokenStore.Origin(
                actor: actor ?? settings[.actor]?.text ?? Self.loginName(environment),
                host: Self.hostName()),
            maximumLifetime: try settings.parsed(.maxLifetime, Self.span),
            margin: try settings.parsed(.denyMargin, Self.span),
            concern: concern, trustsLayout: !checksLayout,
            claims: Self.claims(of:))
        auditFile = (auditLog ?? settings[.auditLog]?.bytes).map { AuditFile(path: $0) }
        database = target.database
        issuer = settings[.issuer]?.text
        profile = settings.profile
    }

    /// The chosen layout with the variables that the application keeps in Redis, and the keys of
    /// those that exist. An option that sets such a variable to another value is refused: the
    /// application would not read keys made with it.
    private static func layout(
        _ options: GlobalOptions, _ settings: Settings, _ system: System, _ client: Client
    ) throws -> (Layout, keptKeys: [[UInt8]]) {
        let layout = try LayoutChoice.layout(options, settings, system)
        let found = try layout.variablesKept(client)
        let kept = found.filter { $0.value != layout.variable($0.name) }
        // A file may be a pipe, which is read once.
        guard !kept.isEmpty else { return (layout, found.map(\.key)) }
        let given =
            try LayoutChoice.chosen(options, settings).variables.map(\.key)
            + options.layoutVariables.map(\.name)
        var options = options
        for (name, key, value) in kept {
            guard !given.contains(name) else {
                throw Failure(
                    .refused, "other_variable",
                    "the application has another '\(VisibleText.escape(name))' in the key "
                        + "'\(VisibleText.escape(key, columns: 120))' and does not read keys made "
                        + "with the given one",
                    hint: "omit it, or give --layout-var \(name)=\(ShellText.quote(value))")
            }
            options.layoutVariables.append((name, value))
        }
        return (try LayoutChoice.layout(options, settings, system), found.map(\.key))
    }

    /// The unverified claims of a token that an application keeps in Redis; nil if the text is no
    /// token.
    private static func claims(of text: [UInt8]) -> JSONObject? {
        do throws(MalformedToken) {
            return try CompactToken(parsing: text).claims()
        } catch {
            return nil
        }
    }

    /// The longest time that Redis may hold a blocking command, in milliseconds. It is half of the
    /// timeout, so that the reply still arrives in time.
    var blockingTimeout: Int { max(client.timeout / 2, 1) }

    /// The backend of a command that only reads, and needs `capability` for it.
    ///
    /// The layout is asked before the server: an operation that no server can do needs no
    /// connection to be refused.
    static func reading(_ capability: Capability, _ console: Console) throws -> Backend {
        let backend = try Backend(console)
        try backend.require(capability)
        try backend.requireCurrent(console.options)
        return backend
    }

    /// The backend of a command that changes something, and compares times for it. `actor` is the
    /// name for the audit log, `auditLog` the path of one in a file.
    static func changing(
        _ capability: Capability, actor: String? = nil, auditLog: [UInt8]? = nil, _ console: Console
    ) throws -> Backend {
        let backend = try Backend(console, actor: actor, auditLog: auditLog)
        try backend.require(capability)
        try backend.requirePrimary(comparingClocks: console)
        return backend
    }

    /// Refuses an operation that the layout does not support, before anything is written (status
    /// 9).
    func require(_ capability: Capability) throws(Failure) {
        guard !layout.can(capability) else { return }
        throw unsupported(capability.words, hint: layout.wayAround(capability))
    }

    /// The refusal of what the layout does not support; `words` follow "cannot".
    func unsupported(_ words: String, hint: String) -> Failure {
        Failure(
            .refused, "unsupported_by_layout",
            "with the layout '\(layout.name)', jwtctl cannot \(words)", hint: hint)
    }

    /// For commands that only read: refuses a replica, whose data may be stale, unless
    /// `--allow-replica` was given. A command that takes long calls it again at the end, because a
    /// fail-over may have demoted the primary meanwhile.
    func requireCurrent(_ options: GlobalOptions) throws {
        guard !options.allowsReplica else { return }
        do throws(RedisError) {
            try client.requirePrimary()
        } catch {
            guard case .replica(let address, let primary) = error else { throw error }
            throw Diagnostics.replica(address, primary, for: .reading)
        }
    }

    /// Seconds by which this machine's clock and Redis' may differ without a warning.
    static let clockTolerance: Int64 = 2

    /// Warns if the two clocks differ. This machine's clock judges `exp` and `nbf`, Redis' clock
    /// the state, so a person must know. `redisTime` is in unix seconds.
    func warnAboutClock(_ redisTime: Int64, _ console: Console) throws(OutputError) {
        let difference = console.system.clock.seconds - redisTime
        guard abs(difference) > Self.clockTolerance else { return }
        let direction = difference > 0 ? "ahead of" : "behind"
        try console.warn(
            "this machine's clock is \(Duration.words(abs(difference))) \(direction) Redis'")
    }

    /// For commands that write: refuses a replica, even one that accepts writes, because services
    /// do not read it and the next synchronization removes the change. Then checks durability: see
    /// `requireDurable`.
    func requirePrimary(_ console: Console) throws {
        try client.requirePrimary()
        try requireDurable(console)
    }

    /// For commands that write and also compare times: warns if the two clocks differ.
    func requirePrimary(comparingClocks console: Console) throws {
        try requirePrimary(console)
        try warnAboutClock(try store.time(), console)
    }

    /// The target in the form in which a change names it on standard error, with the profile.
    var description: String {
        (profile.map { "profile \(VisibleText.escape($0, columns: 40)), " } ?? "") + location
    }

    /// The server and the layout, without the profile: the place where keys are looked for.
    var location: String {
        let namespace = layout.namespace.map { "namespace \($0), " } ?? ""
        return server + ", " + namespace + "layout \(VisibleText.escape(layout.name, columns: 40))"
    }

    /// The server and the database, for a person.
    var server: String { "\(VisibleText.escape(client.place)), database \(database)" }

    /// The layout in use.
    var layout: Layout { store.layout }

    /// The forms of the layout's keys, by which an id that is really a key is recognized.
    var keys: LayoutKeys { LayoutKeys(layout) }

    /// A function that makes the lines of `-o id`. There may be millions, so the layout is examined
    /// only once. `mayBeToken` says that the ids may be whole tokens.
    func idLine(mayBeToken: Bool = false) -> (Identifier) -> String {
        let keys = keys
        return { Item.line($0.description, mayBeToken: mayBeToken, keys: keys) }
    }

    /// The server and the database as the label of Prometheus metrics.
    var place: String { "\(client.target.place)/\(database)" }

    /// The member `target` of JSON results.
    var json: JSONValue {
        .object([
            "profile": profile.map { .string($0) } ?? .null,
            "server": .string(client.target.place), "database": .integer(Int64(database)),
            "namespace": layout.namespace.map { .string($0) } ?? .null,
            "layout": .string(layout.name),
        ])
    }

    /// The seconds of a duration that must not be negative.
    private static func span(_ text: String) throws(InvalidValue) -> Int64 {
        let seconds = try Duration.seconds(text)
        guard seconds >= 0 else { throw .expected("a duration; write 60s or 30d") }
        return seconds
    }
}
