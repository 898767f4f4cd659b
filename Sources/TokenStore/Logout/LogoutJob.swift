internal import Layouts
internal import Platform
internal import Redis

/// The logout of one user whose tokens are on a list. A dry run takes the same steps, reads where a
/// logout writes, and goes through the list once.
struct LogoutJob: Job {
    /// How far the job came, and what broke it off; a nil cause means that it was finished.
    typealias Outcome = (result: LogoutResult, cause: LogoutInterruption.Cause?)

    /// The steps. The job may break off after any of them. `readPage`, `deny` and `unlist` are
    /// repeated until a whole pass over the list finds nothing to revoke.
    private enum Phase {
        /// Refuses tokens that were issued until now, recorded or not.
        case raiseCutoff
        /// Notes the tokens that are on the list already although their `iat` is after the cutoff.
        case readAhead
        /// Refuses tokens with a lower version.
        case raiseVersion
        /// Blacklists again the tokens that the last attempt took off the list: their entries may
        /// be lost, and the list does not have them any more.
        case denyAgain
        /// Reads the next page of the list.
        case readPage
        /// Blacklists those tokens of the page that have to be revoked.
        case deny
        /// Takes them off the list, once their entries were acknowledged.
        case unlist
        /// Writes to the audit log. A log that cannot be written undoes nothing.
        case audit
        case done
    }

    private let store: TokenStore
    private let user: Identifier
    private let round: LogoutRound
    private let request: LogoutRequest
    private let clock: ServerClock

    private var phase = Phase.raiseCutoff
    private var commands: [Command] = []
    /// The page that is being read, in `readAhead` and `readPage`.
    private var page: ListPageJob?
    /// The revocation of a page, in `denyAgain` and `deny`.
    private var denial: (any Job<[RevocationOutcome]>)?
    /// The tokens that are being blacklisted.
    private var toRevoke: [Revocation] = []
    /// Tokens that were taken off the list, and whose entries a fail-over may lose.
    private var unconfirmed: [Revocation] = []
    /// The part of `unconfirmed` that is to be blacklisted again in this attempt.
    private var toRepeat: ArraySlice<Revocation> = []
    /// How many tokens of this pass are kept. They stay on the list, before the next page.
    private var keptCount = 0
    private var revokedInPass = 0
    /// The tokens that a dry run would have revoked so far. They are all on the list still.
    private var plannedCount = 0
    /// The tokens of a dry run that are kept and have expired: any removal takes them off the list.
    private var expiredCount = 0
    /// The tokens that were on the list when the cutoff was raised, although their `iat` is later:
    /// the clock of their issuer runs ahead. nil before `readAhead`.
    private var ahead: Set<Identifier>?
    /// The rank in the list at which `readAhead` goes on.
    private var aheadRank = 0
    /// How far the job came. It adds up over all attempts.
    private var result = LogoutResult()
    private var cause: LogoutInterruption.Cause?

    /// How many tokens ahead of the cutoff are remembered. With more of them the logout is
    /// incomplete.
    private static let aheadLimit = 10_000

    init(
        _ store: TokenStore, _ user: Identifier, _ round: LogoutRound, _ request: LogoutRequest,
        clock: ServerClock
    ) {
        self.store = store
        self.user = user
        self.round = round
        self.request = request
        self.clock = clock
    }

    private var scope: LogoutScope { request.scope }

    mutating func restart(after outcome: Outcome?) {
        phase = .raiseCutoff
        page = nil
        denial = nil
        toRepeat = unconfirmed[...]
        keptCount = 0
        revokedInPass = 0
        plannedCount = 0
        expiredCount = 0
        cause = nil
    }

    var outcome: Outcome {
        var result = result
        result.isFinished = cause == nil
        result.gaps.formUnion(store.gaps(scope))
        return (result, cause)
    }

    /// Does not throw: after a failure the outcome still has the numbers, and the cause.
    mutating func next() -> [Command]? {
        do throws(StoreError) {
            return try phaseCommands()
        } catch {
            end(because: error)
            return nil
        }
    }

    mutating func take(_ exchange: Exchange) {
        do throws(StoreError) {
            try takePhase(exchange)
        } catch {
            end(because: error)
        }
    }

