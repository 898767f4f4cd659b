internal import Layouts
internal import Platform
internal import Redis

/// Collects the links of a page of items that were not under the keys that can be made.
final class HolderSearch {
    /// What to search for, by the places of the items.
    var wanted: [Int: Wanted] = [:]

    /// What a key holds that brings a token back.
    struct Wanted {
        /// The value of the token's own key; nil where that is gone.
        let value: [UInt8]?
        /// The text of the token in a Java object.
        let text: [UInt8]?
        /// The token, where keys that cannot be made may name or hold it.
        var subject: TokenSubject?
    }
}

/// Links whose keys cannot be made: they are found by scanning.
extension TokenStore {
    /// Deletes the keys below the layout's prefixes that would bring one of these tokens back.
    /// Returns whether all keys were looked through: a signal ends it.
    func deleteHolders(
        _ wanted: [HolderSearch.Wanted], under prefixes: [[UInt8]]
    ) throws(StoreError) -> Bool {
        let values = Set(wanted.compactMap(\.value))
        let texts = Set(wanted.compactMap(\.text))
        for prefix in prefixes {
            let pattern = GlobPattern.escape(prefix) + [UInt8(ascii: "*")]
            try delete(match: pattern, type: "string") { keys in
                DeleteJob(store: self, reads: keys.map { Command("GET", key: $0) }) {
                    number, reply in
                    guard case .string(let value) = reply,
                        values.contains(value)
                            || JavaObject.text(among: texts, in: value) != nil
                    else { return nil }
                    return .eval(Script.deleteIfSame, keys: [keys[number]], [.bytes(value)])
                }
            }
            if Signals.pending != nil { return false }
        }
        return true
    }

    /// Deletes the keys of wild links that name or hold one of these tokens. Returns whether all keys
    /// were looked through: a signal ends it.
    func deleteWildLinks(
        _ wanted: [HolderSearch.Wanted], _ allow: AllowStore
    ) throws(StoreError) -> Bool {
        let subjects = wanted.compactMap(\.subject)
        let ids = Set(subjects.map(\.id.bytes))
        for link in allow.links {
            guard let wild = link.wild, !subjects.isEmpty else { continue }
            let names = Set(subjects.compactMap { TemplateValues($0)[wild.hole] })
            try delete(match: wild.key.glob(), type: link.types[0]) { keys in
                let own = keys.compactMap { key in
                    wild.key.parseLoosely(key)?[wild.hole].map { (key, names.contains($0)) }
                }
                guard let field = wild.field else {
                    let named = own.filter(\.1).map(\.0)
                    return DeleteJob(store: self, deletions: named.map { Command("DEL", key: $0) })
                }
                let reads = own.map { Command("HGET", key: $0.0, .bytes(field)) }
                return DeleteJob(store: self, reads: reads) { number, reply in
                    let (key, isNamed) = own[number]
                    var isHeld = false
                    if case .string(let id) = reply { isHeld = ids.contains(id) }
                    return isNamed || isHeld ? Command("DEL", key: key) : nil
                }
            }
            if Signals.pending != nil { return false }
        }
        return true
    }

    /// Runs a job for each page of keys that match.
    private func delete(
        match: [UInt8], type: String, job: @escaping ([[UInt8]]) -> DeleteJob
    ) throws(StoreError) {
        try StoreError.only {
            try forEachPage(match: match, type: type, changes: true, job: job) { _ in true }
        }
    }
}

/// Reads values, and deletes the keys that hold what is searched for.
private struct DeleteJob: Job {
    enum Phase: CaseIterable { case read, delete }

    let store: TokenStore
    var reads: [Command] = []
    /// The commands of the second phase.
    var deletions: [Command] = []
    /// The command that deletes the key of a read, given the reply to it; nil to keep the key.
    var deletion: (_ number: Int, Reply) -> Command? = { _, _ in nil }
    var phases = Phase.allCases[...]

    var outcome: Void { () }

    mutating func next() -> [Command]? {
        switch phases.first {
        case .read: reads
        case .delete: deletions
        case nil: nil
        }
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        switch phases.removeFirst() {
        case .read:
            let replies = try store.replies(exchange, to: reads)
            if !reads.isEmpty { deletions = replies.enumerated().compactMap { deletion($0, $1) } }
        case .delete: _ = try store.replies(exchange, to: deletions)
        }
    }

    mutating func restart(after outcome: Void?) { phases = Phase.allCases[...] }
}
