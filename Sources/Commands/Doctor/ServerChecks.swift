internal import CommandKit
internal import OpenSSL
internal import Platform
internal import Redis

/// The checks of one server for `doctor`, and of the Sentinels that watch it. They read facts that
/// were collected before and send nothing.
enum ServerChecks {
    /// Every finding about one server, in the order of the report. In a group, each carries the
    /// server's address.
    static func findings(of facts: ServerFacts) -> [Finding] {
        [server, tls, memory, persistence, replicas].flatMap { $0(facts) }.map { finding in
            var finding = finding
            if facts.context.isGroup { finding.server = facts.report.endpoint.description }
            return finding
        }
    }

    /// The most important finding about the Sentinels, worst first: they would not agree on a
    /// fail-over, some are away, or there are too few to lose one.
    static func sentinels(_ report: SentinelReport) -> Finding {
        if let objection = report.objection { return .noQuorum(objection) }
        if report.reached < report.named { return .sentinelsUnreached(report) }
        if let known = report.known, known < 3 { return .fewSentinels(report) }
        return .sentinelsAgree(report)
    }

    /// Its role, and whether it answers INFO and CONFIG GET. INFO is asked for the role, too,
    /// because behind some proxies the greeting does not contain it.
    private static func server(_ facts: ServerFacts) -> [Finding] {
        let greeting = facts.report.greeting
        var found: [Finding] = []
        if facts.isLoading {
            found.append(.loading(percent: facts.info?["loading_loaded_perc"]))
        } else if greeting.role == .replica || facts.info?["role"] == "slave" {
            let primary = facts.info?["master_host"].flatMap { host in
                facts.info?["master_port"].map { "\(host):\($0)" }
            }
            found.append(
                .replica(
                    of: primary, isCutOff: facts.info?["master_link_status"] == "down",
                    isAllowed: facts.context.allowsReplica))
        } else {
            let version = facts.info?["redis_version"] ?? greeting.version
            found.append(.primary(greeting.server, version, greeting.mode))
        }
        if let error = facts.infoRefusal {
            found.append(.infoRefused(error, user: facts.context.user, facts.cli))
        }
        if let error = facts.settingsRefusal {
            found.append(.configRefused(error, user: facts.context.user, facts.cli))
        }
        return found
    }

    /// Seconds of validity below which a certificate is reported: 30 days.
    private static let certificateNotice: Int64 = 30 * 86_400

    /// Whether the connection is protected. No TLS is needed on this machine.
    private static func tls(_ facts: ServerFacts) -> [Finding] {
        guard let tls = facts.report.tls else {
            return facts.report.endpoint.isLocal
                ? [.localTLS] : [.plainTLS(hasPassword: facts.context.hasPassword)]
        }
        var found: [Finding] = facts.context.isUnverified ? [.unverifiedTLS] : []
        if let end = tls.certificateEnd {
            let left = end - facts.context.now
            if left <= 0 {
                found.append(.certificateExpired(end))
            } else if left < certificateNotice {
                found.append(.certificateEnding(end, left: left))
            }
        }
        return found.isEmpty ? [.securedTLS(tls.version, end: tls.certificateEnd)] : found
    }

    /// Whether Redis evicts keys or refuses writes. From 90 % of the limit on, memory is reported,
    /// unless keys are evicted: then the policy is the problem, and memory is full by design.
    private static func memory(_ facts: ServerFacts) -> [Finding] {
        guard let info = facts.info, let used = info.integer("used_memory") else { return [] }
        let limit = info.integer("maxmemory") ?? 0
        let failsOpen = facts.context.failsOpen
        var found: [Finding] = []
        if let policy = info.evictingPolicy {
            found.append(.evictingPolicy(policy, limit: limit, failsOpen: failsOpen, facts.cli))
        } else if limit > 0, used >= limit / 10 * 9 {
            found.append(.memoryNearlyFull(used: used, limit: limit, facts.cli))
        }
        if let evicted = info.integer("evicted_keys"), evicted > 0 {
            found.append(.evictedKeys(evicted, failsOpen: failsOpen, facts.cli))
        }
        return found.isEmpty ? [.memoryRoomy(used: used, limit: limit)] : found
    }

    /// Whether revocations survive a restart. While a server is loading, its persistence fields are
    /// not meaningful.
    private static func persistence(_ facts: ServerFacts) -> [Finding] {
        guard let info = facts.info, let appends = info.flag("aof_enabled"), !facts.isLoading else {
            return []
        }
        let saves = facts.settings?["save"]
        let fsync = facts.settings?["appendfsync"]
        var found: [Finding] = []
        if !appends {
            switch saves {
            case nil: found.append(.noAppendOnlyFile(facts.cli))
            case ""?: found.append(.noPersistence(facts.cli))
            case let points?:
                let changes = info.integer("rdb_changes_since_last_save")
                found.append(.snapshotsOnly(points: points, changes: changes, facts.cli))
            }
        } else if fsync == "no" {
            found.append(.unsynced(facts.cli))
        }
        if info["aof_last_write_status"] == "err" { found.append(.appendFailed(facts.cli)) }
        if info["aof_last_bgrewrite_status"] == "err", appends {
            found.append(.rewriteFailed(facts.cli))
        }
        if info["rdb_last_bgsave_status"] == "err" {
            let stops = facts.settings?["stop-writes-on-bgsave-error"] != "no" && saves != ""
            found.append(.snapshotFailed(stopsWrites: stops, facts.cli))
        }
        return found.isEmpty ? [.appendOnlyFile(fsync: fsync)] : found
    }

