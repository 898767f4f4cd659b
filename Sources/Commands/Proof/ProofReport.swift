internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform

/// What a service made of a token that was revoked.
enum ProofVerdict: Equatable {
    /// It refuses the token, for the first time so many milliseconds after the revocation began.
    case refused(after: Int64)
    /// It accepted the token to the end.
    case accepted
    /// The command told nothing about the token.
    case failed(String)
}

/// The result of `prove`, as it is shown.
struct ProofReport {
    let token: ProvedToken
    /// The user who was logged out; nil where the token alone was revoked.
    let user: Identifier?
    let isDryRun: Bool
    let options: ProveOptions
    /// nil in a dry run, which makes the first call only.
    var verdict: ProofVerdict?
    /// The answer to the other user's token at the end; nil if there is none.
    var witness: ServiceCall.Answer?
    /// How often the service was asked after the revocation.
    var calls = 0
    /// Whether the revocation is that of this run, and no earlier one.
    var isNew = false
    var isAudited = false
    var isRestored = false

    /// Whether the service refuses the token, and accepts that of another user.
    private var isProved: Bool {
        guard case .refused = verdict else { return false }
        return witness == nil || witness == .accepted
    }

    var status: ExitStatus {
        switch verdict {
        case nil: .success
        case .accepted: .stillAccepted
        case .refused, .failed: isProved ? .success : .unknown
        }
    }

    /// The reason for which nothing is proved; nil if something is.
    private var doubt: String? {
        if case .failed(let reason) = verdict { return reason }
        switch witness {
        case nil, .accepted: return nil
        case .failed(let reason): return reason
        case .refused, .interrupted: return "the service refuses the token of another user too"
        }
    }

    // MARK: words

    func json(target: JSONValue) -> JSONObject {
        var delay: JSONValue = .null
        if case .refused(let milliseconds) = verdict { delay = .integer(milliseconds) }
        return [
            "id": .string(token.request.label.description),
            "sub": .string(orNull: token.user), "result": .string(word),
            "refused_after_ms": delay, "calls": .integer(Int64(calls)),
            "logged_out": .bool(user != nil && !isDryRun),
            "other_accepted": witness.map { .bool($0 == .accepted) } ?? .null,
            "restored": .bool(isRestored), "detail": doubt.map { .string($0) } ?? .null,
            "audited": isDryRun ? .null : .bool(isAudited), "dry_run": .bool(isDryRun),
            "target": target,
        ]
    }

    private var word: String {
        switch status {
        case .unknown: "unknown"
        default: verdict == nil || verdict == .accepted ? "accepted" : "refused"
        }
    }

    /// The report for a person.
    var words: String {
        guard let verdict else { return "the service accepts '\(token.name)'\n" }
        let name = user.map { VisibleText.escape($0.description, columns: 60) }
        let done = name.map { "\($0) was logged out" } ?? "\(token.name) was revoked"
        var text: String
        switch verdict {
        case .refused(let delay) where isProved:
            text = "proved: \(token.name) was accepted, then "
            text += name == nil ? "revoked, and refused " : "\(done), and it was refused "
            text += "\(Self.seconds(delay)) later\n"
            text += witness == nil ? statusNote : Self.witnessNote
        case .accepted:
            text =
                "not proved: \(done), and the service accepted it for "
                + "\(Diagnostics.span(Int(options.within))) more\n"
                + "  it does not ask this Redis, reads another layout, or caches for longer\n"
        case .refused, .failed: text = "not proved: \(done), but \(doubt ?? "")\n"
        }
        if isRestored { text += "  the token is restored\n" }
        if options.restores, !isNew { text += "  not restored: it was revoked before\n" }
        return text
    }

    private static let witnessNote = "  a token of another user is accepted as before\n"

    /// What the usual exit status of curl leaves open.
    private var statusNote: String {
        options.refusedStatus == 22
            ? "  with 'curl -f' any answer from 400 on is a refusal, a 500 too\n" : ""
    }

    /// A time that a person waits for, rounded up, so that what took time is never 0.
    private static func seconds(_ milliseconds: Int64) -> String {
        guard milliseconds < 10_000 else { return Duration.words((milliseconds + 999) / 1000) }
        let tenths = (milliseconds + 99) / 100
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
