internal import Layouts
internal import Redis

/// A piece of work on the state in Redis, written as a state machine: it gives commands and takes
/// the answers, and never waits or sends by itself. `JobRunner` has many under way in one pipeline;
/// `TokenStore.run` and `TokenStore.ask` drive one.
///
/// `next()` and `take(_:)` alternate until `next()` gives nil. Most jobs have an enum `Phase` with
/// a case for each exchange. The order of its cases is the order of the safety steps, so that a job
/// may break off after any of them. Tests drive jobs with answers written by hand, without a Redis.
protocol Job<Outcome> {
    associatedtype Outcome

    /// The commands of the next exchange, none where a phase has nothing to do; nil at the end.
    mutating func next() throws(StoreError) -> [Command]?

    /// Takes the answers to the commands that `next()` gave. After a broken connection, a command
    /// without a reply was not sent, unless it is among the uncertain ones. The phases that follow
    /// then take exchanges of which nothing was sent, so that the outcome shows how far the job
    /// came.
    ///
    /// An error that it throws ends the job, and is its result.
    mutating func take(_ exchange: Exchange) throws(StoreError)

    /// The result of the job; complete once `next()` has given nil.
    var outcome: Outcome { get }

    /// Begins again, because what the last attempt has changed may be lost. `outcome` is the result
    /// of that attempt, nil where it failed.
    mutating func restart(after outcome: Outcome?)
}

/// A job that changes nothing, and is therefore never done again.
protocol Question<Outcome>: Job {}

extension Question {
    mutating func restart(after outcome: Outcome?) {
        preconditionFailure("a question changes nothing that may be lost")
    }
}

/// The result of a job that has ended.
struct JobResult<Outcome> {
    let result: Result<Outcome, StoreError>
    /// Why acknowledged changes may be lost all the same; nil where they are safe.
    let doubt: StoreError?
}

/// Who does the last step of a piece of work, such as the wait for replicas: the function itself,
/// or its caller, which does it once for several calls.
package enum Finisher: Sendable {
    case callee, caller
}

/// Commands in one exchange, each of which must succeed. They must be safe to repeat.
struct CommandJob: Job {
    private let store: TokenStore
    private let commands: [Command]
    private(set) var outcome: [Reply] = []
    private var isDone = false

    init(_ store: TokenStore, _ commands: [Command]) {
        self.store = store
        self.commands = commands
    }

    mutating func next() -> [Command]? { isDone ? nil : commands }

    mutating func take(_ exchange: Exchange) throws(StoreError) {
        isDone = true
        outcome = try store.replies(exchange, to: commands)
    }

    mutating func restart(after outcome: [Reply]?) { isDone = false }
}

extension TokenStore {
    /// How many times changes are made before giving up, if each time another server becomes
    /// primary.
    static let attemptLimit = 5

    /// The error of work without an end: the primary was replaced `attemptLimit` times, or Redis'
    /// clock does not move.
    var stalled: StoreError {
        .redis(.stalled(milliseconds: client.timeout, cause: nil, ExchangeProgress()))
    }

    /// The replies to commands that change nothing, all in one round trip; the first error reply is
    /// thrown, with the command and its key.
    func ask(_ commands: [Command]) throws(StoreError) -> [Reply] {
        guard !commands.isEmpty else { return [] }
        let replies = try client.replies(to: commands)
        for (command, reply) in zip(commands, replies) { _ = try check(reply, of: command) }
        return replies
    }

    /// The reply to one command that changes nothing; an error reply is thrown.
    func ask(_ command: Command) throws(StoreError) -> Reply { try ask([command])[0] }

    /// Drives a question to its end, and returns its outcome. Nothing is confirmed: it changed
    /// nothing.
    func ask<Outcome>(_ question: some Question<Outcome>) throws(StoreError) -> Outcome {
        var question = question
        return try drive(&question).result.get()
    }

