internal import CommandKit
internal import JSON
internal import Redis

/// Memory: whether Redis evicts keys or refuses writes. Amounts are in bytes.
extension Finding {
    /// The reminder that goes with a remedy by CONFIG SET, which does not change the configuration
    /// file.
    private static let untilRestart =
        "The command below lasts until a restart: set it in redis.conf, too."

    /// Memory is not nearly full, and Redis has evicted no keys. A `limit` of 0 means none, as in
    /// `maxmemory`.
    static func memoryRoomy(used: Int64, limit: Int64) -> Finding {
        Finding(
            .memory, "roomy", .ok,
            "\(Bytes.words(used)) used" + (limit > 0 ? " of \(Bytes.words(limit))" : ", no limit")
                + "; nothing is evicted",
            data: ["used_memory": .integer(used), "maxmemory": .integer(limit)])
    }

    /// A limit with a policy that evicts keys. That is an error where a revoked token is accepted
    /// once its keys are gone (`failsOpen`); where a token must be listed, eviction only logs users
    /// out.
    ///
    /// Of 50,000 blacklist entries next to 80,000 cache keys in 12 MB, allkeys-lru left 485 and
    /// volatile-lru 790; volatile-ttl left all of them only because the others expired sooner
    /// (measured on Redis 7.0).
    static func evictingPolicy(
        _ policy: String, limit: Int64, failsOpen: Bool, _ cli: RedisCLICommand
    ) -> Finding {
        Finding(
            .memory, "evicting_policy", failsOpen ? .error : .warning,
            "maxmemory-policy is \(VisibleText.escape(policy, columns: 40)), maxmemory is "
                + Bytes.words(limit),
            means: failsOpen
                ? "When memory is short, Redis evicts blacklist entries and cutoffs: revoked "
                    + "tokens are accepted again, without notice. " + untilRestart
                : "When memory is short, Redis evicts sessions: users are logged out.",
            remedy: cli("CONFIG SET maxmemory-policy noeviction"),
            data: ["maxmemory_policy": .string(policy), "maxmemory": .integer(limit)])
    }

    /// Evictions in the past are a warning, because Redis does not record which keys it evicted.
    static func evictedKeys(_ count: Int64, failsOpen: Bool, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .memory, "evicted_keys", .warning,
            Count.words(Int(count), "key", "keys") + " evicted since Redis started",
            means: failsOpen
                ? "Revocations may be among them: revoke again what 'jwtctl audit' shows as "
                    + "revoked. The command below resets the count."
                : "Sessions may be among them.",
            remedy: cli("CONFIG RESETSTAT"), data: ["evicted_keys": .integer(count)])
    }

    /// The limit is nearly reached, or reached. The proposed limit is twice what is used.
    static func memoryNearlyFull(used: Int64, limit: Int64, _ cli: RedisCLICommand) -> Finding {
        let isFull = used >= limit
        return Finding(
            .memory, isFull ? "memory_full" : "memory_nearly_full", isFull ? .error : .warning,
            "\(Bytes.words(used)) of \(Bytes.words(limit)) used",
            means: (isFull ? "" : "Once memory is full, ")
                + "Redis refuses writes: nothing can be revoked until memory is freed.",
            remedy: cli("CONFIG SET maxmemory \(max(limit, used) * 2)"),
            data: ["used_memory": .integer(used), "maxmemory": .integer(limit)])
    }
}

/// Persistence: whether revocations survive a restart or a crash.
extension Finding {
    /// Arguments of redis-cli that turn on the append-only file.
    private static let appendOnly = "CONFIG SET appendonly yes"

    /// The append-only file is on. `fsync` is the value of `appendfsync`; nil if CONFIG GET was
    /// refused.
    static func appendOnlyFile(fsync: String?) -> Finding {
        Finding(
            .persistence, "append_only_file", .ok,
            "append-only file"
                + (fsync.map { ", appendfsync \(VisibleText.escape($0, columns: 20))" } ?? ""))
    }

