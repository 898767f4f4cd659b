internal import JSON
package import Layouts
internal import Redis

/// A token for its user's list.
package struct TokenRecord: Equatable, Sendable {
    package let subject: TokenSubject
    package let user: Identifier
    /// Unix seconds, nil for a token without `iat`.
    package let issuedAt: Int64?
    package let expiry: Expiry
    package let label: String?
    /// When the token was issued that this one replaces: a cutoff that revokes that one also keeps
    /// this one from being recorded. nil for a token that replaces none.
    var predecessor: IssuedAt?

    /// The time that must be after every cutoff.
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

    /// The token without its user, so that only the blacklist is asked about it.
    var deniable: TokenSubject { subject.of(nil) }

    /// The details of the token in the hash beside the list: JSON, without members that are not
    /// known.
    var details: [UInt8] {
        var object = JSONObject()
        if let issuedAt { object.set("iat", .integer(issuedAt)) }
        if let label { object.set("label", .string(label)) }
        return JSONValue.object(object).encoded(.compact, escaping: .minimal)
    }
}

/// The outcome of recording a token. Nothing was written unless it is `recorded`.
package enum RecordOutcome: Equatable, Sendable {
    case recorded
    /// The user's list has a token with that id: ids are not used twice.
    case alreadyRecorded
    /// The user has another token, and the application keeps one for each user.
    case displaced
    /// The id is on the blacklist.
    case alreadyRevoked
    /// The token would be rejected immediately: its `iat` is not after this cutoff (unix seconds).
    case cutOff(Int64)
    /// The token has expired by Redis' clock.
    case expired
}

/// The outcomes of recording many tokens.
package struct RecordBatch: Sendable {
    /// In the order of the tokens; nil for those without an answer.
    package fileprivate(set) var outcomes: [RecordOutcome?]
    /// How many of those without an answer may have been recorded.
    package fileprivate(set) var uncertainCount = 0
    /// What broke the work off.
    package fileprivate(set) var failure: StoreError?

    /// Makes the outcomes of recorded tokens unknown again, because a fail-over may have lost them.
    fileprivate mutating func doubt() {
        for index in outcomes.indices where outcomes[index] == .recorded {
            outcomes[index] = nil
            uncertainCount += 1
        }
    }
}

extension TokenStore {
    /// Puts a token on its user's list, and looks at the user's cutoff in the same step, so that a
    /// logout that runs meanwhile either finds the token or refuses it. A dry run returns the same
    /// outcome, and writes nothing.
    package func record(
        _ token: TokenRecord, isDryRun: Bool = false
    ) throws(StoreError) -> RecordOutcome {
        let batch = record([token], isDryRun: isDryRun)
        if let failure = batch.failure { throw failure }
        guard let outcome = batch.outcomes[0] else {
            throw .redis(.unexpectedReply(expected: "OK", got: "nothing"))
        }
        return outcome
    }

    /// Records many tokens in two round trips: one to judge them, one to write those that may be
    /// recorded. At most some hundred at a time, since the commands for all are sent together.
    package func record(_ tokens: [TokenRecord], isDryRun: Bool = false) -> RecordBatch {
        var job = RecordJob(self, tokens, isDryRun: isDryRun)
        let (done, failure) = isDryRun ? runDry(&job) : run(&job)
        var batch = job.outcome
        batch.failure = failure
        if case .failure(let error) = done.result { batch.failure = error }
        if needsConfirmation, let failure = batch.failure, !failure.isAboutConfirmation {
            batch.doubt()
        }
        return batch
    }

    /// The outcome in the reply of a script that records: a word, and a number. Throws `.corrupt`
    /// or `.otherUnit` if a key holds something else; for CORRUPT the number is that of the key,
    /// from 1.
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

    /// The two elements of the reply of a script: a word or number, and a number.
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

/// Records a batch of tokens. A dry run takes the same steps, and writes nothing.
struct RecordJob: Job {
    private enum Phase: CaseIterable {
        /// Asks the blacklist and the cutoffs: a script sees only the keys of its own slot.
        case judge
        /// Records the tokens that passed, in one step with another look at the user's cutoff.
        case record
    }

    private let store: TokenStore
    private let tokens: [TokenRecord]
    private let isDryRun: Bool
    private var phases = Phase.allCases[...]
    private var states: StatesJob?
    private var commands: [Command] = []
    /// The tokens that are recorded, by their places.
    private var sent: [Int] = []
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RecordOutcome?]?
    /// How far the job came, whatever broke it off.
    private(set) var outcome: RecordBatch

    init(_ store: TokenStore, _ tokens: [TokenRecord], isDryRun: Bool = false) {
        self.store = store
        self.tokens = tokens
        self.isDryRun = isDryRun
        outcome = RecordBatch(outcomes: Array(repeating: nil, count: tokens.count))
    }

    /// Goes by the job's own outcome, since the parameter is nil after an attempt that failed.
    mutating func restart(after outcome: RecordBatch?) {
        previous = self.outcome.outcomes
        self.outcome.doubt()
        phases = Phase.allCases[...]
        sent = []
    }

    mutating func next() throws(StoreError) -> [Command]? {
        switch phases.first {
        case .judge:
            states = StatesJob(
                store, tokens.map { StateQuery($0.deniable, asksAllow: false) })
            commands = states?.next() ?? []
        case .record:
            let userTokens = store.userTokens
            commands = []
            for index in sent {
                commands.append(try userTokens.recordCommand(tokens[index], isDryRun: isDryRun))
            }
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

    /// Notes the tokens that are refused. All others are recorded.
    private mutating func judge(_ exchange: Exchange) throws(StoreError) {
        try states?.take(exchange)
        for (index, answer) in (states?.outcome ?? []).enumerated() {
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

    /// Reads every answer before it throws the first fault, so that it is known what was recorded.
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
            // The first attempt did not find it there, so it is the one that it wrote.
            outcome.outcomes[index] = .recorded
        }
    }
}
