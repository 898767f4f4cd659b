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

    /// Every template that a key is made from.
    var keyTemplates: [Template] {
        var templates = [deny?.key, allow?.key, list?.key, list?.details].compactMap(\.self)
        templates += [userCutoff?.key, globalCutoff?.key, version?.key, ban?.key].compactMap(\.self)
        templates += allow?.links.flatMap { [$0.key, $0.via].compactMap(\.self) } ?? []
        templates += [auditKey, channel].compactMap { $0.map { Template(literal: $0) } }
        if case .hash(_, let beside?)? = deny?.shape { templates.append(beside.key) }
        switch index?.kind {
        case .keys(let key, _, _)?, .set(let key)?, .hashes(let key, _)?: templates.append(key)
        case .tokens(let tokens)?:
            templates += tokens.also + tokens.kin + [tokens.objects].compactMap(\.self)
        case .values?, nil: break
        }
        return templates
    }
}

extension Template {
    /// What stands before the first hole.
    var beginning: [UInt8] {
        if case .literal(let bytes)? = parts.first { bytes } else { [] }
    }

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
    func shown(in layout: Layout) -> StoreError {
        switch self {
        case .refused(let error, let command, let key):
            .refused(error, command: command, key: key.map(layout.shown))
        case .corrupt(let key): .corrupt(key: layout.shown(key))
        case .otherUnit(let key): .otherUnit(key: layout.shown(key))
        case .redis, .unnamed, .digest: self
        }
    }
}

extension [RevocationOutcome] {
    /// The same with keys that people may see.
    func shown(in layout: Layout) -> Self {
        map { outcome in
            if case .failed(let error) = outcome {
                .failed(error.shown(in: layout))
            } else {
                outcome
            }
        }
    }
}
