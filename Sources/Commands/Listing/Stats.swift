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
    name: "stats", summary: "Count users, live tokens and blacklist entries.",
    discussion: [
        """
        Walks through the keys in small steps that do not hold Redis up, in constant memory: a key \
        that comes twice while Redis reorganises its keys counts twice. What the layout cannot \
        list is not counted. used_memory is that of the whole server, other applications' too; \
        behind several servers, of the one that answers. What lists and blacklist take of it is \
        reckoned from up to 100 of each.
        """,
        """
        -o prometheus writes the numbers for node_exporter's textfile collector; users are not \
        named in it.
        """,
    ],
    defaults: StatsOptions(),
    options: [
        .value(
            "largest", metavar: "N", summary: "How many of the largest users to show.",
            into: \.largestCount
        ) { text throws(InvalidValue) in try Count.parse(text) },
        .group(
            GlobalOptions.group(formats: OutputFormat.common + [.prometheus]), at: \.global),
    ],
    examples: [
        Example(command: "jwtctl stats", summary: "How much is there?"),
        Example(
            command: "jwtctl stats -o prometheus > jwtctl.prom",
            summary: "For the textfile collector; see cron(8)."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["list", "prune"], run: runStats)

private func runStats(_ options: StatsOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let session = try Session(console)
    if !session.layout.can(.listRevoked) { try session.require(.listUsers) }
    try session.requireCurrent(options.global)
    var progress = CommandKit.Progress(
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
        if options.global.format == .table, numbers.isEmpty {
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
        text += "\(numbers.users) users, \(numbers.liveTokens) live tokens"
        text += numbers.userCutoffs > 0 ? ", \(numbers.userCutoffs) with a cutoff" : ""
        text += size(numbers.listMemory)
        for user in numbers.largestUsers {
            text +=
                "  \(user.tokenCount)  \(VisibleText.escape(user.user.description, columns: 60))\n"
        }
    }
    if session.layout.can(.listRevoked) {
        text += "\(numbers.denials) blacklist entries" + size(numbers.denialMemory)
        text += "  \(numbers.denialsWithinHour) end within 1 h, "
        text += "\(numbers.denialsWithinDay) within 24 h, \(numbers.endlessDenials) never\n"
    }
    if let cutoff = numbers.globalCutoff {
        text += "everybody's cutoff stands at \(TimeText.rfc3339(cutoff))\n"
    }
    if let bytes = numbers.usedMemory { text += "\(bytes / 1024) KiB in this Redis in all\n" }
    return text
}

/// The end of a line that counts things; nothing is said of what takes nothing.
private func size(_ bytes: Int64?) -> String {
    bytes.map { $0 > 0 ? ", about \(($0 + 1023) / 1024) KiB\n" : "\n" } ?? "\n"
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
                Gauge(name: "users", help: "Users with a list of tokens.", value: numbers.users),
                Gauge(
                    name: "live_tokens", help: "Listed tokens that have not expired.",
                    value: numbers.liveTokens),
                Gauge(
                    name: "user_cutoffs", help: "Users with tokens and a cutoff.",
                    value: numbers.userCutoffs),
            ]
        }
        if layout.can(.listRevoked) {
            gauges += [
                Gauge(
                    name: "blacklist_entries", help: "Revoked tokens.", value: numbers.denials),
                Gauge(
                    name: "blacklist_entries_endless", help: "Entries that never go away.",
                    value: numbers.endlessDenials),
                Gauge(
                    name: "blacklist_entries_ending_1h", help: "Entries that end within an hour.",
                    value: numbers.denialsWithinHour),
                Gauge(
                    name: "blacklist_entries_ending_24h", help: "Entries that end within a day.",
                    value: numbers.denialsWithinDay),
            ]
        }
        for (name, help, bytes) in [
            ("live_tokens_bytes", "What the users' lists take, reckoned.", numbers.listMemory),
            (
                "blacklist_entries_bytes", "What the blacklist takes, reckoned.",
                numbers.denialMemory
            ),
            ("redis_used_memory_bytes", "What Redis holds in all.", numbers.usedMemory),
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
