internal import Layouts
internal import Redis

/// The links of one token that are to be cut: keys that would bring it back.
struct SessionLinks {
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

    /// `named` are the values of the keys that name others, in the order of `AllowStore.vias`. A link
    /// for which the token lacks a claim is left out.
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

    /// Cuts one link; nil where nothing is known that its value could be compared with.
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

    /// What has to be searched for; nil where a search could find nothing.
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
    /// Whether it may be under a key that cannot be made.
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

    /// The arguments of `Script.disallow`.
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
