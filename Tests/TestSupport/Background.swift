import Foundation
import Synchronization

/// Work of a test on a thread of its own.
package final class Background: Sendable {
    private enum State: Sendable {
        case idle, running
        case ended(TestSupportError?)
    }

    private let state = Mutex(State.idle)

    package init() {}

    package func start(_ body: @escaping @Sendable () throws -> Void) {
        state.withLock { $0 = .running }
        Thread.detachNewThread { [self] in
            var failure: TestSupportError?
            do { try body() } catch { failure = TestSupportError("\(error)") }
            state.withLock { $0 = .ended(failure) }
        }
    }

    package var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    /// Waits for the end of the work and throws its error; throws also if the work was never
    /// started.
    package func wait() throws {
        while isRunning { usleep(5000) }
        guard case .ended(let failure) = state.withLock({ $0 }) else {
            throw TestSupportError("it was never started")
        }
        if let failure { throw failure }
    }
}

/// A signal from one thread to another.
package final class Flag: Sendable {
    private let state = Mutex(false)

    package init() {}

    package var isSet: Bool { state.withLock { $0 } }

    package func set() { state.withLock { $0 = true } }
}
