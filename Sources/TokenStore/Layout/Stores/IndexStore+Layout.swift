internal import JSON
internal import Platform
internal import Redis

/// The index as a store of its layout. What differs between kinds of index is in `SessionIndex`.
extension IndexStore: LayoutStore {
    var keyTemplates: [Template] { kind.keys }

    /// A search for users; the keys are those of the whitelist, or a few more.
    func commands(
        for operation: Operation, of stranger: TemplateValues, in layout: Layout
    ) -> [StoreCommand] {
        operation == .list && layout.can(.listUsers) ? [StoreCommand("SCAN")] : []
    }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        guard let allow = layout.allow else { return [] }
        let own = closed?.index?.kind.keys
        return kind.ownProbes(allow, isByText: layout.naming.isByText).map { role, place, probe in
            StoreSignature(role, kind.keys[place], own?[place], probe)
        }
    }

    func description(in layout: Layout) -> StoreDescription {
        var words = kind.words(in: layout)
        if let leaves {
            words.sentences.append("logout-all does not reach \(layout.words(for: leaves)).")
            if let leavesFor {
                words.sentences.append("They expire within \(TimeSpan.words(leavesFor)).")
            }
        }
        return StoreDescription(
            role: "index", type: words.type, key: words.key, sentences: words.sentences)
    }
}

extension Layout {
    /// The way to a member of JSON values, with dots.
    func words(for path: [JSONString]) -> String {
        words(for: path.map(\.text).joined(separator: "."))
    }
}
