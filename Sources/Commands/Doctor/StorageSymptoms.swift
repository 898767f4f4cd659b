internal import CommandKit
internal import JSON
internal import Redis

extension Symptom {
    /// What goes with CONFIG SET.
    fileprivate static var untilRestart: String {
        "The line below lasts until a restart: redis.conf has to say it, too."
    }
}

/// Whether what was written stays in memory.
enum MemorySymptom: Symptom {
    case roomy(used: Int64, limit: Int64)
    case evicting(policy: String, limit: Int64, failsOpen: Bool, RedisLine)
    case evicted(Int64, failsOpen: Bool, RedisLine)
    case nearlyFull(used: Int64, limit: Int64, RedisLine)

    var finding: Finding {
        switch self {
        case .roomy(let used, let limit):
            return Finding(
                .memory, "roomy", .ok,
                "\(Bytes.words(used)) used"
                    + (limit > 0 ? " of \(Bytes.words(limit))" : ", no limit")
                    + "; nothing is evicted",
                data: ["used_memory": .integer(used), "maxmemory": .integer(limit)])
        case .evicting(let policy, let limit, let failsOpen, let line):
            return Finding(
                .memory, "evicting_policy", failsOpen ? .error : .warning,
                "maxmemory-policy is \(VisibleText.escape(policy, columns: 40)), and maxmemory "
                    + Bytes.words(limit),
                means: failsOpen
                    ? "When memory is short Redis drops blacklist entries and cutoffs: a revoked "
                        + "token works again, and nobody is told. " + Self.untilRestart
                    : "When memory is short Redis drops sessions: users are logged out.",
                remedy: line("CONFIG SET maxmemory-policy noeviction"),
                data: ["maxmemory_policy": .string(policy), "maxmemory": .integer(limit)])
        case .evicted(let count, let failsOpen, let line):
            return Finding(
                .memory, "evicted_keys", .warning,
                "\(count) keys were evicted since it started",
                means: failsOpen
                    ? "Revocations may be among them: 'jwtctl audit' shows what was revoked, to "
                        + "be revoked again. The count goes back to 0 by CONFIG RESETSTAT."
                    : "Sessions may be among them.",
                remedy: line("CONFIG RESETSTAT"), data: ["evicted_keys": .integer(count)])
        case .nearlyFull(let used, let limit, let line):
            let isFull = used >= limit
            return Finding(
                .memory, isFull ? "memory_full" : "memory_nearly_full",
                isFull ? .error : .warning,
                "\(Bytes.words(used)) of \(Bytes.words(limit)) are used",
                means: (isFull ? "Redis refuses writes" : "When it is full Redis refuses writes")
                    + ": nothing can be revoked until memory is freed.",
                remedy: line("CONFIG SET maxmemory \(max(limit, used) * 2)"),
                data: ["used_memory": .integer(used), "maxmemory": .integer(limit)])
        }
    }
}

/// Whether what was written outlives a restart.
enum PersistenceSymptom: Symptom {
    case appends(fsync: String?)
    case none(RedisLine)
    /// `changes` are those since the last snapshot.
    case snapshotsOnly(points: String, changes: Int64?, RedisLine)
    /// Nobody says whether there are snapshots.
    case noAppendOnlyFile(RedisLine)
    case unsynced(RedisLine)
    case appendFailed(RedisLine)
    case rewriteFailed(RedisLine)
    case snapshotFailed(stopsWrites: Bool, RedisLine)

