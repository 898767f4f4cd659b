internal import JSON
internal import Redis

/// A token as its user's list keeps it.
package struct TokenRecord: Equatable, Sendable {
    package let subject: TokenSubject
    package let user: Identifier
    /// Unix seconds, nil for a token without `iat`.
    package let issuedAt: Int64?
    package let expiry: Expiry
    package let label: String?
    /// When the token was issued that this one takes the place of: a cutoff that has ended that one
    /// keeps this one from being recorded. nil for a token of its own.
    var predecessor: IssuedAt?

    /// What has to pass every cutoff.
    var issued: IssuedAt { predecessor ?? issuedAt.map { .at(Double($0)) } ?? .missing }

    package var id: Identifier { subject.id }

    package init(
        id: Identifier, user: Identifier, issuedAt: Int64?, expiry: Expiry, label: String? = nil
    ) {
        self.init(
            TokenSubject(id: id, user: user), user: user, issuedAt: issuedAt, expiry: expiry,
            label: label)
    }

    package init(
        _ subject: TokenSubject, user: Identifier, issuedAt: Int64?, expiry: Expiry,
        label: String? = nil
    ) {
        self.subject = subject
        self.user = user
        self.issuedAt = issuedAt
        self.expiry = expiry
        self.label = label
    }

    /// The token alone: only the blacklist is asked for it.
    var deniable: TokenSubject { subject.of(nil) }

    var details: [UInt8] {
        var object = JSONObject()
        if let issuedAt { object.set("iat", .integer(issuedAt)) }
        if let label { object.set("label", .string(label)) }
        return JSONValue.object(object).encoded(.compact, escaping: .minimal)
    }
}

/// What recording a token came to. Anything but `recorded` means that nothing was written.
package enum RecordOutcome: Equatable, Sendable {
    case recorded
    /// The user's list has a token of that id: an id is never given twice.
    case alreadyRecorded
    /// The user has another token, and the application keeps one for each.
    case displaced
    /// The id is on the blacklist.
    case alreadyRevoked
    /// The token would be dead at birth: its `iat` does not pass this cutoff (unix seconds).
    case cutOff(Int64)
    /// The token has expired by Redis' clock.
    case expired
}

/// What recording many tokens came to.
package struct RecordBatch: Sendable {
    /// In the order of the tokens; nil where no answer came.
    package fileprivate(set) var outcomes: [RecordOutcome?]
    /// How many of those without an answer may have been recorded all the same.
    package fileprivate(set) var uncertainCount = 0
    /// What broke the work off.
    package fileprivate(set) var failure: StoreError?

    /// Nobody can tell any more whether what was recorded still stands.
    fileprivate mutating func doubt() {
        for index in outcomes.indices where outcomes[index] == .recorded {
            outcomes[index] = nil
            uncertainCount += 1
        }
    }
}

extension TokenStore {
    /// Puts a token on its user's list, in one step with the look at the user's cutoff, so that a
    /// logout that runs meanwhile either finds the token or refuses it.
    package func record(_ token: TokenRecord) throws(StoreError) -> RecordOutcome {
        let batch = record([token])
        if let failure = batch.failure { throw failure }
        guard let outcome = batch.outcomes[0] else {
            throw .redis(.unexpectedReply(expected: "OK", got: "nothing"))
        }
        return outcome
    }

    /// The same for many tokens in two round trips. At most some hundred at a time: all of them
    /// are in flight together.
    package func record(_ tokens: [TokenRecord]) -> RecordBatch {
        var job = RecordJob(self, tokens)
        let (done, failure) = run(&job)
        var batch = job.outcome
        batch.failure = failure
        if case .failure(let error) = done.result { batch.failure = error }
        if let failure = batch.failure, hasToSettle, !failure.isAboutConfirmation { batch.doubt() }
        return batch
    }

    func recordCommand(_ token: TokenRecord) throws(StoreError) -> Command {
        var values = TemplateValues(token.subject)
        values.expiry = token.expiry
        // Sent twice it would say LISTED of its own doing.
        guard let list = layout.list else {
            guard let allow = layout.allow, let value = try allow.value?.render(values) else {
                throw .unnamed("list")
            }
            return .eval(
                Script.recordAlone, keys: [try allow.key.render(values)],
                [.bytes(value), .text(token.expiry.seconds.map(String.init) ?? "")]
            ).once()
        }
        var keys = try list.keys(of: token.user)
        let meta: Int64 = keys.count == 2 ? 2 : 0
        // A cutoff of another slot can't be asked in the same step.
        var cutoff: Int64 = 0
        if let store = layout.userCutoff, meta > 0, store.isPlain {
            keys.append(try store.key.render(values))
            cutoff = 3
        }
        return .eval(
            Script.record, keys: keys,
            [
                .integer(meta), .integer(cutoff), .integer(list.unit), listLife,
                .bytes(try list.member.render(values)), .text(list.score(token.expiry)),
                .text(token.issued.wholeSeconds.map(String.init) ?? ""), .bytes(token.details),
                .integer(TokenState.futureTolerance),
            ]
        ).once()
    }

    /// How long a list outlives its last token, for scripts.
    var listLife: Argument { .text(listMargin.map(String.init) ?? "") }

