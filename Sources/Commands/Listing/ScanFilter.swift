internal import CommandKit
internal import Layouts
internal import Platform
internal import TokenStore

/// Omits results that a scan returns twice, and counts up to the limit.
///
/// A scan asks for keys in small steps, in the order of Redis' hash table. What exists during the
/// whole scan is found, some of it twice; what comes or goes meanwhile may be missed. Remembering
/// costs about 100 bytes for each result. A list that is streamed is not remembered, so that one of
/// any length needs the same memory.
struct ScanFilter {
    private let limit: Int64?
    /// Whether results are streamed in constant memory, so that some may be written twice.
    private let isStreaming: Bool
    /// The results so far, unless they are streamed.
    private var seen: Set<Identifier> = []
    private var count: Int64 = 0

    init(limit: Int64?, isStreaming: Bool) {
        self.limit = limit
        self.isStreaming = isStreaming
    }

    /// Whether nothing more is admitted.
    var isDone: Bool { limit.map { count >= $0 } ?? false }

    /// Whether a result is to be shown, which is counted then.
    mutating func admits(_ id: Identifier) -> Bool {
        guard !isDone, isStreaming || seen.insert(id).inserted else { return false }
        count += 1
        return true
    }
}

extension Option {
    /// An option whose value is a pattern of ids, users or labels.
    static func pattern(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, IdentifierPattern?>
    ) -> Option {
        value(name, metavar: "PATTERN", summary: summary, into: path()) {
            text throws(InvalidValue) in IdentifierPattern(Array(text.utf8))
        }
        .detail("An asterisk matches any text; every other character matches itself.")
    }
}

extension Console {
    /// Reports a user whose state cannot be read. The others are listed.
    func report(_ error: StoreError, of user: Identifier) throws(OutputError) {
        let failure = Diagnostics.failure(for: error)
        try self.error(
            "\(VisibleText.escape(user.description, columns: 60)): \(failure.line)")
    }
}
