package import Layouts
internal import Redis

/// What lies under some of the layout's keys, and what is wrong with it.
package struct StateSurvey: Sendable {
    /// Keys of one kind, counted, with a few to show.
    package struct Tally: Sendable {
        package private(set) var count = 0
        /// The first of them, as they are called: other people's text.
        package private(set) var examples: [[UInt8]] = []
        /// Whether only their beginnings are there, since they hold whole tokens.
        package let areCut: Bool

        private static let exampleLimit = 3
        /// Bytes of a token's key that give nobody away: a prefix, and a part of the header.
        private static let harmless = 24

        init(areCut: Bool = false) { self.areCut = areCut }

        mutating func note(_ key: [UInt8]) {
            count += 1
            guard examples.count < Self.exampleLimit else { return }
            examples.append(areCut ? Array(key.prefix(Self.harmless)) : key)
        }
    }

    /// Keys whose names were read, of whatever application, and whether these were all.
    package internal(set) var sampled = 0
    package internal(set) var isWhole = false

    /// Blacklist entries that were looked into.
    package internal(set) var denials = 0
    /// Those without an end, where the layout gives them one.
    package internal(set) var endlessDenials: Tally
    package internal(set) var mistypedDenials: Tally

    /// Users' lists that were looked into.
    package internal(set) var lists = 0
    /// Those without an end, though all their tokens have one.
    package internal(set) var endlessLists: Tally
    package internal(set) var mistypedLists: Tally
    /// Those with scores in the other unit.
    package internal(set) var foreignLists: Tally
    /// Those with expired members, and how many these are.
    package internal(set) var staleLists: Tally
    package internal(set) var expiredMembers: Int64 = 0

    /// Keys of live tokens that were looked into, and those without an end.
    package internal(set) var sessions = 0
    package internal(set) var endlessSessions: Tally

    /// Cutoffs that were read.
    package internal(set) var cutoffs = 0
    package internal(set) var corruptCutoffs: Tally
    /// Those later than Redis' clock, and the latest of them in unix seconds.
    package internal(set) var futureCutoffs: Tally
    package internal(set) var latestCutoff: Int64?

    /// The trail is there, and no stream.
    package internal(set) var mistypedAudit: [UInt8]?
    /// Whether the trail is there.
    package internal(set) var hasAudit = false

    /// The first refusal to look into a key.
    package internal(set) var refusal: StoreError?

    /// `holdsTokens` says that keys may hold whole tokens.
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
    /// Seconds that an entry outlives its token: a clock that differs by more is dangerous.
    package var denyMargin: Int64 { margin }

    /// Keys that are looked into for each store, unless all are asked for.
    private static let closeLimit = 1000

    /// Looks at no more than `limit` keys of the Redis (nil: at all), into those of the layout, and
    /// shows every name to `detector`. Never writes. `body` sees the numbers grow.
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

    /// The commands that the layout needs, and the one by which replicas are asked for writes.
    package func requiredCommands() throws(StoreError) -> [RequiredCommand] {
        let required = layout.requiredCommands(
            of: Self.stranger(), isOneServer: !client.isGroup)
        guard try asksReplicas else { return required }
        let wait = PermissionProbe("WAIT", key: [], isAbsent: false)
        return required + [RequiredCommand(operation: .revoke, probe: wait, pattern: nil)]
    }

    /// An id that is in no key.
    private static func stranger() -> Identifier {
        var generator = SystemRandomNumberGenerator()
        let number = [generator.next(), generator.next()].map { String($0, radix: 16) }.joined()
        return Identifier(stored: Array("doctor-\(number)".utf8))
    }
}
