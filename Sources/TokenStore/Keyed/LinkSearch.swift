internal import Platform
internal import Redis

/// Links whose keys can't be made: they are found by scanning.
extension TokenStore {
    /// Deletes the keys below the layout's prefixes that would bring one of these tokens back.
    /// Answers whether all were looked through: a signal ends it.
    func deleteHolders(_ wanted: [HolderSearch.Wanted], under prefixes: [[UInt8]]) throws -> Bool {
        let values = Set(wanted.compactMap(\.value))
        let texts = Set(wanted.compactMap(\.text))
        for prefix in prefixes {
            try forEachPage(
                match: GlobPattern.escape(prefix) + [UInt8(ascii: "*")], type: "string",
                changes: true
            ) { keys in
                DeleteJob(store: self, reads: keys.map { Command("GET", key: $0) }) {
                    number, reply in
                    guard case .string(let value) = reply,
                        values.contains(value)
                            || JavaObject.text(among: texts, in: value) != nil
                    else { return nil }
                    return .eval(Script.deleteIfSame, keys: [keys[number]], [.bytes(value)])
                }
            } _: { _ in
                true
            }
            if Signals.pending != nil { return false }
        }
        return true
    }

    /// Deletes the keys of wild links that name or hold one of these tokens. Answers whether all were
    /// looked through: a signal ends it.
    func deleteWildLinks(_ wanted: [HolderSearch.Wanted], _ allow: AllowStore) throws -> Bool {
        let subjects = wanted.compactMap(\.subject)
        let ids = Set(subjects.map(\.id.bytes))
        for link in allow.links {
            guard let wild = link.wild, !subjects.isEmpty else { continue }
            let names = Set(subjects.compactMap { TemplateValues($0)[wild.hole] })
            try forEachPage(match: wild.key.glob(), type: link.types[0], changes: true) { keys in
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
            } _: { _ in
                true
            }
            if Signals.pending != nil { return false }
        }
        return true
    }
}

/// Reads values, and deletes what they call for.
private struct DeleteJob: Job {
    enum Phase: CaseIterable { case read, delete }

    let store: TokenStore
    var reads: [Command] = []
    /// What is deleted.
    var deletions: [Command] = []
    /// What deletes the key of a read, given the reply to it; nil where it is kept.
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
