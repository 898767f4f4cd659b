internal import Platform
internal import Redis

/// What one piece of work came to.
struct Delivery<Outcome> {
    let result: Result<Outcome, StoreError>
    /// Whether acknowledged changes may be lost all the same.
    let isInDoubt: Bool
}

/// Many pieces of work in one pipeline: while one waits for its answers, the others go on.
///
/// Results are delivered in the order of the work. Where changes have to be settled (several
/// servers, or replicas that must confirm) they are delivered once they are, and what may have been
/// lost is done again; else each as soon as it and all before it are done.
final class BulkRun<Work, Outcome> {
    private struct Job {
        let work: Work
        let start: Step<Outcome>.Start
        /// What an earlier attempt came to.
        var previous: Outcome?
        var result: Result<Outcome, StoreError>?
        /// The commands of the present step, of which `given` are with the stream.
        var commands: [Command] = []
        var given = 0
        /// The number of the step's first command in the stream.
        var firstNumber = 0
        var openReplies = 0
        var exchange = Exchange(count: 0)
        var then: ((Exchange) throws(StoreError) -> Step<Outcome>)?
    }

    private let store: TokenStore
    /// How many pieces of work may be under way.
    private let window: Int
    private let changes: Bool
    private let heedsSignals: Bool
    /// Gives the next piece of work. Where it `mayWait`, nil means that there is no more of it;
    /// else that there is none now. Must not use the client, unless it may wait.
    private let next: (_ mayWait: Bool) throws -> (Work, Step<Outcome>.Start)?
    private let deliver: (Work, Delivery<Outcome>) throws -> Void

    /// The pieces of work from the oldest that was not delivered on; `base` counts those before.
    private var jobs: [Job] = []
    private var base = 0
    /// Those with a step that was not given to the stream yet, the next one last, and the one that
    /// is being given.
    private var ready: [Int] = []
    private var giving: Int?
    private var commandCount = 0
    /// The job whose reply came last.
    private var lastAnswered = 0
    private var keepsResults = false
    private var isEnded = false
    private var isDiscarding = false
    /// What the caller's own closures threw: the work under way is finished all the same.
    private var callerError: (any Error)?

    init(
        _ store: TokenStore, window: Int, changes: Bool, heedsSignals: Bool = true,
        next: @escaping (_ mayWait: Bool) throws -> (Work, Step<Outcome>.Start)?,
        deliver: @escaping (Work, Delivery<Outcome>) throws -> Void
    ) {
        self.store = store
        self.window = window
        self.changes = changes
        self.heedsSignals = heedsSignals
        self.next = next
        self.deliver = deliver
    }

    /// Works until there is no more to do, a signal asks to stop (what is under way is finished),
    /// or Redis fails, which is returned. Throws what the closures throw.
    func run() throws -> StoreError? {
        var attempts = 0
        repeat {
            do throws(StoreError) {
                attempts = try workUntilSettled() ? 0 : attempts + 1
                if attempts == TokenStore.settlingAttempts { throw store.unsettled }
            } catch {
                let isInDoubt =
                    changes && !error.isAboutReplicas
                    && (attempts > 0 || store.client.mayLoseChanges)
                breakOff(error, isInDoubt: isInDoubt)
                if let callerError { throw callerError }
                return error
            }
        } while attempts > 0 || !isEnded && !isStopped
        if let callerError { throw callerError }
        return nil
    }

