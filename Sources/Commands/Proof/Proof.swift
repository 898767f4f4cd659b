internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// A token with which a service is asked.
struct ProvedToken {
    /// The compact serialization.
    let text: [UInt8]
    /// What revokes it.
    let request: RevocationRequest
    let issued: IssuedAt

    /// Throws if the item is no token, or one that may not be revoked.
    init(_ item: Item, _ planner: RevocationPlanner) throws {
        guard case .token(let token, let claims, _) = item else {
            throw Failure(
                .usage, "token_needed", "a service is asked with a token, and this is an id",
                hint: "pass the whole token")
        }
        text = token.bytes
        request = try planner.request(item)
        issued = try TokenFacts(token, claims: claims, naming: planner.naming, .lenient).issued
    }

    /// The name that people see.
    var name: String { VisibleText.escape(request.label.description, columns: 80) }
    var user: Identifier? { request.revocation.user }
}

/// The proof that a service refuses a token once it is revoked.
struct Proof {
    let options: ProveOptions
    let planner: RevocationPlanner
    let call: ServiceCall
    let backend: Backend
    let console: Console

    private var store: TokenStore { backend.store }
    private var isDryRun: Bool { options.revoke.isDryRun }

    /// Milliseconds between two calls, as long as the token is accepted.
    private static let interval: Int64 = 200

    /// Asks with the token, revokes it, and asks until it is refused. `witness` is a token of
    /// another user, which has to be accepted before and after. Returns after a signal as well: the
    /// caller ends the process.
    func run(_ token: ProvedToken, witness: ProvedToken? = nil) throws -> ExitStatus {
        try requireLife(of: token)
        let user = try options.logsOut ? requireUser(of: token) : nil
        try backend.announce(options.revoke, redisTime: planner.now, console)
        for first in [token, witness].compactMap(\.self) {
            guard try isAccepted(first) else {
                try console.note("interrupted: nothing was revoked")
                return .unknown
            }
        }
        var report = ProofReport(token: token, user: user, isDryRun: isDryRun, options: options)
        guard !isDryRun else {
            try write(report)
            try console.noteDryRun()
            return .success
        }
        let start = Monotonic.now
        try revoke(token, user, &report)
        try console.note("revoked; asking until the service refuses the token")
        report.verdict = Interrupts.stop().guarding { watch(token, from: start, &report.calls) }
        try doubtExpired(token, &report)
        if case .refused = report.verdict, let witness {
            report.witness = Interrupts.stop().guarding { call.answer(with: witness.text) }
        }
        guard Signals.pending == nil else {
            try console.note("interrupted: '\(token.name)' is revoked; nothing was proved")
            return .unknown
        }
        let undoing = Result { try restore(token, &report) }
        try write(report)
        try undoing.get()
        return report.status
    }

    // MARK: before

    /// Refuses a token that expires while the service is asked: its refusal would prove nothing.
    private func requireLife(of token: ProvedToken) throws(Failure) {
        guard let end = token.request.revocation.expiry?.seconds else { return }
        let longest = (options.within + 2 * Int64(backend.client.timeout)) / 1000 + 1
        guard end <= planner.now + longest else { return }
        let left = end - planner.now
        throw Failure(
            .refused, "expires_soon",
            left > 0
                ? "the token expires in \(Duration.words(left)): a refusal would prove nothing"
                : "the token has expired: a refusal would prove nothing",
            hint: "use a token that lives longer" + (left > 0 ? ", or a shorter --within" : ""))
    }

    private func requireUser(of token: ProvedToken) throws(Failure) -> Identifier {
        guard let user = token.user else {
            throw Failure(
                .refused, "unnamed", "the token names no user",
                hint: "omit --logout-all to revoke the token alone")
        }
        return user
    }

    /// Throws where the service does not accept the token: nothing has been revoked then. False
    /// after a signal.
    private func isAccepted(_ token: ProvedToken) throws -> Bool {
        let words: String
        switch Interrupts.stop().guarding({ call.answer(with: token.text) }) {
        case .accepted: return true
        case .interrupted: return false
        case .refused: words = "the service refuses '\(token.name)' already"
        case .failed(let reason): words = reason
        }
        throw Failure(
            .refused, "not_accepted", "nothing was revoked: \(words)",
            hint: "the command must succeed first; it gets the token on standard input")
    }