    var finding: Finding {
        let turnsOn = "CONFIG SET appendonly yes"
        switch self {
        case .appends(let fsync):
            return Finding(
                .persistence, "append_only_file", .ok,
                "append-only file"
                    + (fsync.map { ", appendfsync \(VisibleText.escape($0, columns: 20))" } ?? ""))
        case .none(let line):
            return Finding(
                .persistence, "no_persistence", .error,
                "neither an append-only file nor snapshots",
                means: "A restart loses every revocation: revoked tokens work again. "
                    + Self.untilRestart, remedy: line(turnsOn))
        case .snapshotsOnly(let points, let changes, let line):
            return Finding(
                .persistence, "snapshots_only", .warning,
                "snapshots alone (save \(VisibleText.escape(points, columns: 60)))"
                    + (changes.map {
                        ", \(Count.words(Int($0), "change", "changes")) since the last"
                    } ?? ""),
                means: "A crash loses the revocations since the last snapshot. "
                    + Self.untilRestart,
                remedy: line(turnsOn),
                data: ["save": .string(points)])
        case .noAppendOnlyFile(let line):
            return Finding(
                .persistence, "no_append_only_file", .warning, "no append-only file",
                means:
                    "A crash loses the revocations since the last snapshot, or all of them where "
                    + "there are none.", remedy: line(turnsOn))
        case .unsynced(let line):
            return Finding(
                .persistence, "unsynced", .warning, "appendfsync is no",
                means: "A power cut loses the revocations of half a minute.",
                remedy: line("CONFIG SET appendfsync everysec"))
        case .appendFailed(let line):
            return Finding(
                .persistence, "append_failed", .error, "the append-only file could not be written",
                means: "Redis refuses writes, or loses them with a restart. Is the disk full?",
                remedy: line("CONFIG GET dir"))
        case .rewriteFailed(let line):
            return Finding(
                .persistence, "rewrite_failed", .warning,
                "the append-only file could not be rewritten",
                means: "It grows until the disk is full, and then nothing can be revoked.",
                remedy: line("BGREWRITEAOF"))
        case .snapshotFailed(let stopsWrites, let line):
            return Finding(
                .persistence, "snapshot_failed", stopsWrites ? .error : .warning,
                "the last snapshot failed",
                means: (stopsWrites
                    ? "Redis refuses writes until one succeeds: nothing can be revoked."
                    : "What is on disk is old.") + " Is the disk full, or the folder gone?",
                remedy: line("CONFIG GET dir"))
        }
    }
}

/// Whether what was written is anywhere else.
enum ReplicaSymptom: Symptom {
    case inStep(count: Int)
    case late(InfoReport.Replica)
    case tooFew(good: Int64, wanted: Int64, RedisLine)
    case noMinimum(RedisLine)

    var finding: Finding {
        switch self {
        case .inStep(let count):
            return Finding(
                .replicas, "in_step", .ok,
                count == 0
                    ? "none" : count == 1 ? "1, in step" : "\(count), all of them in step",
                data: ["replicas": .integer(Int64(count))])
        case .late(let replica):
            let address = VisibleText.escape(replica.address, columns: 60)
            let how =
                !replica.isOnline
                ? "is not in step yet"
                : replica.bytesBehind.map { "is \(Bytes.words($0)) behind" } ?? "is behind"
            let silence = replica.silence.map { ", last heard of \($0) s ago" } ?? ""
            return Finding(
                .replicas, "replica_late", .warning, "\(address) \(how)\(silence)",
                means: "If it takes over, the revocations that it lacks are gone.",
                remedy: "write with --wait 1: it succeeds only once a replica has it too",
                data: [
                    "replica": .string(replica.address),
                    "bytes_behind": TimeText.number(replica.bytesBehind),
                ])
        case .tooFew(let good, let wanted, let line):
            return Finding(
                .replicas, "too_few_replicas", .error,
                "\(good) in step, where min-replicas-to-write asks for \(wanted)",
                means: "Redis refuses writes: nothing can be revoked until replicas are back.",
                remedy: line("INFO replication"),
                data: ["good": .integer(good), "wanted": .integer(wanted)])
        case .noMinimum(let line):
            return Finding(
                .replicas, "no_minimum", .note, "min-replicas-to-write is 0",
                means: "A primary that is cut off from its replicas goes on taking revocations, "
                    + "and loses them when another has taken over.",
                remedy: line("CONFIG SET min-replicas-to-write 1"))
        }
    }
}

/// Amounts of memory.
enum Bytes {
    /// `512 B`, `14 KiB`, `1.5 GiB`.
    static func words(_ count: Int64) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var tenths = max(count, 0).multipliedReportingOverflow(by: 10).partialValue
        var unit = 0
        while tenths >= 10_240, unit < units.count - 1 {
            tenths /= 1024
            unit += 1
        }
        let fraction = tenths < 100 && unit > 0 && tenths % 10 > 0 ? ".\(tenths % 10)" : ""
        return "\(tenths / 10)\(fraction) \(units[unit])"
    }
}
