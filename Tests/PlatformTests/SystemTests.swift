import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform

struct OutputStreamTests {
    @Test func aStreamInMemoryKeepsEverything() throws {
        let stream = OutputStream()
        try stream.write("a")
        try stream.write([UInt8](repeating: 0x62, count: 100_000))
        try stream.flush()
        #expect(stream.contents.count == 100_001)
    }

    @Test func nothingIsHandedOverBeforeAFlush() throws {
        let pipe = Pipe()
        _ = fcntl(pipe.read, F_SETFL, O_NONBLOCK)
        let stream = OutputStream(borrowing: pipe.write)
        try stream.write("abc")
        var buffer = [UInt8](repeating: 0, count: 10)
        #expect(read(pipe.read, &buffer, 10) == -1)
        try stream.flush()
        #expect(read(pipe.read, &buffer, 10) == 3)
    }

    @Test func aFullDiskIsAnError() throws {
        let full = try Descriptor.open(Array("/dev/full".utf8), flags: O_WRONLY)
        let stream = OutputStream(borrowing: full.number)
        try stream.write("a")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.cause == SystemError(code: ENOSPC))
        #expect(error?.isBrokenPipe == false)
        #expect(throws: OutputError.self) {
            try stream.write([UInt8](repeating: 0, count: 64 * 1024))
        }
    }

    @Test func aClosedPipeIsABrokenPipe() throws {
        Signals.ignoreBrokenPipes()
        var ends: [CInt] = [0, 0]
        pipe(&ends)
        close(ends[0])
        defer { close(ends[1]) }
        let stream = OutputStream(borrowing: ends[1])
        try stream.write("a")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.isBrokenPipe == true)
    }

    @Test func aNonBlockingPipeIsWaitedFor() throws {
        let pipe = Pipe()
        _ = fcntl(pipe.write, F_SETFL, O_NONBLOCK)
        let size = 3 << 20
        let reader = Thread {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var total = 0
            while total < size {
                let count = read(pipe.read, &buffer, buffer.count)
                if count <= 0 { return }
                total += count
            }
        }
        reader.start()
        let stream = OutputStream(borrowing: pipe.write)
        for _ in 0..<(size >> 16) { try stream.write([UInt8](repeating: 1, count: 1 << 16)) }
        try stream.flush()
    }
}

