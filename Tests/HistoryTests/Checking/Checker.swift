/// Finds every promise that a history breaks. It looks at what was recorded and at nothing else.
///
/// What overlaps may have happened in either order: only what no order explains is a violation.
struct Checker {
    let history: History
    let ledger: Ledger

    init(_ history: History) {
        self.history = history
        ledger = Ledger(history)
    }

    func violations() -> [Violation] {
        ledger.tokens.values.flatMap { $0.line.violations(of: $0.token.id) }
            + ledger.users.flatMap { $1.line.violations(of: $0) }
            + history.operations.enumerated().flatMap { violations(in: $1, $0) }
    }

    private func violations(in operation: Operation, _ index: Int) -> [Violation] {
        switch (operation.action, operation.outcome) {
        case (.look(let id, _), .seen(let sight)): verdict(on: id, sight, index)
        case (.logout(let user, let kept), .loggedOut(let result)):
            logout(of: user, keeping: kept, result, operation.span, index)
        case (.list(let user, _), .listed(let ids)): list(ids, of: user, operation.span, index)
        case (_, .refused(let status, let code)):
            refusal(of: operation, status, code, index)
        case (_, .unreadable(let text)):
            [
                Violation(
                    kind: .wrongStatus, operations: [index],
                    text: "\(operation.action) was answered with \(text)")
            ]
        default: []
        }
    }

    /// A token is active when it is not on the blacklist and its `iat` is later than the cutoff.
    private func verdict(on id: String, _ sight: Outcome.Sight, _ index: Int) -> [Violation] {
        guard let token = ledger.tokens[id]?.token else { return [] }
        let passes = sight.cutoff.map { token.issuedAt > $0 } ?? true
        guard sight.isActive != (!sight.isDenied && passes) else { return [] }
        return [
            Violation(
                kind: .wrongVerdict, operations: [index],
                text: "\(id) with iat \(token.issuedAt) was judged by \(sight)")
        ]
    }

    /// What is on a user's list has been issued; what was issued, and nothing was done to, is on it.
    private func list(
        _ ids: [String], of user: String, _ span: Span, _ index: Int
    ) -> [Violation] {
        guard let page = ledger.users[user] else { return [] }
        let listed = Set(ids)
        let missing = page.tokens.compactMap { ledger.tokens[$0] }.filter { token in
            token.token.isRecorded && token.birth.span.isBefore(span)
                && !token.line.mayDeny.contains { $0.span.mayPrecede(span) }
                && !listed.contains(token.token.id)
        }
        let strangers = ids.filter { id in
            !(ledger.tokens[id]?.birth.span.mayPrecede(span) ?? false)
        }
        let explained =
            page.unknownBirths.filter { $0.mayPrecede(span) }.count
            + page.takenBack.filter { $0.overlaps(span) }.count
        return missing.map {
            Violation(
                kind: .missingOnList, operations: [$0.birth.operation, index],
                text: "\($0.token.id) is not on the list of \(user)")
        }
            + (strangers.count <= explained
                ? []
                : [
                    Violation(
                        kind: .listedByNobody, operations: [index],
                        text: "the list of \(user) has \(strangers)")
                ])
    }
}
