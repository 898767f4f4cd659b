internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// `logout-all --everyone`: raises the global cutoff. It needs no list of users, so the result has
/// no counts.
struct EveryoneLogout {
    let options: LogoutAllOptions
    let backend: Backend
    let console: Console

    /// The users with recorded tokens, as far as they were counted. Users without recorded tokens
    /// are not known to Redis, and are logged out all the same.
    private struct Extent {
        var users = 0
        var tokens: Int64 = 0
        /// Whether there was no time to count all.
        var isPartial = false

        /// `12 users with 30 recorded tokens`.
        var words: String {
            (isPartial ? "at least " : "") + Count.words(users, "user", "users") + " with "
                + Count.words(Int(clamping: tokens), "recorded token", "recorded tokens")
        }
    }

    /// Milliseconds for which a person waits for the question.
    private static let countingTime: Int64 = 5000

    /// Raises the cutoff, or shows what that would do, and returns the exit status.
    func run() throws -> ExitStatus {
        let time = try options.issuedBefore.map { try backend.issuedBefore($0, console) }
        if !options.isConfirmed, !options.isDryRun {
            try Confirmation.ask(backend, effect(time), answer: "everyone", console)
        }
        try backend.announce(console, isDryRun: options.isDryRun, change: "cutoff")
        let cutoff = try backend.store.logOutEveryone(
            issuedBefore: time, skew: options.skew, isDryRun: options.isDryRun)
        if options.isDryRun {
            try showPlan(cutoff, time)
        } else {
            try report(cutoff, time)
        }
        return .success
    }

    /// The sentence of the question on what will happen. It has no number where Redis refuses to
    /// tell: that must not keep a person from the logout.
    private func effect(_ time: Int64?) throws -> String {
        let extent: Extent?
        do {
            let end = Monotonic.now.advanced(byMilliseconds: Self.countingTime)
            extent = try count { end.remainingMilliseconds > 0 }
        } catch is StoreError {
            extent = nil
        }
        let known = extent.map { ": \($0.words)" }
        guard let time else { return "All users will be logged out\(known ?? "")." }
        return "All tokens issued before \(TimeText.rfc3339(time)) will be revoked"
            + (known.map { $0 + ", whenever issued" } ?? "") + "."
    }

    /// Counts users and the tokens on their lists, as long as there `isTime`. nil for a layout in
    /// which users cannot be found.
    private func count(while isTime: @escaping () -> Bool = { true }) throws -> Extent? {
        guard backend.layout.can(.listUsers) else { return nil }
        return try console.watch("counting", scansOf: backend) {
            var extent = Extent()
            // A user may come twice while Redis rehashes.
            var seen: Set<Identifier> = []
            let goesOn: (Int) -> Bool = { _ in
                extent.isPartial = !isTime()
                return !extent.isPartial
            }
            try backend.store.forEachUser(UserQuery(while: goesOn)) { page in
                for user in page where seen.insert(user.user).inserted {
                    extent.tokens += user.tokenCount
                    if let problem = user.problem { try console.report(problem, of: user.user) }
                }
                extent.users = seen.count
                return true
            }
            return extent
        }
    }

    /// Writes the audit entry and the result. The members are those of a user's row, so that a
    /// script reads both. What is not counted is null.
    private func report(_ cutoff: Int64, _ time: Int64?) throws {
        // The store records a logout of users itself, since each has an entry. This is one entry,
        // written here.
        let isAudited = backend.audit(
            "logout-everyone", .many, count: 0, reason: options.reason, console)
        try console.result([
            "user": .null, "revoked": .null, "already_revoked": .null, "kept": .null,
            "cutoff": .integer(cutoff), "complete": true, "audited": .bool(isAudited),
            "late": .null, "version": .null, "target": backend.json,
        ]) {
            words(cutoff, time) + "\n"
                + "  this does not help against a leaked signing key: replace it in every service\n"
        }
    }

    /// Counts the users and tokens that would be reached, and writes the result.
    private func showPlan(_ cutoff: Int64, _ time: Int64?) throws {
        let extent = try count()
        try console.result([
            "user": .null, "users": TimeText.number(extent.map { Int64($0.users) }),
            "tokens": TimeText.number(extent?.tokens), "revoked": .null, "already_revoked": .null,
            "kept": .null, "cutoff": .integer(cutoff), "complete": true, "audited": .null,
            "late": .null, "version": .null, "dry_run": true, "target": backend.json,
        ]) {
            let known = extent.map { extent in
                "\n  recorded, whenever issued: "
                    + Count.words(Int(clamping: extent.tokens), "token", "tokens") + " of "
                    + Count.words(extent.users, "user", "users")
            }
            return words(cutoff, time) + (known ?? "") + "\n"
        }
        try console.noteDryRun()
    }

    /// What became of the cutoff. One that was later before is never lowered.
    private func words(_ cutoff: Int64, _ time: Int64?) -> String {
        let second = TimeText.table(cutoff)
        if let time, cutoff >= time {
            return "the cutoff of all users \(options.isDryRun ? "would stay" : "stays") at "
                + "\(second): tokens issued up to then stay revoked"
        }
        return "all tokens of all users issued up to \(second) "
            + (options.isDryRun ? "would be revoked" : "are now revoked")
    }
}

extension Backend {
    /// The time of `--issued-before`, which must be past by Redis' clock. A note repeats it, since
    /// a person may have meant another zone.
    func issuedBefore(_ moment: Moment, _ console: Console) throws -> Int64 {
        let now = try store.time()
        let time = moment.seconds(now: now)
        guard time <= now else {
            throw Failure(
                .refused, "future_time", "\(TimeText.rfc3339(time)) is in the future",
                hint: "Redis' clock says \(TimeText.rfc3339(now)): use that time or an earlier one"
            )
        }
        try console.note("revokes tokens issued before \(TimeText.rfc3339(time))")
        return time
    }
}