    /// Does what can be done before something has to be settled; false where it has to be done
    /// again.
    private func workUntilSettled() throws(StoreError) -> Bool {
        let mark = try store.mark(changes: changes)
        keepsResults = changes && store.hasToSettle
        commandCount = 0
        for index in jobs.indices { begin(index) }
        let end = store.client.stream(next: { self.nextCommand() }) { self.take($1, number: $0) }
        if let failure = end.failure {
            note(end, failure)
            throw .redis(failure)
        }
        guard keepsResults else { return true }
        guard try store.settle(since: mark) == .stands else {
            for index in jobs.indices {
                if case .success(let outcome)? = jobs[index].result {
                    jobs[index].previous = outcome
                }
            }
            return false
        }
        deliverFinished(isInDoubt: false)
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
            if let giving {
                let index = giving - base
                let given = jobs[index].given
                if given < jobs[index].commands.count {
                    jobs[index].given += 1
                    commandCount += 1
                    return jobs[index].commands[given]
                }
                self.giving = nil
            }
            // New work first: a scan goes on while what it found is looked at.
            _ = addJob()
            guard let identity = ready.popLast() else {
                if addJob() { continue }
                return nil
            }
            jobs[identity - base].firstNumber = commandCount
            giving = identity
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
            jobs.append(Job(work: work, start: start))
            begin(jobs.count - 1)
        } catch {
            callerError = error
            return false
        }
        if !keepsResults { deliverFinished(isInDoubt: false) }
        return true
    }

    private func begin(_ index: Int) {
        jobs[index].result = nil
        advance(index, isNew: true) { () throws(StoreError) in
            try self.jobs[index].start(self.jobs[index].previous)
        }
    }

    /// Goes on with the step that `body` leads to.
    private func advance(
        _ index: Int, isNew: Bool = false, _ body: () throws(StoreError) -> Step<Outcome>
    ) {
        do throws(StoreError) {
            var step = try body()
            while true {
                switch step {
                case .done(let outcome):
                    jobs[index].result = .success(outcome)
                    return
                case .send(let commands, let then):
                    guard commands.isEmpty else {
                        jobs[index].commands = commands
                        jobs[index].given = 0
                        jobs[index].openReplies = commands.count
                        jobs[index].exchange = Exchange(count: commands.count)
                        jobs[index].then = then
                        if isNew {
                            ready.append(base + index)
                        } else {
                            ready.insert(base + index, at: 0)
                        }
                        return
                    }
                    step = try then(Exchange(count: 0))
                }
            }
        } catch {
            jobs[index].result = .failure(error)
        }
    }

    private func take(_ reply: Reply, number: Int) {
        let index = owner(of: number)
        let position = number - jobs[index].firstNumber
        jobs[index].exchange.replies[position] = reply
        jobs[index].openReplies -= 1
        guard jobs[index].openReplies == 0, let then = jobs[index].then else { return }
        let exchange = jobs[index].exchange
        jobs[index].exchange = Exchange(count: 0)
        jobs[index].commands = []
        jobs[index].then = nil
        if giving == base + index { giving = nil }
        advance(index) { () throws(StoreError) in try then(exchange) }
        if !keepsResults { deliverFinished(isInDoubt: false) }
    }

    /// The job whose present step has the command of that number.
    private func owner(of number: Int) -> Int {
        func has(_ job: Job) -> Bool {
            number >= job.firstNumber && number < job.firstNumber + job.given
        }
        let last = lastAnswered - base
        if jobs.indices.contains(last), has(jobs[last]) { return last }
        guard let index = jobs.firstIndex(where: has) else {
            preconditionFailure("a reply to a command that was not given")
        }
        lastAnswered = base + index
        return index
    }

    /// Hands on what is done, up to the first that is not.
    private func deliverFinished(isInDoubt: Bool) {
        while let job = jobs.first, let result = job.result {
            jobs.removeFirst()
            base += 1
            guard !isDiscarding else { continue }
            do {
                try deliver(job.work, Delivery(result: result, isInDoubt: isInDoubt))
            } catch {
                callerError = error
                isDiscarding = true
            }
        }
    }

    /// Lets every job that is under way see which of its commands may have been executed.
    private func note(_ end: StreamEnd, _ failure: RedisError) {
        for index in jobs.indices {
            guard let then = jobs[index].then else { continue }
            var exchange = jobs[index].exchange
            exchange.failure = failure
            for position in 0..<jobs[index].given where exchange.replies[position] == nil {
                if end.uncertain.contains(jobs[index].firstNumber + position) {
                    exchange.uncertain.insert(position)
                }
            }
            jobs[index].then = nil
            do throws(StoreError) {
                jobs[index].result = .success(try then(exchange).abandoned(because: failure))
            } catch {
                jobs[index].result = .failure(error)
            }
        }
    }

    /// Delivers what is known of the work that was under way.
    private func breakOff(_ error: StoreError, isInDoubt: Bool) {
        for index in jobs.indices where jobs[index].result == nil {
            jobs[index].result = .failure(error)
        }
        deliverFinished(isInDoubt: isInDoubt)
    }
}

extension TokenStore {
    /// Does one piece of work, signals or not; `failure` is what broke it off.
    func perform<Outcome>(
        _ start: @escaping Step<Outcome>.Start
    ) -> (delivery: Delivery<Outcome>, failure: StoreError?) {
        var waiting: Step<Outcome>.Start? = start
        var delivery: Delivery<Outcome>?
        let run = BulkRun<Void, Outcome>(self, window: 1, changes: true, heedsSignals: false) { _ in
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
            return (Delivery(result: .failure(reason), isInDoubt: false), reason)
        } catch {
            preconditionFailure("neither closure throws: \(error)")
        }
    }
}
