/// A history sorted by what it is about: what is known of each token and each user.
struct Ledger {
    struct TokenPage {
        let token: Token
        let birth: DenialLine.Fact
        var line = DenialLine()
        /// What may have put it back on its list.
        var restores: [Restore] = []
        /// What has certainly denied it and taken it off its list.
        var burials: [Span] = []

        /// When it was over with the token, in nanoseconds: denied, off its list, and nobody tried
        /// to bring it back afterwards.
        var end: Int64? {
            let last = restores.map(\.span.end.nanoseconds).max() ?? Int64.min
            return burials.filter { $0.start.nanoseconds > last }.map(\.end.nanoseconds).min()
        }
    }

    struct Restore {
        let span: Span
        /// The list then does not know any more when the token was issued.
        let isByID: Bool
    }

    struct UserPage {
        var line = CutoffLine()
        var tokens: [String] = []
        /// Where a token may have been made that nobody was told of.
        var unknownBirths: [Span] = []
        /// Where a token was made and taken back.
        var takenBack: [Span] = []
        /// All logouts, those that may not have happened too.
        var logouts: [Span] = []
    }

    /// By the logout's place in the history: the user's tokens that it can have met.
    private(set) var met: [Int: [String]] = [:]

    var tokens: [String: TokenPage] = [:]
    var users: [String: UserPage] = [:]

    init(_ history: History) {
        for (index, operation) in history.operations.enumerated() {
            guard let token = operation.outcome.newToken else { continue }
            let fact = DenialLine.Fact(span: operation.span, operation: index)
            var page = TokenPage(token: token, birth: fact)
            page.line.mayFree.append(fact)
            tokens[token.id] = page
            users[token.user, default: UserPage()].tokens.append(token.id)
        }
        // Logouts bear on tokens, and how depends on the restorations.
        for (index, operation) in history.operations.enumerated() { enter(operation, index) }
        enterLogouts(history)
        for user in users.keys { users[user]?.line.prepare() }
    }

    private mutating func enter(_ operation: Operation, _ index: Int) {
        let span = operation.span
        let fact = DenialLine.Fact(span: span, operation: index)
        switch (operation.action, operation.outcome) {
        case (.issue(let user), .unknown):
            users[user, default: UserPage()].unknownBirths.append(span)
        case (.issue, .issued(let token)) where token.isRecorded:
            pass(token.id, span, index, .issuedUnderCutoff)
        case (.renew(let old), .issued):
            tokens[old]?.line.free.append(fact)
            tokens[old]?.line.denied.append(fact)
            tokens[old]?.line.mayDeny.append(fact)
            tokens[old]?.burials.append(span)
            pass(old, span, index, .issuedUnderCutoff)
        case (.renew(let old), .inDoubt): tokens[old]?.line.mayDeny.append(fact)
        case (.renew(let old), .unknown):
            tokens[old]?.line.mayDeny.append(fact)
            if let user = tokens[old]?.token.user { users[user]?.unknownBirths.append(span) }
        case (.renew(let old), .refused):
            if let user = tokens[old]?.token.user { users[user]?.takenBack.append(span) }
        case (.revoke(let id, let way), .revoked), (.revoke(let id, let way), .alreadyRevoked):
            tokens[id]?.line.denied.append(fact)
            if operation.outcome == .revoked { tokens[id]?.line.mayDeny.append(fact) }
            if way != .lifetime { tokens[id]?.burials.append(span) }
        case (.revoke(let id, _), .unknown), (.revoke(let id, _), .refused(8, _)):
            tokens[id]?.line.mayDeny.append(fact)
        case (.restore(let id, let way), let outcome): restore(id, way, outcome, fact)
        case (.look(let id, _), .seen(let sight)):
            if sight.isDenied {
                tokens[id]?.line.denied.append(fact)
            } else {
                tokens[id]?.line.free.append(fact)
            }
            guard let user = tokens[id]?.token.user else { return }
            users[user]?.line.readings.append(
                .init(span: span, value: sight.cutoff, operation: index))
        default: break
        }
    }

