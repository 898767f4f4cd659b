internal import Platform
internal import Redis

/// What one piece of work came to.
struct Delivery<Outcome> {
    let result: Result<Outcome, StoreError>
    /// Why acknowledged changes may be lost all the same; nil where they stand.
    let doubt: StoreError?
}

/// Many pieces of work in one pipeline: while one waits for its answers, the others go on.
///
/// Results are delivered in the order of the work. Where changes have to be settled (several
/// servers, or replicas that must confirm) they are delivered once they are, and what may have been
/// lost is done again; else each as soon as it and all before it are done.
final class BulkRun<Work, Outcome> {
    private final class Job {
        let work: Work
        let start: Step<Outcome>.Start
        /// What an earlier attempt came to.
        var previous: Outcome?
        var result: Result<Outcome, StoreError>?

        init(_ work: Work, _ start: @escaping Step<Outcome>.Start) {
            self.work = work
            self.start = start
        }
    }

    private let store: TokenStore
    /// How many pieces of work may be under way.
    private let window: Int
    private let changes: Bool
    private let heedsSignals: Bool
    /// Whether more changes belong to these: who makes them all looks for doubts at the end.
    private let isPart: Bool
    /// Gives the next piece of work. Where it `mayWait`, nil means that there is no more of it;
    /// else that there is none now. Must not use the client, unless it may wait.
    private let next: (_ mayWait: Bool) throws -> (Work, Step<Outcome>.Start)?
    private let deliver: (Work, Delivery<Outcome>) throws -> Void

    /// The pieces of work from the oldest that was not delivered on.
    private var jobs: [Job] = []
    private var queue = StepQueue()
    /// Why the stream has ended; steps that would follow are abandoned.
    private var failure: RedisError?
    private var keepsResults = false
    private var isEnded = false
    private var isDiscarding = false
    /// What the caller's own closures threw: the work under way is finished all the same.
    private var callerError: (any Error)?

    init(
        _ store: TokenStore, window: Int, changes: Bool, heedsSignals: Bool = true,
        isPart: Bool = false,
        next: @escaping (_ mayWait: Bool) throws -> (Work, Step<Outcome>.Start)?,
        deliver: @escaping (Work, Delivery<Outcome>) throws -> Void
    ) {
        self.store = store
        self.window = window
        self.changes = changes
        self.heedsSignals = heedsSignals
        self.isPart = isPart
        self.next = next
        self.deliver = deliver
    }

    /// Works until there is no more to do, a signal asks to stop (what is under way is finished),
    /// or Redis fails, which is returned. Throws what the closures throw.
    ///
    /// What was delivered in doubt because nobody had confirmed it is confirmed after all where nil
    /// is returned.
    func run() throws -> StoreError? {
        var attempts = 0
        repeat {
            do throws(StoreError) {
                attempts = try workUntilSettled() ? 0 : attempts + 1
                if attempts == TokenStore.settlingAttempts { throw store.unsettled }
            } catch {
                // What was acknowledged and not settled may be lost.
                breakOff(error, doubt: keepsResults ? error : nil)
                if let callerError { throw callerError }
                return error
            }
        } while attempts > 0 || !isEnded && !isStopped
        if let callerError { throw callerError }
        guard changes, !isPart else { return nil }
        do throws(StoreError) {
            return try store.confirm()
        } catch {
            return error
        }
    }

    /// Does what can be done before something has to be settled; false where it has to be done
    /// again.
    private func workUntilSettled() throws(StoreError) -> Bool {
        let checkpoint = try store.checkpoint(changes: changes)
        keepsResults = changes && store.hasToSettle
        queue = StepQueue()
        for job in jobs { begin(job) }
        let end = store.client.stream(next: { self.nextCommand() }) { self.take($1, number: $0) }
        if let failure = end.failure {
            self.failure = failure
            for (step, exchange) in queue.breakOff(end, because: failure) {
                step.finish(with: exchange)
            }
            throw .redis(failure)
        }
        guard keepsResults else { return true }
        guard try store.confirm(since: checkpoint) == .intact else {
            for job in jobs {
                if case .success(let outcome)? = job.result { job.previous = outcome }
            }
            return false
        }
        deliverFinished(doubt: isPart ? nil : store.doubt)
        return true
    }

