internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

extension LogoutInterruption.Cause {
    fileprivate var storeError: StoreError? {
        if case .store(let error) = self { return error }
        return nil
    }

    /// Whether all was done, and not confirmed.
    fileprivate var isDoubt: Bool { storeError?.isAboutConfirmation ?? false }
}

/// Users of whom no token was recorded. Their names may be misspelled.
private struct Unrecorded {
    private var total = 0
    private var count = 0
    private var names: [Identifier] = []

    mutating func add(_ user: Identifier, _ result: LogoutResult) {
        total += 1
        guard result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0 else {
            return
        }
        count += 1
        if names.count < 3 { names.append(user) }
    }

    var words: String? {
        guard count > 0 else { return nil }
        let shown = names.map { VisibleText.escape($0.description, columns: 40) }
            .joined(separator: ", ")
        return "no recorded tokens for \(count) of \(total) users: \(shown)"
            + (count > names.count ? ", …" : "") + "; is the spelling correct?"
    }
}

/// Logs users out, and tells what came of it.
struct LogoutReport {
    let options: LogoutAllOptions
    let scope: LogoutScope
    let session: Session
    let console: Console

    private var entry: DenyEntry {
        DenyEntry(reason: options.reason, actor: session.store.actor)
    }

    /// Milliseconds after which it is looked again.
    private var recheckDelay: Int64 {
        options.settle ?? (session.layout.needsSettling ? Self.standardSettle : 0)
    }

    /// A login takes less.
    private static let standardSettle: Int64 = 2000

    /// Many users at once. Each is told of as it is done; the clock is waited for at the end.
    func runAll(_ feed: UserFeed) throws -> ExitStatus {
        var list = ResultList(
            console,
            columns: [
                .user, .count("REVOKED"), .count("ALREADY"), .count("KEPT"), .init("COMPLETE"),
            ])
        list.namesUsers = true
        var latest: (cutoff: Int64, users: [Identifier])?
        var issuerLead: Int64 = 0
        var completeCount = 0
        var failures = 0
        var unrecorded = Unrecorded()
        // An only user is reported like an operand.
        var first: (user: Identifier, result: LogoutResult)?
        // Those of which it is not known whether they will be confirmed.
        var held: [(Identifier, LogoutResult)] = []
        func tell(
            _ user: Identifier, _ result: LogoutResult, _ cause: LogoutInterruption.Cause?
        ) throws {
            try list.append(
                json(user, result, cause), id: user.description, cells: cells(user, result, cause))
            guard cause == nil else {
                failures += 1
                return try console.error(words(unfinished: user, result, cause))
            }
            completeCount += 1
            first = first ?? (user, result)
            if session.layout.can(.listTokens) { unrecorded.add(user, result) }
            issuerLead = max(issuerLead, result.issuerLead)
            guard let cutoff = result.cutoff, cutoff >= latest?.cutoff ?? cutoff else { return }
            if cutoff > latest?.cutoff ?? Int64.min { latest = (cutoff, []) }
            if (latest?.users.count ?? 0) < Self.waitingLimit { latest?.users.append(user) }
        }
        let broken: StoreError?
        do {
            let interrupts = InterruptScope()
            defer { _ = interrupts }
            broken = try session.store.logOut(
                scope: scope, skew: options.skew, recheckDelay: recheckDelay, entry: entry,
                next: feed.next
            ) { user, result, cause in
                if let failure = result.auditFailure { session.warn(notAudited: failure, console) }
                if cause?.isDoubt ?? false, held.count < ResultList.heldCount {
                    held.append((user, result))
                } else {
                    try tell(user, result, cause)
                }
            }
            for (user, result) in held {
                try tell(user, result, broken.map { .store(session.store.doubt ?? $0) })
            }
            if let latest {
                try session.store.awaitCutoffs(latest.users, latest.cutoff, skew: options.skew)
            }
        } catch {
            // What was done before stays told.
            try list.finish(empty: "")
            throw error
        }
        if broken == nil, Signals.pending == nil { try feed.invalid.requireItems() }
        let isOnly = completeCount == 1 && failures + feed.invalid.count == 0
        if isOnly, let first, console.isForPerson {
            try console.print(words(first.user, first.result))
        } else {
            try list.finish(empty: "no users")
        }
        if !isOnly, let words = unrecorded.words {
            try console.system.output.flush()
            try console.note(words)
        }
        try hint(issuerLead: issuerLead)
        if broken != nil || Signals.pending != nil {
            try console.error(
                Count.words(completeCount, "user is", "users are")
                    + " logged out completely; run it again for the others")
        }
        if let signal = Signals.pending {
            try console.system.output.flush()
            Signals.endProcess(by: signal)
        }
        if let broken { throw broken }
        if completeCount + failures == 0, feed.invalid.count == 1,
            let failure = feed.invalid.firstFailure
        {
            return failure.status
        }
        return failures + feed.invalid.count > 0 ? .someFailed : .success
    }

    /// Users whose servers' clocks are looked at before the end.
    private static let waitingLimit = 64

