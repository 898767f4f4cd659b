internal import Layouts
internal import Platform
internal import Redis

/// The next of something that is read or computed piece by piece.
package enum Supply<Element> {
    case item(Element)
    /// There is none at the moment; asked again, there may be one.
    case notYet
    case end

    /// The same with another form of the element.
    package func map<Other>(_ transform: (Element) throws -> Other) rethrows -> Supply<Other> {
        switch self {
        case .item(let element): .item(try transform(element))
        case .notYet: .notYet
        case .end: .end
        }
    }
}

/// How the next of a `Supply` is asked for.
package enum Pull {
    /// It is waited for, so that the answer is an item or the end. Nothing else is under way then.
    case blocking
    /// Only what is there already is taken: there is other work to do meanwhile.
    case polling
}

/// Many jobs in one pipeline: while one waits for its answers, the others go on.
///
/// Results are delivered in the order of the jobs. From a single server each is delivered as soon
/// as it and all before it are done. Changes that have to be confirmed (in a group of servers, or
/// by replicas or disks) are delivered after that, and jobs whose changes may be lost are done
/// again.
final class JobRunner<Tag, Outcome> {
    /// Gives the next job, with a tag that is delivered with its result. It may use the client only
    /// if the pull is blocking, since no command is under way then.
    typealias Source = (Pull) throws -> Supply<(Tag, any Job<Outcome>)>

    private struct Entry {
        let tag: Tag
        var job: any Job<Outcome>
        var result: Result<Outcome, StoreError>?
    }

    private let store: TokenStore
    /// How many jobs may be under way. It bounds the memory for results that cannot be delivered
    /// yet.
    private let window: Int
    private let changes: Bool
    /// Who confirms the changes of all jobs at the end.
    private let finisher: Finisher
    private let next: Source
    private let deliver: (Tag, JobResult<Outcome>) throws -> Void

    /// The jobs that were not delivered yet, oldest first.
    private var entries: [Entry] = []
    /// The number of the oldest of them; jobs are numbered from 0 in the order of `next`.
    private var firstNumber = 0
    private var queue = ExchangeQueue()
    /// The error that ended the stream. Nothing more is sent.
    private var failure: RedisError?
    /// Whether results wait for a confirmation before they are delivered.
    private var keepsResults = false
    /// Whether no more jobs are taken.
    private var isEnded = false
    /// Whether results are dropped from now on.
    private var isDiscarding = false
    /// The error that `next` or `deliver` threw. The jobs under way are finished all the same,
    /// since a job that stops halfway may have changed something.
    private var callerError: (any Error)?

    init(
        _ store: TokenStore, window: Int, changes: Bool,
        confirmedBy finisher: Finisher = .callee,
        next: @escaping Source, deliver: @escaping (Tag, JobResult<Outcome>) throws -> Void
    ) {
        self.store = store
        self.window = window
        self.changes = changes
        self.finisher = finisher
        self.next = next
        self.deliver = deliver
    }

    /// Works until there is no more to do, a signal asks to stop (what is under way is finished),
    /// or Redis fails, which is returned. Throws what the closures throw.
    ///
    /// Results may be delivered with a doubt, and be confirmed by the wait at the end: then nil is
    /// returned.
    func run() throws -> StoreError? {
        var attempts = 0
        repeat {
            do throws(StoreError) {
                attempts = try workUntilConfirmed() ? 0 : attempts + 1
                if attempts == TokenStore.attemptLimit { throw store.stalled }
            } catch {
                // What was acknowledged and not confirmed may be lost.
                breakOff(error, doubt: keepsResults ? error : nil)
                if let callerError { throw callerError }
                return error
            }
        } while attempts > 0 || !isEnded && !isStopped
        if let callerError { throw callerError }
        return changes && finisher == .callee ? store.confirmAtEnd() : nil
    }

    /// Begins no more jobs and delivers no more results; `run` returns after the jobs under way.
    func stop() {
        isEnded = true
        isDiscarding = true
    }