    /// Neither kind of persistence is on, which is known only if CONFIG GET is allowed.
    static func noPersistence(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "no_persistence", .error, "no append-only file and no snapshots",
            means: "A restart loses every revocation: revoked tokens are accepted again. "
                + untilRestart, remedy: cli(appendOnly))
    }

    /// `points` is the value of the setting `save`, such as `3600 1 300 100`; `changes` is the
    /// number of changes since the last snapshot, if the server reports it.
    static func snapshotsOnly(points: String, changes: Int64?, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "snapshots_only", .warning,
            "snapshots only (save \(VisibleText.escape(points, columns: 60)))"
                + (changes.map {
                    ", \(Count.words(Int($0), "change", "changes")) since the last one"
                } ?? ""),
            means: "A crash loses the revocations since the last snapshot. " + untilRestart,
            remedy: cli(appendOnly), data: ["save": .string(points)])
    }

    /// CONFIG GET was refused, so there may or may not be snapshots.
    static func noAppendOnlyFile(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "no_append_only_file", .warning, "no append-only file",
            means: "A crash loses the revocations since the last snapshot, or all of them if there "
                + "are no snapshots.", remedy: cli(appendOnly))
    }

    /// The operating system decides when to write: on Linux usually within 30 seconds (Redis
    /// documentation, "Redis persistence").
    static func unsynced(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "unsynced", .warning, "appendfsync is no",
            means: "A power failure loses the revocations of the last half minute.",
            remedy: cli("CONFIG SET appendfsync everysec"))
    }

    /// The last write of the append-only file failed (`aof_last_write_status` in INFO).
    static func appendFailed(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "append_failed", .error, "Redis could not write the append-only file",
            means: "Redis refuses writes, or loses them on a restart. The disk may be full.",
            remedy: cli("CONFIG GET dir"))
    }

    /// The last rewrite of the append-only file failed (`aof_last_bgrewrite_status` in INFO).
    static func rewriteFailed(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "rewrite_failed", .warning,
            "Redis could not rewrite the append-only file",
            means: "The file grows until the disk is full; then nothing can be revoked.",
            remedy: cli("BGREWRITEAOF"))
    }

    /// A failed snapshot is an error if it makes Redis refuse writes, which is the default
    /// (`stop-writes-on-bgsave-error`).
    static func snapshotFailed(stopsWrites: Bool, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .persistence, "snapshot_failed", stopsWrites ? .error : .warning,
            "the last snapshot failed",
            means: (stopsWrites
                ? "Redis refuses writes until a snapshot succeeds: nothing can be revoked."
                : "The data on disk is out of date.")
                + " The disk may be full, or the directory missing.",
            remedy: cli("CONFIG GET dir"))
    }
}

/// Replicas: whether revocations survive the loss of the primary.
extension Finding {
    /// `count` is 0 if a single server has no replicas; in a group, that is a finding of its own.
    static func replicasInStep(count: Int) -> Finding {
        Finding(
            .replicas, "in_step", .ok,
            count == 0 ? "none" : count == 1 ? "1, in sync" : "\(count), all in sync",
            data: ["replicas": .integer(Int64(count))])
    }

    /// A replica that is not in sync, silent or behind. Its address is the server's text.
    static func replicaLate(_ replica: InfoReport.Replica) -> Finding {
        let address = VisibleText.escape(replica.address, columns: 60)
        let how =
            !replica.isOnline
            ? "is not in sync yet"
            : replica.bytesBehind.map { "is \(Bytes.words($0)) behind" } ?? "is behind"
        let silence = replica.silence.map { ", last heard from \($0) s ago" } ?? ""
        return Finding(
            .replicas, "replica_late", .warning, "\(address) \(how)\(silence)",
            means: "If it becomes the primary, the revocations that it lacks are lost.",
            remedy: "use --wait 1 (the default with Sentinel and Cluster) for writes",
            data: [
                "replica": .string(replica.address),
                "bytes_behind": TimeText.number(replica.bytesBehind),
            ])
    }

    /// A server of a group that never had a replica. A single server without one is no finding.
    static let noReplica = Finding(
        .replicas, "no_replica", .warning, "none",
        means: "The data is on this server only: if it fails, revocations are lost.",
        remedy: "add a replica; changes then wait for it to confirm")

