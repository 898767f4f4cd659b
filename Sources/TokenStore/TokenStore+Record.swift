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

extension TokenStore {
    /// Puts a token on its user's list, in one step with the look at the user's cutoff, so that a
    /// logout that runs meanwhile either finds the token or refuses it.
    package func record(_ token: TokenRecord) throws(StoreError) -> RecordOutcome {
        let before = try states(of: [StateQuery(id: token.id, user: nil)])[0]
        if before.denial != nil { return .alreadyRevoked }
        let issued = token.issuedAt.map { IssuedAt.at(Double($0)) } ?? .missing
        if case .cutOff(let cutoff) = before.judgeCutoff(issued) { return .cutOff(cutoff) }

        return try settled { isRepeated throws(StoreError) in
            let outcome = try write(token)
            // The first time it was not there: it is ours.
            return isRepeated && outcome == .alreadyRecorded ? .recorded : outcome
        }
    }

    private func write(_ token: TokenRecord) throws(StoreError) -> RecordOutcome {
        let keys = layout.keys(of: token.user)
        // Sent twice it would say LISTED of its own doing.
        let reply = try call(
            .eval(
                Script.record, keys: [keys.tokens, keys.meta, keys.cutoff],
                [
                    .bytes(token.id.bytes), .text(token.expiry.score),
                    .text(token.issuedAt.map(String.init) ?? ""), .integer(margin),
                    .bytes(token.details), .integer(TokenState.futureTolerance),
                ]
            ).once())
        let (word, number) = try outcome(reply)
        switch word {
        case "OK": return .recorded
        case "LISTED": return .alreadyRecorded
        case "STALE": return .cutOff(number)
        case "EXPIRED": return .expired
        case "CORRUPT":
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