    /// Ends the job without an entry in the audit log.
    private mutating func end(because error: StoreError) {
        cause = .store(error)
        phase = .done
    }

    /// The commands of the current phase, or of the next one that has any.
    private mutating func phaseCommands() throws(StoreError) -> [Command]? {
        while true {
            switch phase {
            case .raiseCutoff: return send(try cutoffRaise()?.commands ?? [])
            case .readAhead:
                if let commands = try readAhead() { return commands }
                phase = .raiseVersion
            case .raiseVersion: return send([try versionRaise()?.command])
            case .denyAgain:
                if let commands = try denyAgain() { return commands }
                phase = .readPage
            case .readPage:
                if let commands = try readPage() { return commands }
            case .deny:
                if let commands = try denial?.next() { return commands }
                try takeDenied(denial?.outcome ?? [])
            case .unlist:
                return send([try store.unlistCommand(toRevoke.map(\.subject), of: user)])
            case .audit:
                guard round == .first || result.revoked > 0, !request.isDryRun else {
                    phase = .done
                    continue
                }
                commands = store.auditCommands(
                    "logout-all", .user(user), count: Int64(result.revoked),
                    reason: request.entry.reason)
                return commands
            case .done: return nil
            }
        }
    }

    private mutating func takePhase(_ exchange: Exchange) throws(StoreError) {
        switch phase {
        case .raiseCutoff:
            let replies = try store.replies(exchange, to: commands)
            result.cutoff = try cutoffRaise()?.second(replies)
            phase = .readAhead
        case .raiseVersion:
            let replies = try store.replies(exchange, to: commands)
            if let reply = replies.first { result.version = try versionRaise()?.version(reply) }
            phase = .denyAgain
        case .readAhead, .readPage: try page?.take(exchange)
        case .denyAgain, .deny: try denial?.take(exchange)
        case .unlist:
            _ = try store.replies(exchange, to: commands)
            request.onProgress(result)
            phase = .readPage
        case .audit:
            do throws(StoreError) {
                _ = try store.replies(exchange, to: commands)
                result.isAudited = store.layout.auditKey != nil
            } catch {
                result.auditFailure = error
            }
            phase = .done
        case .done: break
        }
    }

    /// Keeps the commands of a phase that has one or none, and returns them.
    private mutating func send(_ command: [Command?]) -> [Command] {
        commands = command.compactMap(\.self)
        return commands
    }

    // MARK: what refuses all tokens at once

    private func cutoffRaise() throws(StoreError) -> CutoffRaise? {
        try round == .first ? request.cutoffRaise(of: user, store) : nil
    }

    /// Each execution raises the number again, so one is enough however often the steps after it
    /// have to be repeated.
    private func versionRaise() throws(StoreError) -> VersionRaise? {
        guard round == .first, result.version == nil || store.needsConfirmation else { return nil }
        return try request.versionRaise(of: user, store)
    }

    /// Reads the list once, directly after the cutoff was raised. A token that is on it now is not
    /// from a later login, even if its `iat` is later. Tokens that are added from now on are judged
    /// by `iat`.
    private mutating func readAhead() throws(StoreError) -> [Command]? {
        guard scope == .everything, round == .first, let cutoff = result.cutoff else { return nil }
        if page == nil {
            guard ahead == nil else { return nil }
            ahead = []
            aheadRank = 0
        }
        while true {
            var read = page ?? ListPageJob(store, user, from: aheadRank, .logout)
            if let commands = try read.next() {
                page = read
                return commands
            }
            page = nil
            aheadRank += read.outcome.count
            guard !read.outcome.isEmpty, note(read.outcome, issuedAfter: cutoff) else { return nil }
        }
    }

    /// Adds those of the tokens whose `iat` is later to `ahead`; false if that has no room for
    /// more.
    private mutating func note(_ tokens: [ListedToken], issuedAfter cutoff: Int64) -> Bool {
        let now = clock.now
        for token in tokens {
            guard let issuedAt = token.issuedAt, issuedAt > cutoff else { continue }
            result.issuerLead = max(result.issuerLead, issuedAt - now)
            guard ahead?.count ?? 0 < Self.aheadLimit else {
                result.gaps.insert(.excess)
                return false
            }
            ahead?.insert(token.id)
        }
        return true
    }

    // MARK: the list