    func recordOutcome(
        _ reply: Reply, of token: TokenRecord
    ) throws(StoreError) -> RecordOutcome {
        let (word, number) = try outcome(reply)
        switch word {
        case "OK": return .recorded
        case "LISTED": return .alreadyRecorded
        case "OTHER": return .displaced
        case "STALE": return .cutOff(number)
        case "EXPIRED": return .expired
        case "UNIT": throw .otherUnit(key: try layout.keys(of: token.user).tokens ?? [])
        case "CORRUPT":
            let keys = try layout.keys(of: token.user)
            let all = [keys.tokens, keys.meta, keys.cutoff].compactMap(\.self)
            throw .corrupt(key: all[min(max(Int(number) - 1, 0), all.count - 1)])
        default: throw .redis(.unexpectedReply(expected: "OK", got: reply.shape))
        }
    }

    /// Takes tokens off a user's list; answers how many stood there.
    @discardableResult
    func unlist(_ ids: [Identifier], of user: Identifier) throws(StoreError) -> Int64 {
        guard !ids.isEmpty else { return 0 }
        let subjects = ids.map { TokenSubject(id: $0, user: user) }
        guard let command = try unlistCommand(subjects, of: user) else { return 0 }
        let reply = try change([command])[0]
        if let doubt = try confirm() { throw doubt }
        return try reply.asInteger
    }

    /// nil where the layout has no lists.
    func unlistCommand(
        _ tokens: [TokenSubject], of user: Identifier
    ) throws(StoreError) -> Command? {
        guard let list = layout.list else { return nil }
        var members: [Argument] = []
        members.reserveCapacity(tokens.count)
        for token in tokens {
            members.append(.bytes(try list.member.render(TemplateValues(token))))
        }
        return .eval(
            Script.unlist, keys: try list.keys(of: user),
            [.integer(list.unit), listLife] + members)
    }

    /// The two elements of a script's answer: a word or number, and a number.
    func outcome(_ reply: Reply) throws(StoreError) -> (word: String, number: Int64) {
        let parts = try reply.asArray
        guard parts.count == 2 else {
            throw .redis(.unexpectedReply(expected: "an array of 2", got: reply.shape))
        }
        if case .integer(let number) = parts[0] {
            return (String(number), try parts[1].asInteger)
        }
        return (try parts[0].asText, try parts[1].asInteger)
    }
}

/// Records a batch of tokens.
struct RecordJob: Job {
    private enum Phase: CaseIterable {
        /// Asks the blacklist and the cutoffs, of which a script sees only those of its own slot.
        case judge
        /// Records what passed, in one step with another look at the user's cutoff.
        case record
    }

    private let store: TokenStore
    private let tokens: [TokenRecord]
    private var phases = Phase.allCases[...]
    private var states: StatesJob
    private var commands: [Command] = []
    /// The tokens that are recorded, by their places.
    private var sent: [Int] = []
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RecordOutcome?]?
    /// Always tells how far the job came.
    private(set) var outcome: RecordBatch

    init(_ store: TokenStore, _ tokens: [TokenRecord]) {
        self.store = store
        self.tokens = tokens
        states = Self.question(store, tokens)
        outcome = RecordBatch(outcomes: Array(repeating: nil, count: tokens.count))
    }

    private static func question(_ store: TokenStore, _ tokens: [TokenRecord]) -> StatesJob {
        StatesJob(store, tokens.map { StateQuery($0.deniable, asksAllow: false) })
    }

    mutating func restart(after outcome: RecordBatch?) {
        previous = self.outcome.outcomes
        self.outcome.doubt()
        phases = Phase.allCases[...]
        states = Self.question(store, tokens)
        sent = []
    }

    mutating func next() throws(StoreError) -> [Command]? {
        switch phases.first {
        case .judge: commands = states.next() ?? []
        case .record:
            commands = []
            for index in sent { commands.append(try store.recordCommand(tokens[index])) }
        case nil: return nil
        }
        return commands
    }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        switch phases.removeFirst() {
        case .judge: try judge(exchange)
        case .record: if !sent.isEmpty { try takeRecorded(exchange) }
        }
    }

    private mutating func judge(_ exchange: Exchange) throws(StoreError) {
        try states.take(exchange)
        for (index, answer) in states.outcome.enumerated() {
            let state = try answer.get()
            if state.denial != nil {
                outcome.outcomes[index] = .alreadyRevoked
            } else if case .cutOff(let cutoff) = state.judgeCutoff(tokens[index].issued) {
                outcome.outcomes[index] = .cutOff(cutoff)
            } else {
                sent.append(index)
            }
        }
    }

    /// Every answer is read before the first fault is told: what was recorded is known.
    private mutating func takeRecorded(_ exchange: Exchange) throws(StoreError) {
        outcome.uncertainCount = exchange.uncertain.count
        var fault: StoreError?
        for (position, reply) in exchange.replies.enumerated() {
            guard let reply else { continue }
            do throws(StoreError) {
                let checked = try store.check(reply, of: commands[position])
                let index = sent[position]
                outcome.outcomes[index] = try store.recordOutcome(checked, of: tokens[index])
            } catch {
                fault = fault ?? error
            }
        }
        if let failure = exchange.failure { throw .redis(failure) }
        if let fault { throw fault }
        for (index, before) in (previous ?? []).enumerated()
        where before == .recorded && outcome.outcomes[index] == .alreadyRecorded {
            // The first time it was not there: it is ours.
            outcome.outcomes[index] = .recorded
        }
    }
}
