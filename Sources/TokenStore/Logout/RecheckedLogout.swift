internal import Platform
internal import Redis

/// Logouts that end with another look: without a cutoff nothing stops a login that runs meanwhile.
struct SettlingLogout {
    let store: TokenStore
    let scope: LogoutScope
    let skew: Int64
    /// Milliseconds until that look; 0 for none.
    let settle: Int64
    let entry: DenyEntry
    let onProgress: (LogoutResult) -> Void

    /// How many users wait for their look together.
    private static let crowd = 4096

    private struct Guest {
        let user: Identifier
        var result = LogoutResult()
        var cause: LogoutInterruption.Cause?
        var isDone = false

        /// A signal came before it was finished.
        mutating func interrupt() {
            guard cause == nil, let signal = Signals.pending else { return }
            cause = .signal(signal)
            result.isComplete = false
            isDone = true
        }

        /// What was done is in effect, but not confirmed.
        mutating func doubt(_ doubt: StoreError) {
            if isDone { cause = cause ?? .store(doubt) }
        }

        mutating func take(
            _ told: LogoutResult, _ cause: LogoutInterruption.Cause?, isLook: Bool
        ) {
            self.cause = cause
            isDone = true
            guard isLook else {
                result = told
                return
            }
            result.revoked += told.revoked
            result.late += told.revoked
            result.remains += told.remains
            result.kept = told.kept
            result.issuerLead = max(result.issuerLead, told.issuerLead)
            result.isComplete = result.isComplete && told.isComplete
            result.isAudited = result.isAudited || told.isAudited
            result.auditFailure = result.auditFailure ?? told.auditFailure
        }
    }

    /// See `TokenStore.logOut`.
    func run(
        next: (_ mayWait: Bool) throws -> Identifier?,
        deliver: (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var guests: [Guest] = []
            while guests.count < Self.crowd, let user = try next(guests.isEmpty) {
                guests.append(Guest(user: user))
            }
            guard !guests.isEmpty else { return nil }
            var failure = try round(&guests, isLook: false)
            if failure == nil, settle > 0 {
                if store.pauseUnlessSignalled(milliseconds: settle) {
                    failure = try round(&guests, isLook: true)
                } else {
                    for index in guests.indices { guests[index].interrupt() }
                }
            }
            let doubt = try store.confirm()
            if let doubt { for index in guests.indices { guests[index].doubt(doubt) } }
            for guest in guests where guest.isDone {
                try deliver(guest.user, guest.result, guest.cause)
            }
            if let failure = failure ?? doubt { return failure }
        }
        return nil
    }

    /// Goes through all users who did not fail; answers what broke that off.
    private func round(_ guests: inout [Guest], isLook: Bool) throws -> StoreError? {
        let open = guests.indices.filter { guests[$0].cause == nil }
        guard store.layout.index == nil else { return try rounds(&guests, open, isLook: isLook) }
        var told: [(Identifier, LogoutResult, LogoutInterruption.Cause?)] = []
        var rest = open[...]
        let users = guests.map(\.user)
        let failure = try store.logOutListed(
            scope: scope, skew: skew, entry: entry, isLook: isLook, isPart: true,
            next: { _ in rest.popFirst().map { users[$0] } }, onProgress: onProgress
        ) {
            told.append(($0, $1, $2))
        }
        // They are told in the order in which they were asked for.
        for (index, (_, result, cause)) in zip(open, told) {
            guests[index].take(result, cause, isLook: isLook)
        }
        return failure
    }

    private func rounds(
        _ guests: inout [Guest], _ open: [Int], isLook: Bool
    ) throws -> StoreError? {
        for index in open {
            guard Signals.pending == nil else {
                guests[index].interrupt()
                continue
            }
            let work = FoundLogout(
                store: store, user: guests[index].user, scope: scope, skew: skew, entry: entry,
                isLook: isLook, onProgress: onProgress)
            let cause = work.run()
            guests[index].take(work.result, cause, isLook: isLook)
            // What Redis refuses of one user's keys is no reason to leave the others logged in.
            if case .store(.redis(let error))? = cause { return .redis(error) }
        }
        return nil
    }
}

/// The logout of one user whose tokens have keys of their own.
private final class FoundLogout {
    /// Always tells how far it came.
    private(set) var result = LogoutResult()