    /// Makes changes that are safe to repeat, and makes them again as long as they may be lost. The
    /// caller has to `confirm()` them.
    @discardableResult
    func change(_ commands: [Command]) throws(StoreError) -> [Reply] {
        var job = CommandJob(self, commands)
        let (done, failure) = run(&job, confirmedBy: .caller)
        if let failure { throw failure }
        return try done.result.get()
    }

    /// Runs one job that changes something, and again as long as its changes may be lost. A signal
    /// does not end it. `failure` is what broke it off, or the missing confirmation; `done` is
    /// complete in that case, too, with what is known by then.
    func run<J: Job>(
        _ job: inout J, confirmedBy finisher: Finisher = .callee
    ) -> (done: JobResult<J.Outcome>, failure: StoreError?) {
        var result: Result<J.Outcome, StoreError>?
        var keepsResults = false
        do throws(StoreError) {
            for _ in 0..<Self.attemptLimit {
                let checkpoint = try checkpoint(changes: true)
                keepsResults = needsConfirmation
                if let last = result { job.restart(after: last.value) }
                let (attempt, failure) = drive(&job)
                result = attempt
                if let failure { throw .redis(failure) }
                // A job that failed has nothing to confirm.
                if attempt.value != nil, try confirm(since: checkpoint) != .intact { continue }
                guard finisher == .callee else {
                    return (JobResult(result: attempt, doubt: nil), nil)
                }
                let doubt = keepsResults ? self.doubt : nil
                return (JobResult(result: attempt, doubt: doubt), confirmAtEnd())
            }
            throw stalled
        } catch {
            // What was acknowledged and not confirmed may be lost.
            return (
                JobResult(
                    result: result ?? .failure(error),
                    doubt: result != nil && keepsResults ? error : nil),
                error
            )
        }
    }

    /// Runs one job that reads where it would write, so that nothing has to be confirmed. Returns
    /// the same as `run`.
    func runDry<J: Job>(_ job: inout J) -> (done: JobResult<J.Outcome>, failure: StoreError?) {
        let (result, failure) = drive(&job)
        return (JobResult(result: result, doubt: nil), failure.map { StoreError.redis($0) })
    }

    /// Sends the commands of a job, one exchange after the other. After a failure nothing more is
    /// sent, but the job still takes its remaining phases, as unsent exchanges.
    private func drive<J: Job>(
        _ job: inout J
    ) -> (result: Result<J.Outcome, StoreError>, failure: RedisError?) {
        var failure: RedisError?
        do throws(StoreError) {
            while let commands = try job.next() {
                let exchange =
                    failure.map { Exchange(unsent: commands.count, because: $0) }
                    ?? (commands.isEmpty ? Exchange(count: 0) : client.collect(commands))
                failure = exchange.failure
                try job.take(exchange)
            }
            return (.success(job.outcome), failure)
        } catch {
            return (.failure(error), failure)
        }
    }
}

extension Result {
    /// nil for a failure.
    var value: Success? {
        if case .success(let value) = self { value } else { nil }
    }
}

// MARK: Redis' answers, with errors as `StoreError`

extension Exchange {
    /// All replies; throws what broke the exchange off.
    var all: [Reply] { get throws(StoreError) { try StoreError.wrapping(complete) } }
}

extension Client {
    /// The replies to `commands`, all in one round trip; error replies are values.
    func replies(to commands: [Command]) throws(StoreError) -> [Reply] {
        do throws(RedisError) {
            return try pipeline(commands)
        } catch {
            throw .redis(error)
        }
    }

    /// The clock of the server that holds `key`, or of any server if it is nil, in milliseconds
    /// since 1970. In a Cluster the clocks differ, so a time is compared with the clock it was
    /// taken from.
    func milliseconds(besideKey key: [UInt8]? = nil) throws(StoreError) -> Int64 {
        do throws(RedisError) {
            let time = try serverTime(besideKey: key)
            return time.seconds * 1000 + time.microseconds / 1000
        } catch {
            throw .redis(error)
        }
    }
}
