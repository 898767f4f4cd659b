/// Whether a server keeps what it is told, by its own account.
package enum Durability: Equatable, Sendable {
    case keeps
    /// It drops keys under this policy when memory is short; the server's text.
    case evicts(policy: String)
    /// It has no append-only file, so that a crash takes what was acknowledged.
    case forgets
    /// The append-only file could not be written.
    case failing
    /// It does not say.
    case unknown(ServerError?)
}

extension Client {
    /// The policy under which the server of keyless commands drops keys when memory is short; nil
    /// where it drops none or does not say. One round trip. A member of a group that cannot be asked
    /// at the moment is not waited for: whoever writes to it next does that.
    package func evictingPolicy() throws(RedisError) -> String? {
        guard let answer = try ask([Command("INFO", "memory")], .one).first,
            case .success(let report) = answer.report,
            case .string(let text)? = report.replies.first
        else { return nil }
        return InfoReport(text).evictingPolicy
    }

    /// For each server that takes writes whether it keeps them; one that cannot be reached throws.
    package func durabilities() throws(RedisError) -> [(endpoint: Endpoint, Durability)] {
        let commands = [Command("INFO", "memory"), Command("INFO", "persistence")]
        return try ask(commands).map { answer throws(RedisError) in
            (answer.endpoint, Durability(try answer.report.get().replies))
        }
    }
}

extension Durability {
    /// Reads the sections `memory` and `persistence`.
    init(_ replies: [Reply]) {
        var reports: [InfoReport] = []
        for reply in replies {
            switch reply {
            case .string(let text): reports.append(InfoReport(text))
            case .error(let error):
                self = .unknown(error)
                return
            default: break
            }
        }
        guard reports.count == 2, reports[0].integer("maxmemory") != nil,
            reports[0]["maxmemory_policy"] != nil, let appends = reports[1].flag("aof_enabled")
        else {
            self = .unknown(nil)
            return
        }
        if let policy = reports[0].evictingPolicy {
            self = .evicts(policy: policy)
        } else if !appends {
            self = .forgets
        } else {
            self = reports[1]["aof_last_write_status"] == "err" ? .failing : .keeps
        }
    }
}