    /// The next commands that write lost entries again; nil where all are written.
    private mutating func denyAgain() throws(StoreError) -> [Command]? {
        while denial != nil || !toRepeat.isEmpty {
            if denial == nil {
                denial = revocation(of: Array(toRepeat.prefix(TokenStore.pageSize)))
                toRepeat = toRepeat.dropFirst(TokenStore.pageSize)
            }
            if let commands = try denial?.next() { return commands }
            try requireNoFailure(denial?.outcome ?? [])
            denial = nil
        }
        return nil
    }

    /// The commands that read the next page; nil after a signal, and once the page was read.
    /// `phase` is then the next one. A signal ends the job between two pages, with an entry in the
    /// audit log.
    private mutating func readPage() throws(StoreError) -> [Command]? {
        if page == nil {
            if let signal = Signals.pending {
                cause = .signal(signal)
                phase = .audit
                return nil
            }
            page = ListPageJob(store, user, from: keptCount + plannedCount, .logout)
        }
        if let commands = try page?.next() { return commands }
        takePage(page?.outcome ?? [])
        page = nil
        return nil
    }

    /// Decides which tokens of a page are revoked. An empty page ends the pass.
    private mutating func takePage(_ tokens: [ListedToken]) {
        guard !tokens.isEmpty else { return endPass() }
        let revoked = tokens.filter(hasToGo)
        keptCount += tokens.count - revoked.count
        if request.isDryRun {
            let now = clock.now
            expiredCount += tokens.count { !hasToGo($0) && $0.expiry.isPast(at: now) }
        }
        revokedInPass += revoked.count
        guard !revoked.isEmpty else { return }
        if !request.isDryRun { store.noteUsage() }
        // Unless tokens must be listed, the items have no user: `DenyJob` then leaves the list to
        // `unlist`, which takes the whole page off in one step.
        let isRequired = store.layout.list?.isRequired ?? false
        toRevoke = revoked.map { token in
            Revocation(
                TokenSubject(id: token.id, user: isRequired ? user : nil), expiry: token.expiry)
        }
        // What was just read is on the list, so that its removal needs no prediction.
        if request.isDryRun, store.layout.deny == nil {
            result.revoked += toRevoke.count
            plannedCount += toRevoke.count
            request.onRevoked(toRevoke.map(\.id))
            return
        }
        denial = revocation(of: toRevoke)
        phase = .deny
    }

    /// Begins another pass, unless this one found nothing to revoke. A dry run needs no other: what it
    /// found is there still.
    private mutating func endPass() {
        if revokedInPass == 0 || request.isDryRun {
            let swept = result.revoked > 0 ? expiredCount : 0
            result.kept = scope.kept(of: keptCount - swept)
            phase = .audit
        }
        keptCount = 0
        revokedInPass = 0
    }

    private func hasToGo(_ token: ListedToken) -> Bool {
        ahead?.contains(token.id) ?? false
            || scope.revokes(token.id, issuedAt: token.issuedAt, cutoff: result.cutoff)
    }

    private func revocation(of items: [Revocation]) -> any Job<[RevocationOutcome]> {
        guard !request.isDryRun else { return PredictionJob(store, items) }
        var entry = request.entry
        entry.user = user
        return store.revocation(of: items, entry: entry, clock: clock)
    }

    /// Counts the outcomes, and goes on to `unlist`. If the connection broke, tokens whose entries
    /// were not acknowledged stay on the list: `unlist` is not sent any more. Neither is it after a
    /// failure, and what was revoked counts all the same: a second run finds it revoked already.
    private mutating func takeDenied(_ outcomes: [RevocationOutcome]) throws(StoreError) {
        denial = nil
        request.report(toRevoke, outcomes)
        result.revoked += outcomes.count { $0 == .revoked }
        result.alreadyRevoked += outcomes.count { $0 == .alreadyRevoked }
        try requireNoFailure(outcomes)
        if store.needsConfirmation, !request.isDryRun { unconfirmed += toRevoke }
        guard !request.isDryRun else {
            plannedCount += toRevoke.count
            request.onProgress(result)
            phase = .readPage
            return
        }
        phase = .unlist
    }

    private func requireNoFailure(_ outcomes: [RevocationOutcome]) throws(StoreError) {
        for case .failed(let error) in outcomes { throw error }
    }
}