    private let store: TokenStore
    private let user: Identifier
    private let scope: LogoutScope
    private let skew: Int64
    private let entry: DenyEntry
    private let isLook: Bool
    private let onProgress: (LogoutResult) -> Void
    /// Redis' clock, where a cutoff was raised.
    private var clock: ServerClock?

    /// How many tokens are looked for before they are revoked.
    private static let passLimit = 5000
    /// How often it is looked again: an application that writes faster than this ends it.
    private static let passCount = 1000

    init(
        store: TokenStore, user: Identifier, scope: LogoutScope, skew: Int64, entry: DenyEntry,
        isLook: Bool, onProgress: @escaping (LogoutResult) -> Void
    ) {
        self.store = store
        self.user = user
        self.scope = scope
        self.skew = skew
        self.entry = entry
        self.isLook = isLook
        self.onProgress = onProgress
    }

    /// What came to light in one pass.
    private struct Pass {
        var condemned: [Identifier: Sighting] = [:]
        /// What has no key among the tokens', by its name.
        var remains: [[UInt8]: Sighting] = [:]
        var spared: [Identifier: TokenSubject] = [:]
        var unreadable = 0
        /// Values of the user's sets and lists, read before anything else.
        var objects: [(key: [UInt8], value: [UInt8])] = []

        var isEmpty: Bool { condemned.isEmpty && remains.isEmpty }
        var count: Int { condemned.count + remains.count }
    }

    /// What kept it from being finished; nil at the end.
    func run() -> LogoutInterruption.Cause? {
        do {
            if !isLook { try raise() }
            var unreadable = 0
            for _ in 0..<Self.passCount {
                if let signal = Signals.pending { return .signal(signal) }
                let pass = try look()
                unreadable = pass.unreadable
                result.kept = pass.spared.count
                guard !pass.isEmpty else {
                    try clear(pass)
                    result.isComplete =
                        store.isComplete(scope) && unreadable == 0 && result.issuerLead == 0
                    break
                }
                try revoke(pass)
            }
            audit()
            return nil
        } catch let error as StoreError {
            return .store(error)
        } catch {
            preconditionFailure("no closure throws anything else: \(error)")
        }
    }

    private func raise() throws {
        let layout = store.layout
        if let cutoff = layout.userCutoff, let wanted = scope.cutoff {
            let values = TemplateValues(TokenSubject(id: user, user: user))
            result.cutoff = try store.raise(
                cutoff, [try cutoff.key.render(values)], to: wanted.second, skew: skew)
            clock = try store.clock()
        }
        if let version = layout.version, scope == .everything {
            let command = try store.raiseVersionCommand(version, of: user)
            result.version = try store.raisedVersion(
                try store.settled { _ throws(StoreError) in try store.call(command) })
        }
    }

    private func look() throws -> Pass {
        var pass = Pass()
        guard var finder = TokenFinder(store, user: user) else { return pass }
        pass.objects = try finder.readObjects()
        finder.objects = Set(pass.objects.map(\.value))
        // Only a blacklist entry has to know when its token ends.
        finder.asksEnds = store.layout.deny != nil
        try finder.forEachPage { page in
            pass.unreadable += page.unreadable
            for sighting in page.sightings { self.judge(sighting, &pass) }
            return pass.count < Self.passLimit
        }
        if store.layout.deny != nil { try dropDenied(&pass) }
        try spareKin(&pass)
        return pass
    }

    private func judge(_ sighting: Sighting, _ pass: inout Pass) {
        guard let subject = sighting.subject else {
            // A token of another kind goes with the rest; one of an unknown age too.
            let issuedAt = Identifier(found: sighting.name).flatMap(store.issuedAt)
            guard condemns(Identifier(stored: sighting.name), issuedAt) else { return }
            pass.remains[sighting.name] = sighting
            return
        }
        let issuedAt = store.issuedAt(subject.id)
        guard condemns(subject.id, issuedAt) else {
            pass.spared[subject.id] = subject
            return
        }
        var merged = sighting
        merged.traces += pass.condemned[subject.id]?.traces ?? []
        pass.condemned[subject.id] = merged
    }

    /// A token that claims to be issued after now is no login that follows the cutoff: its issuer's
    /// clock runs ahead.
    private func condemns(_ id: Identifier, _ issuedAt: Int64?) -> Bool {
        if scope == .everything, !isLook, let clock, let issuedAt, issuedAt > clock.now,
            issuedAt > result.cutoff ?? .max
        {
            result.issuerLead = max(result.issuerLead, issuedAt - clock.now)
            return true
        }
        return scope.condemns(id, issuedAt: issuedAt, cutoff: result.cutoff)
    }

