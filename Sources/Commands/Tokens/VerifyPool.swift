internal import Platform
internal import Synchronization

/// Threads that answer batches of lines, the answers coming back in the order of the batches.
///
/// Each worker owns what it judges with: `sending` has the compiler check that. Only the ring
/// is common to all; it holds a fixed number of batches, which bounds the memory.
final class VerifyPool {
    /// Answers the lines, appending to the bytes.
    typealias Worker = (LineBatch, inout [UInt8]) -> Void

    private let ring: WorkRing
    private var threads: [Thread] = []
    private var submitted = 0
    private var collected = 0

    /// A pool for that many workers, which `start` has to add.
    init(workerCount: Int) throws(SystemError) {
        // For each worker one batch at work and one waiting.
        ring = try WorkRing(capacity: 2 * workerCount)
    }

    /// Starts a thread for `worker`.
    func start(_ worker: sending @escaping Worker) throws(SystemError) {
        threads.append(
            try Thread { [ring] in
                while let (number, taken) = ring.take() {
                    var slot = taken
                    slot.answers.removeAll(keepingCapacity: true)
                    worker(slot.lines, &slot.answers)
                    ring.giveBack(slot, number)
                }
            })
    }

    /// Raised when a batch may have been answered: for waiting for that and for input at once.
    var answered: Semaphore { _read { yield ring.answered } }

    var isIdle: Bool { collected == submitted }
    var hasRoom: Bool { submitted - collected < ring.capacity }

    /// Hands `lines` in and leaves others, done with, in their place. There must be room.
    func submit(_ lines: inout LineBatch) {
        ring.submit(&lines)
        submitted += 1
    }

    /// Waits for an answer, and lends each that is next in order. There may be none: a later batch
    /// can be the first to be done.
    func collect<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        ring.answered.wait()
        while !isIdle, let answers = ring.answer(of: collected) {
            try body(answers)
            ring.recycle(answers, collected)
            collected += 1
        }
    }

    /// Stops the threads; what is not yet begun is left.
    func stop() {
        ring.close(workerCount: threads.count)
        for thread in threads { thread.join() }
        threads = []
    }
}

/// The ring of slots between the thread that reads and writes and the threads that judge.
///
/// Batches are numbered as they come; number n has slot n modulo the capacity. Buffers stay with
/// the slots and keep their memory.
final class WorkRing: Sendable {
    /// A batch and its answer.
    struct Slot: Sendable {
        var lines = LineBatch()
        var answers: [UInt8] = []
        fileprivate var isAnswered = false
    }

    private struct State {
        var slots: [Slot]
        var submitted = 0
        var taken = 0
        var isClosed = false
    }

    let capacity: Int

    /// Raised for each batch that has been answered.
    let answered: Semaphore

    /// Raised for each batch that has been submitted, and for each worker at the end.
    private let work: Semaphore

    private let state: Mutex<State>

    init(capacity: Int) throws(SystemError) {
        self.capacity = capacity
        answered = try Semaphore()
        work = try Semaphore()
        state = Mutex(State(slots: Array(repeating: Slot(), count: capacity)))
    }

    /// Puts `lines` into the next slot, which must be free, and takes out what was there.
    func submit(_ lines: inout LineBatch) {
        state.withLock { state in
            swap(&state.slots[state.submitted % capacity].lines, &lines)
            state.submitted += 1
        }
        work.signal()
    }

    /// The next batch, to be given back under its number; nil at the end. For the workers.
    func take() -> (number: Int, slot: Slot)? {
        work.wait()
        return state.withLock { state in
            guard !state.isClosed else { return nil }
            let number = state.taken
            state.taken += 1
            var slot = Slot()
            swap(&slot, &state.slots[number % capacity])
            return (number, slot)
        }
    }

    /// Brings a batch back with its answer. For the workers.
    func giveBack(_ slot: consuming Slot, _ number: Int) {
        slot.isAnswered = true
        state.withLock { [slot] in $0.slots[number % capacity] = slot }
        answered.signal()
    }

    /// The answer of a batch, taken out; nil while there is none.
    func answer(of number: Int) -> [UInt8]? {
        state.withLock { state in
            guard state.slots[number % capacity].isAnswered else { return nil }
            state.slots[number % capacity].isAnswered = false
            var answers: [UInt8] = []
            swap(&answers, &state.slots[number % capacity].answers)
            return answers
        }
    }

    /// Brings back the memory of an answer.
    func recycle(_ answers: consuming [UInt8], _ number: Int) {
        state.withLock { [answers] in $0.slots[number % capacity].answers = answers }
    }

    /// Ends the waiting of that many workers.
    func close(workerCount: Int) {
        state.withLock { $0.isClosed = true }
        for _ in 0..<workerCount { work.signal() }
    }
}
