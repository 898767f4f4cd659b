extension Checker {
    /// What a logout says of itself: its cutoff, when it returned, and its numbers.
    func logout(
        of user: String, keeping kept: String?, _ result: Outcome.Logout, _ span: Span,
        _ index: Int
    ) -> [Violation] {
        var found: [Violation] = []
        func add(_ kind: Violation.Kind, _ text: String) {
            found.append(
                Violation(kind: kind, operations: [index], text: "\(user): \(text): \(result)"))
        }
        // A spared session of which it is not known when it was issued leaves the cutoff alone.
        let wanted =
            kept.map { ledger.tokens[$0].map { $0.token.issuedAt - 1 } } ?? span.start.second
        if let wanted, result.cutoff ?? Int.min < wanted, !mayHaveLostItsAge(kept, span) {
            add(.cutoffTooLow, "the cutoff had to be \(wanted) or later")
        }
        if let cutoff = result.cutoff, cutoff >= span.end.second {
            add(.returnedTooEarly, "it returned in second \(span.end.second)")
        }
        if result.isComplete != (kept == nil) { add(.wrongCounts, "complete") }
        let bounds = Bounds(ledger, index, user, kept, result.cutoff, span)
        if result.revoked < bounds.certain { add(.wrongCounts, "\(bounds.certain) had to go") }
        if result.revoked + result.alreadyRevoked + result.kept > bounds.possible {
            add(.wrongCounts, "only \(bounds.possible) can have been there")
        }
        if !bounds.kept.contains(result.kept) { add(.wrongCounts, "kept \(bounds.kept)") }
        return found
    }

    /// A token restored by its id stands on the list without its `iat`.
    private func mayHaveLostItsAge(_ kept: String?, _ span: Span) -> Bool {
        guard let kept, let page = ledger.tokens[kept] else { return false }
        return page.restores.contains { $0.isByID && $0.span.mayPrecede(span) }
    }
}

/// What the numbers of a logout can be.
private struct Bounds {
    /// Tokens that nobody else can have revoked.
    private(set) var certain = 0
    /// Tokens that can have been found on the list, each time that they were put there.
    private(set) var possible = 0
    let kept: ClosedRange<Int>

    init(
        _ ledger: Ledger, _ index: Int, _ user: String, _ spared: String?, _ cutoff: Int?,
        _ span: Span
    ) {
        var younger = 0
        var isSparedThere = false
        let page = ledger.users[user]
        for id in ledger.met[index] ?? [] {
            guard let token = ledger.tokens[id], token.birth.span.mayPrecede(span) else { continue }
            let fate = Fate(of: token, in: span, keeping: spared, cutoff: cutoff)
            let others = token.line.mayDeny.filter { $0.span.mayPrecede(span) }
            let isAlone = others.count == (fate.mayBeDenied ? 1 : 0)
            if fate.isDenied, isAlone { certain += 1 }
            let restores = token.restores.filter { $0.span.mayPrecede(span) }
            possible += (token.token.isRecorded ? 1 : 0) + restores.count
            if id == spared {
                isSparedThere =
                    isAlone && token.token.isRecorded && token.birth.span.isBefore(span)
            } else if spared == nil, cutoff.map({ token.token.issuedAt > $0 }) ?? false {
                younger += 1
            }
        }
        let strangers =
            (page?.unknownBirths.filter { $0.mayPrecede(span) }.count ?? 0)
            + (page?.takenBack.filter { $0.overlaps(span) }.count ?? 0)
        possible += strangers
        kept =
            spared == nil ? 0...younger + strangers : (isSparedThere ? 1 : 0)...1
    }
}
