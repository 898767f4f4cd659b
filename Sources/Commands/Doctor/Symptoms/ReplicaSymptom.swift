internal import CommandKit
internal import JSON
internal import Redis

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
