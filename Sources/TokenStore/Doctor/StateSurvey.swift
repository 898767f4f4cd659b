package import Layouts
internal import Redis

/// What some of the layout's keys hold, and what is wrong with them.
package struct StateSurvey: Sendable {
    /// Keys of one kind, counted, with a few to show.
    package struct Tally: Sendable {
        package private(set) var count = 0
        /// The names of the first of them: bytes that others wrote.
        package private(set) var examples: [[UInt8]] = []
        /// Whether `examples` have the beginnings of the names only, since names hold whole tokens.
        package let areCut: Bool

        private static let exampleLimit = 3
        /// The bytes of a key with a token in it that may be shown: a prefix, and a part of the
        /// token's header, which is no secret.
        private static let harmless = 24

        init(areCut: Bool = false) { self.areCut = areCut }

        mutating func note(_ key: [UInt8]) {
            count += 1
            guard examples.count < Self.exampleLimit else { return }
            examples.append(areCut ? Array(key.prefix(Self.harmless)) : key)
        }
    }

    /// How many keys of any application were scanned.
    package internal(set) var sampled = 0
    /// Whether these were all keys.
    package internal(set) var isWhole = false

    /// Blacklist entries that were read.
    package internal(set) var denials = 0
    /// Entries that never expire, in a layout whose entries should.
    package internal(set) var endlessDenials: Tally
    /// Keys of another type.
    package internal(set) var mistypedDenials: Tally

    /// Token lists that were read.
    package internal(set) var lists = 0
    /// Lists that never expire, although all of their tokens do.
    package internal(set) var endlessLists: Tally
    /// Keys of another type.
    package internal(set) var mistypedLists: Tally
    /// Lists with scores in the other unit: seconds for milliseconds, or the reverse.
    package internal(set) var foreignLists: Tally
    /// Lists with expired members.
    package internal(set) var staleLists: Tally
    /// The number of these members.
    package internal(set) var expiredMembers: Int64 = 0

    /// Session keys that were read.
    package internal(set) var sessions = 0
    /// Session keys that never expire.
    package internal(set) var endlessSessions: Tally

    /// Cutoffs that were read.
    package internal(set) var cutoffs = 0
    /// Keys of cutoffs with anything but a number.
    package internal(set) var corruptCutoffs: Tally
    /// Cutoffs later than Redis' clock, which refuse logins until then.
    package internal(set) var futureCutoffs: Tally
    /// The latest of these, in unix seconds.
    package internal(set) var latestCutoff: Int64?

    /// The key of the audit log, if it holds something other than a stream.
    package internal(set) var mistypedAudit: [UInt8]?
    /// Whether there is an audit log, or something else under its key.
    package internal(set) var hasAudit = false

    /// The first refusal to read a key; nil if all could be read.
    package internal(set) var refusal: StoreError?

    /// `holdsTokens` is whether names of keys may have whole tokens in them.
    init(holdsTokens: Bool) {
        let tally = Tally(areCut: holdsTokens)
        (endlessDenials, mistypedDenials) = (tally, tally)
        (endlessLists, mistypedLists, foreignLists, staleLists) = (tally, tally, tally, tally)
        (endlessSessions, corruptCutoffs, futureCutoffs) = (tally, tally, tally)
    }

    /// Whether anything of the layout was found.
    package var foundAnything: Bool {
        denials + lists + sessions + cutoffs > 0 || hasAudit || mistypedDenials.count > 0
            || mistypedLists.count > 0
    }
}

extension TokenStore {
    /// The seconds for which an entry is kept after its token has expired. A service whose clock is
    /// behind by more accepts the revoked token in between.
    package var denyMargin: Int64 { margin }

    /// How many keys of each store are read, unless the survey has no limit.
    private static let closeLimit = 1000

    /// Scans at most `limit` keys (nil for all), reads those of the layout, and shows every name to
    /// `detector`. Never writes. `body` gets the survey so far after each page. Pages are larger
    /// without a limit, which saves round trips.
    package func survey(
        limit: Int?, detector: inout LayoutDetector,
        _ body: (StateSurvey) throws -> Void = { _ in }
    ) throws -> (survey: StateSurvey, detection: Detection) {
        let clock = try clock()
        var inspector = StateInspector(
            self, clock, closeLimit: limit == nil ? .max : Self.closeLimit)
        try inspector.lookAtSingles()
        var scan = client.scan(count: limit == nil ? 1000 : 500)
        while inspector.survey.sampled < limit ?? .max {
            guard let page = try scan.nextKeys() else {
                inspector.survey.isWhole = true
                break
            }
            inspector.survey.sampled += page.count
            detector.look(at: page)
            try inspector.look(at: page)
            try body(inspector.survey)
        }
        let survey = inspector.survey
        return (survey, try detector.conclude(client, isWhole: survey.isWhole))
    }

    /// The commands that the layout needs, and WAIT if replicas are asked for writes.
    package func requiredCommands() throws(StoreError) -> [RequiredCommand] {
        let required = layout.requiredCommands(
            of: Self.stranger(), isOneServer: !client.isGroup)
        guard try asksReplicas else { return required }
        let wait = PermissionProbe("WAIT", key: [], isAbsent: false)
        return required + [RequiredCommand(operation: .revoke, probe: wait, pattern: nil)]
    }

    /// A random id, which no key has: permissions are probed with its keys.
    private static func stranger() -> Identifier {
        var generator = SystemRandomNumberGenerator()
        let number = [generator.next(), generator.next()].map { String($0, radix: 16) }.joined()
        return Identifier(stored: Array("doctor-\(number)".utf8))
    }
}