    /// Whether no more work is to be begun.
    private var isStopped: Bool {
        callerError != nil || heedsSignals && Signals.pending != nil
    }

    /// Delivers nothing more, and begins nothing.
    func stop() {
        isEnded = true
        isDiscarding = true
    }

    private func nextCommand() -> Command? {
        while true {
            if let command = queue.continuation() { return command }
            // New work first: a scan goes on while what it found is looked at.
            let isNew = addJob()
            if !queue.begin(), !isNew { return nil }
        }
    }

    /// Takes one more piece of work; false where there is none, or no room for it.
    private func addJob() -> Bool {
        guard !isEnded, !isStopped, jobs.count < window else { return false }
        let mayWait = jobs.isEmpty
        do {
            guard let (work, start) = try next(mayWait) else {
                isEnded = mayWait
                return false
            }
            let job = Job(work, start)
            jobs.append(job)
            begin(job)
        } catch {
            callerError = error
            return false
        }
        if !keepsResults { deliverFinished(doubt: nil) }
        return true
    }

    private func begin(_ job: Job) {
        job.result = nil
        advance(job, isNew: true) { () throws(StoreError) in try job.start(job.previous) }
    }

    /// Goes on with the step that `body` leads to.
    private func advance(
        _ job: Job, isNew: Bool = false, _ body: () throws(StoreError) -> Step<Outcome>
    ) {
        do throws(StoreError) {
            var step = try body()
            while true {
                switch step {
                case .done(let outcome):
                    job.result = .success(outcome)
                    return
                case .send(let commands, let then):
                    if commands.isEmpty {
                        step = try then(Exchange(count: 0))
                    } else if let failure {
                        job.result = .success(try step.abandoned(because: failure))
                        return
                    } else {
                        let sent = StepInFlight(commands) { exchange in
                            self.advance(job) { () throws(StoreError) in try then(exchange) }
                        }
                        return queue.append(sent, isNext: isNew)
                    }
                }
            }
        } catch {
            job.result = .failure(error)
        }
    }

    private func take(_ reply: Reply, number: Int) {
        guard let (step, exchange) = queue.take(reply, number: number) else { return }
        step.finish(with: exchange)
        if !keepsResults { deliverFinished(doubt: nil) }
    }

    /// Hands on what is done, up to the first that is not.
    private func deliverFinished(doubt: StoreError?) {
        while let job = jobs.first, let result = job.result {
            jobs.removeFirst()
            guard !isDiscarding else { continue }
            do {
                try deliver(job.work, Delivery(result: result, doubt: doubt))
            } catch {
                callerError = error
                isDiscarding = true
            }
        }
    }

    /// Delivers what is known of the work that was under way.
    private func breakOff(_ error: StoreError, doubt: StoreError?) {
        for job in jobs where job.result == nil { job.result = .failure(error) }
        deliverFinished(doubt: doubt)
    }
}

extension TokenStore {
    /// Does one piece of work, signals or not; `failure` is what broke it off.
    func perform<Outcome>(
        _ start: @escaping Step<Outcome>.Start, isPart: Bool = false
    ) -> (delivery: Delivery<Outcome>, failure: StoreError?) {
        var waiting: Step<Outcome>.Start? = start
        var delivery: Delivery<Outcome>?
        let run = BulkRun<Void, Outcome>(
            self, window: 1, changes: true, heedsSignals: false, isPart: isPart
        ) { _ in
            defer { waiting = nil }
            return waiting.map { ((), $0) }
        } deliver: {
            delivery = $1
        }
        do {
            let failure = try run.run()
            if let delivery { return (delivery, failure) }
            // It was not even begun.
            let reason = failure ?? unsettled
            return (Delivery(result: .failure(reason), doubt: nil), reason)
        } catch {
            preconditionFailure("neither closure throws: \(error)")
        }
    }
}
