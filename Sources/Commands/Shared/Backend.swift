internal import CommandKit
internal import Glibc
internal import JOSE
internal import JSON
internal import Platform
internal import Redis
internal import TokenStore

/// The connection, the layout and the settings with which a command works on Redis. It is made from
/// options, environment and profile, and opened by the first command to Redis.
struct Backend {
    let store: TokenStore
    /// The issuer of the tokens, if the profile names one.
    let issuer: String?
    /// Whether a layout or a namespace was chosen; else the default is used.
    let isLayoutChosen: Bool
    /// Whether the chosen layout is questioned: the keys in Redis may be of another one.
    let checksLayout: Bool
    /// The keys in which the application keeps variables of the layout, those that are there.
    let keptKeys: [[UInt8]]
    private let profile: String?
    private let database: Int
    let client: Client
    /// The replicas and disks that have to confirm a change.
    let concern: WriteConcern

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
        ] + Settings.variables

    /// `actor` overrides the environment and the login name. Who `tellsFaults` finds out later what
    /// is wrong with a Redis that cannot be asked for variables.
    init(_ console: Console, actor: String? = nil, tellsFaults: Bool = false) throws {
        let options = console.options
        let environment = console.system.environment
        let settings = try console.settings()
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
            let text = TraceText(try LayoutChoice.layout(options, settings, console.system))
            client.trace = { event in Self.trace(text.describe(event), on: console) }
        }
        let layout: Layout
        do {
            (layout, keptKeys) = try Self.layout(options, settings, console.system, client)
        } catch StoreError.redis where tellsFaults {
            layout = try LayoutChoice.layout(options, settings, console.system)
            keptKeys = []
        }
        concern = try Replication.concern(options, settings)
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
        database = target.database
        issuer = settings[.issuer]?.text
        profile = settings.profile
    }

    /// The chosen layout, with the variables that the application keeps in Redis. One that is given
    /// and is another would name keys that the application does not read.
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

    /// What a token says of itself; nil for what is none.
    private static func claims(of text: [UInt8]) -> JSONObject? {
        do throws(MalformedToken) {
            return try CompactToken(parsing: text).claims()
        } catch {
            return nil
        }
    }

    /// How long Redis may hold a blocking command, in milliseconds: less than the time-out.
    var patience: Int { max(client.timeout / 2, 1) }

    /// For commands that only read: a replica's state may be old, so it must be asked for. Called
    /// again at the end of what takes long, since what was a primary may be none by then.
    func requireCurrent(_ options: GlobalOptions) throws {
        guard !options.allowsReplica else { return }
        do throws(RedisError) {
            try client.requirePrimary()
        } catch {
            guard case .replica(let address, let primary) = error else { throw error }
            throw Diagnostics.replica(address, primary, reads: true)
        }
    }

    /// Seconds by which this machine's clock and Redis' may differ without a word.
    static let clockTolerance: Int64 = 2

    /// `exp` and `nbf` are judged by this machine's clock, state by Redis': where they disagree a
    /// person has to know.
    func warnAboutClock(_ redisTime: Int64, _ console: Console) throws(OutputError) {
        let difference = console.system.clock.seconds - redisTime
        guard abs(difference) > Self.clockTolerance else { return }
        let direction = difference > 0 ? "ahead of" : "behind"
        try console.warn(
            "this machine's clock is \(Duration.words(abs(difference))) \(direction) Redis'")
    }

    /// For commands that write: what a writable replica takes is lost, or no service reads it. What
    /// is written has to stay, too: see `requireDurable`.
    func requirePrimary(_ console: Console) throws {
        try client.requirePrimary()
        try requireDurable(console)
    }

    /// For commands that also compare times: warns if the two clocks differ.
    func requirePrimary(comparingClocks console: Console) throws {
        try requirePrimary(console)
        try warnAboutClock(try store.time(), console)
    }

    /// Writes the audit entry of an effect that has happened; a failure is only a warning. `broken`
    /// is what ended the work: a Redis that has fallen silent is not waited for again.
    func audit(
        _ operation: String, _ subject: AuditSubject, count: Int64, reason: String?,
        after broken: StoreError? = nil, _ console: Console
    ) -> Bool {
        guard layout.tellsChanges else { return false }
        do throws(StoreError) {
            if let broken, broken.isSilence { throw broken }
            try store.audit(operation, subject, count: count, reason: reason)
            if let failure = store.unannounced { throw failure }
            return layout.can(.audit)
        } catch {
            warn(notAudited: error, console)
            return false
        }
    }

    /// Says that something was done of which the trail does not tell.
    func warn(notAudited error: any Error, _ console: Console) {
        let failure = Diagnostics.failure(for: error)
        do throws(OutputError) {
            let place = layout.can(.audit) ? "written to the audit log" : "announced to services"
            try console.warn("done, but not \(place): \(failure.line)")
        } catch {
            // Standard error is closed; the change is done all the same.
        }
    }

    /// The target as a change names it on standard error.
    var description: String {
        (profile.map { "profile \(VisibleText.escape($0, columns: 40)), " } ?? "") + location
    }

    /// The same without the profile: where keys are looked for.
    var location: String {
        let namespace = layout.namespace.map { "namespace \($0), " } ?? ""
        return server + ", " + namespace + "layout \(VisibleText.escape(layout.name, columns: 40))"
    }

    /// The server and the database, in words.
    var server: String { "\(VisibleText.escape(client.place)), database \(database)" }

    var layout: Layout { store.layout }

    /// What an id could be taken for.
    var keys: LayoutKeys { LayoutKeys(layout) }

    /// Makes the lines of `-o id`, of which there may be millions: the layout is looked at once.
    func idLine(mayBeToken: Bool = false) -> (Identifier) -> String {
        let keys = keys
        return { Item.line($0.description, mayBeToken: mayBeToken, keys: keys) }
    }

    /// Server and database, as numbers about them are labelled.
    var place: String { "\(client.target.place)/\(database)" }

    /// The target in JSON.
    var json: JSONValue {
        .object([
            "profile": profile.map { .string($0) } ?? .null,
            "server": .string(client.target.place), "database": .integer(Int64(database)),
            "namespace": layout.namespace.map { .string($0) } ?? .null,
            "layout": .string(layout.name),
        ])
    }

    /// A time that is longer than nothing, in seconds.
    private static func span(_ text: String) throws(InvalidValue) -> Int64 {
        let seconds = try Duration.seconds(text)
        guard seconds >= 0 else { throw .expected("a duration; write 60s or 30d") }
        return seconds
    }

    private static func trace(_ line: String, on console: Console) {
        do throws(OutputError) {
            try console.note(line)
        } catch {
            // A trace that cannot be written is no reason to break off a revocation.
        }
    }
}
