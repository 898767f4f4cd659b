internal import CommandKit
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
    /// Takes the ids of revoked tokens; nil without `--print-ids`.
    let ids: RevokedIDs?

    /// The content of the blacklist entries.
    private var entry: DenyEntry {
        DenyEntry(reason: options.reason, actor: backend.store.actor)
    }

    /// Milliseconds until the recheck.
    private var recheckDelay: Int64 { Self.recheckDelay(options.settle, backend.layout) }

    /// Milliseconds until the recheck, where `settle` does not say how many.
    static func recheckDelay(_ settle: Int64?, _ layout: Layout) -> Int64 {
        settle ?? (layout.needsSettling ? standardSettle : 0)
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
        let status = try run.run(empty: "no users") {
            // The file is complete before the report, which may fail, and before a signal ends the
            // process.
            defer { ids?.finish() }
            let broken = try backend.store.logOut(
                scope: scope, skew: options.skew, recheckDelay: recheckDelay, entry: entry,
                isDryRun: options.isDryRun, next: feed.next, onRevoked: { ids?.write($0) }
            ) { user, result, cause in
                let row = LogoutRow(user: user, result: audited(result, of: user), cause: cause)
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
                if options.isDryRun { try console.noteDryRun(hasFile: ids != nil) }
                return
            }
            let done = run.count - run.failures
            try console.error(
                options.isDryRun
                    ? "the dry run ended after \(Count.words(done, "user", "users"))"
                    : Count.words(done, "user is", "users are")
                        + " logged out completely; run it again for the others")
        }
        return withIDs(status)
    }

    /// The status of a run, if it has this one without the file of `--print-ids`.
    private func withIDs(_ status: ExitStatus) -> ExitStatus {
        status == .success && ids?.isIncomplete == true ? .failure : status
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
                defer { ids?.finish() }
                result = try console.watch("logging out") { show throws(LogoutInterruption) in
                    try backend.store.logOut(
                        user, scope: scope, skew: options.skew, recheckDelay: recheckDelay,
                        entry: entry, isDryRun: options.isDryRun,
                        onProgress: { show($0.revoked + $0.alreadyRevoked) },
                        onRevoked: { ids?.write($0) })
                }
            } catch {
                return try report(error, user, run)
            }
            // A missing entry is a warning before the row: the logout itself is done.
            let row = LogoutRow(user: user, result: audited(result, of: user), cause: nil)
            let status = try run.run(only: row)
            try hint(issuerLead: result.issuerLead)
            if options.isDryRun { try console.noteDryRun(hasFile: ids != nil) }
            return withIDs(status)
        }
    }

    /// Reports an incomplete logout, and throws its error. If only the confirmation is missing, it
    /// returns the exit status.
    private func report(
        _ error: LogoutInterruption, _ user: Identifier, _ run: ItemRun<LogoutRow>
    ) throws -> ExitStatus {
        let row = LogoutRow(user: user, result: audited(error, of: user), cause: error.cause)
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
