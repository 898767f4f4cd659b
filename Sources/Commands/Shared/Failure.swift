package import CommandKit

/// Why a command ended without doing what it was asked: words for a person, a code for a script,
/// and the status. `Diagnostics` makes them from the errors of the layers below; commands throw
/// those of their own.
package struct Failure: Error, Equatable, Sendable {
    package let status: ExitStatus
    /// Stable, in snake case, for `{"error":{"code":…}}`.
    package let code: String
    /// Lower case, no final period, hostile text already escaped.
    package let message: String
    package let hint: String?

    package init(_ status: ExitStatus, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The message, and the hint behind it: for a remark about something that goes on.
    var line: String { message + (hint.map { "; \($0)" } ?? "") }

    /// Whether it is one item's own fault, so that the items after it can go on.
    var isItemsOwn: Bool {
        [.usage, .malformed, .badSignature, .claims, .refused].contains(status)
    }
}
