internal import Layouts
internal import Platform
internal import Redis

/// The raise of a cutoff, which is never lowered. A dry run reads what the cutoff would be.
struct CutoffRaise {
    let store: TokenStore
    let cutoff: CutoffStore
    /// The cutoff's key, and the list's where both share a slot.
    let keys: [[UInt8]]
    /// The unix second up to which tokens are to be revoked; nil for Redis' time plus `skew`.
    let wanted: Int64?
    /// Seconds by which the cutoff is raised further.
    let skew: Int64
    let isDryRun: Bool

    /// The commands of one exchange, which are safe to repeat.
    var commands: [Command] {
        guard !isDryRun else { return [cutoff.reading(keys[0]), Command("TIME")] }
        return [
            .eval(
                Script.raiseCutoff, keys: keys,
                [
                    .text(wanted.map(String.init) ?? ""), .integer(skew),
                    .integer(cutoff.life ?? store.maximumLifetime ?? 0), .integer(store.margin),
                    .integer(cutoff.unit), .integer(cutoff.beyond), .bytes(cutoff.field ?? []),
                    .integer(store.layout.list?.unit ?? 1),
                ])
        ]
    }

    /// The unix second up to which tokens are revoked then, from the replies to `commands`. It is
    /// later than the wanted one if the cutoff was.
    func second(_ replies: [Reply]) throws(StoreError) -> Int64 {
        guard isDryRun else {
            let (word, _) = try store.outcome(replies[0])
            guard let second = Int64(word).flatMap({ Int64(outside: $0) }) else {
                throw .corrupt(key: keys[0])
            }
            return second
        }
        let now = try replies[1].asSeconds
        let wanted = wanted ?? (now + skew)
        return max(try store.cutoff(replies[0], cutoff, key: keys[0]) ?? wanted, wanted)
    }

    /// Raises the cutoff, and returns its second. The caller has to confirm the change.
    func run() throws(StoreError) -> Int64 {
        try second(isDryRun ? store.ask(commands) : store.change(commands))
    }
}

/// The raise of the lowest version that a user's tokens may carry. A dry run reads what it would
/// be.
struct VersionRaise {
    let store: TokenStore
    let command: Command
    let isDryRun: Bool

    /// The lowest version that is accepted then, from the reply to `command`.
    func version(_ reply: Reply) throws(StoreError) -> Int64 {
        guard isDryRun else { return try reply.asInteger }
        guard let bytes = try reply.asOptionalBytes else { return 1 }
        guard let number = Int64(String(decoding: bytes, as: UTF8.self)), number < .max else {
            throw .corrupt(key: command.key ?? [])
        }
        return number + 1
    }

    /// Raises the version, and returns it. The caller has to confirm the change.
    func run() throws(StoreError) -> Int64 {
        try version(isDryRun ? store.ask(command) : store.change([command])[0])
    }
}

extension LogoutRequest {
    /// The raise of a user's cutoff; nil if the layout has none, or if the scope does not say how
    /// far to raise it.
    func cutoffRaise(
        of user: Identifier, _ store: TokenStore
    ) throws(StoreError) -> CutoffRaise? {
        guard scope.raisesCutoff, let cutoff = store.layout.userCutoff else { return nil }
        let keys = try store.layout.keys(of: user)
        // Only the native layout has both keys in one slot.
        let list = keys.meta == nil ? nil : keys.tokens
        return CutoffRaise(
            store: store, cutoff: cutoff, keys: [keys.cutoff, list].compactMap(\.self),
            wanted: scope.cutoff, skew: skew, isDryRun: isDryRun)
    }

    /// The raise of the lowest version of a user's tokens; nil if the layout has none, and for a
    /// logout that keeps tokens.
    func versionRaise(
        of user: Identifier, _ store: TokenStore
    ) throws(StoreError) -> VersionRaise? {
        guard scope == .everything, let version = store.layout.version else { return nil }
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return VersionRaise(
            store: store,
            command: try isDryRun ? version.reading(values) : version.raising(values),
            isDryRun: isDryRun)
    }
}