    private mutating func restore(
        _ id: String, _ way: Action.Way, _ outcome: Outcome, _ fact: DenialLine.Fact
    ) {
        switch outcome {
        case .restored:
            tokens[id]?.line.denied.append(fact)
            tokens[id]?.line.free.append(fact)
        case .notRevoked: tokens[id]?.line.free.append(fact)
        case .cutOff:
            guard let token = tokens[id]?.token else { return }
            users[token.user]?.line.stopped.append(
                .init(
                    span: fact.span, issuedAt: token.issuedAt, operation: fact.operation,
                    kind: .refusedWithoutReason))
        default: break
        }
        if outcome == .restored || outcome == .unknown {
            tokens[id]?.line.mayFree.append(fact)
            tokens[id]?.restores.append(Restore(span: fact.span, isByID: way != .token))
        }
        if outcome == .restored || outcome == .notRevoked, way == .token {
            pass(id, fact.span, fact.operation, .restoredUnderCutoff)
        }
    }

    private mutating func pass(
        _ id: String, _ span: Span, _ index: Int, _ kind: Violation.Kind
    ) {
        guard let token = tokens[id]?.token else { return }
        users[token.user]?.line.passed.append(
            .init(span: span, issuedAt: token.issuedAt, operation: index, kind: kind))
    }

    private mutating func enterLogouts(_ history: History) {
        let logouts = history.operations.indices.filter {
            if case .logout = history.operations[$0].action { true } else { false }
        }.sorted {
            history.operations[$0].span.start.nanoseconds
                < history.operations[$1].span.start.nanoseconds
        }
        // A token that is dead and off its list is met by no later logout.
        var living = users.mapValues(\.tokens)
        for index in logouts {
            let operation = history.operations[index]
            guard case .logout(let user, let kept) = operation.action else { continue }
            let start = operation.span.start.nanoseconds
            living[user]?.removeAll { tokens[$0]?.end.map { $0 < start } ?? false }
            met[index] = living[user]
            enterLogout(of: user, keeping: kept, operation, index)
        }
    }

    private mutating func enterLogout(
        of user: String, keeping kept: String?, _ operation: Operation, _ index: Int
    ) {
        let span = operation.span
        let reached: ClosedRange<Int>?
        var isAcknowledged = false
        switch operation.outcome {
        case .loggedOut(let result):
            isAcknowledged = true
            reached = result.cutoff.map { $0...$0 }
            // Where the iat of the kept token is not known the cutoff is left alone, and not read.
            if result.cutoff != nil || kept == nil {
                users[user, default: UserPage()].line.readings.append(
                    .init(span: span, value: result.cutoff, operation: index))
            }
        case .unknown:
            let keptAge = kept.flatMap { tokens[$0]?.token.issuedAt }
            reached =
                kept == nil
                ? span.start.second...span.end.second : keptAge.map { $0 - 1...$0 - 1 }
        default: return
        }
        users[user, default: UserPage()].logouts.append(span)
        if let reached {
            users[user]?.line.raises.append(.init(span: span, values: reached, operation: index))
        }
        let fact = DenialLine.Fact(span: span, operation: index)
        for id in met[index] ?? [] {
            guard let page = tokens[id] else { continue }
            let fate = Fate(of: page, in: span, keeping: kept, cutoff: reached?.upperBound)
            if fate.mayBeDenied { tokens[id]?.line.mayDeny.append(fact) }
            if fate.isDenied, isAcknowledged {
                tokens[id]?.line.denied.append(fact)
                tokens[id]?.burials.append(span)
            }
        }
    }
}

/// What a logout does to a token of its user.
struct Fate {
    let mayBeDenied: Bool
    /// On its list or denied before, so that it is denied in the end.
    let isDenied: Bool

    init(of page: Ledger.TokenPage, in span: Span, keeping kept: String?, cutoff: Int?) {
        let restores = page.restores.filter { $0.span.mayPrecede(span) }
        let isOlder = cutoff.map { page.token.issuedAt <= $0 } ?? true
        let isCondemned = kept.map { $0 != page.token.id } ?? isOlder
        let mayBeListed = page.token.isRecorded || !restores.isEmpty
        let mayBeCondemned =
            isCondemned || kept == nil && restores.contains(where: \.isByID)
        mayBeDenied =
            page.birth.span.mayPrecede(span) && mayBeListed && mayBeCondemned
        isDenied =
            page.birth.span.isBefore(span) && page.token.isRecorded && restores.isEmpty
            && isCondemned
    }
}
