internal import Platform
internal import Synchronization

/// The desk between the thread that reads and writes and those that judge: a ring of slots.
///
/// Batches are numbered as they come; number n has slot n modulo the capacity. Buffers go round
/// with the slots and keep their memory.
final class AnswerExchange: Sendable {
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
