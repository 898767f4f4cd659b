internal import Layouts
internal import Platform
internal import Redis

/// The links of one token: keys from which the application would make the token's own key again, so
/// that they have to be cut before it is removed.
struct SessionLinks {
    /// The links in the order in which they are cut.
    enum Part {
        /// Links that lead to no other keys.
        case ends
        /// Links whose values name other keys.
        case vias
    }

    private let subject: TokenSubject
    /// The value of the token's own key; nil where that is gone.
    private let value: [UInt8]?
    /// The links whose keys can be made, and these keys.
    let places: [(link: Link, key: [UInt8])]

    /// `named` are the values of the keys that name others, in the order of `AllowStore.vias`; nil
    /// for a key that is not there. A link for which the token lacks a claim is left out.
    init(
        of subject: TokenSubject, _ allow: AllowStore, value: [UInt8]?, named: [[UInt8]?]
    ) throws(StoreError) {
        self.subject = subject
        self.value = value
        let vias = allow.vias
        var places: [(link: Link, key: [UInt8])] = []
        for link in allow.links {
            guard let template = link.key else { continue }
            var values = TemplateValues(subject)
            if let via = link.via, let place = vias.firstIndex(of: via) {
                guard let name = named[place] else { continue }
                values.link = name
            }
            do throws(StoreError) {
                places.append((link, try template.render(values)))
            } catch {
                guard case .unnamed = error else { throw error }
            }
        }
        self.places = places
    }

    /// The commands that cut the links of a part.
    func cuts(_ part: Part, _ allow: AllowStore) -> [(link: Link, command: Command)] {
        let vias = allow.vias
        return places.compactMap { link, key in
            guard vias.contains(link.key ?? allow.key) == (part == .vias) else { return nil }
            return command(link, key).map { (link, $0) }
        }
    }

    /// The command that cuts one link; nil if there is nothing to compare its value with. Without a
    /// comparison it could remove the link of another token.
    private func command(_ link: Link, _ key: [UInt8]) -> Command? {
        switch link.action {
        case .delete: return Command("DEL", key: key)
        case .removeValue:
            return value.map { .eval(Script.removeValue, keys: [key], [.bytes($0)]) }
        case .deleteHolder:
            let framed = text(of: link).map(JavaObject.framed) ?? []
            guard value != nil || !framed.isEmpty else { return nil }
            return .eval(Script.deleteHolder, keys: [key], [.bytes(value ?? []), .bytes(framed)])
        }
    }

    /// The text of the token as a Java object under the key of a link holds it.
    private func text(of link: Link) -> [UInt8]? {
        guard case .deleteHolder(let text?) = link.action else { return nil }
        do throws(StoreError) {
            return try text.render(TemplateValues(subject))
        } catch {
            return nil
        }
    }

    /// What to search for among keys that cannot be made; nil if a search could find nothing.
    func wanted(_ allow: AllowStore) -> HolderSearch.Wanted? {
        let searched = allow.links.filter { $0.search != nil }
        let text = searched.compactMap { self.text(of: $0) }.first
        let isHeld = !searched.isEmpty && (value != nil || text != nil)
        guard isHeld || allow.hasWildLinks else { return nil }
        return HolderSearch.Wanted(
            value: isHeld ? value : nil, text: text, subject: allow.hasWildLinks ? subject : nil)
    }
}

extension Link {
    /// Whether the link may be under a key that cannot be made from the token.
    var isSearched: Bool { search != nil || wild != nil }
}

extension AllowStore {
    /// The keys whose values name other keys, each once.
    var vias: [Template] {
        links.compactMap(\.via).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether the keys of some links have a part that is not known.
    var hasWildLinks: Bool { links.contains { $0.wild != nil } }

    /// The beginnings of keys among which links may have to be searched for.
    var searchPrefixes: [[UInt8]] {
        links.compactMap(\.search).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The arguments of `Script.disallow`, which removes the token's own key or replaces its value,
    /// but only if the application accepts the token by it.
    func removalArguments(of subject: TokenSubject) throws(StoreError) -> [Argument] {
        var replacement: [UInt8] = []
        if case .rewrite(let value) = removal { replacement = value }
        switch match {
        case .exists: return [.bytes(replacement), ""]
        case .equals(let value):
            return [.bytes(replacement), .bytes(try value.render(TemplateValues(subject)))]
        case .noneOf(let values):
            return [.bytes(replacement), ""] + values.map { .bytes($0) }
        }
    }
}

// MARK: links whose keys cannot be made

/// Collects the links of a page of items that were not under the keys that can be made. A class:
/// the job that fills it is a value inside `JobRunner`, and the caller reads it after the run.
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

/// Links whose keys cannot be made are found by scanning.
extension TokenStore {
    /// Deletes the keys with the layout's prefixes that would bring one of these tokens back.
    /// Returns false if a signal ended the scan before all keys were read.
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

    /// Deletes the keys of wild links that name or hold one of these tokens. Returns false if a
    /// signal ended the scan before all keys were read.
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

/// Reads the values of a page of keys, and deletes the keys that hold what is searched for. Strings
/// are compared again when they are deleted, since another token may have taken the key in between.
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
