internal import Redis

/// What is left to do for some items: nothing, or commands whose answers tell how to go on.
///
/// One item and a million take the same steps; `BulkRun` has those of many under way at once.
enum Step<Outcome> {
    case done(Outcome)
    /// `then` is also called where the work breaks off: what has no reply in the exchange was then
    /// not sent, unless it is among the uncertain; nothing more will be sent.
    case send([Command], then: (Exchange) throws(StoreError) -> Step<Outcome>)

    /// The first step, given what an earlier attempt came to whose changes may have been lost.
    typealias Start = (_ previous: Outcome?) throws(StoreError) -> Step<Outcome>

    /// The end of steps that broke off before `commands` were sent, and everything after them.
    func abandoned(because failure: RedisError) throws(StoreError) -> Outcome {
        var step = self
        while true {
            switch step {
            case .done(let outcome): return outcome
            case .send(let commands, let then):
                step = try then(Exchange(unsent: commands.count, because: failure))
            }
        }
    }

    /// These steps, then those that their outcome leads to.
    func then<Other>(
        _ next: @escaping (Outcome) throws(StoreError) -> Step<Other>
    ) throws(StoreError) -> Step<Other> {
        switch self {
        case .done(let outcome): return try next(outcome)
        case .send(let commands, let then):
            return .send(commands) { exchange throws(StoreError) in
                try then(exchange).then(next)
            }
        }
    }
}
