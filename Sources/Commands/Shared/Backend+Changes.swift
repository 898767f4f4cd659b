internal import CommandKit
internal import Platform
internal import Redis
internal import TokenStore

/// Messages before a change: its target, and whether services will notice it.
extension Backend {
    /// `change` names what services may not see, such as a revocation.
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

    /// A layout that was chosen is not questioned if Redis is empty, or if the sampled keys among
    /// many others belong to no layout.
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

extension Backend {
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

/// What a command that writes has to say about a Redis that may lose it.
extension Backend {
    /// Warns where Redis evicts keys; with `--require-durable` refuses whatever may lose a
    /// revocation, before anything is written. Asks once, and nothing at all in quiet.
    func requireDurable(_ console: Console) throws {
        if console.options.requiresDurability {
            for (endpoint, durability) in try client.durabilities() {
                if let failure = Diagnostics.durability(durability, at: endpoint) { throw failure }
            }
        } else if !console.options.isQuiet, let policy = try client.evictingPolicy() {
            try console.warn(
                "Redis evicts keys when memory is short (maxmemory-policy "
                    + "\(VisibleText.escape(policy, columns: 40))): "
                    + "revoked tokens may become valid again; see 'jwtctl doctor'")
        }
        try noteMissingReplicas(console)
    }

    /// Without `--wait` and without replicas, no replica confirms a change.
    private func noteMissingReplicas(_ console: Console) throws {
        guard concern.replicas == nil else { return }
        let known = try client.knownReplicas()
        let alone = known.count { $0.count == 0 }
        guard alone > 0 else { return }
        try console.note(
            known.count == 1
                ? "the primary has no replica: its data is on one server only"
                : "primaries without a replica: \(alone) of \(known.count); their data is on one "
                    + "server only")
    }
}

extension Diagnostics {
    /// Why `--require-durable` refuses a server; nil where it does not.
    static func durability(_ durability: Durability, at endpoint: Endpoint) -> Failure? {
        let server = "Redis at \(shown(endpoint.description))"
        let reason: String
        var hint = "nothing was written; run 'jwtctl doctor' to see what to do"
        switch durability {
        case .keeps: return nil
        case .evicts(let policy):
            reason =
                "\(server) evicts keys when memory is short (maxmemory-policy "
                + "\(VisibleText.escape(policy, columns: 40)))"
        case .forgets:
            reason = "\(server) has no append-only file: a crash loses revocations"
        case .failing: reason = "\(server) could not write its append-only file"
        case .unknown(let error):
            let text = error.map { ": \(VisibleText.escape($0.text, columns: 200))" } ?? ""
            reason = "\(server) does not say whether it keeps its data" + text
            if let error, error.kind == .noPermission {
                hint =
                    "nothing was written; an administrator can allow it: "
                    + grant(error, key: nil)
            }
        }
        return Failure(.refused, "not_durable", reason, hint: hint)
    }
}

/// Asking before something that is hard to take back.
enum Confirmation {
    /// Input items above which a person is asked.
    static let threshold = 100

    /// Returns if the person types `answer`; refuses otherwise, and if there is no terminal.
    static func ask(_ question: String, answer: String, _ console: Console) throws {
        guard console.system.diagnostics.isTerminal else { throw needsYes }
        let typed: [UInt8]
        do throws(SystemError) {
            typed = try Terminal.ask("\(question) Type '\(answer)' to continue: ")
        } catch {
            throw needsYes
        }
        guard typed == Array(answer.utf8) else {
            throw Failure(.refused, "declined", "nothing was changed")
        }
    }

    private static let needsYes = Failure(
        .refused, "not_confirmed", "confirmation required, but there is no terminal",
        hint: "pass --yes to confirm")
}