    /// A token whose blacklist entry stands needs nothing more.
    private func dropDenied(_ pass: inout Pass) throws {
        let subjects = pass.condemned.values.compactMap(\.subject)
        for start in stride(from: 0, to: subjects.count, by: TokenStore.pageSize) {
            let page = subjects[start..<min(start + TokenStore.pageSize, subjects.count)]
            let states = try store.states(of: page.map { StateQuery($0) })
            for (subject, state) in zip(page, states) where state.denial != nil {
                pass.condemned[subject.id] = nil
            }
        }
    }

    /// What belongs to a token that is spared is spared with it.
    private func spareKin(_ pass: inout Pass) throws {
        guard !pass.remains.isEmpty, !pass.spared.isEmpty,
            case .tokens(let places)? = store.layout.index?.kind
        else { return }
        let commands = try pass.spared.values.flatMapping { subject throws(StoreError) in
            try places.also.map { template throws(StoreError) in
                Command("GET", key: try template.render(TemplateValues(subject)))
            }
        }
        for reply in try store.pipeline(commands) {
            if case .string(let name) = reply { pass.remains[name] = nil }
        }
    }

    /// Page by page: the tokens' own keys, and once they were acknowledged as gone what leads there.
    private func revoke(_ pass: Pass) throws {
        let all = Array(pass.condemned.values)
        if !all.isEmpty { store.noteUsage() }
        for start in stride(from: 0, to: all.count, by: TokenStore.pageSize) {
            if Signals.pending != nil { return }
            let page = all[start..<min(start + TokenStore.pageSize, all.count)]
            let items = page.compactMap { sighting in
                sighting.subject.map { Revocation($0, expiry: sighting.end ?? .at(0)) }
            }
            var entry = entry
            entry.user = user
            let batch = store.revoke(items, entry: entry, isPart: true, looksAgain: false)
            result.revoked += batch.outcomes.count { $0 == .revoked }
            result.remains += batch.outcomes.count { $0 == .alreadyRevoked }
            if let failure = batch.failure { throw failure }
            for case .failed(let error) in batch.outcomes { throw error }
            let isGone = batch.outcomes.map {
                $0 == .revoked || $0 == .alreadyRevoked || $0 == .expired
            }
            try send(zip(page, isGone).flatMap { $1 ? $0.traces : [] })
            onProgress(result)
        }
        try send(pass.remains.values.flatMap(\.traces))
        result.remains += pass.remains.count
    }

    private func send(_ commands: [Command]) throws {
        for start in stride(from: 0, to: commands.count, by: TokenStore.pageSize) {
            let page = Array(commands[start..<min(start + TokenStore.pageSize, commands.count)])
            _ = try store.settled { _ throws(StoreError) in try store.pipeline(page) }
        }
    }

    /// Values of tokens that are gone: what could bring these back goes, and then the values.
    private func clear(_ pass: Pass) throws {
        guard !pass.objects.isEmpty, let allow = store.layout.allow else { return }
        let keys = try pass.spared.values.map { subject throws(StoreError) in
            Command("GET", key: try allow.key.render(TemplateValues(subject)))
        }
        let living = Set(
            try store.pipeline(keys).compactMap { reply in
                if case .string(let value) = reply { value } else { nil }
            })
        let dead = pass.objects.filter { !living.contains($0.value) }
        guard !dead.isEmpty else { return }
        let wanted = dead.map { LinkSearch.Wanted(value: $0.value, text: nil) }
        guard try store.deleteHolders(wanted, under: allow.searchPrefixes) else { return }
        try send(
            dead.map { key, value in
                .eval(Script.removeValue, keys: [key], [.bytes(value)])
            })
    }

    /// A trail that cannot be written undoes nothing.
    private func audit() {
        guard store.layout.tellsChanges, !isLook || result.revoked > 0 else { return }
        do throws(StoreError) {
            try store.audit(
                "logout-all", .user(user), count: Int64(result.revoked), reason: entry.reason)
            result.isAudited = store.layout.auditKey != nil
        } catch {
            result.auditFailure = error
        }
    }
}