    /// Whether the replicas are in sync and enough. Redis 5 renamed `min-slaves-to-write` to
    /// `min-replicas-to-write`, while INFO kept its old name. Where a group's primary has no
    /// replica, it depends on what the others know whether one was lost or never existed.
    private static func replicas(_ facts: ServerFacts) -> [Finding] {
        guard let info = facts.info, info["role"] == "master" else { return [] }
        let replicas = info.replicas
        var found = replicas.filter(\.isLate).map(Finding.replicaLate)
        let setting =
            facts.settings?["min-replicas-to-write"] ?? facts.settings?["min-slaves-to-write"]
        let minimum = setting.flatMap { Int64($0) }
        let good = info.integer("min_slaves_good_slaves")
        if let good, good < minimum ?? 1 {
            found.append(.tooFewReplicas(good: good, wanted: minimum ?? 1, facts.cli))
        } else if minimum == 0, !replicas.isEmpty {
            found.append(.noMinimum(facts.cli))
        }
        if replicas.isEmpty, facts.context.isGroup {
            let known = facts.knownReplicas ?? 0
            found.append(known > 0 ? .noReplicaConnected(known: known, facts.cli) : .noReplica)
        }
        return found.isEmpty ? [.replicasInStep(count: replicas.count)] : found
    }
}

extension InfoReport.Replica {
    /// Seconds since its last message that are normal; replicas report every second.
    private static let normalSilence: Int64 = 10
    /// Bytes by which a replica in sync may be behind: 1 MiB.
    private static let normalBacklog: Int64 = 1 << 20

    /// Whether it would lose revocations if it became the primary now.
    fileprivate var isLate: Bool {
        !isOnline || silence ?? 0 > Self.normalSilence || bytesBehind ?? 0 > Self.normalBacklog
    }
}

extension Endpoint {
    /// Whether the traffic stays on this machine.
    fileprivate var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }
}

/// The facts outside the servers that decide how bad a finding is: options, layout and clock.
struct DoctorContext: Sendable {
    /// Whether jwtctl sends a password.
    let hasPassword: Bool
    /// Whether `--redis-insecure` was given.
    let isUnverified: Bool
    /// Whether `--allow-replica` was given.
    let allowsReplica: Bool
    /// The name of the Redis user, for remedies with ACL SETUSER.
    let user: String
    /// This machine's clock, in unix seconds.
    let now: Int64
    /// Whether a token is accepted once its keys are gone. Under a whitelist it is rejected.
    let failsOpen: Bool
    /// Whether several servers hold the data, with Sentinel or as a Cluster.
    let isGroup: Bool
}

/// The answers of one server about itself, and how it was reached.
struct ServerFacts {
    /// The address, the greeting, the TLS session and the replies.
    let report: ServerReport
    /// The answer to INFO; nil if it was refused.
    let info: InfoReport?
    /// The answers to CONFIG GET by name; nil if it was refused.
    let settings: [String: String]?
    /// Redis' error reply to INFO; nil if it answered.
    let infoRefusal: ServerError?
    /// Redis' first error reply to CONFIG GET; nil if it answered all.
    let settingsRefusal: ServerError?
    /// The facts outside this server.
    let context: DoctorContext
    /// The number of replicas that the group reports, connected or not; nil if it reports none.
    let knownReplicas: Int?

    /// The commands that are sent to each server. They name no key and change nothing. INFO has the
    /// limits, the counts and the state of replicas; CONFIG is asked only for what INFO does not
    /// show, since managed services often refuse it. `min-*-to-write` is the name before Redis 5 as
    /// well as after.
    static let questions = [
        Command("INFO"), Command("CONFIG", "GET", "save"),
        Command("CONFIG", "GET", "appendfsync"), Command("CONFIG", "GET", "min-*-to-write"),
        Command("CONFIG", "GET", "stop-writes-on-bgsave-error"),
    ]

    /// Reads the facts from `report`, which has the replies to `questions`, in their order. CONFIG
    /// GET replies with names and values in turn.
    init(_ report: ServerReport, _ context: DoctorContext, knownReplicas: Int?) {
        self.knownReplicas = knownReplicas
        self.report = report
        self.context = context
        // One entry for each question; the first is that of INFO.
        var refusals: [ServerError?] = report.replies.map { reply in
            if case .error(let error) = reply { error } else { nil }
        }
        infoRefusal = refusals.removeFirst()
        settingsRefusal = refusals.compactMap(\.self).first
        if case .string(let text)? = report.replies.first {
            info = InfoReport(text)
        } else {
            info = nil
        }
        var settings: [String: String] = [:]
        for case .array(let items) in report.replies.dropFirst() {
            for index in stride(from: 0, to: items.count - 1, by: 2) {
                if case .string(let name) = items[index], case .string(let value) = items[index + 1]
                {
                    settings[String(decoding: name, as: UTF8.self)] =
                        String(decoding: value, as: UTF8.self)
                }
            }
        }
        self.settings = settingsRefusal == nil ? settings : nil
    }

    /// The start of a remedy for this server.
    var cli: RedisCLICommand {
        RedisCLICommand(endpoint: report.endpoint, isSecured: report.tls != nil)
    }

    /// Whether the server is still reading its data from disk.
    var isLoading: Bool { info?.flag("loading") ?? false }
}
