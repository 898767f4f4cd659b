internal import CommandKit
internal import TokenStore

/// Which entries of the audit trail are shown.
struct AuditFilter: Sendable {
    var user: String?
    var id: String?
    var actor: String?
    var since: Moment?
    var until: Moment?

    static let group = OptionGroup(
        title: "Filters", defaults: AuditFilter(),
        options: [
            .text(
                "user", short: "u", metavar: "USER", summary: "Only entries about this user.",
                into: \.user
            ).completing(.dynamic("users")),
            .text("id", metavar: "ID", summary: "Only entries about this token id.", into: \.id),
            .text(
                "actor", metavar: "NAME", summary: "Only changes made by this actor.", into: \.actor
            ),
            .value(
                "since", metavar: "TIME", summary: "Only changes made at this time or later.",
                into: \.since
            ) { text throws(InvalidValue) in try Moment(text) },
            .value(
                "until", metavar: "TIME", summary: "Only changes made before this time.",
                into: \.until
            ) { text throws(InvalidValue) in try Moment(text) },
        ])

    /// Whether it admits every entry.
    var isEmpty: Bool {
        user == nil && id == nil && actor == nil && since == nil && until == nil
    }

    /// Text is compared byte by byte, as Redis keeps it.
    func admits(_ entry: AuditEntry) -> Bool {
        Self.fits(entry.user, user) && Self.fits(entry.id, id) && Self.fits(entry.actor, actor)
    }

    private static func fits(_ text: String?, _ wanted: String?) -> Bool {
        guard let wanted else { return true }
        return text.map { $0.utf8.elementsEqual(wanted.utf8) } ?? false
    }

    /// The times by Redis' clock, by which entries are dated.
    func span(_ store: TokenStore) throws -> AuditSpan {
        guard since != nil || until != nil else { return AuditSpan() }
        let now = try store.time()
        return AuditSpan(
            from: since.map { $0.seconds(now: now) }, to: until.map { $0.seconds(now: now) })
    }
}