    func run(_ user: Identifier) throws -> ExitStatus {
        let interrupts = InterruptScope()
        defer { _ = interrupts }
        let result: LogoutResult
        do throws(LogoutInterruption) {
            result = try work(user)
        } catch {
            if let failure = error.result.auditFailure {
                session.warn(notAudited: failure, console)
            } else if !error.result.isAudited,
                error.result.cutoff != nil || error.result.revoked > 0
            {
                _ = session.audit(
                    "logout-all", .user(user), count: Int64(error.result.revoked),
                    reason: options.reason, after: error.cause.storeError, console)
            }
            try console.error(words(unfinished: user, error.result, error.cause))
            if error.cause.isDoubt, let doubt = error.cause.storeError {
                try console.result(
                    json(user, error.result, error.cause), user: user.description
                ) { "" }
                try console.error(Diagnostics.failure(for: doubt))
                return .unknown
            }
            if case .signal(let signal) = error.cause {
                try console.system.output.flush()
                Signals.endProcess(by: signal)
            }
            throw error
        }
        if let failure = result.auditFailure { session.warn(notAudited: failure, console) }
        try console.result(json(user, result, nil), user: user.description) { words(user, result) }
        try hint(issuerLead: result.issuerLead)
        return .success
    }

    private func work(_ user: Identifier) throws(LogoutInterruption) -> LogoutResult {
        var progress = ProgressLine(
            label: "logging out", total: nil,
            isTerminal: console.system.diagnostics.isTerminal,
            columns: console.system.terminal.columns, start: .now)
        func show(_ text: String?) {
            do throws(OutputError) {
                try console.progress(text)
            } catch {
                // A lost progress line is no reason to leave a user half logged out.
            }
        }
        defer { show(progress.finish()) }
        return try session.store.logOut(
            user, scope: scope, skew: options.skew, recheckDelay: recheckDelay, entry: entry
        ) {
            show(progress.update(count: $0.revoked + $0.alreadyRevoked, now: .now))
        }
    }

    /// What is true although the work broke off.
    private func words(
        unfinished user: Identifier, _ result: LogoutResult, _ cause: LogoutInterruption.Cause?
    ) -> String {
        let name = VisibleText.escape(user.description, columns: 60)
        let cutoff =
            result.cutoff.map { "the cutoff \(TimeText.rfc3339($0)) is set, " }
            ?? (session.layout.hasUserCutoff ? "the cutoff was not confirmed, " : "")
        let verb = session.layout.requiresListing ? "revoked" : "blacklisted"
        let tokens = Count.words(result.revoked, "token was", "tokens were") + " \(verb)"
        if cause?.isDoubt ?? false {
            return "'\(name)' is logged out, but this is not confirmed: \(cutoff)"
                + "\(tokens); run it again to confirm it"
        }
        var text =
            "'\(name)' is not logged out completely: \(cutoff)"
            + "\(tokens); run it again to finish"
        if case .store(.refused(let error, let command, let key))? = cause {
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

    private func json(
        _ user: Identifier, _ result: LogoutResult, _ cause: LogoutInterruption.Cause?
    ) -> JSONObject {
        [
            "user": .string(user.description), "revoked": .integer(Int64(result.revoked)),
            "already_revoked": .integer(Int64(result.alreadyRevoked)),
            "kept": .integer(Int64(result.kept)), "cutoff": TimeText.number(result.cutoff),
            "complete": .bool(result.isComplete && cause == nil),
            "confirmed": cause?.isDoubt ?? false ? false : .null,
            "audited": .bool(result.isAudited),
            "late": .integer(Int64(result.late)), "version": TimeText.number(result.version),
            "unreached_until": TimeText.number(unreachedUntil),
            "target": session.json,
        ]
    }

    /// When what the logout does not reach has expired; nil where nobody knows.
    private var unreachedUntil: Int64? {
        session.layout.unreachedFor.map { console.system.clock.seconds + $0 }
    }

    private var unreachedWords: String {
        guard let end = unreachedUntil else { return "" }
        return "; the last of them expires at \(TimeText.table(end))"
    }

    private func cells(
        _ user: Identifier, _ result: LogoutResult, _ cause: LogoutInterruption.Cause?
    ) -> [String] {
        [
            console.cell(id: user.description), NumberText.grouped(result.revoked),
            NumberText.grouped(result.alreadyRevoked), NumberText.grouped(result.kept),
            result.isComplete && cause == nil ? "yes" : "no",
        ]
    }

    private func words(_ user: Identifier, _ result: LogoutResult) -> String {
        let name = VisibleText.escape(user.description, columns: 60)
        var text = "\(name): \(NumberText.grouped(result.revoked)) revoked"
        if result.late > 0 { text += " (\(result.late) found in the recheck)" }
        if result.alreadyRevoked > 0 {
            text += ", \(NumberText.grouped(result.alreadyRevoked)) already revoked"
        }
        if result.kept > 0 { text += ", \(result.kept) kept" }
        text += "\n"
        if let cutoff = result.cutoff {
            text +=
                "  all tokens issued up to \(TimeText.table(cutoff)) are now revoked, "
                + "recorded or not\n"
        } else if let version = result.version {
            text +=
                "  all tokens with a version below \(version) are now revoked, recorded or not\n"
        } else if session.layout.hasUserCutoff {
            text += "  no cutoff was raised: the issue time of the kept token is unknown\n"
        } else if session.layout.requiresListing {
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
                session.layout.unreached.map { "  not reached: \($0)\(unreachedWords)\n" }
                ?? (session.layout.requiresListing
                    ? "  some keys could not be read: other tokens of the user may still be valid\n"
                    : result.cutoff == nil && result.version == nil
                        ? "  tokens that were never recorded may still be valid\n"
                        : "  newer tokens that were never recorded may still be valid\n")
        }
        if result.leftovers > 0 {
            let tokens = Count.words(result.leftovers, "older token", "older tokens")
            text += "  leftover keys of \(tokens) were removed too\n"
        }
        if result.revoked + result.alreadyRevoked + result.kept + result.leftovers == 0 {
            let raised = result.cutoff == nil ? "" : " (cutoff raised)"
            text += "  no recorded tokens\(raised): is the user name spelled correctly?\n"
        }
        return text
    }
}
