import Foundation

/// Threads for tests that wait. There are more of them than cores, because most tests sleep until a
/// server, a child or a clock has moved on.
///
/// The tests block their threads, and Swift's cooperative pool has only one thread per core.
package final class WaitingPool: @unchecked Sendable {
    package static let shared = WaitingPool(
        places: ProcessInfo.processInfo.environment["JWTCTL_TEST_PLACES"].flatMap(Int.init) ?? 10)

    /// How many jobs run at a time, without those that wait in `yieldingPlace`.
    private let places: Int
    // `condition` guards all of these.
    private let condition = NSCondition()
    private var first: [Job] = []
    private var later: [Job] = []
    private var running = 0
    private var idleThreads = 0

    struct Job {
        let job: UnownedJob
        let executor: WaitingThreads
    }

    init(places: Int) {
        self.places = places
    }

    fileprivate func add(_ job: Job, urgent: Bool) {
        condition.lock()
        defer { condition.unlock() }
        if urgent { first.append(job) } else { later.append(job) }
        wakeThread()
    }

    /// Runs `wait` and lets another job run meanwhile.
    ///
    /// A test that waits for another one has to use it: all places could otherwise be taken by
    /// tests that wait.
    package func yieldingPlace(_ wait: () -> Void) {
        condition.lock()
        running -= 1
        wakeThread()
        condition.unlock()
        wait()
        // `running` may exceed `places` for a moment, in which no job starts.
        condition.lock()
        running += 1
        condition.unlock()
    }

    /// Has a thread look for a job. The caller holds the lock.
    private func wakeThread() {
        guard running < places else { return }
        if idleThreads > 0 {
            condition.signal()
        } else {
            let thread = Thread { [self] in work() }
            // Debug code needs more stack than a thread gets by default.
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func work() {
        condition.lock()
        while true {
            while running >= places || (first.isEmpty && later.isEmpty) {
                idleThreads += 1
                condition.wait()
                idleThreads -= 1
            }
            let next = first.isEmpty ? later.removeFirst() : first.removeFirst()
            running += 1
            condition.unlock()
            next.job.runSynchronously(on: next.executor.asUnownedTaskExecutor())
            condition.lock()
            running -= 1
        }
    }
}

/// The threads of the pool, as the executor of a task.
final class WaitingThreads: TaskExecutor {
    /// Jobs that start before all others.
    static let first = WaitingThreads(isUrgent: true)
    static let later = WaitingThreads(isUrgent: false)

    private let isUrgent: Bool

    private init(isUrgent: Bool) {
        self.isUrgent = isUrgent
    }

    func enqueue(_ job: consuming ExecutorJob) {
        WaitingPool.shared.add(.init(job: UnownedJob(job), executor: self), urgent: isUrgent)
    }
}
