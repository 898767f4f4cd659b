internal import CommandKit
internal import JOSE
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// Messages before a change: its target, and whether services will notice it.
extension Backend {
    /// Prints the target of a change, and a warning if Redis has no keys of the layout: probably
    /// the services use another one. `change` names what those services would not see.
    /// The file of the audit log is opened here, too, since every change that it records is
    /// announced.
    func announce(
        _ console: Console, isDryRun: Bool = false, change: String = "revocation"
    ) throws {
        try console.note("target: \(description)" + (isDryRun ? " (dry run)" : ""))
        try prepareAuditFile(isDryRun: isDryRun, console)
        // It reads one page of keys from each server, and gives up after 50 ms: a warning must not
        // delay a revocation.
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

    /// Whether the missing keys are suspicious. If the user chose the layout, that takes keys of
    /// another layout, or a Redis whose keys were all examined; an empty Redis is not suspicious.
    private func isQuestionable(_ sample: KeySample, _ others: [DetectedLayout]) -> Bool {
        !isLayoutChosen || !others.isEmpty || sample.isWhole && !sample.keys.isEmpty
    }

    /// The layout's keys in words, with the namespace unless it is the default.
    private var ownKeys: String {
        let isUsual = [nil, Layout.defaultNamespace].contains(layout.namespace)
        return "'\(VisibleText.escape(layout.name, columns: 40))' keys"
            + (isUsual ? "" : " in namespace \(layout.namespace ?? "")")
    }

    /// The end of the warning: the layouts that may be meant, and the command that shows them.
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

    /// The most names of layouts that the warning contains.
    private static let mostNames = 3
}

extension Console {
    /// Ends a dry run: says that nothing was written, and which command line would write it.
    /// `hasFile` is for one that wrote a file for the person.
    func noteDryRun(hasFile: Bool = false) throws {
        try system.output.flush()
        let line = realRun.map { "; to do it: jwtctl \($0)" } ?? ""
        try note("dry run: nothing was written\(hasFile ? " to Redis" : "")\(line)")
    }

    /// The command line without `--dry-run`; nil where it cannot be repeated as it is: it has a secret
    /// in it, or the option is part of another word.
    private var realRun: String? {
        let isFlag: ([UInt8]) -> Bool = { word in
            ["--dry-run", "-n"].contains { word.elementsEqual($0.utf8) }
        }
        guard system.arguments.count(where: isFlag) == 1 else { return nil }
        var words: [String] = []
        for argument in system.arguments where !isFlag(argument) {
            let text = String(decoding: argument, as: UTF8.self)
            guard TokenScanner.sightings(in: argument[...]).isEmpty,
                !URLPassword.isIn(text), text.utf8.elementsEqual(argument),
                !text.unicodeScalars.contains(where: VisibleText.isHostile)
            else { return nil }
            words.append(ShellText.quote(text))
        }
        return words.joined(separator: " ")
    }
}

extension Backend {
    /// Asks for confirmation before keys of a whitelist are deleted, if the same keys could be a
    /// blacklist: deleting those would make revoked tokens valid again. `isConfirmed` says that
    /// `--yes` was given; a profile can turn the question off.
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
                self, "Keys of the layout '\(layout.name)' will be deleted.", answer: "yes",
                console)
        } catch let failure as Failure where failure.code == "not_confirmed" {
            // Without a terminal the hint also names the setting, which answers for all later runs.
            throw Failure(
                failure.status, failure.code, failure.message,
                hint: "pass --yes to confirm, or set 'layout-check = off' in the profile")
        }
    }
}

/// Checks before a change that Redis keeps what is written.
extension Backend {
    /// Checks that Redis keeps what is about to be written. With `--require-durable`, a server that
    /// may lose a revocation is refused before anything is written. Otherwise eviction is a
    /// warning, which costs a command and is left out with `--quiet`.
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

    /// Notes primaries without replicas, unless `--wait` was given: no replica confirms the change.
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
    /// The refusal of a server that `--require-durable` does not accept; nil if it is accepted.
    fileprivate static func durability(_ durability: Durability, at endpoint: Endpoint) -> Failure?
    {
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

// MARK: - Confirmation

/// A question on the terminal before a change that is hard to undo.
enum Confirmation {
    /// The number of input items above which a command asks.
    static let threshold = 100

    /// Shows the target and what will happen, and returns if the person types `answer`. Otherwise
    /// throws a refusal (status 9), also if there is no terminal to ask on: `effect` is then not
    /// evaluated, which may take long.
    static func ask(
        _ backend: Backend, _ effect: @autoclosure () throws -> String, answer: String,
        _ console: Console
    ) throws {
        guard console.system.diagnostics.isTerminal else { throw needsYes }
        let question = try "Target: \(backend.description)\n\(effect())\n"
        let typed: [UInt8]
        do throws(SystemError) {
            typed = try console.progress.pausing { () throws(SystemError) in
                try Terminal.ask("\(question)Type \"\(answer)\" to continue: ")
            }
        } catch {
            throw needsYes
        }
        // The whole word is asked for: a habit of typing `y` is no confirmation.
        guard typed == Array(answer.utf8) else {
            let shown = typed.isEmpty ? "nothing" : "'\(VisibleText.escape(typed, columns: 40))'"
            throw Failure(
                .refused, "declined", "Stopped: you typed \(shown). Nothing was changed.")
        }
    }

    /// The refusal without a terminal.
    private static let needsYes = Failure(
        .refused, "not_confirmed", "confirmation required, but there is no terminal",
        hint: "pass --yes to confirm")
}

// MARK: - Operations of a layout

extension Layout {
    /// The hint for an operation that the layout does not support: the command that helps instead.
    func wayAround(_ capability: Capability) -> String {
        switch capability {
        case .revoke, .record: "--no-record signs a token without recording it"
        case .restore: "the user has to log in to the application again"
        case .listTokens where can(.logoutAll), .listUsers where can(.logoutAll):
            "to check a single token: 'jwtctl status TOKEN'; to revoke all of a user's tokens: "
                + "'jwtctl logout-all USER'"
        case .listTokens, .listUsers: "to check a single token: 'jwtctl status TOKEN'"
        case .logoutAll:
            can(.listRevoked)
                ? "revoke the tokens one by one: 'jwtctl revoke TOKEN'"
                : "revoke the tokens one by one, or replace the signing key"
        case .listRevoked where requiresListing && can(.listTokens):
            "only valid tokens are stored: 'jwtctl list tokens USER' lists them"
        case .listRevoked: "to check a single token: 'jwtctl status TOKEN'"
        case .logoutEveryone: "replace the signing key in every service"
        case .prune: "it has no token lists to prune"
        case .audit: "it has no audit log"
        }
    }
}

extension Capability {
    /// The operation in words, after "cannot".
    var words: String {
        switch self {
        case .revoke: "revoke a token"
        case .restore: "restore a token"
        case .record: "record a token"
        case .listTokens: "list a user's tokens"
        case .listUsers: "list users"
        case .listRevoked: "list revoked tokens"
        case .logoutAll: "log out a user everywhere"
        case .logoutEveryone: "log out all users"
        case .prune: "prune"
        case .audit: "show an audit log"
        }
    }
}
