internal import OpenSSL
internal import Redis

/// The checks of one server: from what it says to what is wrong with it.
struct ServerExamination {
    /// What the person has chosen, and what hangs on it.
    struct Session: Sendable {
        let hasPassword: Bool
        let isUnverified: Bool
        let allowsReplica: Bool
        /// Who we are there.
        let user: String
        /// This machine's clock, in unix seconds.
        let now: Int64
        /// Whether a token passes as soon as its entry is gone: not so where a whitelist decides.
        let failsOpen: Bool
        let isGroup: Bool
    }

    typealias Check = @Sendable (ServerFacts) -> [any Symptom]

    /// Every check, in the order in which its findings are read.
    static let checks: [Check] = [server, tls, memory, persistence, replicas]

    static func findings(of facts: ServerFacts) -> [Finding] {
        checks.flatMap { $0(facts) }.map { symptom in
            var finding = symptom.finding
            if facts.session.isGroup { finding.server = facts.report.endpoint.description }
            return finding
        }
    }

    // MARK: the checks

    private static let server: Check = { facts in
        let greeting = facts.report.greeting
        let role = facts.info?["role"]
        var found: [ServerSymptom] = []
        if facts.isLoading {
            found.append(.loading(percent: facts.info?["loading_loaded_perc"]))
        } else if greeting.role == .replica || role == "slave" {
            found.append(
                .replica(
                    primary: facts.info?["master_host"].flatMap { host in
                        facts.info?["master_port"].map { "\(host):\($0)" }
                    }, isCutOff: facts.info?["master_link_status"] == "down",
                    isAllowed: facts.session.allowsReplica))
        } else {
            found.append(
                .primary(
                    greeting.server, facts.info?["redis_version"] ?? greeting.version,
                    greeting.mode))
        }
        if let error = facts.infoRefusal {
            found.append(.infoRefused(error, user: facts.session.user, facts.line))
        }
        if let error = facts.settingsRefusal {
            found.append(.configRefused(error, user: facts.session.user, facts.line))
        }
        return found
    }

    private static let tls: Check = { facts in
        guard let tls = facts.report.tls else {
            guard !facts.report.endpoint.isLocal else { return [TLSSymptom.local] }
            return [TLSSymptom.plain(hasPassword: facts.session.hasPassword)]
        }
        var found: [TLSSymptom] = []
        if facts.session.isUnverified { found.append(.unverified) }
        if let end = tls.certificateEnd {
            let left = end - facts.session.now
            if left <= 0 {
                found.append(.expired(end: end))
            } else if left < TLSSymptom.patience {
                found.append(.ending(end: end, left: left))
            }
        }
        return found.isEmpty ? [.secured(tls.version, end: tls.certificateEnd)] : found
    }

    private static let memory: Check = { facts in
        guard let info = facts.info, let used = info.integer("used_memory") else { return [] }
        let limit = info.integer("maxmemory") ?? 0
        var found: [MemorySymptom] = []
        if let policy = info.evictingPolicy {
            found.append(
                .evicting(
                    policy: policy, limit: limit, failsOpen: facts.session.failsOpen, facts.line))
        } else if limit > 0, used >= limit / 10 * 9 {
            found.append(.nearlyFull(used: used, limit: limit, facts.line))
        }
        if let evicted = info.integer("evicted_keys"), evicted > 0 {
            found.append(
                .evicted(evicted, failsOpen: facts.session.failsOpen, facts.line))
        }
        return found.isEmpty ? [MemorySymptom.roomy(used: used, limit: limit)] : found
    }

    private static let persistence: Check = { facts in
        guard let info = facts.info, let appends = info.flag("aof_enabled"), !facts.isLoading else {
            return []
        }
        let saves = facts.settings?["save"]
        var found: [PersistenceSymptom] = []
        if !appends {
            switch saves {
            case nil: found.append(.noAppendOnlyFile(facts.line))
            case ""?: found.append(.none(facts.line))
            case let points?:
                found.append(
                    .snapshotsOnly(
                        points: points, changes: info.integer("rdb_changes_since_last_save"),
                        facts.line))
            }
        } else if facts.settings?["appendfsync"] == "no" {
            found.append(.unsynced(facts.line))
        }
        if info["aof_last_write_status"] == "err" { found.append(.appendFailed(facts.line)) }
        if info["aof_last_bgrewrite_status"] == "err", appends {
            found.append(.rewriteFailed(facts.line))
        }
        if info["rdb_last_bgsave_status"] == "err" {
            let stops = facts.settings?["stop-writes-on-bgsave-error"] != "no" && saves != ""
            found.append(.snapshotFailed(stopsWrites: stops, facts.line))
        }
        return found.isEmpty
            ? [PersistenceSymptom.appends(fsync: facts.settings?["appendfsync"])] : found
    }

    private static let replicas: Check = { facts in
        guard let info = facts.info, info["role"] == "master" else { return [] }
        let replicas = info.replicas
        var found: [ReplicaSymptom] = replicas.filter(\.isLate).map(ReplicaSymptom.late)
        let minimum = facts.settings.flatMap { settings in
            (settings["min-replicas-to-write"] ?? settings["min-slaves-to-write"]).flatMap {
                Int64($0)
            }
        }
        let good = info.integer("min_slaves_good_slaves")
        if let good, good < minimum ?? 1 {
            found.append(.tooFew(good: good, wanted: minimum ?? 1, facts.line))
        } else if minimum == 0, !replicas.isEmpty {
            found.append(.noMinimum(facts.line))
        }
        if replicas.isEmpty, facts.session.isGroup {
            found.append(
                facts.knownReplicas ?? 0 > 0
                    ? .unconnected(known: facts.knownReplicas ?? 0, facts.line) : .alone)
        }
        return found.isEmpty ? [ReplicaSymptom.inStep(count: replicas.count)] : found
    }
}

extension InfoReport.Replica {
    /// Seconds, and bytes, by which a replica in good health may be behind.
    private static let patience: Int64 = 10
    private static let backlog: Int64 = 1 << 20

    fileprivate var isLate: Bool {
        !isOnline || silence ?? 0 > Self.patience || bytesBehind ?? 0 > Self.backlog
    }
}

extension Endpoint {
    /// Whether nothing on the way leaves this machine.
    fileprivate var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }
}