    /// `known` is the number of replicas that Sentinels or the Cluster know of this primary.
    static func noReplicaConnected(known: Int, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .replicas, "no_replica_connected", .error, "0 of \(known) known replicas connected",
            means: "No replica confirms a change: revoke writes it and exits with status 8.",
            remedy: cli("INFO replication"), data: ["known": .integer(Int64(known))])
    }

    /// `good` is the number of replicas in sync, `wanted` that of `min-replicas-to-write`.
    static func tooFewReplicas(good: Int64, wanted: Int64, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .replicas, "too_few_replicas", .error,
            "\(good) in sync, but min-replicas-to-write requires \(wanted)",
            means: "Redis refuses writes: nothing can be revoked until replicas are back.",
            remedy: cli("INFO replication"),
            data: ["good": .integer(good), "wanted": .integer(wanted)])
    }

    /// The primary accepts writes without any replica, which is Redis' default. After a fail-over
    /// by Sentinels, an old primary went on acknowledging writes for 11 s and then discarded them
    /// (measured); this setting is the only guard on the server's side.
    static func noMinimum(_ cli: RedisCLICommand) -> Finding {
        Finding(
            .replicas, "no_minimum", .note, "min-replicas-to-write is 0",
            means: "A primary that is cut off from its replicas still accepts revocations, and "
                + "loses them once a replica has replaced it.",
            remedy: cli("CONFIG SET min-replicas-to-write 1"))
    }
}

/// Sentinels and Cluster: whether a failed primary is replaced, and every key has a server.
extension Finding {
    /// Every Sentinel that was asked answers, and they would agree on a fail-over.
    static func sentinelsAgree(_ report: SentinelReport) -> Finding {
        Finding(
            .sentinels, "sentinels_agree", .ok,
            Count.words(report.known ?? report.reached, "Sentinel", "Sentinels")
                + (report.quorum.map { ", quorum \($0)" } ?? ""), data: report.data)
    }

    /// Some of the Sentinels that the URL names did not answer.
    static func sentinelsUnreached(_ report: SentinelReport) -> Finding {
        Finding(
            .sentinels, "sentinels_unreached", report.reached == 0 ? .error : .warning,
            "\(report.reached) of \(report.named) Sentinels in the URL answered",
            means: "With fewer Sentinels, a failed primary may not be replaced.",
            remedy: "start the others, or remove them from the URL", data: report.data)
    }

    /// `objection` is a Sentinel's error reply to SENTINEL CKQUORUM, in the server's words.
    static func noQuorum(_ objection: String) -> Finding {
        Finding(
            .sentinels, "no_quorum", .error, VisibleText.escape(objection, columns: 120),
            means: "If the primary fails, it is not replaced, and nothing can be revoked.",
            remedy: "start the missing Sentinels", data: ["reply": .string(objection)])
    }

    /// Three Sentinels are the fewest that survive the loss of one (Redis documentation, "High
    /// availability with Redis Sentinel").
    static func fewSentinels(_ report: SentinelReport) -> Finding {
        Finding(
            .sentinels, "few_sentinels", .warning,
            Count.words(report.known ?? 0, "Sentinel", "Sentinels") + ", at least 3 needed",
            means: "If one fails together with the primary, the primary may not be replaced.",
            remedy: "run three Sentinels, each on its own machine", data: report.data)
    }

    /// Every slot has a primary.
    static func clusterWhole(primaries: Int) -> Finding {
        Finding(
            .cluster, "whole", .ok,
            "all slots served by " + Count.words(primaries, "primary", "primaries"),
            data: ["primaries": .integer(Int64(primaries))])
    }

    /// `count` is the number of slots, of 16384, that no primary serves.
    static func unservedSlots(_ count: Int) -> Finding {
        Finding(
            .cluster, "unserved_slots", .error, "no node serves \(count) of 16384 slots",
            means: "Tokens with keys in these slots can be neither revoked nor checked.",
            remedy: "redis-cli --cluster check HOST:PORT", data: ["slots": .integer(Int64(count))])
    }
}

/// The report as data.
extension SentinelReport {
    /// The numbers for `Finding.data`.
    fileprivate var data: JSONObject {
        [
            "named": .integer(Int64(named)), "reached": .integer(Int64(reached)),
            "known": TimeText.number(known.map(Int64.init)),
            "quorum": TimeText.number(quorum.map(Int64.init)),
        ]
    }
}
