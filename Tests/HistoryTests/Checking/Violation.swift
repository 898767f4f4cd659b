/// A promise that a history breaks.
struct Violation: Equatable, Sendable, CustomStringConvertible {
    enum Kind: String, CaseIterable, Sendable {
        /// A token was alive after its revocation had been acknowledged.
        case aliveThoughRevoked
        /// A token was on the blacklist, and nobody could have put it there.
        case revokedByNobody
        /// A cutoff stood that no logout of that user can have set.
        case cutoffByNobody
        /// A cutoff was lower than one that had been acknowledged or seen before.
        case cutoffLost
        /// A logout answered a cutoff that leaves tokens alive which had been issued before it.
        case cutoffTooLow
        /// A logout returned although a login that followed could still have been dead.
        case returnedTooEarly
        /// A token was issued or renewed under a cutoff that ends it.
        case issuedUnderCutoff
        /// A token was restored under a cutoff that ends it.
        case restoredUnderCutoff
        /// Something was refused because of a state that nobody can have brought about.
        case refusedWithoutReason
        /// A verdict does not follow from the state that stands beside it.
        case wrongVerdict
        /// The numbers of a logout can't be.
        case wrongCounts
        /// An exit status that the contract does not have for this.
        case wrongStatus
        /// A token of a user is not on the list, although nothing was done to it.
        case missingOnList
        /// A list has a token that was never issued.
        case listedByNobody
    }

    let kind: Kind
    /// The places in the history of the operation that shows it and of those it contradicts.
    let operations: [Int]
    let text: String

    var description: String { "\(kind.rawValue): \(text)" }

    /// The same with the operations that it is about.
    func excerpt(of history: History) -> String {
        let first = history.operations.map(\.span.start.nanoseconds).min() ?? 0
        func time(_ moment: Moment) -> String {
            "\(Double((moment.nanoseconds - first) / 1000) / 1000) ms"
        }
        let lines = operations.sorted {
            history.operations[$0].span.start.nanoseconds
                < history.operations[$1].span.start.nanoseconds
        }.map { index in
            let operation = history.operations[index]
            return "  \(time(operation.span.start)) to \(time(operation.span.end)), second "
                + "\(operation.span.start.second): player \(operation.player) "
                + "\(operation.action) -> \(operation.outcome)"
        }
        return ([description] + lines).joined(separator: "\n")
    }
}
