internal import Redis

/// The names of keys, made from the layout's templates.
extension Layout {
    /// Keys that belong to one user.
    package struct UserKeys: Equatable, Sendable {
        /// Sorted set of the user's tokens.
        package let tokens: [UInt8]?
        /// Hash with more about each of them.
        package let meta: [UInt8]?
        /// What says from when on the user's tokens are alive.
        package let cutoff: [UInt8]?
    }

    package func keys(of user: Identifier) throws(StoreError) -> UserKeys {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return UserKeys(
            tokens: try list?.key.render(values), meta: try list?.details?.render(values),
            cutoff: try userCutoff?.key.render(values))
    }

    /// The token that the holes of a key or member tell of; nil where they name none.
    func subject(of holes: [Template.Hole: [UInt8]]) -> TokenSubject? {
        guard let id = holes[.id].flatMap(Identifier.init(found:)) else { return nil }
        return TokenSubject(
            id: id, user: holes[.user].flatMap(Identifier.init(found:)),
            details: naming.details.indices.map { holes[.detail($0)] })
    }

    /// The token that a key of the blacklist tells of.
    func subject(ofDenyKey key: [UInt8]) -> TokenSubject? {
        guard let template = deny?.key else { return nil }
        guard template.isPlain else { return template.parse(key).flatMap(subject(of:)) }
        return template.plainID(key).flatMap(Identifier.init(found:)).map {
            TokenSubject(id: $0, user: nil, details: naming.details.map { _ in nil })
        }
    }

    /// What is published for a token: its id, spelled as in keys, so that no id can be taken for
    /// one of the two below.
    package func message(_ id: Identifier) -> [UInt8] { PercentEncoding.encode(id.bytes) }

    /// What is published where all tokens of a user are concerned.
    package func message(user: Identifier) -> [UInt8] {
        Array("user:".utf8) + PercentEncoding.encode(user.bytes)
    }

    /// What is published where many tokens are, or everybody's.
    package var messageForAll: [UInt8] { [UInt8(ascii: "*")] }
}

extension Layout {
    /// For each check of a token's state the keys that are asked, as people may see them.
    package func keysAsked(of subject: TokenSubject) -> [String: [[UInt8]]] {
        let values = TemplateValues(subject)
        func key(_ template: Template?) -> [[UInt8]] {
            do throws(StoreError) {
                return [try template?.render(values)].compactMap { $0.map(shown) }
            } catch {
                return []
            }
        }
        return [
            "blacklist": key(deny?.key),
            "cutoff": key(userCutoff?.key) + key(globalCutoff?.key),
            "whitelist": key(list?.key) + key(allow?.key),
            "user": key(ban?.key), "version": key(version?.key),
        ]
    }
}

/// Keys as people may see them: whoever reads a live token can log in with it.
extension Layout {
    /// What stands in place of a token's text.
    private static let mask = Array("<token>".utf8)

    /// The key without what came from a token's text: only its beginning, where the layout names
    /// keys after tokens. Hashes of tokens are kept.
    package func shown(_ key: [UInt8]) -> [UInt8] {
        guard namesByText else { return key }
        // Of several stores the one with the longest beginning has written the key.
        var longest: (beginning: [UInt8], isSecret: Bool)?
        for template in keyTemplates {
            let text = template.codec.decode(key) ?? key
            let beginning = template.beginning
            guard text.starts(with: beginning) else { continue }
            let isSecret = template.tellsText(naming)
            if let known = longest {
                let isLonger = beginning.count > known.beginning.count
                guard isLonger || (isSecret && beginning.count == known.beginning.count) else {
                    continue
                }
            }
            longest = (beginning, isSecret)
        }
        guard let longest, longest.isSecret else { return key }
        return longest.beginning + Self.mask
    }

    /// Whether keys may hold the text of tokens.
    private var namesByText: Bool { keyTemplates.contains { $0.tellsText(naming) } }

    /// Every template that a key is made from, or a channel.
    var keyTemplates: [Template] { allStores.flatMap(\.keyTemplates) }
}

extension Template {
    /// Whether a token can be read out of what this writes. What a hash was made of cannot.
    fileprivate func tellsText(_ naming: Naming) -> Bool {
        parts.contains { part in
            guard case .hole(let hole, let filters) = part,
                !filters.contains(.sha256), !filters.contains(.md5)
            else { return false }
            switch hole {
            case .id: return naming.id.contains(.token)
            case .detail(let index): return naming.details[index].tellsText(naming)
            case .link: return naming.id.contains(.token)
            default: return false
            }
        }
    }
}

