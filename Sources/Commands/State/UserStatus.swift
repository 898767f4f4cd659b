internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// What Redis says of one user, for `status --user` without an id: cutoffs, tokens, what a token that
/// was never recorded would get, and the last changes.
struct UserStatus {
    private let user: Identifier
    /// Cutoffs, ban and lowest version, which apply to every token of the user.
    private let state: TokenState
    /// The number of tokens of each standing; nil for a layout that lists no tokens.
    private let counts: [TokenList.TokenStanding: Int64]?
    /// The latest issue time on the list, in unix seconds.
    private let newestIssue: Int64?
    /// The latest expiry among the tokens that have not expired; nil without such a token.
    private let latestExpiry: Expiry?
    /// The checks of a token that is on no list, issued at `issued`.
    private let unrecorded: [Check]
    /// Unix seconds.
    private let issued: Int64
    /// The last changes, oldest first; nil for a layout without an audit log.
    private let recent: [AuditEntry]?
    private let backend: Backend

    /// The most entries of the audit log that are shown.
    private static let recentLimit = 5

    /// Asks Redis: for the tokens page by page, so that a long list needs little memory. `issued` is
    /// when the token that is on no list would have been issued; nil is now.
    init(
        of user: Identifier, issued: Moment?, requiresListing: Bool, _ backend: Backend,
        _ global: GlobalOptions
    ) throws {
        let store = backend.store
        let layout = backend.layout
        guard layout.hasCutoffs || layout.hasBans || layout.hasVersions || layout.can(.listTokens)
        else {
            throw Failure(
                .usage, "unsupported",
                "the layout '\(VisibleText.escape(layout.name, columns: 40))' keeps nothing about "
                    + "users", hint: "ask about a token: jwtctl status \"$TOKEN\"")
        }
        self.user = user
        self.backend = backend
        let state = try store.states(of: [StateQuery(everyTokenOf: user)])[0]
        self.state = state
        let issued = issued?.seconds(now: state.time) ?? state.time
        self.issued = issued
        let report = StateReport(
            state: state, issued: .at(Double(issued)), layout: layout,
            requiresListing: requiresListing)
        // Whether a token has the right version only the token says.
        unrecorded = report.checks.filter { $0.name != "version" }.map { check in
            check.name == "whitelist"
                ? Check(check.name, .failed(.notListed), detail: "it is on no list") : check
        }
        var counts: [TokenList.TokenStanding: Int64] = [:]
        var newestIssue: Int64?
        var latest: Expiry?
        if layout.can(.listTokens) {
            try store.forEachTokenPage(of: user) { list in
                for token in list.tokens {
                    let standing = list.standing(of: token)
                    counts[standing, default: 0] += 1
                    newestIssue = [newestIssue, token.issuedAt].compactMap(\.self).max()
                    let isLater = latest.map { $0 < token.expiry } ?? true
                    if standing != .expired, isLater { latest = token.expiry }
                }
                return true
            }
        }
        self.counts = layout.can(.listTokens) ? counts : nil
        self.newestIssue = newestIssue
        latestExpiry = latest
        try backend.requireCurrent(global)
        recent =
            layout.can(.audit)
            ? try store.latestAuditEntries(limit: Self.recentLimit) {
                $0.user.map { $0.utf8.elementsEqual(user.bytes) } ?? false
            }.entries : nil
    }

    /// Prints the report.
    func write(to console: Console) throws {
        try console.result(json, user: user.description) { text(console.style) }
    }

    // MARK: JSON

    private func count(_ standings: Set<TokenList.TokenStanding>) -> Int64? {
        counts.map { $0.reduce(0) { $0 + (standings.contains($1.key) ? $1.value : 0) } }
    }