    /// One stream of commands, with a confirmation at its end if there has to be one. Returns false
    /// if another server may have become primary, so that the jobs must be done again.
    private func workUntilConfirmed() throws(StoreError) -> Bool {
        let checkpoint = try store.checkpoint(changes: changes)
        keepsResults = changes && store.needsConfirmation
        queue = ExchangeQueue()
        for index in entries.indices { restart(index) }
        let end = store.client.stream(next: { self.nextCommand() }) { self.take($1, number: $0) }
        if let failure = end.failure {
            self.failure = failure
            for (number, exchange) in queue.breakOff(end, because: failure) {
                resume(number, with: exchange)
            }
            throw .redis(failure)
        }
        guard keepsResults else { return true }
        guard try store.confirm(since: checkpoint) == .intact else { return false }
        deliverFinished(doubt: finisher == .callee ? store.doubt : nil)
        return true
    }

    /// Whether no more jobs are to be begun.
    private var isStopped: Bool { callerError != nil || Signals.pending != nil }

    // MARK: jobs

    /// The next command to send; nil for none at the moment. The commands of an exchange stay
    /// together.
    private func nextCommand() -> Command? {
        while true {
            if let command = queue.continuation() { return command }
            // New jobs first: a scan goes on while what it found is looked at.
            let isNew = addJob()
            if !queue.begin(), !isNew { return nil }
        }
    }

    /// Takes one more job; false where there is none, or no room for it.
    private func addJob() -> Bool {
        guard !isEnded, !isStopped, entries.count < window else { return false }
        do {
            switch try next(entries.isEmpty ? .blocking : .polling) {
            case .item((let tag, let job)):
                entries.append(Entry(tag: tag, job: job))
                advance(entries.count - 1, isNew: true)
            case .notYet: return false
            case .end:
                isEnded = true
                return false
            }
        } catch {
            callerError = error
            return false
        }
        if !keepsResults { deliverFinished(doubt: nil) }
        return true
    }

    /// Does a job again whose changes may be lost; the job gets the outcome of its last attempt.
    private func restart(_ index: Int) {
        let outcome = entries[index].result?.value
        entries[index].result = nil
        entries[index].job.restart(after: outcome)
        advance(index, isNew: true)
    }

    private func take(_ reply: Reply, number: Int) {
        guard let (number, exchange) = queue.take(reply, number: number) else { return }
        resume(number, with: exchange)
        if !keepsResults { deliverFinished(doubt: nil) }
    }

    /// Gives a job the answers that it waits for.
    private func resume(_ number: Int, with exchange: Exchange) {
        let index = number - firstNumber
        do throws(StoreError) {
            try entries[index].job.take(exchange)
            advance(index)
        } catch {
            entries[index].result = .failure(error)
        }
    }

    /// Goes on to the next commands of a job, or to its end.
    private func advance(_ index: Int, isNew: Bool = false) {
        do throws(StoreError) {
            while let commands = try entries[index].job.next() {
                if commands.isEmpty {
                    try entries[index].job.take(Exchange(count: 0))
                } else if let failure {
                    try entries[index].job.take(
                        Exchange(unsent: commands.count, because: failure))
                } else {
                    let pending = PendingExchange(commands, job: firstNumber + index)
                    return queue.append(pending, isNext: isNew)
                }
            }
            entries[index].result = .success(entries[index].job.outcome)
        } catch {
            entries[index].result = .failure(error)
        }
    }

    // MARK: results

    /// Hands on what is done, up to the first that is not.
    private func deliverFinished(doubt: StoreError?) {
        while let entry = entries.first, let result = entry.result {
            entries.removeFirst()
            firstNumber += 1
            guard !isDiscarding else { continue }
            do {
                try deliver(entry.tag, JobResult(result: result, doubt: doubt))
            } catch {
                callerError = error
                isDiscarding = true
            }
        }
    }

    /// Delivers what is known of the jobs that were under way.
    private func breakOff(_ error: StoreError, doubt: StoreError?) {
        for index in entries.indices where entries[index].result == nil {
            entries[index].result = .failure(error)
        }
        deliverFinished(doubt: doubt)
    }
}
