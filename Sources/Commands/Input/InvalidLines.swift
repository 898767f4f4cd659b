internal import CommandKit

/// The lines of a file, or operands, from which no item was read. Each is reported with its number.
final class InvalidLines {
    private let console: Console
    /// How a message names the input.
    private let title: String
    /// Takes each line that is not read, and the reason; nil for a line that was too long to keep.
    var keep: (([UInt8]?, String) -> Void)?
    private(set) var count = 0
    /// Why the first line was not read.
    private(set) var firstFailure: Failure?
    /// Whether an item was read.
    private var hasItems = false
    private var foreignCount = 0
    private var first: ForeignLine?
    private var reported: Set<ForeignLine> = []
    /// Each hint is given once.
    private var hints: Set<String> = []

    /// After so many foreign lines and no item the file is refused.
    private static let foreignLimit = 100

    init(_ console: Console, title: String) {
        self.console = console
        self.title = title
    }

    private static let refusalCode = "foreign_lines"

    /// Throws `failure` where it is that of `requireItems`.
    static func rethrow(_ failure: Failure) throws(Failure) {
        if failure.code == refusalCode { throw failure }
    }

    func acceptItem() { hasItems = true }

    func add(_ error: any Error, line: [UInt8]?, at place: String) throws {
        count += 1
        let failure = Diagnostics.failure(for: error)
        firstFailure = firstFailure ?? failure
        keep?(line, failure.message)
        let form = error as? ForeignLine
        if form.map({ reported.insert($0).inserted }) ?? true {
            try console.error("\(place): \(failure.message)")
        }
        if let hint = failure.hint, hints.insert(hint).inserted {
            try console.note("hint: \(hint)")
        }
        guard let form else { return }
        foreignCount += 1
        first = first ?? form
        if count == Self.foreignLimit { try requireItems() }
    }

    /// Fails where all lines so far are foreign: the file was written for another tool.
    func requireItems() throws(Failure) {
        guard let first, !hasItems, foreignCount == count else { return }
        throw Failure(
            .usage, Self.refusalCode,
            count == Self.foreignLimit
                ? "no items in the first \(count) lines of \(title); nothing was changed"
                : "no items in \(title); nothing was changed",
            hint: first.failure.hint)
    }
}
