extension Checker {
    /// Which exit statuses the contract has for which circumstances.
    func refusal(
        of operation: Operation, _ status: Int, _ code: String, _ index: Int
    ) -> [Violation] {
        let span = operation.span
        let kind: Violation.Kind
        let isAllowed: Bool
        switch (operation.action, status) {
        case (.issue(let user), 6):
            // Each time that it waited for the next second there was another logout in it.
            kind = .refusedWithoutReason
            isAllowed = ledger.users[user]?.logouts.contains { $0.overlaps(span) } ?? false
        case (.renew(let id), 6):
            kind = .refusedWithoutReason
            isAllowed = mayBeDead(id, in: span)
        case (.revoke(let id, .user), 2) where code == "not_found":
            kind = .refusedWithoutReason
            isAllowed = mayBeUnlistedAndFree(id, in: span)
        case (.revoke(let id, _), 8) where code == "read_back":
            kind = .refusedWithoutReason
            isAllowed = ledger.tokens[id]?.restores.contains { $0.span.overlaps(span) } ?? false
        case (.logout(_, let kept?), 9) where code == "not_found":
            kind = .refusedWithoutReason
            isAllowed = mayBeUnlisted(kept, in: span)
        default:
            kind = .wrongStatus
            isAllowed = false
        }
        guard !isAllowed else { return [] }
        return [
            Violation(
                kind: kind, operations: [index],
                text: "\(operation.action) ended with \(status), \(code)")
        ]
    }

    private func mayBeDead(_ id: String, in span: Span) -> Bool {
        guard let page = ledger.tokens[id] else { return false }
        return page.line.mayBeDenied(in: span)
            || ledger.users[page.token.user]?.line.mayStop(page.token.issuedAt, in: span) ?? false
    }

    private func mayBeUnlisted(_ id: String, in span: Span) -> Bool {
        guard let page = ledger.tokens[id], page.token.isRecorded else { return true }
        return page.line.mayDeny.contains { $0.span.mayPrecede(span) }
    }

    /// A token that was taken off its list and then restored without all that a list has to know.
    private func mayBeUnlistedAndFree(_ id: String, in span: Span) -> Bool {
        guard let page = ledger.tokens[id], page.token.isRecorded else { return true }
        return page.restores.contains { $0.span.mayPrecede(span) }
    }
}
