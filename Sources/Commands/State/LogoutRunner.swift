internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// Logs users out and reports the results: one user in words, many as rows.
struct LogoutRunner {
    let options: LogoutAllOptions
    /// Which tokens of each user are revoked.
    let scope: LogoutScope
    let backend: Backend
    let console: Console

    /// The content of the blacklist entries.
    private var entry: DenyEntry {
        DenyEntry(reason: options.reason, actor: backend.store.actor)
    }

    /// Milliseconds until the recheck.
    private var recheckDelay: Int64 {
        options.settle ?? (backend.layout.needsSettling ? Self.standardSettle : 0)
    }

    /// Milliseconds; a login that is in progress takes less.
    private static let standardSettle: Int64 = 2000

    /// Logs out many users at once. Each has a row as soon as it is done. Waits for the cutoff to
    /// pass once, at the end.
    func run(_ feed: UserFeed) throws -> ExitStatus {
        let run = ItemRun(
            console, writer(of: .many), .stop(), watching: "logging out", reading: feed)
        /// The highest cutoff, and users whose own it is.
        var latest: (cutoff: Int64, users: [Identifier])?
        /// Seconds by which the clock of an issuer runs ahead of Redis'.
        var issuerLead: Int64 = 0
        var summary = LogoutSummary(
            isDryRun: options.isDryRun, knowsTokens: backend.layout.can(.listTokens))
        func add(_ row: LogoutRow) throws {
            summary.add(row)
            guard row.cause == nil else {
                try run.addFailed(row)
                return try console.error(words(unfinished: row))
            }
            try run.add(row)
            let result = row.result
            issuerLead = max(issuerLead, result.issuerLead)
            // Redis' clock passes the latest cutoff last. Only users with that one are waited for.
            guard let cutoff = result.cutoff, cutoff >= latest?.cutoff ?? cutoff else { return }
            if cutoff > latest?.cutoff ?? Int64.min { latest = (cutoff, []) }
            if (latest?.users.count ?? 0) < Self.waitingLimit { latest?.users.append(row.user) }
        }
        return try run.run(empty: "no users") {
            let broken = try backend.store.logOut(
                scope: scope, skew: options.skew, recheckDelay: recheckDelay, entry: entry,
                isDryRun: options.isDryRun, next: feed.next
            ) { user, result, cause in
                if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
                let row = LogoutRow(user: user, result: result, cause: cause)
                if row.isUnconfirmed, run.canHold { run.hold(row) } else { try add(row) }
            }
            // Without an error the confirmation came in the end, and the doubt is taken from the
            // row.
            for var row in run.takeHeld() {
                row.cause = broken.map { .store(backend.store.doubt ?? $0) }
                try add(row)
            }
            if let latest, !options.isDryRun {
                try backend.store.awaitCutoffs(latest.users, latest.cutoff, skew: options.skew)
            }
            return broken
        } ending: { broken in
            if !run.isOnly, run.count > 0 {
                try console.system.output.flush()
                try console.note(summary.words(invalid: feed.invalid.count))
            }
            try hint(issuerLead: issuerLead)
            guard broken != nil || Signals.pending != nil else {
                if options.isDryRun { try console.noteDryRun() }
                return
            }
            let done = run.count - run.failures
            try console.error(
                options.isDryRun
                    ? "the dry run ended after \(Count.words(done, "user", "users"))"
                    : Count.words(done, "user is", "users are")
                        + " logged out completely; run it again for the others")
        }
    }

    /// The number of users whose servers must pass the cutoff before the command ends. The clocks
    /// of a group are nearly the same, so a sample is enough.
    private static let waitingLimit = 64

    /// Logs out one user, and reports in words.
    func run(_ user: Identifier) throws -> ExitStatus {
        let run = ItemRun(console, writer(of: .one), .stop())
        return try run.perform {
            let result: LogoutResult
            do throws(LogoutInterruption) {
                result = try console.watch("logging out") { show throws(LogoutInterruption) in
                    try backend.store.logOut(
                        user, scope: scope, skew: options.skew, recheckDelay: recheckDelay,
                        entry: entry, isDryRun: options.isDryRun
                    ) {
                        show($0.revoked + $0.alreadyRevoked)
                    }
                }
            } catch {
                return try report(error, user, run)
            }
            // A missing entry is a warning before the row: the logout itself is done.
            if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
            let status = try run.run(only: LogoutRow(user: user, result: result, cause: nil))
            try hint(issuerLead: result.issuerLead)
            if options.isDryRun { try console.noteDryRun() }
            return status
        }
    }

    /// Reports an incomplete logout, and throws its error. If only the confirmation is missing, it
    /// returns the exit status.
    private func report(
        _ error: LogoutInterruption, _ user: Identifier, _ run: ItemRun<LogoutRow>
    ) throws -> ExitStatus {
        let row = LogoutRow(user: user, result: error.result, cause: error.cause)
        if let failure = row.result.auditFailure {
            backend.warn(notAudited: failure, console)
        } else if !options.isDryRun, !row.result.isAudited,
            row.result.cutoff != nil || row.result.revoked > 0
        {
            _ = backend.audit(
                "logout-all", .user(user), count: Int64(row.result.revoked),
                reason: options.reason, after: error.cause.storeError, console)
        }
        try console.error(words(unfinished: row))
        // All was done, so the row is written with its counts. The doubt is reported after it.
        if row.isUnconfirmed, let doubt = error.cause.storeError {
            let status = try run.run(only: row)
            try console.error(Diagnostics.failure(for: doubt))
            return status
        }
        if case .signal = error.cause { try console.endWhereInterrupted() }
        throw error
    }

    /// A sentence on an incomplete logout, with what is done already.
    private func words(unfinished row: LogoutRow) -> String {
        let name = VisibleText.escape(row.user.description, columns: 60)
        let result = row.result
        guard !options.isDryRun else { return "the dry run for '\(name)' was not finished" }
        let cutoff =
            result.cutoff.map { "the cutoff \(TimeText.rfc3339($0)) is set, " }
            ?? (backend.layout.hasUserCutoff ? "the cutoff was not confirmed, " : "")
        let verb = backend.layout.requiresListing ? "revoked" : "blacklisted"
        let tokens = Count.words(result.revoked, "token was", "tokens were") + " \(verb)"
        if row.isUnconfirmed {
            return "'\(name)' is logged out, but this is not confirmed: \(cutoff)"
                + "\(tokens); run it again to confirm it"
        }
        var text =
            "'\(name)' is not logged out completely: \(cutoff)"
            + "\(tokens); run it again to finish"
        if case .store(.refused(let error, let command, let key))? = row.cause {
            let failure = Diagnostics.failure(
                for: StoreError.refused(error, command: command, key: key))
            text += " (\(failure.message))"
        }
        return text
    }

    /// Names the option that reaches the unrecorded tokens of an issuer whose clock runs ahead.
    private func hint(issuerLead: Int64) throws(OutputError) {
        guard issuerLead > 0 else { return }
        try console.system.output.flush()
        // The clock has moved on by a second when the command is run again.
        try console.note(
            issuerLead < LogoutAllOptions.longestSkew
                ? "hint: run it again with --skew \(issuerLead + 1)s"
                : "hint: correct the issuer's clock, then run it again")
    }
}

// MARK: - Rows

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
    private func writer(of extent: ResultExtent) -> ResultWriter<LogoutRow> {
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
        if let cutoff = result.cutoff {
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
            let raised = result.cutoff == nil || !isDone ? "" : " (cutoff raised)"
            text += "  no recorded tokens\(raised): is the user name spelled correctly?\n"
        }
        return text
    }
}
