package import CommandKit

/// The reason why a command ended without doing what it was asked to do: text for a person, a code
/// for a script, and the exit status.
///
/// `Diagnostics` makes it from the errors of the modules below; commands throw it for errors of
/// their own. `EntryPoint` prints it.
package struct Failure: Error, Equatable, Sendable {
    /// The exit status.
    package let status: ExitStatus
    /// The code in `{"error":{"code":…}}`: stable, in snake case.
    package let code: String
    /// The message: lower case, without a final period, with untrusted text already escaped.
    package let message: String
    /// The command to type next, or a question; nil if there is nothing to advise.
    package let hint: String?

    package init(_ status: ExitStatus, _ code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Message and hint in one line, for warnings about something that goes on.
    var line: String { message + (hint.map { "; \($0)" } ?? "") }

    /// Whether the fault is in one input item, so that the items after it can be processed.
    var isItemsOwn: Bool {
        [.usage, .malformed, .badSignature, .claims, .refused].contains(status)
    }
}

/// The statuses and what they mean: a contract with scripts, never renumbered.
extension ExitStatus {
    /// Any other error.
    package static let failure = ExitStatus(rawValue: 1)
    /// The text is no token.
    package static let malformed = ExitStatus(rawValue: 3)
    /// The signature does not verify, or the key or algorithm is not allowed.
    package static let badSignature = ExitStatus(rawValue: 4)
    /// A claim fails a check.
    package static let claims = ExitStatus(rawValue: 5)
    /// The token is blacklisted, or issued before a cutoff.
    package static let revoked = ExitStatus(rawValue: 6)
    /// The token is not on the required whitelist.
    package static let notListed = ExitStatus(rawValue: 7)
    /// The state cannot be determined; never treated as valid.
    package static let unknown = ExitStatus(rawValue: 8)
    /// A safety check refused the command, or a person did not confirm it.
    package static let refused = ExitStatus(rawValue: 9)
    /// Some of several items failed.
    package static let someFailed = ExitStatus(rawValue: 10)

    /// Every status with its meaning in a sentence, in ascending order. Help and manual are made
    /// from it, and a test compares it with what commands return.
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

    /// The documentation of these statuses, and of 0 and 2, which every command has. `success` is
    /// what 0 means for the command.
    static func docs(_ statuses: ExitStatus..., success: String = "Done.") -> [ExitStatusDoc] {
        [ExitStatusDoc(.success, success)]
            + all.filter { statuses.contains($0.status) || $0.status == .usage }
    }
}
