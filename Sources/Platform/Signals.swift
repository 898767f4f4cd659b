internal import Glibc
internal import Synchronization

/// The last signal that asked the program to stop; 0 for none.
private let pendingSignal = Atomic<CInt>(0)

/// Signals, and their effect on this program.
package enum Signals {
    /// Turns a broken connection or pipe into an error of the write, instead of a silent end
    /// (SIGPIPE).
    package static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Turns a write beyond the size that `ulimit -f` allows into an error of that write, instead
    /// of the end of the process (SIGXFSZ).
    package static func ignoreFileSizeLimit() {
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// The signal that arrived while there was an `InterruptScope`; nil for none.
    package static var pending: CInt? {
        let number = pendingSignal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Ends the process by signal `number`, as if the signal had never been caught. The parent sees
    /// that it ended by this signal.
    package static func endProcess(by number: CInt) -> Never {
        _ = signal(number, SIG_DFL)
        var set = signalSet([number])
        _ = unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
        _ = kill(getpid(), number)
        exit(128 + number)
    }

    /// Called by the signal handler, so it only does what is allowed there (signal-safety(7)).
    fileprivate static func note(_ number: CInt) {
        // After a second signal the program no longer waits for a clean end.
        if pendingSignal.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
    }
}

/// While a value of this type exists, SIGINT, SIGTERM and SIGHUP only set `Signals.pending`, so
/// that a long command can stop at a clean point and report how far it got. A second signal ends
/// the process at once.
package struct InterruptScope: ~Copyable {
    /// The signals that are caught; their default action is restored at the end.
    private let caught: [CInt]

    /// A signal that is ignored remains ignored, as nohup(1) and `&` in a script intend.
    package init() {
        caught = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
        for number in caught {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { Signals.note($0) }
            // Without SA_RESTART, so that a blocked poll(2) returns at once.
            action.sa_flags = 0
            _ = unsafe sigaction(number, &action, nil)
        }
    }

    deinit {
        for number in caught { _ = signal(number, SIG_DFL) }
    }

    private static func isIgnored(_ number: CInt) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        let handler = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
        return unsafe handler == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

/// A set of signals that are blocked until `restore`.
package struct SignalMask {
    private let previous: sigset_t

    /// Blocks `numbers`. Those that arrive are delivered after `restore`.
    package static func block(_ numbers: [CInt]) -> SignalMask {
        var set = signalSet(numbers)
        var previous = sigset_t()
        _ = unsafe sigprocmask(SIG_BLOCK, &set, &previous)
        return SignalMask(previous: previous)
    }

    /// Waits for one of `numbers`, which must be blocked, and returns it. It is not delivered any
    /// more.
    package func wait(for numbers: [CInt]) -> CInt {
        var set = signalSet(numbers)
        return retryingOnInterrupt { unsafe sigwaitinfo(&set, nil) }
    }

    /// Whether one of `numbers`, which must be blocked, has arrived.
    package static func isPending(_ numbers: [CInt]) -> Bool {
        var set = sigset_t()
        guard unsafe sigpending(&set) == 0 else { return false }
        return numbers.contains { unsafe sigismember(&set, $0) == 1 }
    }

    /// Unblocks the signals that were not blocked before.
    package func restore() {
        var previous = previous
        _ = unsafe sigprocmask(SIG_SETMASK, &previous, nil)
    }
}

/// The set of these signals, as the calls of the system take it.
private func signalSet(_ numbers: [CInt]) -> sigset_t {
    var set = sigset_t()
    _ = unsafe sigemptyset(&set)
    for number in numbers { _ = unsafe sigaddset(&set, number) }
    return set
}
