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
    /// logout that runs meanwhile either finds the token or refuses it.
    package func record(_ token: TokenRecord) throws(StoreError) -> RecordOutcome {
        let batch = record([token])
        if let failure = batch.failure { throw failure }
        guard let outcome = batch.outcomes[0] else {
            throw .redis(.unexpectedReply(expected: "OK", got: "nothing"))
        }
        return outcome
    }

    /// Records many tokens in two round trips: one to judge them, one to write those that may be
    /// recorded. At most some hundred at a time, since the commands for all are sent together.
    package func record(_ tokens: [TokenRecord]) -> RecordBatch {
        var job = RecordJob(self, tokens)
        let (done, failure) = run(&job)
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

/// Records a batch of tokens.
struct RecordJob: Job {
    private enum Phase: CaseIterable {
        /// Asks the blacklist and the cutoffs: a script sees only the keys of its own slot.
        case judge
        /// Records the tokens that passed, in one step with another look at the user's cutoff.
        case record
    }

    private let store: TokenStore
    private let tokens: [TokenRecord]
    private var phases = Phase.allCases[...]
    private var states: StatesJob?
    private var commands: [Command] = []
    /// The tokens that are recorded, by their places.
    private var sent: [Int] = []
    /// The outcomes of an attempt whose changes may be lost.
    private var previous: [RecordOutcome?]?
    /// How far the job came, whatever broke it off.
    private(set) var outcome: RecordBatch

    init(_ store: TokenStore, _ tokens: [TokenRecord]) {
        self.store = store
        self.tokens = tokens
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
            for index in sent { commands.append(try userTokens.recordCommand(tokens[index])) }
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

// MARK: renewal

/// The outcome of replacing a token with a new one.
package enum RenewalOutcome: Equatable, Sendable {
    /// The new token is recorded, the old one revoked.
    case renewed
    /// The new one was not recorded: nothing has changed.
    case refused(RecordOutcome)
    /// The old one was revoked meanwhile, or its user was logged out: the new one was revoked
    /// again.
    case overtaken
    /// The new one is recorded, but it is unknown whether the old one is revoked. Both may be
    /// accepted.
    case inDoubt(StoreError)
}

extension TokenStore {
    /// Records `new`, then revokes `old`. If it breaks off in between, both are accepted; there is
    /// no time at which neither is.
    ///
    /// A logout that returned before this has the last word: the step that records compares the
    /// user's cutoff with the `iat` of `old`. The state of `old` is read again afterwards, because
    /// the cutoff for all users is in another slot.
    package func renew(
        _ old: Revocation, issued: IssuedAt, as new: TokenRecord?, entry: DenyEntry
    ) throws(StoreError) -> RenewalOutcome {
        if var new {
            new.predecessor = issued
            let outcome = try record(new)
            guard outcome == .recorded else { return .refused(outcome) }
        }
        let batch: RevocationBatch
        do throws(StoreError) {
            let state = try states(of: [StateQuery(old.subject)])[0]
            if state.denial != nil || state.judgeCutoff(issued) != .passes {
                try takeBack(new, entry)
                return .overtaken
            }
            // The old token is active, so the whitelist, if there is one, has keys.
            noteUsage()
            batch = revoke([old], entry: entry)
            if let failure = batch.failure { throw failure }
            switch batch.outcomes[0] {
            case .revoked, .expired: return .renewed
            case .failed(let error): throw error
            case .alreadyRevoked:
                try takeBack(new, entry)
                return .overtaken
            case .unknown, .unconfirmed, .notAttempted, .notFound:
                throw .redis(.unexpectedReply(expected: "a reply", got: "nothing"))
            }
        } catch {
            return .inDoubt(error)
        }
    }

    /// Revokes the token that was recorded, if there is one.
    private func takeBack(_ new: TokenRecord?, _ entry: DenyEntry) throws(StoreError) {
        guard let new else { return }
        let batch = revoke([Revocation(new.subject, expiry: new.expiry)], entry: entry)
        if let failure = batch.failure { throw failure }
        if case .failed(let error) = batch.outcomes[0] { throw error }
    }
}
