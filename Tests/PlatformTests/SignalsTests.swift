import Glibc
import Platform
import Testing

/// Signals belong to the whole process, so everything here happens in a process of its own: an
/// exit test's.
struct SignalsTests {
    @Test("A process ended by a signal ends as that signal", arguments: [SIGINT, SIGTERM, SIGPIPE])
    func endProcess(by number: CInt) async {
        // Exit tests capture nothing here, so each number has its own.
        switch number {
        case SIGINT: await #expect(processExitsWith: .signal(SIGINT)) { blockAndEnd(SIGINT) }
        case SIGTERM: await #expect(processExitsWith: .signal(SIGTERM)) { blockAndEnd(SIGTERM) }
        default: await #expect(processExitsWith: .signal(SIGPIPE)) { blockAndEnd(SIGPIPE) }
        }
    }

    @Test("Within the scope a first signal is only noted, and interrupted calls are not repeated")
    func noted() async {
        await #expect(processExitsWith: .exitCode(42)) {
            #expect(Signals.pending == nil)
            do {
                let scope = InterruptScope()
                kill(getpid(), SIGTERM)
                while Signals.pending == nil { pause(milliseconds: 1) }
                precondition(Signals.pending == SIGTERM)
                let result = retryingOnInterrupt { () -> Int in
                    errno = EINTR
                    return -1
                }
                precondition(result == -1)
                // It lives until here.
                _ = consume scope
            }
            _exit(42)
        }
    }

    @Test("A second signal ends the process at once")
    func second() async {
        await #expect(processExitsWith: .exitCode(128 + SIGINT)) {
            let scope = InterruptScope()
            kill(getpid(), SIGHUP)
            while Signals.pending == nil { pause(milliseconds: 1) }
            kill(getpid(), SIGINT)
            pause(milliseconds: 10_000)
            _ = consume scope
        }
    }

    @Test("After the scope a signal ends the process as usual")
    func after() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            do {
                let scope = InterruptScope()
                _ = consume scope
            }
            kill(getpid(), SIGTERM)
            pause(milliseconds: 10_000)
        }
    }
}

private func blockAndEnd(_ number: CInt) -> Never {
    // It must end even where the signal is ignored and held back.
    signal(number, SIG_IGN)
    _ = SignalMask.block([number])
    Signals.endProcess(by: number)
}
