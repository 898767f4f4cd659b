internal import Redis

/// The names of keys, made from the layout's templates.
extension Layout {
    /// Keys that belong to one user.
    package struct UserKeys: Equatable, Sendable {
        /// Sorted set of the user's tokens.
        package let tokens: [UInt8]?
        /// Hash with more about each of them.
        package let meta: [UInt8]?
        /// The cutoff: the time up to which the user's tokens are revoked.
        package let cutoff: [UInt8]?
    }

    /// The keys of one user. Throws if a key contains more than the user.
    package func keys(of user: Identifier) throws(StoreError) -> UserKeys {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return UserKeys(
            tokens: try list?.key.render(values), meta: try list?.details?.render(values),
            cutoff: try userCutoff?.key.render(values))
    }

    /// The token that a parsed key or member names; nil if there is no usable id in it.
    func subject(of holes: [Template.Hole: [UInt8]]) -> TokenSubject? {
        guard let id = holes[.id].flatMap(Identifier.init(found:)) else { return nil }
        return TokenSubject(
            id: id, user: holes[.user].flatMap(Identifier.init(found:)),
            details: naming.details.indices.map { holes[.detail($0)] })
    }

    /// The token that a key of the blacklist names. A plain key is read without a dictionary, since
    /// `list revoked` reads millions of them.
    func subject(ofDenyKey key: [UInt8]) -> TokenSubject? {
        guard let template = deny?.key else { return nil }
        guard template.isPlain else { return template.parse(key).flatMap(subject(of:)) }
        return template.plainID(key).flatMap(Identifier.init(found:)).map {
            TokenSubject(id: $0, user: nil, details: naming.details.map { _ in nil })
        }
    }

    /// The message about one token: its id, percent-encoded, so that no id looks like one of the
    /// two messages below.
    package func message(_ id: Identifier) -> [UInt8] { PercentEncoding.encode(id.bytes) }

    /// The message about all tokens of a user.
    package func message(user: Identifier) -> [UInt8] {
        Array("user:".utf8) + PercentEncoding.encode(user.bytes)
    }

    /// The message about many tokens, or those of all users.
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

/// Keys as they may be shown. Anyone who reads an active token can log in with it.
extension Layout {
    /// The text that is shown instead of a token.
    private static let mask = Array("<token>".utf8)

    /// The key without the text of a token: of a key that contains one, only the beginning is
    /// shown. A hash of a token gives nothing away and stays.
    package func shown(_ key: [UInt8]) -> [UInt8] {
        guard namesByText else { return key }
        // Of several stores that may have the key, the one with the longest beginning counts.
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
    /// Whether a token can be read out of the text, which is not so if only its hash is in it.
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
    /// The error with its key in a form that may be shown.
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

/// Tells keys of a layout from ids of tokens. A person who copies from `redis-cli --scan` passes a
/// key where an id is meant.
package struct LayoutKeys: Sendable {
    private let templates: [(beginning: [UInt8], template: Template)]
    /// For each byte whether a key begins with it. Nearly all ids are told apart by their first
    /// byte.
    private let mayBegin: [Bool]

    /// Considers only keys that begin with a text of the layout, and only if that text ends with a
    /// separator: an id may begin with the same letters.
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

    /// The id in such a key; nil if there is none, or only a hash of it.
    package func id(in key: [UInt8]) -> [UInt8]? {
        templates.lazy.filter { key.starts(with: $0.beginning) }
            .compactMap { $0.template.parse(key)?[.id] }.first
    }
}

/// Tells whether a key in Redis can be one of a layout's, by its name alone. The warning about a
/// layout that is not in use goes by it.
package struct OwnKeys {
    package enum Verdict {
        /// The key is one of the layout's.
        case own
        /// It may be one of the layout's, or of another application: the layout's keys have no word
        /// of their own.
        case possible
        /// It is not one of the layout's.
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
            // A hash cannot be read, so that only the text around it counts.
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
