internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The options of `stats`.
struct StatsOptions: CommandOptions {
    var global = GlobalOptions()
    /// The number of users to name, those with the most tokens.
    var largestCount: Int64 = 5
    /// Whether active tokens are counted.
    var countsActive = false
}

/// `stats`: counts what is in Redis, for people and for Prometheus.
let statsCommand = Command(
    name: "stats", summary: "Count users, unexpired tokens and blacklist entries.",
    discussion: [
        """
        Scans the keys in small steps that do not block Redis, in constant memory: a key that Redis \
        returns twice while it rehashes is counted twice. Only what the layout can list is counted. \
        used_memory is that of the whole server, including other applications; with several servers \
        it is that of the one that answers. The sizes of the token lists and the blacklist are \
        estimated from up to 100 of each. Tokens are counted until they expire, revoked or not.
        """,
        """
        -o prometheus writes the numbers for node_exporter's textfile collector, without user names.
        """,
    ],
    defaults: StatsOptions(),
    options: [
        .value(
            "largest", metavar: "N", summary: "Show the N users with the most unexpired tokens.",
            into: \.largestCount
        ) { text throws(InvalidValue) in try Count.parse(text) },
        .flag("active", summary: "Count active tokens too.", into: \.countsActive)
            .detail(
                "A token is active if it is not expired, revoked or cut off. Every token is read."),
        .group(
            GlobalOptions.group(formats: OutputFormat.common + [.prometheus]), at: \.global),
    ],
    examples: [
        Example(
            command: "jwtctl stats", summary: "Count what is in Redis.",
            output: [
                "2 users, 3 unexpired tokens, 1 user with a cutoff, about 480 B",
                "  2  carol",
                "  1  bob",
                "3 blacklist entries, about 456 B",
                "  expiring within 1 h: 0, within 24 h: 3, never: 0",
                "Redis uses 1.5 MiB in total",
            ]),
        Example(
            command: "jwtctl stats -o prometheus > jwtctl.prom",
            summary: "Write a file for the textfile collector; see cron(8)."),
        Example(
            command: "jwtctl stats --active --field active_tokens",
            summary: "Count the tokens that services accept."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown, .refused), environment: Backend.environment,
    seeAlso: ["list", "prune"], run: runStats)

/// Counts by a scan, in constant memory. Things that the layout cannot list are null in JSON.
private func runStats(_ options: StatsOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let backend = try Backend(console)
    // Either of the two is enough to count something.
    if options.countsActive || !backend.layout.can(.listRevoked) {
        try backend.require(.listUsers)
    }
    try backend.requireCurrent(options.global)
    let numbers = try console.watch("counting", scansOf: backend) {
        try backend.store.statistics(
            largestCount: Int(clamping: options.largestCount), countsActive: options.countsActive)
    }
    // The scan may have taken minutes, in which a fail-over made a replica of this server.
    try backend.requireCurrent(options.global)
    if options.global.format == .prometheus {
        try console.print(metrics(numbers, backend))
    } else {
        try console.result(json(numbers, backend)) { words(numbers, backend) }
        let isNothingFound =
            numbers.users == 0 && numbers.denials == 0 && numbers.userCutoffs == 0
            && numbers.globalCutoff == nil
        if options.global.format.isText, isNothingFound {
            // The wrong server or namespace looks the same as an empty one: a note names the place.
            try system.output.flush()
            try console.note("nothing is recorded or revoked in \(backend.location)")
        }
    }
    return .success
}

/// The numbers for scripts. A number that the layout cannot tell is null.
/// Zero would be wrong for what the layout does not list: a graph of it would show that all is
/// well.
private func json(_ numbers: StoreStatistics, _ backend: Backend) -> JSONObject {
    let layout = backend.layout
    let hasUsers = layout.can(.listUsers)
    let hasDenials = layout.can(.listRevoked)
    func number(_ value: Int64, if isKnown: Bool) -> JSONValue {
        isKnown ? .integer(value) : .null
    }
    var object: JSONObject = [
        "users": number(numbers.users, if: hasUsers),
        "tokens": number(numbers.liveTokens, if: hasUsers),
        "largest": .array(
            numbers.largestUsers.map {
                ["user": .string($0.user.description), "tokens": .integer($0.tokenCount)]
            }),
        "revoked": number(numbers.denials, if: hasDenials),
        "revoked_forever": number(numbers.endlessDenials, if: hasDenials),
        "revoked_expiring_1h": number(numbers.denialsWithinHour, if: hasDenials),
        "revoked_expiring_24h": number(numbers.denialsWithinDay, if: hasDenials),
        "user_cutoffs": number(numbers.userCutoffs, if: hasUsers),
        "cutoff": TimeText.number(numbers.globalCutoff),
        "tokens_bytes": TimeText.number(numbers.listMemory),
        "revoked_bytes": TimeText.number(numbers.denialMemory),
        "used_memory": TimeText.number(numbers.usedMemory),
    ]
    // A count that was not asked for is no member.
    if let active = numbers.activeTokens { object.set("active_tokens", .integer(active)) }
    object.set("target", backend.json)
    return object
}

/// The numbers for a person, a line for each kind of thing.
private func words(_ numbers: StoreStatistics, _ backend: Backend) -> String {
    var text = ""
    if backend.layout.can(.listUsers) {
        text += count(numbers.users, "user", "users")
        text += ", " + count(numbers.liveTokens, "unexpired token", "unexpired tokens")
        if let active = numbers.activeTokens {
            text += " (\(NumberText.grouped(active)) active)"
        }
        if numbers.userCutoffs > 0 {
            text += ", " + count(numbers.userCutoffs, "user with a cutoff", "users with a cutoff")
        }
        text += size(numbers.listMemory)
        for user in numbers.largestUsers {
            text +=
                "  \(user.tokenCount)  \(VisibleText.escape(user.user.description, columns: 60))\n"
        }
    }
    if backend.layout.can(.listRevoked) {
        text += count(numbers.denials, "blacklist entry", "blacklist entries")
        text += size(numbers.denialMemory)
        text += "  expiring within 1 h: \(numbers.denialsWithinHour), "
        text += "within 24 h: \(numbers.denialsWithinDay), never: \(numbers.endlessDenials)\n"
    }
    if let cutoff = numbers.globalCutoff {
        text += "global cutoff: \(TimeText.rfc3339(cutoff))\n"
    }
    if let bytes = numbers.usedMemory { text += "Redis uses \(Bytes.words(bytes)) in total\n" }
    return text
}

/// A number with its noun.
private func count(_ number: Int64, _ one: String, _ many: String) -> String {
    Count.words(Int(clamping: number), one, many)
}

/// The end of a line that counts things: their estimated size in bytes, where it is known and not
/// 0.
private func size(_ bytes: Int64?) -> String {
    bytes.map { $0 > 0 ? ", about \(Bytes.words($0))\n" : "\n" } ?? "\n"
}

/// The numbers in the text format of Prometheus (exposition format 0.0.4), which node_exporter's
/// textfile collector reads: those that the layout can tell. Names of users are left out, since
/// monitoring keeps labels for years.
private func metrics(_ numbers: StoreStatistics, _ backend: Backend) -> String {
    let layout = backend.layout
    let hasUsers = layout.can(.listUsers)
    let hasDenials = layout.can(.listRevoked)
    let labels = [
        ("redis", backend.place), ("namespace", layout.namespace ?? ""), ("layout", layout.name),
    ].map { "\($0.0)=\"\(escape(label: $0.1))\"" }.joined(separator: ",")
    /// A metric whose name has the prefix of the program; empty where the number is not known.
    func gauge(_ name: String, _ help: String, _ number: Int64?, if isKnown: Bool = true) -> String
    {
        guard isKnown, let number else { return "" }
        return """
            # HELP jwtctl_\(name) \(help)
            # TYPE jwtctl_\(name) gauge
            jwtctl_\(name){\(labels)} \(number)

            """
    }
    return [
        gauge("users", "Users with a token list.", numbers.users, if: hasUsers),
        gauge(
            "live_tokens", "Unexpired tokens on the token lists, revoked or not.",
            numbers.liveTokens, if: hasUsers),
        gauge(
            "active_tokens", "Tokens on the token lists that are not expired, revoked or cut off.",
            numbers.activeTokens, if: hasUsers),
        gauge(
            "user_cutoffs", "Users with a token list and a cutoff.", numbers.userCutoffs,
            if: hasUsers),
        gauge("blacklist_entries", "Blacklist entries.", numbers.denials, if: hasDenials),
        gauge(
            "blacklist_entries_endless", "Blacklist entries that never expire.",
            numbers.endlessDenials, if: hasDenials),
        gauge(
            "blacklist_entries_ending_1h", "Blacklist entries that expire within an hour.",
            numbers.denialsWithinHour, if: hasDenials),
        gauge(
            "blacklist_entries_ending_24h", "Blacklist entries that expire within a day.",
            numbers.denialsWithinDay, if: hasDenials),
        gauge("live_tokens_bytes", "Estimated size of the token lists.", numbers.listMemory),
        gauge(
            "blacklist_entries_bytes", "Estimated size of the blacklist.", numbers.denialMemory),
        gauge("redis_used_memory_bytes", "Memory used by Redis in total.", numbers.usedMemory),
    ].joined()
}

/// The value of a label, which ends with a quotation mark. The backslash comes first: the others
/// are replaced with one.
private func escape(label: String) -> String {
    label.replacing(scalar: "\\", with: "\\\\").replacing(scalar: "\"", with: "\\\"")
        .replacing(scalar: "\n", with: "\\n")
}
