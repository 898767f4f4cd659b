internal import JSON
internal import Platform
internal import Redis

/// The index as a store of its layout: its keys, how they are recognized, and its description.
extension IndexStore: LayoutStore {
    var keyTemplates: [Template] {
        switch kind {
        case .keys(let key, _, _), .set(let key), .hashes(let key, _): [key]
        case .tokens(let tokens):
            tokens.extraKeys + tokens.companionKeys + [tokens.userValueKeys].compactMap(\.self)
        case .values: []
        }
    }

    func commands(
        for operation: Operation, of stranger: TemplateValues, in layout: Layout
    ) -> [StoreCommand] {
        operation == .list && layout.can(.listUsers) ? [StoreCommand("SCAN")] : []
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let isByText = layout.naming.isByText
        switch (kind, closed?.index?.kind) {
        case (.keys(let key, let path, _), let own):
            // Where a value has to confirm it, the token's own key tells as much.
            guard key != layout.allow?.key, path.isEmpty else { return [] }
            var template: Template?
            if case .keys(let own, _, _)? = own { template = own }
            return [StoreSignature(.index, key, template, AnyProbe())]
        case (.set(let key), let own):
            var template: Template?
            if case .set(let own)? = own { template = own }
            let probe = SetProbe(member: layout.allow?.key, isByText: isByText)
            return [StoreSignature(.index, key, template, probe)]
        case (.hashes(let key, let field), let own):
            var template: Template?
            if case .hashes(let own, _)? = own { template = own }
            let probe = HashProbe(fields: [(field, Template([.hole(.id, [])]))])
            return [StoreSignature(.index, key, template, probe)]
        case (.tokens(let tokens), let own):
            var closed: TokenIndex?
            if case .tokens(let own)? = own { closed = own }
            let values = tokens.userValueKeys.map {
                StoreSignature(.index, $0, closed?.userValueKeys, AnyProbe())
            }
            return [values].compactMap(\.self)
                + tokens.companionKeys.enumerated().map { number, key in
                    StoreSignature(.link, key, closed?.companionKeys[number], AnyProbe())
                }
        case (.values, _): return []
        }
    }

    func description(in layout: Layout) -> StoreDescription {
        var (type, key, sentences) = words(in: layout)
        if let leaves {
            sentences.append("logout-all does not reach \(layout.words(for: leaves)).")
            if let leavesFor {
                sentences.append("They expire within \(TimeSpan.words(leavesFor)).")
            }
        }
        return StoreDescription(role: "index", type: type, key: key, sentences: sentences)
    }

    private func words(in layout: Layout) -> (type: String, key: String, sentences: [String]) {
        let everyKey = "the keys of the tokens"
        let search = "A user's tokens are found by searching all of them: "
        switch kind {
        case .keys(let key, let path, let isTrace):
            var sentences = ["A user's tokens are found by their keys, which contain the user."]
            if !path.isEmpty {
                sentences.append("Only keys whose JSON has the id at \(text(path, layout)) count.")
            }
            if isTrace { sentences.append("logout-all deletes these keys, too.") }
            return ("keys", layout.words(forKey: key), sentences)
        case .set(let key):
            return (
                "set", layout.words(forKey: key),
                ["The token list of a user. Its members are the keys of the tokens."]
            )
        case .hashes(let key, let field):
            let name = String(decoding: field, as: UTF8.self)
            return (
                "hash", layout.words(forKey: key),
                [
                    "A user's tokens are found through these keys: the field \(name) holds the "
                        + "token's id."
                ]
            )
        case .values(let path):
            let place =
                path.isEmpty ? "is the user." : "has the user at \(text(path, layout))."
            return ("values", everyKey, [search + "the value " + place])
        case .tokens(let tokens):
            return (
                "tokens", everyKey,
                [search + "their claims name the user."] + sentences(tokens, layout)
            )
        }
    }

    private func sentences(_ tokens: TokenIndex, _ layout: Layout) -> [String] {
        var sentences: [String] = []
        func names(_ keys: [Template]) -> String { keys.map(\.source).joined(separator: ", ") }
        if !tokens.extraKeys.isEmpty {
            sentences.append("Tokens named by keys like \(names(tokens.extraKeys)) are found, too.")
        }
        if let key = tokens.userValueKeys {
            sentences.append(
                "Tokens that do not name a user are found through \(layout.words(for: key)).")
        }
        if !tokens.companionKeys.isEmpty {
            sentences.append("logout-all also deletes \(names(tokens.companionKeys)).")
        }
        return sentences
    }

    private func text(_ path: [JSONString], _ layout: Layout) -> String {
        layout.words(for: path.map(\.text).joined(separator: "."))
    }
}
