internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct StatsOptions: CommandOptions {
    var global = GlobalOptions()
    var largestCount: Int64 = 5
}

/// `stats`: what lies in Redis, in numbers.
let statsCommand = Command(
    name: "stats", summary: "Count users, unexpired tokens and blacklist entries.",
    discussion: [
        """
        Scans the keys in small steps that do not block Redis, in constant memory: a key that Redis \
        returns twice while it rehashes is counted twice. Only what the layout can list is counted. \
        used_memory is that of the whole server, including other applications; with several servers \
        it is that of the one that answers. The sizes of the token lists and the blacklist are \
        estimated from up to 100 of each.
        """,
        """
        -o prometheus writes the numbers for node_exporter's textfile collector, without user names.
        """,
    ],
    defaults: StatsOptions(),
    options: [
        .value(
            "largest", metavar: "N", summary: "Show the N users with the most tokens.",
            into: \.largestCount
        ) { text throws(InvalidValue) in try Count.parse(text) },
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
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["list", "prune"], run: runStats)

private func runStats(_ options: StatsOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let session = try Session(console)
    if !session.layout.can(.listRevoked) { try session.require(.listUsers) }
    try session.requireCurrent(options.global)
    var progress = ProgressLine(
        label: "counting", total: nil, isTerminal: system.diagnostics.isTerminal,
        columns: system.terminal.columns, start: .now)
    let numbers = try session.store.statistics(
        largestCount: Int(clamping: options.largestCount)
    ) { numbers in
        let count = Int(clamping: numbers.users + numbers.denials)
        try console.progress(progress.update(count: count, now: .now))
        return true
    }
    try console.progress(progress.finish())
    try session.requireCurrent(options.global)
    if options.global.format == .prometheus {
        try console.print(Gauge.text(numbers, session))
    } else {
        try console.result(json(numbers, session)) { words(numbers, session) }
        if options.global.format.isText, numbers.isEmpty {
            try system.output.flush()
            try console.note("nothing is recorded or revoked in \(session.location)")
        }
    }
    return .success
}

extension StoreStatistics {
    fileprivate var isEmpty: Bool {
        users == 0 && denials == 0 && userCutoffs == 0 && globalCutoff == nil
    }
}

private func json(_ numbers: StoreStatistics, _ session: Session) -> JSONObject {
    let layout = session.layout
    let hasUsers = layout.can(.listUsers)
    let hasDenials = layout.can(.listRevoked)
    func number(_ value: Int64, _ isKnown: Bool) -> JSONValue {
        isKnown ? .integer(value) : .null
    }
    return [
        "users": number(numbers.users, hasUsers), "tokens": number(numbers.liveTokens, hasUsers),
        "largest": .array(
            numbers.largestUsers.map {
                ["user": .string($0.user.description), "tokens": .integer($0.tokenCount)]
            }),
        "revoked": number(numbers.denials, hasDenials),
        "revoked_forever": number(numbers.endlessDenials, hasDenials),
        "revoked_expiring_1h": number(numbers.denialsWithinHour, hasDenials),
        "revoked_expiring_24h": number(numbers.denialsWithinDay, hasDenials),
        "user_cutoffs": number(numbers.userCutoffs, hasUsers),
        "cutoff": TimeText.number(numbers.globalCutoff),
        "tokens_bytes": TimeText.number(numbers.listMemory),
        "revoked_bytes": TimeText.number(numbers.denialMemory),
        "used_memory": TimeText.number(numbers.usedMemory), "target": session.json,
    ]
}

private func words(_ numbers: StoreStatistics, _ session: Session) -> String {
    var text = ""
    if session.layout.can(.listUsers) {
        text += count(numbers.users, "user", "users")
        text += ", " + count(numbers.liveTokens, "unexpired token", "unexpired tokens")
        if numbers.userCutoffs > 0 {
            text += ", " + count(numbers.userCutoffs, "user with a cutoff", "users with a cutoff")
        }
        text += size(numbers.listMemory)
        for user in numbers.largestUsers {
            text +=
                "  \(user.tokenCount)  \(VisibleText.escape(user.user.description, columns: 60))\n"
        }
    }
    if session.layout.can(.listRevoked) {
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

private func count(_ number: Int64, _ one: String, _ many: String) -> String {
    Count.words(Int(clamping: number), one, many)
}

/// The end of a line that counts things; nothing is said of what takes nothing.
private func size(_ bytes: Int64?) -> String {
    bytes.map { $0 > 0 ? ", about \(Bytes.words($0))\n" : "\n" } ?? "\n"
}

/// A number as Prometheus' text format has it (exposition format 0.0.4).
private struct Gauge {
    let name: String
    let help: String
    let value: Int64

    static func text(_ numbers: StoreStatistics, _ session: Session) -> String {
        let layout = session.layout
        var gauges: [Gauge] = []
        if layout.can(.listUsers) {
            gauges += [
                Gauge(name: "users", help: "Users with a token list.", value: numbers.users),
                Gauge(
                    name: "live_tokens", help: "Tokens on the token lists that have not expired.",
                    value: numbers.liveTokens),
                Gauge(
                    name: "user_cutoffs", help: "Users with a token list and a cutoff.",
                    value: numbers.userCutoffs),
            ]
        }
        if layout.can(.listRevoked) {
            gauges += [
                Gauge(
                    name: "blacklist_entries", help: "Blacklist entries.", value: numbers.denials),
                Gauge(
                    name: "blacklist_entries_endless", help: "Blacklist entries that never expire.",
                    value: numbers.endlessDenials),
                Gauge(
                    name: "blacklist_entries_ending_1h",
                    help: "Blacklist entries that expire within an hour.",
                    value: numbers.denialsWithinHour),
                Gauge(
                    name: "blacklist_entries_ending_24h",
                    help: "Blacklist entries that expire within a day.",
                    value: numbers.denialsWithinDay),
            ]
        }
        for (name, help, bytes) in [
            ("live_tokens_bytes", "Estimated size of the token lists.", numbers.listMemory),
            (
                "blacklist_entries_bytes", "Estimated size of the blacklist.",
                numbers.denialMemory
            ),
            ("redis_used_memory_bytes", "Memory used by Redis in total.", numbers.usedMemory),
        ] {
            if let bytes { gauges.append(Gauge(name: name, help: help, value: bytes)) }
        }
        let labels = [
            ("redis", session.place), ("namespace", layout.namespace ?? ""),
            ("layout", layout.name),
        ].map { "\($0.0)=\"\(escape($0.1))\"" }.joined(separator: ",")
        return gauges.map { gauge in
            """
            # HELP jwtctl_\(gauge.name) \(gauge.help)
            # TYPE jwtctl_\(gauge.name) gauge
            jwtctl_\(gauge.name){\(labels)} \(gauge.value)

            """
        }.joined()
    }

    /// The value of a label, which ends with a quotation mark.
    private static func escape(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(scalar)
            }
        }.joined()
    }
}