extension Naming.Detail {
    fileprivate func tellsText(_ naming: Naming) -> Bool {
        switch self {
        case .token, .signature: true
        case .composite(let template): template.tellsText(naming)
        case .claim, .words: false
        }
    }
}

extension StoreError {
    /// The same with a key that people may see.
    package func shown(in layout: Layout) -> StoreError {
        switch self {
        case .refused(let error, let command, let key):
            .refused(error, command: command, key: key.map(layout.shown))
        case .corrupt(let key): .corrupt(key: layout.shown(key))
        case .otherUnit(let key): .otherUnit(key: layout.shown(key))
        case .redis, .unnamed, .digest: self
        }
    }
}

/// Tells the keys of a layout from the ids of tokens: who copies from `redis-cli --scan` has a key.
package struct LayoutKeys: Sendable {
    private let templates: [(beginning: [UInt8], template: Template)]
    /// For each byte whether a key begins with it: nearly all ids end the question there.
    private let mayBegin: [Bool]

    /// Takes the keys that begin with a text of the layout's own, and that text ends where a name
    /// does: an id may begin with the same letters.
    package init(_ layout: Layout) {
        templates = layout.keyTemplates.compactMap { template in
            let beginning = template.codec.encode(template.beginning)
            guard template.codec == .raw, let last = beginning.last, !last.isAlphanumeric else {
                return nil
            }
            return (beginning, template)
        }
        var mayBegin = Array(repeating: false, count: 256)
        for (beginning, _) in templates { mayBegin[Int(beginning[0])] = true }
        self.mayBegin = mayBegin
    }

    /// Whether `text` is a key that the layout would write.
    package func contain(_ text: [UInt8]) -> Bool {
        guard let first = text.first, mayBegin[Int(first)] else { return false }
        return templates.contains {
            text.starts(with: $0.beginning) && $0.template.parse(text) != nil
        }
    }

    /// The id in such a key; nil where it holds none, or only what was made of one.
    package func id(in key: [UInt8]) -> [UInt8]? {
        templates.lazy.filter { key.starts(with: $0.beginning) }
            .compactMap { $0.template.parse(key)?[.id] }.first
    }
}

/// The names that a layout gives to its keys: tells whether a key of a Redis can be one of them.
package struct OwnKeys {
    package enum Verdict {
        /// It is one of the layout's.
        case own
        /// It may be one of the layout's, or of anybody else's: the layout has no word of its own.
        case possible
        /// It is none of the layout's.
        case foreign
    }

    private let templates: [Template]
    private let isByText: Bool

    package init(_ layout: Layout) {
        templates = StoreSignature.all(layout, closed: layout)
            .filter { ![.link, .details].contains($0.role) }.map { $0.closed ?? $0.open }
        isByText = layout.naming.isByText
    }

    package func judge(_ key: [UInt8]) -> Verdict {
        var result = Verdict.foreign
        for template in templates {
            switch judge(key, template) {
            case .own: return .own
            case .possible: result = .possible
            case .foreign: break
            }
        }
        return result
    }

    private func judge(_ key: [UInt8], _ template: Template) -> Verdict {
        guard template.isReversible else {
            // A hash tells nothing of what was hashed: what stands around it has to do.
            let head = template.parts.first?.literal ?? []
            let tail = template.parts.count > 1 ? template.parts.last?.literal ?? [] : []
            let fits =
                template.codec == .raw && key.count > head.count + tail.count
                && key.starts(with: head) && key.suffix(tail.count).elementsEqual(tail)
            return fits ? (head + tail).count(where: \.isLetter) > 1 ? .own : .possible : .foreign
        }
        guard let holes = template.parse(key) else { return .foreign }
        let literals = template.parts.compactMap(\.literal)
        if template.codec != .raw || literals.contains(where: { $0.count(where: \.isLetter) > 1 }) {
            return .own
        }
        guard let id = holes[.id] else { return .possible }
        if isByText { return NameShape.isToken(id) ? .own : .foreign }
        return NameShape.isRandom(id) ? .own : .possible
    }
}
