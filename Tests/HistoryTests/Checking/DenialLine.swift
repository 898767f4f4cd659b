/// All that bears on one token's place on the blacklist: a register that many write and read.
struct DenialLine {
    /// An operation's part in it; it happened at one moment of its span.
    struct Fact {
        let span: Span
        let operation: Int
    }

    /// On the blacklist, for certain, at a moment of each.
    var denied: [Fact] = []
    /// Off the blacklist, for certain, at a moment of each.
    var free: [Fact] = []
    /// What may have put it there.
    var mayDeny: [Fact] = []
    /// What may have taken it off: its birth, and restorations.
    var mayFree: [Fact] = []

    /// Who was alive has been born or restored, and not been revoked after that; and the other way
    /// round.
    func violations(of id: String) -> [Violation] {
        let alive = free.compactMap { fact in
            Self.contradiction(to: fact, makers: mayFree, others: denied).map { other in
                Violation(
                    kind: .aliveThoughRevoked, operations: [fact.operation] + other,
                    text: "\(id) was not on the blacklist")
            }
        }
        let dead = denied.compactMap { fact in
            Self.contradiction(to: fact, makers: mayDeny, others: free).map { other in
                Violation(
                    kind: .revokedByNobody, operations: [fact.operation] + other,
                    text: "\(id) was on the blacklist")
            }
        }
        return alive + dead
    }

    /// Whether it may have been on the blacklist at a moment of `span`.
    func mayBeDenied(in span: Span) -> Bool {
        Self.contradiction(
            to: Fact(span: span, operation: -1), makers: mayDeny, others: free) == nil
    }

    /// nil where one of `makers` may have made what `fact` saw, without one of `others` certainly
    /// lying between the two; else the operation among `others` that forbids it.
    private static func contradiction(
        to fact: Fact, makers: [Fact], others: [Fact]
    ) -> [Int]? {
        let last = others.filter { $0.span.isBefore(fact.span) }
            .max { $0.span.start.nanoseconds < $1.span.start.nanoseconds }
        let isPossible = makers.contains { maker in
            maker.span.mayPrecede(fact.span)
                && (last.map { maker.span.end.nanoseconds >= $0.span.start.nanoseconds } ?? true)
        }
        return isPossible ? nil : last.map { [$0.operation] } ?? []
    }
}
