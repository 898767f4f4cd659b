internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The outcome for a user, as it is shown.
struct LogoutRow: ItemRow {
    let user: Identifier
    let result: LogoutResult
    /// The reason for which the logout is incomplete or not confirmed; nil if it is both.
    var cause: LogoutInterruption.Cause?

    /// Whether all was done, but is not confirmed.
    var isUnconfirmed: Bool { cause?.isDoubt ?? false }
    /// Whether every token of the user is revoked, recorded or not.
    var isComplete: Bool { result.isComplete && cause == nil }
    var status: ExitStatus { cause == nil ? .success : .unknown }
}

extension LogoutInterruption.Cause {
    /// The error of Redis; nil if a signal ended the logout.
    var storeError: StoreError? {
        if case .store(let error) = self { return error }
        return nil
    }

    /// Whether all was done, but is not confirmed.
    var isDoubt: Bool { storeError?.isAboutConfirmation ?? false }
}

/// Users of whom no token was recorded. Their names may be misspelled.
struct Unrecorded {
    private var total = 0
    private var count = 0
    private var names: [Identifier] = []

    /// Counts a user, and keeps the name if no token was found.
    mutating func add(_ user: Identifier, _ result: LogoutResult) {
        total += 1
        guard result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0 else {
            return
        }
        count += 1
        if names.count < 3 { names.append(user) }
    }

    /// A note for a person; nil if each user had tokens.
    var words: String? {
        guard count > 0 else { return nil }
        let shown = names.map { VisibleText.escape($0.description, columns: 40) }
            .joined(separator: ", ")
        return "no recorded tokens for \(count) of \(total) users: \(shown)"
            + (count > names.count ? ", …" : "") + "; is the spelling correct?"
    }
}

// MARK: - Words and columns

extension LogoutRunner {
    /// The writer of the rows: `-o id` has the users, and one user alone is reported in words.
    func writer(of extent: ResultExtent) -> ResultWriter<LogoutRow> {
        console.writer(columns, of: extent) { row in
            UserLine.write(row.user.description)
        } text: { row in
            row.cause == nil ? words(row.user, row.result) : ""
        }
    }

    /// The columns of many users. A table shows fewer facts than JSON.
    private var columns: [Column<LogoutRow>] {
        let target = backend.json
        return [
            .id("USER", "user", console) { $0.user },
            .count("REVOKED", "revoked") { Int64($0.result.revoked) },
            .count("ALREADY", "already_revoked") { Int64($0.result.alreadyRevoked) },
            .count("KEPT", "kept") { Int64($0.result.kept) },
            .member("cutoff") { TimeText.number($0.result.cutoff) },
            .both(.init("COMPLETE"), "complete") {
                $0.isComplete ? "yes" : "no"
            } value: {
                .bool($0.isComplete)
            },
            .member("confirmed") { $0.isUnconfirmed ? false : .null },
            .member("audited") { .bool($0.result.isAudited) },
            .member("late") { .integer(Int64($0.result.late)) },
            .member("version") { TimeText.number($0.result.version) },
            .member("dry_run") { [isDryRun = options.isDryRun] _ in isDryRun ? true : nil },
            .member("unreached_until") { _ in TimeText.number(unreachedUntil) },
            .member("target") { _ in target },
        ]
    }

    /// When what the logout does not reach has expired; nil if it cannot be known.
    private var unreachedUntil: Int64? {
        backend.layout.unreachedFor.map { console.system.clock.seconds + $0 }
    }

    /// The end of a sentence about such tokens.
    private var unreachedWords: String {
        guard let end = unreachedUntil else { return "" }
        return "; the last of them expires at \(TimeText.table(end))"
    }

    /// The report on one user: the revoked tokens, the cutoff, and the tokens that were not
    /// reached.
    private func words(_ user: Identifier, _ result: LogoutResult) -> String {
        let name = VisibleText.escape(user.description, columns: 60)
        // What a logout has done is said as it is, what it would do as it would be.
        let (verb, are) =
            options.isDryRun ? ("would be revoked", "would be") : ("revoked", "are now")
        var text = "\(name): \(NumberText.grouped(result.revoked)) \(verb)"
        if result.late > 0 { text += " (\(result.late) found in the recheck)" }
        if result.alreadyRevoked > 0 {
            text += ", \(NumberText.grouped(result.alreadyRevoked)) already revoked"
        }
        if result.kept > 0 { text += ", \(result.kept) kept" }
        text += "\n"
        if let cutoff = result.cutoff {
            text +=
                "  all tokens issued up to \(TimeText.table(cutoff)) \(are) revoked, "
                + "recorded or not\n"
        } else if let version = result.version {
            text +=
                "  all tokens with a version below \(version) \(are) revoked, recorded or not\n"
        } else if backend.layout.hasUserCutoff {
            text += "  no cutoff was raised: the issue time of the kept token is unknown\n"
        } else if backend.layout.requiresListing {
            text +=
                "  the application accepts only tokens it finds, so removed tokens are rejected; "
                + "this layout has no cutoff\n"
        }
        if case .allBut(_, let issuedAt?) = scope, let cutoff = result.cutoff, issuedAt <= cutoff {
            text +=
                "  the token to keep is revoked too: the existing cutoff covers it\n"
        }
        if result.issuerLead > 0 {
            text +=
                "  not reached: unrecorded tokens of an issuer whose clock is "
                + "\(Duration.words(result.issuerLead)) ahead of Redis'\n"
        } else if result.hasUnreadTokens {
            text += "  not reached: more tokens issued after this cutoff; run it again\n"
        } else if !result.isComplete {
            text +=
                backend.layout.unreached.map { "  not reached: \($0)\(unreachedWords)\n" }
                ?? (backend.layout.requiresListing
                    ? "  some keys could not be read: other tokens of the user may still be valid\n"
                    : result.cutoff == nil && result.version == nil
                        ? "  tokens that were never recorded may still be valid\n"
                        : "  newer tokens that were never recorded may still be valid\n")
        }
        if result.leftovers > 0 {
            let tokens = Count.words(result.leftovers, "older token", "older tokens")
            text +=
                "  leftover keys of \(tokens) \(options.isDryRun ? "would be" : "were") removed too\n"
        }
        if result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0 {
            let raised = result.cutoff == nil ? "" : " (cutoff raised)"
            text += "  no recorded tokens\(raised): is the user name spelled correctly?\n"
        }
        return text
    }
}
