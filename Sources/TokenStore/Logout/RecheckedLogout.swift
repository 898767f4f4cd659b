internal import Layouts
internal import Platform
internal import Redis

/// Logouts of users in batches, each of which ends with a recheck: in layouts without a cutoff, a
/// login that runs at the same time may record a token after the logout has read the list.
struct RecheckedLogout {
    let store: TokenStore
    let tokens: any UserTokens
    let request: LogoutRequest
    /// Milliseconds until the recheck; 0 for none.
    let recheckDelay: Int64

    /// How many users share one recheck, and so one pause.
    private static let userBatch = 4096

    /// Logs out the users that `next` gives; see `TokenStore.logOut`. Changes of a batch are
    /// confirmed once, after its recheck; without that, all of its results are in doubt.
    func run(
        next: (Pull) throws -> Supply<Identifier>,
        deliver: (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var users: [PendingLogout] = []
            while users.count < Self.userBatch,
                case .item(let user) = try next(users.isEmpty ? .blocking : .polling)
            {
                users.append(PendingLogout(user: user))
            }
            guard !users.isEmpty else { return nil }
            let failure = try logOut(&users)
            let doubt = request.isDryRun ? nil : try store.confirm()
            if let doubt { for index in users.indices { users[index].doubt(doubt) } }
            for user in users where user.isDone {
                try deliver(user.user, user.result, user.cause)
            }
            if let failure = failure ?? doubt { return failure }
        }
        return nil
    }

    /// Both rounds of a batch. Returns what broke them off for all users. A signal during the pause
    /// leaves every logout of the batch incomplete.
    private func logOut(_ users: inout [PendingLogout]) throws -> StoreError? {
        if let failure = try tokens.logOut(&users, .first, request) { return failure }
        guard recheckDelay > 0 else { return nil }
        guard TokenStore.pauseUnlessSignalled(milliseconds: recheckDelay) else {
            for index in users.indices { users[index].interrupt() }
            return nil
        }
        return try tokens.logOut(&users, .recheck, request)
    }
}

/// The logout of one user of a batch.
struct PendingLogout {
    let user: Identifier
    private(set) var result = LogoutResult()
    /// The reason why it failed; nil if it has not.
    private(set) var cause: LogoutInterruption.Cause?
    /// Whether there is a result. A user whose logout never began has none, and is not delivered.
    private(set) var isDone = false

    init(user: Identifier) { self.user = user }

    /// Ends a logout that a signal keeps from being finished.
    mutating func interrupt() {
        guard cause == nil, let signal = Signals.pending else { return }
        cause = .signal(signal)
        result.isFinished = false
        isDone = true
    }

    /// Notes that the changes are in effect, but may be lost. An earlier cause precedes.
    mutating func doubt(_ doubt: StoreError) {
        if isDone { cause = cause ?? .store(doubt) }
    }

    /// Adds the result of a round. Cutoff and version are those of the first, since a recheck
    /// raises neither; tokens that only the recheck found count as late.
    mutating func take(
        _ own: LogoutResult, _ cause: LogoutInterruption.Cause?, _ round: LogoutRound
    ) {
        self.cause = cause
        isDone = true
        guard round == .recheck else {
            result = own
            return
        }
        result.revoked += own.revoked
        result.late += own.revoked
        result.leftovers += own.leftovers
        result.kept = own.kept
        result.issuerLead = max(result.issuerLead, own.issuerLead)
        result.isFinished = own.isFinished
        result.gaps.formUnion(own.gaps)
        result.isAudited = result.isAudited || own.isAudited
        result.auditFailure = result.auditFailure ?? own.auditFailure
    }
}

extension TokenStore {
    /// Waits for this long; false if a signal came first. Wakes every 50 ms to look for one.
    static func pauseUnlessSignalled(milliseconds: Int64) -> Bool {
        let end = Monotonic.now.advanced(byMilliseconds: milliseconds)
        while Signals.pending == nil {
            let left = end.remainingMilliseconds
            if left == 0 { return true }
            pause(milliseconds: min(left, 50))
        }
        return false
    }
}
