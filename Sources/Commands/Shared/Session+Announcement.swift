internal import CommandKit
internal import Redis
internal import TokenStore

/// What is said before something changes: where, and whether anybody will notice.
extension Session {
    /// `change` is what services may not see.
    func announce(
        _ console: Console, isDryRun: Bool = false, change: String = "revocation"
    ) throws {
        try console.note("target: \(description)" + (isDryRun ? " (dry run)" : ""))
        guard checksLayout, !console.options.isQuiet, case .notFound(let sample) = store.usage()
        else { return }
        if let absent = layout.keptVariableKeys.first(where: { !keptKeys.contains($0) }) {
            try console.warn(
                "the key '\(VisibleText.escape(absent, columns: 120))' does not exist yet: once "
                    + "the application creates it, it will use other keys than these")
        }
        let others = LayoutDetector.likeliest(in: sample)
        guard isQuestionable(sample, others) else { return }
        let extent = Count.words(sample.keys.count, "key", "keys")
        try console.warn(
            (sample.isWhole
                ? "this Redis has no \(ownKeys)" : "no \(ownKeys) among \(extent) of this Redis")
                + ": services that use another layout will not see this \(change)"
                + hint(at: others, sample))
    }

    /// Who has chosen a layout is asked nothing where Redis is empty, or where those few of many keys
    /// that were looked at are nobody's.
    private func isQuestionable(_ sample: KeySample, _ others: [DetectedLayout]) -> Bool {
        !isLayoutChosen || !others.isEmpty || sample.isWhole && !sample.keys.isEmpty
    }

    private var ownKeys: String {
        let isUsual = [nil, Layout.defaultNamespace].contains(layout.namespace)
        return "'\(VisibleText.escape(layout.name, columns: 40))' keys"
            + (isUsual ? "" : " in namespace \(layout.namespace ?? "")")
    }

    /// The layouts that may be meant, and where they are shown.
    private func hint(at others: [DetectedLayout], _ sample: KeySample) -> String {
        guard !sample.keys.isEmpty else { return "" }
        let names = others.prefix(Self.mostNames).map { other in
            !other.options.isEmpty
                ? "'\(other.name)' with \(VisibleText.escape(other.options, columns: 80))"
                : "'\(other.name)'"
        }
        let found =
            names.isEmpty || others.count > Self.mostNames
            ? "" : "; it has keys of \(names.joined(separator: " or "))"
        return found + (found.isEmpty ? ";" : ":") + " see 'jwtctl layout detect'"
    }

    /// Names that one key may have and that are worth reading.
    private static let mostNames = 3
}

extension Session {
    /// Keys of a whitelist are deleted. Were they those of a blacklist with the same names, that
    /// would make revoked tokens valid again: a person confirms it, or the profile settles it.
    func requireLayout(isConfirmed: Bool, _ console: Console) throws {
        guard checksLayout, layout.requiresListing, let rival = layout.mistakenFor.first else {
            return
        }
        try console.warn(
            "the layout '\(layout.name)' deletes keys; if they belong to "
                + "'\(VisibleText.escape(rival.name))', revoked tokens become valid again: "
                + "\(VisibleText.escape(rival.difference))")
        guard !isConfirmed else { return }
        do {
            try Confirmation.ask(
                "Delete keys of the layout '\(layout.name)' on \(description)?", answer: "yes",
                console)
        } catch let failure as Failure where failure.code == "not_confirmed" {
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "pass --yes to confirm, or set 'layout-check = off' in the profile")
        }
    }
}
