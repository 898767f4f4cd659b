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
                remedy:
                    "write with --wait 1, the default of groups: it succeeds once a replica has it",
                data: [
                    "replica": .string(replica.address),
                    "bytes_behind": TimeText.number(replica.bytesBehind),
                ])
        case .alone:
            return Finding(
                .replicas, "no_replica", .warning, "none",
                means:
                    "What is written is on this server only: when it dies, revocations are gone.",
                remedy: "add a replica; changes are then told as done once it has them")
        case .unconnected(let known, let line):
            return Finding(
                .replicas, "no_replica_connected", .error,
                "none of the \(known) that are known is connected",
                means: "No replica confirms a change: revoke writes it and ends with status 8.",
                remedy: line("INFO replication"), data: ["known": .integer(Int64(known))])
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
