package import CommandKit

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
