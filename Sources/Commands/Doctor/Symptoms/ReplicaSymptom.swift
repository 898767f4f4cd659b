internal import CommandKit
internal import JSON
internal import Redis

/// Whether what was written is anywhere else.
enum ReplicaSymptom: Symptom {
    case inStep(count: Int)
    case late(InfoReport.Replica)
    case tooFew(good: Int64, wanted: Int64, RedisLine)
    case noMinimum(RedisLine)
    /// Of a group: there is none, or none of those that there are is connected.
    case alone
    case unconnected(known: Int, RedisLine)

    var finding: Finding {
        switch self {
        case .inStep(let count):
            return Finding(
                .replicas, "in_step", .ok,
                count == 0
                    ? "none" : count == 1 ? "1, in sync" : "\(count), all in sync",
                data: ["replicas": .integer(Int64(count))])
        case .late(let replica):
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
        case .alone:
            return Finding(
                .replicas, "no_replica", .warning, "none",
                means:
                    "The data is on this server only: if it fails, revocations are lost.",
                remedy: "add a replica; changes then wait for it to confirm")
        case .unconnected(let known, let line):
            return Finding(
                .replicas, "no_replica_connected", .error,
                "0 of \(known) known replicas connected",
                means: "No replica confirms a change: revoke writes it and exits with status 8.",
                remedy: line("INFO replication"), data: ["known": .integer(Int64(known))])
        case .tooFew(let good, let wanted, let line):
            return Finding(
                .replicas, "too_few_replicas", .error,
                "\(good) in sync, but min-replicas-to-write requires \(wanted)",
                means: "Redis refuses writes: nothing can be revoked until replicas are back.",
                remedy: line("INFO replication"),
                data: ["good": .integer(good), "wanted": .integer(wanted)])
        case .noMinimum(let line):
            return Finding(
                .replicas, "no_minimum", .note, "min-replicas-to-write is 0",
                means: "A primary that is cut off from its replicas still accepts revocations, and "
                    + "loses them once a replica has replaced it.",
                remedy: line("CONFIG SET min-replicas-to-write 1"))
        }
    }
}
