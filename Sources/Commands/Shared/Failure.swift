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

/// The statuses and what they mean: a contract with scripts, never renumbered.
extension ExitStatus {
    package static let failure = ExitStatus(rawValue: 1)
    package static let malformed = ExitStatus(rawValue: 3)
    package static let badSignature = ExitStatus(rawValue: 4)
    package static let claims = ExitStatus(rawValue: 5)
    package static let revoked = ExitStatus(rawValue: 6)
    package static let notListed = ExitStatus(rawValue: 7)
    package static let unknown = ExitStatus(rawValue: 8)
    package static let refused = ExitStatus(rawValue: 9)
    package static let someFailed = ExitStatus(rawValue: 10)

    /// Every status with its meaning in a sentence, in order.
    static let all: [ExitStatusDoc] = [
        ExitStatusDoc(.success, "Done; the token is active, not revoked, or well formed."),
        ExitStatusDoc(
            .failure,
            "Other errors: an unreadable file, a bad key, a failed write."),
        ExitStatusDoc(.usage, "The command line is invalid."),
        ExitStatusDoc(.malformed, "The token is malformed."),
        ExitStatusDoc(
            .badSignature,
            "The signature does not verify, no key fits, or the algorithm is not allowed."),
        ExitStatusDoc(
            .claims, "A claim fails: expired, not yet valid, wrong issuer, audience or type."),
        ExitStatusDoc(.revoked, "The token is revoked: blacklisted, or issued before a cutoff."),
        ExitStatusDoc(.notListed, "The token is not on the required whitelist."),
        ExitStatusDoc(
            .unknown, "The state is unknown: Redis could not be reached, or answered with an error."
        ),
        ExitStatusDoc(.refused, "Refused by a safety check, or not confirmed."),
        ExitStatusDoc(
            .someFailed,
            "Some of several items failed, or there was nothing to remove from a whitelist."),
    ]

    /// The documentation of some of them.
    static func docs(_ statuses: ExitStatus...) -> [ExitStatusDoc] {
        all.filter { statuses.contains($0.status) || $0.status == .success || $0.status == .usage }
    }
}