    // MARK: the revocation

    /// Revokes the token, or logs its user out.
    private func revoke(
        _ token: ProvedToken, _ user: Identifier?, _ report: inout ProofReport
    ) throws {
        guard let user else {
            let revocation = OperandRevocation(
                options: options.revoke, planner: planner, backend: backend, console: console,
                dryRun: RevocationDryRun(store))
            let result = try revocation.revoke(token.request)
            guard result.outcome != .expired else {
                throw Failure(
                    .refused, "expires_soon", "the token has expired; nothing was revoked")
            }
            if let doubt = try store.confirm() { throw doubt }
            report.isNew = result.outcome == .revoked
            report.isAudited = result.isAudited
            return
        }
        let result = try store.logOut(
            user, scope: .everything, recheckDelay: LogoutRunner.recheckDelay(nil, backend.layout),
            entry: DenyEntry(reason: options.revoke.reason, actor: store.actor))
        if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
        report.isAudited = backend.auditInFile(
            "logout-all", .user(user), count: Int64(result.revoked), reason: options.revoke.reason,
            isInStream: result.isAudited, console)
    }

    /// Asks until the service refuses twice in a row, or has accepted the token for too long. One
    /// refusal could be that of one instance among several.
    private func watch(
        _ token: ProvedToken, from start: Monotonic, _ calls: inout Int
    ) -> ProofVerdict {
        let deadline = start.advanced(byMilliseconds: options.within)
        /// The time of a refusal that was not confirmed by a second one yet, in milliseconds.
        var refused: Int64?
        while true {
            calls += 1
            switch call.answer(with: token.text) {
            case .refused:
                if let refused { return .refused(after: refused) }
                refused = start.elapsedMilliseconds
            case .accepted:
                refused = nil
                guard deadline.remainingMilliseconds > 0 else { return .accepted }
                pause(milliseconds: Self.interval)
            case .failed(let reason): return .failed(reason)
            case .interrupted: return .failed("interrupted")
            }
        }
    }

    // MARK: after

    /// A refusal proves nothing if the token may have expired by then: COMMAND may be slow.
    private func doubtExpired(_ token: ProvedToken, _ report: inout ProofReport) throws {
        guard case .refused = report.verdict, Signals.pending == nil,
            let end = token.request.revocation.expiry?.seconds,
            end <= (try store.time()) + 2
        else { return }
        report.verdict = .failed("the token has expired meanwhile")
    }

    /// Undoes the revocation where that is asked for, unless it was another one before this.
    private func restore(_ token: ProvedToken, _ report: inout ProofReport) throws {
        guard options.restores, report.isNew else { return }
        let revocation = token.request.revocation
        let result = try store.restore(
            Restoration(
                revocation.subject, label: token.request.label, issued: token.issued,
                expiry: revocation.expiry),
            reason: options.revoke.reason)
        if let failure = result.auditFailure { backend.warn(notAudited: failure, console) }
        if result.isChange {
            _ = backend.auditInFile(
                "restore", token.request.auditSubject, count: 1, reason: options.revoke.reason,
                isInStream: result.isAudited, console)
        }
        if let doubt = store.doubt { throw doubt }
        guard case .restored = result.outcome else {
            throw Failure(
                .unknown, "not_restored", "the token could not be restored",
                hint: "see 'jwtctl status TOKEN'")
        }
        report.isRestored = true
    }

    private func write(_ report: ProofReport) throws {
        try console.result(
            report.json(target: backend.json), id: report.token.request.label.description,
            keys: backend.keys
        ) { report.words }
    }
}

extension Monotonic {
    /// The milliseconds since this moment, rounded up.
    fileprivate var elapsedMilliseconds: Int64 {
        (Monotonic.now.nanoseconds - nanoseconds + 999_999) / 1_000_000
    }
}
