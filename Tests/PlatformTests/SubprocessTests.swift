import Glibc
import Platform
import TestSupport
import Testing

@Suite(.programs) struct SubprocessTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "WORD": "a b=c"]

    private func start(
        _ arguments: String..., streams: Subprocess.Streams = .inherited
    ) throws(SystemError) -> Subprocess {
        try Subprocess.start(
            arguments.map { Array($0.utf8) }, variables: Environment(Self.environment).lines,
            streams: streams)
    }

    @Test("A program ends with its status", arguments: [0, 1, 7, 255])
    func status(_ status: CInt) throws {
        let ending = try start("/bin/sh", "-c", "exit \(status)").wait()
        #expect(ending == .exit(status))
    }

    @Test("A program that a signal ended says so", arguments: [SIGTERM, SIGKILL, SIGINT])
    func signal(_ number: CInt) throws {
        let ending = try start("/bin/sh", "-c", "kill -\(number) $$; sleep 60").wait()
        #expect(ending == .signal(number))
    }

    @Test("A running program has no ending yet; a signal reaches it")
    func poll() throws {
        let process = try start("/bin/sleep", "60")
        #expect(process.poll() == nil)
        process.send(signal: SIGKILL)
        #expect(process.wait() == .signal(SIGKILL))
    }

    @Test(
        "A program that is missing is the error of start",
        arguments: [
            "no-such-program-at-all", "/no/such/program",
        ])
    func missing(program: String) {
        let error = #expect(throws: SystemError.self) { _ = try start(program).wait() }
        #expect(error == .notFound)
    }

    @Test("Arguments and variables arrive byte for byte, and no others")
    func passesArguments() throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("seen")
        let ending = try Subprocess.start(
            [
                Array("sh".utf8), Array("-c".utf8), Array("printf '%s|' \"$@\" > \"$0\"; env".utf8),
                Array(file.utf8), Array("a b".utf8), [], [0xFF], Array("'\"$HOME".utf8),
            ], variables: Environment(Self.environment).lines, streams: .null
        ).wait()
        #expect(ending == .exit(0))
        let seen = try Descriptor.open(Array(file.utf8))
        let bytes = try InputStream(borrowing: seen.number).readAll(limit: 1000)
        #expect(bytes == Array("a b||".utf8) + [0xFF] + Array("|'\"$HOME|".utf8))
        #expect(
            try start("sh", "-c", "test \"$WORD\" = 'a b=c' && test -z \"$HOME\"").wait()
                == .exit(0))
    }

    @Test("A silent program reads the end and has /dev/null to write to")
    func silent() throws {
        let script = """
            for n in 0 1 2; do test /proc/self/fd/$n -ef /dev/null || exit 9; done
            read -r line; test $? -ne 0
            """
        #expect(try start("/bin/sh", "-c", script, streams: .null).wait() == .exit(0))
    }

    @Test("Signals that we ignore or hold back are at their defaults in the program")
    func signalDefaults() throws {
        Signals.ignoreBrokenPipes()
        let mask = SignalMask.block([SIGUSR1])
        defer { mask.restore() }
        // The library keeps two real-time signals, 32 and 33, for itself.
        let script =
            "grep -q '^SigIgn:[[:space:]]*0*\\(180000000\\)\\{0,1\\}$' /proc/self/status"
            + " && grep -q '^SigBlk:[[:space:]]*0*$' /proc/self/status"
        #expect(try start("/bin/sh", "-c", script).wait() == .exit(0))
    }
}