    /// `tokens` counts those that have not expired, as in `list users`.
    private var json: JSONObject {
        [
            "user": .string(user.description),
            "cutoff": TimeText.number(state.userCutoff),
            "global_cutoff": TimeText.number(state.globalCutoff),
            "tokens": TimeText.number(count([.active, .revoked, .cutOff, .notYetValid])),
            "active_tokens": TimeText.number(count([.active])),
            "revoked_tokens": TimeText.number(count([.revoked])),
            "cut_off_tokens": TimeText.number(count([.cutOff])),
            "expired_tokens": TimeText.number(count([.expired])),
            "latest_iat": TimeText.number(newestIssue),
            "latest_exp": TimeText.number(latestExpiry?.seconds),
            "unrecorded": [
                "iat": .integer(issued),
                "active": .bool(unrecorded.allSatisfy { $0.reason == nil }),
            ],
            "recent": recent.map { .array($0.map(json(of:))) } ?? .null,
            "target": backend.json,
        ]
    }

    /// An entry as `audit` prints it, without the user, who is known.
    private func json(of entry: AuditEntry) -> JSONValue {
        [
            "time": TimeText.json(entry.time / 1000), "op": .string(entry.operation),
            "id": .string(orNull: entry.id), "count": .integer(entry.count),
            "reason": .string(orNull: entry.reason), "actor": .string(orNull: entry.actor),
        ]
    }

    // MARK: text

    /// A line for each thing that the layout keeps.
    private func text(_ style: Style) -> String {
        var lines = [style.bold(VisibleText.escape(user.description, columns: 80))]
        if state.isBanned { lines.append("  " + style.red("the user is banned")) }
        if let version = state.version { lines.append("  lowest valid version: \(version)") }
        if backend.layout.hasUserCutoff {
            lines.append("  cutoff: \(cutoffWords(state.userCutoff))")
        }
        if let global = state.globalCutoff {
            lines.append("  cutoff for all users: \(cutoffWords(global))")
        }
        if let user = state.userCutoff, let global = state.globalCutoff {
            lines.append(
                "  the \(global > user ? "cutoff for all users" : "user's cutoff") decides")
        }
        if counts != nil { lines.append("  tokens: \(countWords)") }
        if let newestIssue { lines.append("  newest issued: \(timeWords(newestIssue))") }
        if let latestExpiry {
            lines.append(
                "  latest expiry: \(latestExpiry.seconds.map(timeWords) ?? "never")")
        }
        lines.append("  unrecorded, issued \(timeWords(issued)): \(unrecordedWords(style))")
        if let recent {
            lines.append(
                recent.isEmpty ? "  no changes of this user in the audit log" : "  last changes:")
            for entry in recent { lines.append("    \(words(entry))") }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func timeWords(_ seconds: Int64) -> String {
        "\(TimeText.table(seconds)) (\(TimeText.relative(seconds, to: state.time)))"
    }

    private func cutoffWords(_ cutoff: Int64?) -> String { cutoff.map(timeWords) ?? "none" }

    /// `2 active, 1 revoked`.
    private var countWords: String {
        let words: [String] = TokenList.TokenStanding.allCases.compactMap { standing in
            guard let count = counts?[standing] else { return nil }
            return "\(NumberText.grouped(count)) \(standing.rawValue.spoken)"
        }
        return words.isEmpty ? "none recorded" : words.joined(separator: ", ")
    }

    private func unrecordedWords(_ style: Style) -> String {
        guard let check = unrecorded.first(where: { $0.reason != nil }) else {
            let version = state.version.map { ", if its version is at least \($0)" }
            return style.green("not revoked") + (version ?? "")
        }
        let detail = check.detail.map { " (\(VisibleText.escape($0, columns: 200)))" }
        return style.red("rejected") + (detail ?? "")
    }

    /// `2026-11-30 17:31:42Z  logout-all  3 tokens  by ops: laptop stolen`.
    private func words(_ entry: AuditEntry) -> String {
        var text = TimeText.table(entry.time / 1000)
        text += "  \(VisibleText.escape(entry.operation, columns: 20))"
        text += entry.id.map { "  \(VisibleText.escape($0, columns: 40))" } ?? ""
        if entry.count != 1 {
            text += "  \(Count.words(Int(clamping: entry.count), "token", "tokens"))"
        }
        text += entry.actor.map { "  by \(VisibleText.escape($0, columns: 24))" } ?? ""
        text += entry.reason.map { ": \(VisibleText.escape($0, columns: 60))" } ?? ""
        return text
    }
}
