internal import CommandKit
internal import JSON

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
                "maxmemory-policy is \(VisibleText.escape(policy, columns: 40)), maxmemory is "
                    + Bytes.words(limit),
                means: failsOpen
                    ? "When memory is short, Redis evicts blacklist entries and cutoffs: revoked "
                        + "tokens are accepted again, without notice. " + Self.untilRestart
                    : "When memory is short, Redis evicts sessions: users are logged out.",
                remedy: line("CONFIG SET maxmemory-policy noeviction"),
                data: ["maxmemory_policy": .string(policy), "maxmemory": .integer(limit)])
        case .evicted(let count, let failsOpen, let line):
            return Finding(
                .memory, "evicted_keys", .warning,
                Count.words(Int(count), "key", "keys") + " evicted since Redis started",
                means: failsOpen
                    ? "Revocations may be among them: revoke again what 'jwtctl audit' shows as "
                        + "revoked. The command below resets the count."
                    : "Sessions may be among them.",
                remedy: line("CONFIG RESETSTAT"), data: ["evicted_keys": .integer(count)])
        case .nearlyFull(let used, let limit, let line):
            let isFull = used >= limit
            return Finding(
                .memory, isFull ? "memory_full" : "memory_nearly_full",
                isFull ? .error : .warning,
                "\(Bytes.words(used)) of \(Bytes.words(limit)) used",
                means: (isFull ? "" : "Once memory is full, ")
                    + "Redis refuses writes: nothing can be revoked until memory is freed.",
                remedy: line("CONFIG SET maxmemory \(max(limit, used) * 2)"),
                data: ["used_memory": .integer(used), "maxmemory": .integer(limit)])
        }
    }
}
