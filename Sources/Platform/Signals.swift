internal import Glibc
internal import Synchronization

/// The last signal that asked the program to stop, 0 where there was none.
private let pendingSignal = Atomic<CInt>(0)

/// Signals and what they do to this program.
package enum Signals {
    /// A broken connection or pipe becomes an error of the write, instead of a silent end.
    package static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// The signal that arrived while an `InterruptScope` stood, else nil.
    package static var pending: CInt? {
        let number = pendingSignal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Ends the process by `number`, as if it had never been caught; does not return.
    package static func endProcess(by number: CInt) -> Never {
        _ = signal(number, SIG_DFL)
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        _ = unsafe sigaddset(&set, number)
        _ = unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
        _ = kill(getpid(), number)
        exit(128 + number)
    }

    fileprivate static func note(_ number: CInt) {
        // The second signal means it: no more waiting for a clean end.
        if pendingSignal.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
    }
}

/// While it lives, SIGINT, SIGTERM and SIGHUP only set `Signals.pending`, so that a long command
/// can stop at a clean point and tell how far it came. A second signal ends the process at once.
package struct InterruptScope: ~Copyable {
    private let caught: [CInt]

    /// A signal that is ignored stays so: nohup, and `&` in a script, mean it.
    package init() {
        caught = [SIGINT, SIGTERM, SIGHUP].filter { !Self.isIgnored($0) }
        for number in caught {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { Signals.note($0) }
            // No SA_RESTART: a blocked poll returns at once.
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

/// A set of signals held back until `restore`.
package struct SignalMask {
    private let previous: sigset_t

    /// Holds `numbers` back; they are delivered after `restore`.
    package static func block(_ numbers: [CInt]) -> SignalMask {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for number in numbers { _ = unsafe sigaddset(&set, number) }
        var previous = sigset_t()
        _ = unsafe sigprocmask(SIG_BLOCK, &set, &previous)
        return SignalMask(previous: previous)
    }

    /// Waits until one of `numbers`, which must be held back, arrives, and takes it.
    package func wait(for numbers: [CInt]) -> CInt {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for number in numbers { _ = unsafe sigaddset(&set, number) }
        return retryingOnInterrupt { unsafe sigwaitinfo(&set, nil) }
    }

    /// Whether one of `numbers`, which must be held back, has arrived.
    package static func isPending(_ numbers: [CInt]) -> Bool {
        var set = sigset_t()
        guard unsafe sigpending(&set) == 0 else { return false }
        return numbers.contains { unsafe sigismember(&set, $0) == 1 }
    }

    package func restore() {
        var previous = previous
        _ = unsafe sigprocmask(SIG_SETMASK, &previous, nil)
    }
}
