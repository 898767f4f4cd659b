internal import Layouts
internal import Platform
internal import Redis

/// Looks into the keys of the layout, page by page: one round trip for each page that has some.
struct StateInspector {
    var survey: StateSurvey
    private let store: TokenStore
    private let layout: Layout
    private let clock: ServerClock
    /// How many keys of each store are looked into.
    private let closeLimit: Int

    init(_ store: TokenStore, _ clock: ServerClock, closeLimit: Int) {
        self.store = store
        layout = store.layout
        survey = StateSurvey(holdsTokens: store.layout.holdsTokens)
        self.clock = clock
        self.closeLimit = closeLimit
    }

    /// A question about one key, and what its answer says.
    private struct Question {
        let key: [UInt8]
        let commands: [Command]
        let judge: (inout StateInspector, ArraySlice<Reply>) throws(StoreError) -> Void
    }

    /// The keys that have one name for all: a sample could miss them.
    mutating func lookAtSingles() throws(StoreError) {
        var questions: [Question] = []
        if let cutoff = layout.globalCutoff {
            questions.append(question(cutoff, cutoff.key.literal))
        }
        if let key = layout.auditKey {
            questions.append(
                Question(key: key, commands: [Command("XRANGE", key: key, "-", "+", "COUNT", 1)]) {
                    inspector, replies throws(StoreError) in
                    inspector.survey.hasAudit = replies.first != .array([])
                    if Self.isWrongType(replies) { inspector.survey.mistypedAudit = key }
                })
        }
        try ask(questions)
    }

    mutating func look(at keys: [[UInt8]]) throws(StoreError) {
        var questions: [Question] = []
        var (denials, lists, sessions, cutoffs) = (
            survey.denials, survey.lists, survey.sessions, survey.cutoffs
        )
        for key in keys {
            // The same key may be in several stores' shape; the first that fits has it.
            if let deny = layout.deny, denials < closeLimit, names(deny.key, key) {
                denials += 1
                questions.append(question(deny, key))
            } else if let list = layout.list, lists < closeLimit, names(list.key, key) {
                lists += 1
                questions.append(question(list, key))
            } else if let cutoff = layout.userCutoff, cutoffs < closeLimit, names(cutoff.key, key) {
                cutoffs += 1
                questions.append(question(cutoff, key))
            } else if let allow = layout.allow, sessions < closeLimit, names(allow.key, key) {
                sessions += 1
                questions.append(question(allow, key))
            }
        }
        try ask(questions)
    }

    private func names(_ template: Template, _ key: [UInt8]) -> Bool {
        template.isReversible && template.parse(key) != nil
    }

    /// A refused question is noted once, and says nothing about its key.
    private mutating func ask(_ questions: [Question]) throws(StoreError) {
        let commands = questions.flatMap(\.commands)
        guard !commands.isEmpty else { return }
        let exchange = store.client.collect(commands)
        let replies = try exchange.all
        var start = 0
        for question in questions {
            let own = replies[start..<start + question.commands.count]
            start += question.commands.count
            var refusal: (error: ServerError, command: Command)?
            for (command, reply) in zip(question.commands, own) {
                if case .error(let error) = reply { refusal = refusal ?? (error, command) }
            }
            if let refusal, refusal.error.kind != .wrongType {
                survey.refusal =
                    survey.refusal
                    ?? .refused(
                        refusal.error, command: refusal.command.name,
                        key: layout.shown(question.key))
                continue
            }
            try question.judge(&self, own)
        }
    }

    private static func isWrongType(_ replies: ArraySlice<Reply>) -> Bool {
        replies.contains { reply in
            if case .error(let error) = reply { error.kind == .wrongType } else { false }
        }
    }
}

// MARK: the stores

extension StateInspector {
    private func question(_ deny: DenyStore, _ key: [UInt8]) -> Question {
        let hasEnd = deny.life != .none
        return Question(key: key, commands: [Command("PTTL", key: key), deny.sample(key)]) {
            inspector, replies throws(StoreError) in
            guard !Self.isWrongType(replies) else {
                inspector.survey.mistypedDenials.note(key)
                return
            }
            guard replies.first != .integer(-2) else { return }
            inspector.survey.denials += 1
            if hasEnd, replies.first == .integer(-1) { inspector.survey.endlessDenials.note(key) }
        }
    }

    /// What `prune` asks of a list.
    private func question(_ list: ListStore, _ key: [UInt8]) -> Question {
        let now = clock.now * list.unit
        let hasLife = store.listMargin != nil
        return Question(
            key: key,
            commands: [
                Command("PTTL", key: key), Command("ZCOUNT", key: key, "-inf", .integer(now)),
                Command("ZCOUNT", key: key, "+inf", "+inf"), list.countingForeign(key),
            ]
        ) { inspector, replies throws(StoreError) in
            guard !Self.isWrongType(replies) else {
                inspector.survey.mistypedLists.note(key)
                return
            }
            let facts = try Array(replies).asIntegers
            guard facts[0] != -2 else { return }
            inspector.survey.lists += 1
            // Read in the wrong unit every member would have expired.
            guard facts[3] == 0 else {
                inspector.survey.foreignLists.note(key)
                return
            }
            if facts[1] > 0 {
                inspector.survey.staleLists.note(key)
                inspector.survey.expiredMembers =
                    (inspector.survey.expiredMembers + facts[1]).bounded
            }
            if hasLife, facts[0] == -1, facts[2] == 0 { inspector.survey.endlessLists.note(key) }
        }
    }

    private func question(_ allow: AllowStore, _ key: [UInt8]) -> Question {
        Question(key: key, commands: [Command("PTTL", key: key)]) {
            inspector, replies throws(StoreError) in
            guard replies.first != .integer(-2) else { return }
            inspector.survey.sessions += 1
            if replies.first == .integer(-1) { inspector.survey.endlessSessions.note(key) }
        }
    }

    private func question(_ cutoff: CutoffStore, _ key: [UInt8]) -> Question {
        Question(key: key, commands: [cutoff.reading(key)]) {
            inspector, replies throws(StoreError) in
            guard let reply = replies.first else { return }
            var second: Int64?
            do throws(StoreError) {
                guard !Self.isWrongType(replies) else { throw StoreError.corrupt(key: key) }
                second = try inspector.store.cutoff(reply, cutoff, key: key)
            } catch {
                inspector.survey.cutoffs += 1
                inspector.survey.corruptCutoffs.note(key)
                return
            }
            guard let second else { return }
            inspector.survey.cutoffs += 1
            if second > inspector.clock.now {
                inspector.survey.futureCutoffs.note(key)
                inspector.survey.latestCutoff = max(inspector.survey.latestCutoff ?? 0, second)
            }
        }
    }
}
