internal import JSON
internal import Redis

/// A token as its user's list keeps it.
package struct TokenRecord: Equatable, Sendable {
    package let id: Identifier
    package let user: Identifier
    /// Unix seconds, nil for a token without `iat`.
    package let issuedAt: Int64?
    package let expiry: Expiry
    package let label: String?

    package init(
        id: Identifier, user: Identifier, issuedAt: Int64?, expiry: Expiry, label: String? = nil
    ) {
        self.id = id
        self.user = user
        self.issuedAt = issuedAt
        self.expiry = expiry
        self.label = label
    }

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
        var batch = RecordBatch(outcomes: Array(repeating: nil, count: tokens.count))
        do throws(StoreError) {
            try settled { isRepeated throws(StoreError) in
                let before = batch.outcomes
                if isRepeated { batch.doubt() }
                try record(tokens, into: &batch)
                guard isRepeated else { return }
                for index in tokens.indices
                where before[index] == .recorded && batch.outcomes[index] == .alreadyRecorded {
                    // The first time it was not there: it is ours.
                    batch.outcomes[index] = .recorded
                }
            }
        } catch {
            batch.failure = error
            if client.mayLoseChanges, !error.isAboutReplicas { batch.doubt() }
        }
        return batch
    }

    private func record(
        _ tokens: [TokenRecord], into batch: inout RecordBatch
    ) throws(StoreError) {
        let states = try states(of: tokens.map { StateQuery(id: $0.id, user: nil) })
        var sent: [Int] = []
        for (index, (token, state)) in zip(tokens, states).enumerated() {
            let issued = token.issuedAt.map { IssuedAt.at(Double($0)) } ?? .missing
            if state.denial != nil {
                batch.outcomes[index] = .alreadyRevoked
            } else if case .cutOff(let cutoff) = state.judgeCutoff(issued) {
                batch.outcomes[index] = .cutOff(cutoff)
            } else {
                sent.append(index)
            }
        }
        guard !sent.isEmpty else { return }
        let commands = sent.map { recordCommand(tokens[$0]) }
        let exchange = client.collect(commands)
        batch.uncertainCount = exchange.uncertain.count
        // Every answer is read before the first fault is told: what was recorded is known.
        var fault: StoreError?
        for (position, reply) in exchange.replies.enumerated() {
            guard let reply else { continue }
            do throws(StoreError) {
                let checked = try check(reply, of: commands[position])
                let index = sent[position]
                batch.outcomes[index] = try recordOutcome(checked, of: tokens[index])
            } catch {
                fault = fault ?? error
            }
        }
        if let failure = exchange.failure { throw .redis(failure) }
        if let fault { throw fault }
    }

    func recordCommand(_ token: TokenRecord) -> Command {
        let keys = layout.keys(of: token.user)
        // Sent twice it would say LISTED of its own doing.
        return .eval(
            Script.record, keys: [keys.tokens, keys.meta, keys.cutoff],
            [
                .bytes(token.id.bytes), .text(token.expiry.score),
                .text(token.issuedAt.map(String.init) ?? ""), .integer(margin),
                .bytes(token.details), .integer(TokenState.futureTolerance),
            ]
        ).once()
    }

    func recordOutcome(
        _ reply: Reply, of token: TokenRecord
    ) throws(StoreError) -> RecordOutcome {
        let (word, number) = try outcome(reply)
        switch word {
        case "OK": return .recorded
        case "LISTED": return .alreadyRecorded
        case "STALE": return .cutOff(number)
        case "EXPIRED": return .expired
        case "CORRUPT":
            let keys = layout.keys(of: token.user)
            throw .corrupt(key: number == 1 ? keys.tokens : number == 2 ? keys.meta : keys.cutoff)
        default: throw .redis(.unexpectedReply(expected: "OK", got: reply.shape))
        }
    }

    /// Takes tokens off a user's list; answers how many stood there.
    @discardableResult
    func unlist(_ ids: [Identifier], of user: Identifier) throws(StoreError) -> Int64 {
        guard !ids.isEmpty else { return 0 }
        let reply = try settled { _ throws(StoreError) in try call(unlistCommand(ids, of: user)) }
        return try StoreError.wrapping { () throws(RedisError) in try reply.integer() }
    }

    func unlistCommand(_ ids: [Identifier], of user: Identifier) -> Command {
        let keys = layout.keys(of: user)
        return .eval(
            Script.unlist, keys: [keys.tokens, keys.meta],
            [.integer(margin)] + ids.map { .bytes($0.bytes) })
    }

    /// The two elements of a script's answer: a word or number, and a number.
    func outcome(_ reply: Reply) throws(StoreError) -> (word: String, number: Int64) {
        try StoreError.wrapping { () throws(RedisError) in
            let parts = try reply.array()
            guard parts.count == 2 else {
                throw .unexpectedReply(expected: "array of 2", got: reply.shape)
            }
            if case .integer(let number) = parts[0] {
                return (String(number), try parts[1].integer())
            }
            return (try parts[0].text(), try parts[1].integer())
        }
    }
}