struct SystemTests {
    @Test func descriptorsCloseThemselvesAndStayOurs() throws {
        let number: CInt
        do {
            let file = try Descriptor.open(Array("/dev/null".utf8))
            number = file.number
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
            #expect(try file.status().st_mode & S_IFMT == S_IFCHR)
        }
        #expect(throws: SystemError.notFound) {
            _ = try Descriptor.open(Array("/nonexistent/x".utf8)).number
        }
        #expect(throws: SystemError(code: EINVAL)) {
            _ = try Descriptor.open(Array("/dev/null\0x".utf8)).number
        }
        #expect(SystemError.notFound.message == "no such file or directory")
    }

    @Test func aCreatedFileIsEmptied() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("a", "old")
        _ = try Descriptor.create(Array(path.utf8)).number
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "")
    }

    @Test func secretsAreLentAndCounted() throws {
        let secret = SecretBytes(copying: Array("hunter2".utf8))
        #expect(secret.count == 7)
        #expect(secret.withBytes { Array($0) } == Array("hunter2".utf8))
        #expect(SecretBytes(copying: [UInt8]()).withBytes { $0.count } == 0)
        let short = SecretBytes(capacity: 10) { buffer in
            buffer[0] = 7
            return 1
        }
        #expect(short.withBytes { Array($0) } == [7])
    }

    /// The block is still mapped right after it was freed, and the allocator only overwrites its
    /// head: what is left of a secret would be found behind that.
    @Test func secretsAreWiped() throws {
        let size = 4096
        var address = UInt(0)
        do {
            let secret = SecretBytes(copying: [UInt8](repeating: 0xA5, count: size))
            address = secret.withBytes { UInt(bitPattern: $0.baseAddress) }
            #expect(secret.withBytes { $0[size - 1] } == 0xA5)
        }
        let memory = open("/proc/self/mem", O_RDONLY)
        defer { close(memory) }
        var left = [UInt8](repeating: 0, count: size)
        let count = pread(memory, &left, size, off_t(address))
        if count == size {
            #expect(left[64...].count { $0 == 0xA5 } < 64)
        }
    }

    @Test func aFailedFillIsPassedOn() {
        #expect(throws: SystemError.timedOut) {
            _ = try SecretBytes(capacity: 8) { _ throws(SystemError) in throw .timedOut }
        }
    }

    @Test func subprocessesTellHowTheyEnded() throws {
        func end(_ words: String...) throws -> Subprocess.Ending {
            try Subprocess.start(
                words.map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin"], silent: true
            ).wait()
        }
        #expect(try end("true") == .exit(0))
        #expect(try end("sh", "-c", "exit 7") == .exit(7))
        #expect(try end("sh", "-c", "kill -TERM $$") == .signal(SIGTERM))
        #expect(Subprocess.Ending.signal(15).status == 143)
        #expect(Subprocess.Ending.exit(7).status == 7)
        #expect(throws: SystemError.notFound) { _ = try end("no-such-program-anywhere") }
        // Its standard streams are /dev/null, its signals at their defaults.
        #expect(try end("sh", "-c", "test \"$(readlink /proc/$$/fd/0)\" = /dev/null") == .exit(0))
        signal(SIGPIPE, SIG_IGN)
        #expect(try end("sh", "-c", "kill -PIPE $$") == .signal(SIGPIPE))
        #expect(try end("sh", "-c", "test \"$A\" = '' && test \"$PATH\" != ''") == .exit(0))
    }

    @Test func aRunningSubprocessCanBeAskedAndSignalled() throws {
        let child = try Subprocess.start(
            ["sleep", "30"].map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin"])
        #expect(child.poll() == nil)
        child.send(signal: SIGKILL)
        #expect(child.wait() == .signal(SIGKILL))
    }

    @Test func aTemporaryFolderIsPrivateAndGoesAway() throws {
        let base = try TemporaryDirectory()
        let path: String
        do {
            let folder = try TemporaryFolder.make(
                prefix: "x-", environment: Environment(["TMPDIR": base.path]))
            path = folder.path
            #expect(path.hasPrefix(base.path + "/x-"))
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o700)
            for name in ["a", ".hidden"] {
                try Data().write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            }
            _ = folder
        }
        #expect(access(path, F_OK) == -1)
        #expect(throws: SystemError.notFound) {
            _ = try TemporaryFolder.make(
                prefix: "x", environment: Environment(["TMPDIR": "/nonexistent"])
            ).path
        }
    }

    @Test func clocks() {
        #expect(Clock.fixed(7).seconds == 7)
        let instant = Clock.Instant(seconds: 1, nanoseconds: 500_000_000)
        #expect(instant.numericDate == 1.5)
        #expect(instant.milliseconds == 1500)
        #expect(abs(Double(Clock.system.seconds) - Date().timeIntervalSince1970) < 5)
        let start = Monotonic.now
        #expect(start.advanced(byMilliseconds: -1).remainingMilliseconds == 0)
        let left = start.advanced(byMilliseconds: 10_000).remainingMilliseconds
        #expect((9000...10_000).contains(left))
        pause(milliseconds: 20)
        #expect(Monotonic.now.nanoseconds - start.nanoseconds >= 20_000_000)
        #expect(start < Monotonic.now)
    }

    @Test func anEmptyVariableCountsAsNotSet() {
        let environment = Environment(["A": "", "B": "x"])
        #expect(environment["A"] == nil)
        #expect(environment["B"] == "x")
        #expect(environment["C"] == nil)
        #expect(environment.all == ["A": "", "B": "x"])
        #expect(Environment.current()["PATH"] != nil)
    }

    @Test func theWidthComesFromTheTerminalElseFromColumnsElseIsEighty() {
        let pipe = Pipe()
        func columns(_ values: [String: String]) -> Int {
            Terminal.current(descriptor: pipe.read, environment: Environment(values)).columns
        }
        #expect(columns([:]) == 80)
        #expect(columns(["COLUMNS": "132"]) == 132)
        #expect(columns(["COLUMNS": "wide"]) == 80)
    }
}
