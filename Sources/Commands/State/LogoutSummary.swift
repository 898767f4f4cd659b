internal import CommandKit
internal import Layouts
internal import TokenStore

/// The line at the end of a logout of several users: what was done, and for how many of them.
struct LogoutSummary {
    /// The number of names of users without tokens.
    private static let nameLimit = 3

    private let isDryRun: Bool
    /// Whether the layout has the tokens of users. A user without any may be misspelled then.
    private let knowsTokens: Bool
    private var users = 0
    private var failed = 0
    private var interrupted = 0
    private var unconfirmed = 0
    private var revoked = 0
    private var alreadyRevoked = 0
    /// The lowest and the highest cutoff, in unix seconds.
    private var cutoffs: (first: Int64, last: Int64)?
    /// The number of users without a recorded token, and the first names.
    private var unrecorded = (count: 0, names: [String]())

    init(isDryRun: Bool, knowsTokens: Bool) {
        self.isDryRun = isDryRun
        self.knowsTokens = knowsTokens
    }

    /// Counts a user.
    mutating func add(_ row: LogoutRow) {
        let result = row.result
        users += 1
        revoked += result.revoked
        alreadyRevoked += result.alreadyRevoked
        if let cutoff = result.cutoff {
            cutoffs = (
                min(cutoffs?.first ?? cutoff, cutoff), max(cutoffs?.last ?? cutoff, cutoff)
            )
        }
        switch row.cause {
        case .signal?: return interrupted += 1
        case .store? where row.isUnconfirmed: return unconfirmed += 1
        case .store?: return failed += 1
        case nil: break
        }
        guard knowsTokens, row.hasNoTokens else { return }
        unrecorded.count += 1
        guard unrecorded.names.count < Self.nameLimit else { return }
        unrecorded.names.append(VisibleText.escape(row.user.description, columns: 40))
    }

    /// `300 users: 812 tokens revoked, cutoffs raised to 2026-11-30 17:21:55Z`, and what a person
    /// should look at. `invalid` is the number of lines that named no user.
    func words(invalid: Int) -> String {
        let done = isDryRun ? "would be " : ""
        var words = Count.words(users, "user", "users")
        words += ": \(Count.words(revoked, "token", "tokens")) \(done)revoked"
        if alreadyRevoked > 0 {
            words += ", \(NumberText.grouped(alreadyRevoked)) already revoked"
        }
        if let cutoffs {
            words += ", \(users == 1 ? "cutoff" : "cutoffs") \(done)raised to "
            words += TimeText.table(cutoffs.first)
            if cutoffs.last > cutoffs.first { words += " or later" }
        }
        if failed > 0 { words += "; \(Count.words(failed, "user", "users")) failed" }
        if interrupted > 0 {
            words += "; \(Count.words(interrupted, "user", "users")) interrupted"
        }
        if unconfirmed > 0 {
            words += "; \(Count.words(unconfirmed, "user", "users")) not confirmed"
        }
        if invalid > 0 { words += "; \(Count.words(invalid, "invalid line", "invalid lines"))" }
        return words + unrecordedWords
    }

    /// The users who had no recorded token; empty if there are none.
    private var unrecordedWords: String {
        guard unrecorded.count > 0 else { return "" }
        let names = unrecorded.names.joined(separator: ", ")
        let end = unrecorded.count > unrecorded.names.count ? ", …" : "."
        return "; \(Count.words(unrecorded.count, "user", "users")) had no recorded token: "
            + "\(names)\(end) Is the spelling right?"
    }
}
