internal import Platform
internal import Redis

/// Logouts that end with another look: without a cutoff nothing stops a login that runs meanwhile.
struct RecheckedLogout {
    let store: TokenStore
    let request: LogoutRequest
    /// Milliseconds until that look; 0 for none.
    let recheckDelay: Int64

    /// How many users wait for their look together.
    private static let userBatch = 4096

    private struct PendingUser {
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
            result.isComplete = result.isComplete && own.isComplete
            result.isAudited = result.isAudited || own.isAudited
            result.auditFailure = result.auditFailure ?? own.auditFailure
        }
    }

    /// See `TokenStore.logOut`.
    func run(
        next: (Pull) throws -> Supply<Identifier>,
        deliver: (Identifier, LogoutResult, LogoutInterruption.Cause?) throws -> Void
    ) throws -> StoreError? {
        while Signals.pending == nil {
            var users: [PendingUser] = []
            while users.count < Self.userBatch,
                case .item(let user) = try next(users.isEmpty ? .blocking : .polling)
            {
                users.append(PendingUser(user: user))
            }
            guard !users.isEmpty else { return nil }
            var failure = try logOut(&users, .first)
            if failure == nil, recheckDelay > 0 {
                if store.pauseUnlessSignalled(milliseconds: recheckDelay) {
                    failure = try logOut(&users, .recheck)
                } else {
                    for index in users.indices { users[index].interrupt() }
                }
            }
            let doubt = try store.confirm()
            if let doubt { for index in users.indices { users[index].doubt(doubt) } }
            for user in users where user.isDone {
                try deliver(user.user, user.result, user.cause)
            }
            if let failure = failure ?? doubt { return failure }
        }
        return nil
    }

    /// Goes through all users who did not fail; answers what broke that off.
    private func logOut(_ users: inout [PendingUser], _ round: LogoutRound) throws -> StoreError? {
        let open = users.indices.filter { users[$0].cause == nil }
        guard store.layout.index == nil else { return logOutKeyed(&users, open, round) }
        var ended: [(LogoutResult, LogoutInterruption.Cause?)] = []
        var waiting = open.map { users[$0].user }[...]
        let failure = try store.logOutListed(
            round, request, isPart: true,
            next: { _ in waiting.popFirst().map { .item($0) } ?? .end }
        ) { _, result, cause in
            ended.append((result, cause))
        }
        // They are delivered in the order in which they were asked for.
        for (index, (result, cause)) in zip(open, ended) { users[index].take(result, cause, round) }
        return failure
    }

    private func logOutKeyed(
        _ users: inout [PendingUser], _ open: [Int], _ round: LogoutRound
    ) -> StoreError? {
        for index in open {
            guard Signals.pending == nil else {
                users[index].interrupt()
                continue
            }
            let logout = KeyedLogout(store, users[index].user, round, request)
            let cause = logout.run()
            users[index].take(logout.result, cause, round)
            // What Redis refuses of one user's keys is no reason to leave the others logged in.
            if case .store(.redis(let error))? = cause { return .redis(error) }
        }
        return nil
    }
}
