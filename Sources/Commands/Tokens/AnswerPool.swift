internal import Platform

/// Threads that answer batches of lines, the answers coming back in the order of the batches.
///
/// Each worker owns what it judges with: `sending` has the compiler check that. Only the exchange
/// is common to all, and it holds the batches, a fixed number, so that memory is bounded.
final class AnswerPool {
    /// Answers the lines, appending to the bytes.
    typealias Worker = (LineBatch, inout [UInt8]) -> Void

    private let exchange: AnswerExchange
    private var threads: [Thread] = []
    private var submitted = 0
    private var collected = 0

    /// A pool for that many workers, which `start` has to add.
    init(workerCount: Int) throws(SystemError) {
        // For each worker one batch at work and one waiting.
        exchange = try AnswerExchange(capacity: 2 * workerCount)
    }

    /// Starts a thread for `worker`.
    func start(_ worker: sending @escaping Worker) throws(SystemError) {
        threads.append(
            try Thread { [exchange] in
                while let (number, taken) = exchange.take() {
                    var slot = taken
                    slot.answers.removeAll(keepingCapacity: true)
                    worker(slot.lines, &slot.answers)
                    exchange.giveBack(slot, number)
                }
            })
    }

    /// Raised when a batch may have been answered: for waiting for that and for input at once.
    var answered: Semaphore { _read { yield exchange.answered } }

    var isIdle: Bool { collected == submitted }
    var hasRoom: Bool { submitted - collected < exchange.capacity }

    /// Hands `lines` in and leaves others, done with, in their place. There must be room.
    func submit(_ lines: inout LineBatch) {
        exchange.submit(&lines)
        submitted += 1
    }

    /// Waits for an answer, and lends each that is next in order. There may be none: a later batch
    /// can be the first to be done.
    func collect<Failure: Error>(_ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        exchange.answered.wait()
        while !isIdle, let answers = exchange.answer(of: collected) {
            try body(answers)
            exchange.recycle(answers, collected)
            collected += 1
        }
    }

    /// Stops the threads; what is not yet begun is left.
    func stop() {
        exchange.close(workerCount: threads.count)
        for thread in threads { thread.join() }
        threads = []
    }
}
