/// A small history made by hand. Times are seconds, of both clocks.
struct MadeHistory {
    private(set) var history = History(operations: [])

    static func span(_ start: Double, _ end: Double) -> Span {
        Span(start: moment(start), end: moment(end))
    }

    private static func moment(_ time: Double) -> Moment {
        Moment(nanoseconds: Int64(time * 1e9), second: Int(time))
    }

    mutating func add(_ action: Action, _ start: Double, _ end: Double, _ outcome: Outcome) {
        history.operations.append(
            Operation(
                player: history.operations.count, action: action, span: Self.span(start, end),
                outcome: outcome))
    }

    /// Recorded, with the second of its start as `iat`.
    mutating func issue(
        _ id: String, _ start: Double, _ end: Double, of user: String = "alice",
        isRecorded: Bool = true
    ) {
        let token = Token(
            id: id, user: user, issuedAt: Int(start), isRecorded: isRecorded)
        add(.issue(user: user), start, end, .issued(token))
    }

    mutating func renew(
        _ old: String, as new: String, _ start: Double, _ end: Double, of user: String = "alice"
    ) {
        add(
            .renew(old), start, end,
            .issued(Token(id: new, user: user, issuedAt: Int(start))))
    }

    mutating func revoke(
        _ id: String, _ start: Double, _ end: Double, _ outcome: Outcome = .revoked
    ) {
        add(.revoke(id, .token), start, end, outcome)
    }

    mutating func restore(
        _ id: String, _ start: Double, _ end: Double, _ outcome: Outcome = .restored
    ) {
        add(.restore(id, .token), start, end, outcome)
    }

    mutating func logout(
        _ start: Double, _ end: Double, of user: String = "alice", keeping: String? = nil,
        revoked: Int = 0, already: Int = 0, kept: Int = 0, cutoff: Int?
    ) {
        add(
            .logout(user: user, keeping: keeping), start, end,
            .loggedOut(
                .init(
                    revoked: revoked, alreadyRevoked: already, kept: kept, cutoff: cutoff,
                    isComplete: keeping == nil)))
    }

    /// What a service sees, which judges as it has to.
    mutating func look(
        _ id: String, _ start: Double, _ end: Double, denied: Bool = false, cutoff: Int? = nil,
        isActive: Bool? = nil
    ) {
        let token = history.operations.compactMap(\.outcome.newToken).first { $0.id == id }
        let isAlive = !denied && (cutoff.map { token?.issuedAt ?? 0 > $0 } ?? true)
        add(
            .look(id, .service), start, end,
            .seen(.init(isDenied: denied, cutoff: cutoff, isActive: isActive ?? isAlive)))
    }
}

/// What the checker finds in a history.
func kinds(_ make: (inout MadeHistory) -> Void) -> [Violation.Kind] {
    var made = MadeHistory()
    make(&made)
    return Checker(made.history).violations().map(\.kind)
}
