internal import CommandKit
internal import Platform

/// Tells which tokens were taken out of other text, before anything is done with them.
final class TakenTokens {
    /// As many are named.
    private static let limit = 10

    private let console: Console
    private var count = 0

    init(_ console: Console) { self.console = console }

    /// `line` is its place among several.
    func tell(_ target: StateTarget, at line: String? = nil) throws(OutputError) {
        guard target.place != .itself else { return }
        try tell(target.description, at: line)
    }

    func tell(_ description: String, at line: String?) throws(OutputError) {
        count += 1
        guard count <= Self.limit else {
            if count == Self.limit + 1 {
                try console.note("more tokens were found in text; they are not listed")
            }
            return
        }
        try console.note(
            (line.map { "\($0): " } ?? "") + "found a token in the text: \(description)")
    }
}
