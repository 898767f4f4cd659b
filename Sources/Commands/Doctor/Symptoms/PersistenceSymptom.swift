internal import CommandKit
internal import JSON

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
                "no append-only file and no snapshots",
                means: "A restart loses every revocation: revoked tokens are accepted again. "
                    + Self.untilRestart, remedy: line(turnsOn))
        case .snapshotsOnly(let points, let changes, let line):
            return Finding(
                .persistence, "snapshots_only", .warning,
                "snapshots only (save \(VisibleText.escape(points, columns: 60)))"
                    + (changes.map {
                        ", \(Count.words(Int($0), "change", "changes")) since the last one"
                    } ?? ""),
                means: "A crash loses the revocations since the last snapshot. "
                    + Self.untilRestart,
                remedy: line(turnsOn),
                data: ["save": .string(points)])
        case .noAppendOnlyFile(let line):
            return Finding(
                .persistence, "no_append_only_file", .warning, "no append-only file",
                means:
                    "A crash loses the revocations since the last snapshot, or all of them if there "
                    + "are no snapshots.", remedy: line(turnsOn))
        case .unsynced(let line):
            return Finding(
                .persistence, "unsynced", .warning, "appendfsync is no",
                means: "A power failure loses the revocations of the last half minute.",
                remedy: line("CONFIG SET appendfsync everysec"))
        case .appendFailed(let line):
            return Finding(
                .persistence, "append_failed", .error, "Redis could not write the append-only file",
                means: "Redis refuses writes, or loses them on a restart. The disk may be full.",
                remedy: line("CONFIG GET dir"))
        case .rewriteFailed(let line):
            return Finding(
                .persistence, "rewrite_failed", .warning,
                "Redis could not rewrite the append-only file",
                means: "The file grows until the disk is full; then nothing can be revoked.",
                remedy: line("BGREWRITEAOF"))
        case .snapshotFailed(let stopsWrites, let line):
            return Finding(
                .persistence, "snapshot_failed", stopsWrites ? .error : .warning,
                "the last snapshot failed",
                means: (stopsWrites
                    ? "Redis refuses writes until a snapshot succeeds: nothing can be revoked."
                    : "The data on disk is out of date.")
                    + " The disk may be full, or the directory missing.",
                remedy: line("CONFIG GET dir"))
        }
    }
}
