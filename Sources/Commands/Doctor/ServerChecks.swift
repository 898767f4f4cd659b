internal import OpenSSL
internal import Redis

/// Checks of one server, and of the Sentinels that watch it.
enum ServerChecks {
    /// Every finding about one server, in the order of the report.
    static func findings(of facts: ServerFacts) -> [Finding] {
        [server, tls, memory, persistence, replicas].flatMap { $0(facts) }.map { finding in
            var finding = finding
            if facts.context.isGroup { finding.server = facts.report.endpoint.description }
            return finding
        }
    }

    static func sentinels(_ report: SentinelReport) -> Finding {
        if let objection = report.objection { return .noQuorum(objection) }
        if report.reached < report.named { return .sentinelsUnreached(report) }
        if let known = report.known, known < 3 { return .fewSentinels(report) }
        return .sentinelsAgree(report)
    }

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
    /// Seconds since its last message that are normal.
    private static let normalSilence: Int64 = 10
    /// Bytes by which it may be behind.
    private static let normalBacklog: Int64 = 1 << 20

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
