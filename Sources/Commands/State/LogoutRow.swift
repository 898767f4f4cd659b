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
    var isUnconfirmed: Bool { cause?.storeError?.isAboutConfirmation ?? false }
    /// Whether every token of the user is revoked, recorded or not.
    var isComplete: Bool { result.isComplete && cause == nil }
    var status: ExitStatus { cause == nil ? .success : .unknown }

    /// Whether no token of the user was found, as for a misspelled name.
    var hasNoTokens: Bool {
        result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0
    }
}

extension LogoutRunner {
    /// The writer of the rows: `-o id` has the users, and one user alone is reported in words.
    func writer(of extent: ResultExtent) -> ResultWriter<LogoutRow> {
        console.writer(
            columns, of: extent, line: { UserLine.write($0.user.description) },
            text: { $0.cause == nil ? words($0) : "" })
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
            .both(
                .init("COMPLETE"), "complete", cell: { $0.isComplete ? "yes" : "no" },
                value: { .bool($0.isComplete) }),
            .member("confirmed") { $0.isUnconfirmed ? false : .null },
            .member("audited") { options.isDryRun ? .null : .bool($0.result.isAudited) },
            .member("late") { .integer(Int64($0.result.late)) },
            .member("version") { TimeText.number($0.result.version) },
            .member("dry_run") { _ in options.isDryRun ? true : nil },
            .member("unreached_until") { _ in TimeText.number(unreachedUntil) },
            .member("target") { _ in target },
        ]
    }

    /// When what the logout does not reach has expired; nil if it cannot be known.
    private var unreachedUntil: Int64? {
        backend.layout.unreachedFor.map { console.system.clock.seconds + $0 }
    }

    /// The report on one user: the revoked tokens, the cutoff, and the tokens that were not
    /// reached.
    private func words(_ row: LogoutRow) -> String {
        let result = row.result
        let name = VisibleText.escape(row.user.description, columns: 60)
        // What a logout has done is said as it is, what it would do as it would be.
        let isDone = !options.isDryRun
        let verb = isDone ? "are now revoked" : "would be revoked"
        var text = "\(name): \(NumberText.grouped(result.revoked)) "
        text += isDone ? "revoked" : "would be revoked"
        if result.late > 0 { text += " (\(result.late) found in the recheck)" }
        if result.alreadyRevoked > 0 {
            text += ", \(NumberText.grouped(result.alreadyRevoked)) already revoked"
        }
        if result.kept > 0 { text += ", \(result.kept) kept" }
        text += "\n"
        if let cutoff = result.cutoff, wasThere(cutoff) {
            text +=
                "  the cutoff \(isDone ? "stays" : "would stay") at \(TimeText.table(cutoff)): "
                + "tokens issued up to then stay revoked\n"
        } else if let cutoff = result.cutoff {
            text +=
                "  all tokens issued up to \(TimeText.table(cutoff)) \(verb), recorded or not\n"
        } else if let version = result.version {
            text +=
                "  all tokens with a version below \(version) \(verb), recorded or not\n"
        } else if backend.layout.hasUserCutoff {
            text += "  no cutoff was raised: the issue time of the kept token is unknown\n"
        } else if backend.layout.requiresListing {
            text +=
                "  the application accepts only tokens it finds, so removed tokens are rejected; "
                + "this layout has no cutoff\n"
        }
        if case .allBut(_, let issuedAt?) = scope, let cutoff = result.cutoff, issuedAt <= cutoff {
            text += "  the token to keep is revoked too: the existing cutoff covers it\n"
        }
        if result.issuerLead > 0 {
            text +=
                "  not reached: unrecorded tokens of an issuer whose clock is "
                + "\(Duration.words(result.issuerLead)) ahead of Redis'\n"
        }
        if result.gaps.contains(.excess) {
            text += "  not reached: more tokens than one run revokes; run it again\n"
        }
        if result.gaps.contains(.unreadable) {
            text += "  some keys could not be read: other tokens of the user may still be valid\n"
        }
        if result.gaps.contains(.unrecorded) {
            let end = unreachedUntil.map {
                "; the last of them expires at \(TimeText.table($0))"
            }
            text +=
                backend.layout.unreached.map { "  not reached: \($0)\(end ?? "")\n" }
                ?? (result.cutoff == nil && result.version == nil
                    ? "  tokens that were never recorded may still be valid\n"
                    : "  newer tokens that were never recorded may still be valid\n")
        }
        if result.leftovers > 0 {
            let tokens = Count.words(result.leftovers, "older token", "older tokens")
            text += "  leftover keys of \(tokens) \(isDone ? "were" : "would be") removed too\n"
        }
        if row.hasNoTokens {
            let isRaised = isDone && result.cutoff.map { !wasThere($0) } ?? false
            let raised = isRaised ? " (cutoff raised)" : ""
            text += "  no recorded tokens\(raised): is the user name spelled correctly?\n"
        }
        return text
    }

    /// Whether a cutoff was there before, because it is later than the one that was asked for.
    private func wasThere(_ cutoff: Int64) -> Bool { scope.cutoff.map { cutoff > $0 } ?? false }
}
