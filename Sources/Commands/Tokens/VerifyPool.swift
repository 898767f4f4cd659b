internal import Platform
internal import Synchronization

/// Threads that answer batches of lines for `verify --stream`. The answers are delivered in the
/// order of the batches.
///
/// Each worker owns what it judges with, which `sending` makes the compiler check. The threads
/// share only the ring, whose fixed number of batches bounds the memory.
final class VerifyPool {
    /// Answers the lines and appends the answers to the bytes.
    typealias Worker = (LineBatch, inout [UInt8]) -> Void

    private let ring: WorkRing
    /// The running workers.
    private var threads: [Thread] = []
    /// The number of batches handed in.
    private var submitted = 0
    /// The number of batches whose answers were delivered.
    private var collected = 0

    /// Makes a pool without workers; `start` adds each of them.
    init(workerCount: Int) throws(SystemError) {
        // One batch in work and one waiting for each worker.
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

    /// Raised when a batch may have been answered, so that a caller can wait for that and for input
    /// at once.
    var answered: Semaphore { _read { yield ring.answered } }

    /// Whether every batch has been delivered.
    var isIdle: Bool { collected == submitted }
    /// Whether another batch can be handed in.
    var hasRoom: Bool { submitted - collected < ring.capacity }

    /// Hands in `lines` and replaces them with a batch to reuse. There must be room.
    func submit(_ lines: inout LineBatch) {
        ring.submit(&lines)
        submitted += 1
    }

    /// Waits for an answer and lends each that is next in order: none if a later batch was answered
    /// first.
    func collect<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        ring.answered.wait()
        while !isIdle, let answers = ring.answer(of: collected) {
            try body(answers)
            ring.recycle(answers, collected)
            collected += 1
        }
    }

    /// Stops the threads. Batches that were not begun are not answered.
    func stop() {
        ring.close(workerCount: threads.count)
        for thread in threads { thread.join() }
        threads = []
    }
}

/// The ring of slots between the thread that reads and writes and the threads that judge.
///
/// Batches are numbered in the order in which they are handed in; number n uses slot n modulo the
/// capacity. Buffers stay with the slots and keep their memory.
final class WorkRing: Sendable {
    /// A batch and its answer.
    struct Slot: Sendable {
        var lines = LineBatch()
        var answers: [UInt8] = []
        /// Whether `answers` belongs to the batch; set by a worker.
        fileprivate var isAnswered = false
    }

    /// The state under the lock. The numbers only increase.
    private struct State {
        var slots: [Slot]
        var submitted = 0
        /// The number of batches that workers have taken.
        var taken = 0
        /// Whether workers must end.
        var isClosed = false
    }

    /// The number of slots.
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

    /// Takes the next batch, which must be given back under its number; nil at the end. Called by
    /// workers.
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

    /// Puts a batch back with its answer. Called by workers.
    func giveBack(_ slot: consuming Slot, _ number: Int) {
        slot.isAnswered = true
        state.withLock { [slot] in $0.slots[number % capacity] = slot }
        answered.signal()
    }

    /// Takes the answer of a batch out; nil if there is none yet.
    func answer(of number: Int) -> [UInt8]? {
        state.withLock { state in
            guard state.slots[number % capacity].isAnswered else { return nil }
            state.slots[number % capacity].isAnswered = false
            var answers: [UInt8] = []
            swap(&answers, &state.slots[number % capacity].answers)
            return answers
        }
    }

    /// Puts the memory of an answer back into its slot.
    func recycle(_ answers: consuming [UInt8], _ number: Int) {
        state.withLock { [answers] in $0.slots[number % capacity].answers = answers }
    }

    /// Wakes that many workers, which then end.
    func close(workerCount: Int) {
        state.withLock { $0.isClosed = true }
        for _ in 0..<workerCount { work.signal() }
    }
}
