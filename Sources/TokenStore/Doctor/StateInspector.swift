internal import Layouts
internal import Platform
internal import Redis

/// Reads the keys of the layout, page by page, with one round trip for each page that has some. It
/// never writes.
struct StateInspector {
    var survey: StateSurvey
    private let store: TokenStore
    private let layout: Layout
    private let clock: ServerClock
    /// How many keys of each store are read.
    private let closeLimit: Int

    init(_ store: TokenStore, _ clock: ServerClock, closeLimit: Int) {
        self.store = store
        layout = store.layout
        survey = StateSurvey(holdsTokens: store.layout.holdsTokens)
        self.clock = clock
        self.closeLimit = closeLimit
    }

    /// The store of the layout that a key belongs to by its name.
    private enum Role {
        case denial(DenyStore)
        case list(ListStore)
        case cutoff(CutoffStore)
        case session(AllowStore)
        case audit
    }

    private typealias Question = (key: [UInt8], role: Role)

    /// Looks at the keys that have one name for all users: a sample could miss them.
    mutating func lookAtSingles() throws(StoreError) {
        var questions: [Question] = []
        if let cutoff = layout.globalCutoff {
            questions.append((key: cutoff.key.literal, role: .cutoff(cutoff)))
        }
        if let key = layout.auditKey { questions.append((key: key, role: .audit)) }
        try ask(questions)
    }

    /// Looks at those of the keys that belong to the layout. A name may have the form of several
    /// stores' keys; the first store that fits gets it.
    mutating func look(at keys: [[UInt8]]) throws(StoreError) {
        var questions: [Question] = []
        var (denials, lists, sessions, cutoffs) = (
            survey.denials, survey.lists, survey.sessions, survey.cutoffs
        )
        for key in keys {
            if let deny = layout.deny, denials < closeLimit, names(deny.key, key) {
                denials += 1
                questions.append((key: key, role: .denial(deny)))
            } else if let list = layout.list, lists < closeLimit, names(list.key, key) {
                lists += 1
                questions.append((key: key, role: .list(list)))
            } else if let cutoff = layout.userCutoff, cutoffs < closeLimit, names(cutoff.key, key) {
                cutoffs += 1
                questions.append((key: key, role: .cutoff(cutoff)))
            } else if let allow = layout.allow, sessions < closeLimit, names(allow.key, key) {
                sessions += 1
                questions.append((key: key, role: .session(allow)))
            }
        }
        try ask(questions)
    }

    private func names(_ template: Template, _ key: [UInt8]) -> Bool {
        template.isReversible && template.parse(key) != nil
    }

    /// Asks about keys, and judges the replies. Only the first refusal is kept; a refused key is
    /// not judged.
    private mutating func ask(_ questions: [Question]) throws(StoreError) {
        guard !questions.isEmpty else { return }
        let asked = questions.map { commands($0.role, $0.key) }
        let replies = try store.client.collect(asked.flatMap(\.self)).all
        var start = 0
        for ((key, role), commands) in zip(questions, asked) {
            let own = replies[start..<start + commands.count]
            start += commands.count
            var refusal: (error: ServerError, command: Command)?
            for (command, reply) in zip(commands, own) {
                if case .error(let error) = reply { refusal = refusal ?? (error, command) }
            }
            if let refusal, refusal.error.kind != .wrongType {
                survey.refusal =
                    survey.refusal
                    ?? .refused(
                        refusal.error, command: refusal.command.name, key: layout.shown(key))
                continue
            }
            try judge(key, role, own)
        }
    }

    /// The commands that show what is under a key. Those of a list are the ones of `prune`.
    private func commands(_ role: Role, _ key: [UInt8]) -> [Command] {
        switch role {
        case .denial(let deny): [Command("PTTL", key: key), deny.sample(key)]
        case .list(let list):
            [
                Command("PTTL", key: key),
                Command("ZCOUNT", key: key, "-inf", .integer(clock.now * list.unit)),
                Command("ZCOUNT", key: key, "+inf", "+inf"), list.countingForeign(key),
            ]
        case .cutoff(let cutoff): [cutoff.reading(key)]
        case .session: [Command("PTTL", key: key)]
        case .audit: [Command("XRANGE", key: key, "-", "+", "COUNT", 1)]
        }
    }

    // MARK: what is under a key

    /// Adds one key to the survey; a key that has gone meanwhile is not counted.
    private mutating func judge(
        _ key: [UInt8], _ role: Role, _ replies: ArraySlice<Reply>
    ) throws(StoreError) {
        let isMistyped = replies.contains { reply in
            if case .error(let error) = reply { error.kind == .wrongType } else { false }
        }
        // The reply to PTTL: -2 for a key that is not there, -1 for one that never expires.
        let isGone = replies.first == .integer(-2)
        let isEndless = replies.first == .integer(-1)
        switch role {
        case .denial where isMistyped: survey.mistypedDenials.note(key)
        case .list where isMistyped: survey.mistypedLists.note(key)
        case .denial where isGone, .list where isGone, .session where isGone: break
        case .denial(let deny):
            survey.denials += 1
            if isEndless, deny.life != .none { survey.endlessDenials.note(key) }
        case .list: try judgeList(key, Array(replies).asIntegers)
        case .session:
            survey.sessions += 1
            if isEndless { survey.endlessSessions.note(key) }
        case .cutoff(let cutoff): judgeCutoff(key, cutoff, isMistyped ? nil : replies.first)
        case .audit:
            survey.hasAudit = replies.first != .array([])
            if isMistyped { survey.mistypedAudit = key }
        }
    }

    /// `facts` are the list's time to live in milliseconds, its expired members, those that never
    /// expire, and those with a score in the other unit.
    private mutating func judgeList(_ key: [UInt8], _ facts: [Int64]) {
        survey.lists += 1
        // Read in the wrong unit, every member would have expired.
        guard facts[3] == 0 else {
            survey.foreignLists.note(key)
            return
        }
        if facts[1] > 0 {
            survey.staleLists.note(key)
            survey.expiredMembers = (survey.expiredMembers + facts[1]).bounded
        }
        if store.listMargin != nil, facts[0] == -1, facts[2] == 0 { survey.endlessLists.note(key) }
    }

    /// `reply` is nil for a key of another type. A cutoff in the future refuses logins that follow.
    private mutating func judgeCutoff(_ key: [UInt8], _ cutoff: CutoffStore, _ reply: Reply?) {
        do throws(StoreError) {
            guard let reply else { throw .corrupt(key: key) }
            guard let second = try store.cutoff(reply, cutoff, key: key) else { return }
            survey.cutoffs += 1
            if second > clock.now {
                survey.futureCutoffs.note(key)
                survey.latestCutoff = max(survey.latestCutoff ?? 0, second)
            }
        } catch {
            survey.cutoffs += 1
            survey.corruptCutoffs.note(key)
        }
    }
}
