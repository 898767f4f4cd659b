import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

struct DescriptorTests {
    @Test(
        "What cannot be opened is the system's error",
        arguments: [
            ("/nowhere/at/all", ENOENT), ("/dev/null/x", ENOTDIR), ("/dev/null\u{0}", EINVAL),
            ("", ENOENT),
        ])
    func refusals(path: String, code: CInt) {
        let error = #expect(throws: SystemError.self) {
            _ = try Descriptor.open(Array(path.utf8)).number
        }
        #expect(error == SystemError(code: code))
    }

    @Test("A directory opens, says what it is, and cannot be created over")
    func directory() throws {
        let status = try Descriptor.open(Array("/".utf8)).status()
        #expect(status.st_mode & S_IFMT == S_IFDIR)
        let error = #expect(throws: SystemError.self) {
            _ = try Descriptor.create(Array("/".utf8)).number
        }
        #expect(error == SystemError(code: EISDIR))
    }

    @Test("A path is bytes, not text")
    func rawPath() throws {
        let directory = try TemporaryDirectory()
        let path = Array(directory.file("x").utf8) + [0xFF, 0xFE]
        _ = try Descriptor.create(path).number
        #expect(try Descriptor.open(path).status().st_size == 0)
        unlink(path.map { CChar(bitPattern: $0) } + [0])
    }

    @Test("What is opened stays out of child programs, and is closed with its owner")
    func ownership() throws {
        let number: CInt
        do {
            let descriptor = try Descriptor.open(Array("/dev/null".utf8))
            #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0)
            // A number far above those that other tests are opening meanwhile.
            number = fcntl(descriptor.number, F_DUPFD_CLOEXEC, 900)
            let far = Descriptor(owning: number)
            #expect(fcntl(far.number, F_GETFD) >= 0)
        }
        #expect(fcntl(number, F_GETFD) == -1)
    }

    @Test("Creating empties what was there")
    func truncates() throws {
        let file = TestFile(Array("old".utf8))
        #expect(try Descriptor.create(Array(file.path.utf8)).status().st_size == 0)
    }
}

struct RetryTests {
    @Test("An interrupted call is repeated, any other answer is returned")
    func retries() {
        var calls = 0
        let result = retryingOnInterrupt { () -> Int in
            calls += 1
            errno = calls < 4 ? EINTR : EIO
            return calls < 5 ? -1 : 0
        }
        #expect(result == -1)
        #expect(calls == 4)
        #expect(retryingOnInterrupt { 7 } == 7)
    }
}

struct SystemErrorTests {
    @Test(
        "The system's words begin in lower case",
        arguments: [
            (SystemError.notFound, "no such file or directory"), (.exists, "file exists"),
            (.brokenPipe, "broken pipe"), (.timedOut, "connection timed out"),
        ])
    func words(error: SystemError, message: String) {
        #expect(error.message == message)
    }
}

struct SecretBytesTests {
    @Test("The bytes are lent as they were given", arguments: [0, 1, 15, 16, 17, 5000])
    func roundTrip(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let secret = SecretBytes(copying: bytes)
        #expect(secret.count == count)
        #expect(secret.withBytes { Array($0) } == bytes)
    }

    @Test("Only what was filled in is lent, and unused room is zero")
    func partlyFilled() {
        let secret = SecretBytes(capacity: 64) { buffer in
            #expect(buffer.count == 64)
            #expect(buffer.allSatisfy { $0 == 0 })
            buffer.copyBytes(from: [1, 2, 3])
            return 3
        }
        #expect(secret.withBytes { Array($0) } == [1, 2, 3])
    }

    @Test("A failure to fill is passed on, and so is one of the borrower")
    func failures() {
        #expect(throws: SystemError.notFound) {
            try SecretBytes(capacity: 9) { _ throws(SystemError) in throw .notFound }
        }
        #expect(throws: SystemError.exists) {
            try SecretBytes(copying: [1]).withBytes { _ throws(SystemError) in throw .exists }
        }
    }
}

struct TemporaryFolderTests {
    @Test("A folder is private, and goes away with the files in it")
    func lifetime() throws {
        let base = try TemporaryDirectory()
        let environment = Environment(["TMPDIR": base.path])
        let path: String
        do {
            let folder = try TemporaryFolder.make(prefix: "x-", environment: environment)
            path = folder.path
            #expect(path.hasPrefix(base.path + "/x-"))
            let status = try Descriptor.open(Array(path.utf8)).status()
            #expect(status.st_mode == S_IFDIR | 0o700)
            for name in ["a", ".hidden", "b c"] {
                _ = try Descriptor.create(Array("\(path)/\(name)".utf8)).number
            }
        }
        #expect(access(path, F_OK) == -1)
    }

    @Test("Two folders never share a name")
    func distinct() throws {
        let base = try TemporaryDirectory()
        let environment = Environment(["TMPDIR": base.path])
        let first = try TemporaryFolder.make(prefix: "x-", environment: environment)
        let second = try TemporaryFolder.make(prefix: "x-", environment: environment)
        #expect(first.path != second.path)
    }

    @Test(
        "Without TMPDIR, or with an empty one, it lies in /tmp", arguments: [[:], ["TMPDIR": ""]])
    func fallback(variables: [String: String]) throws {
        let folder = try TemporaryFolder.make(
            prefix: "jwtctl-platform-", environment: Environment(variables))
        #expect(folder.path.hasPrefix("/tmp/jwtctl-platform-"))
    }

    @Test("Where nothing can be made, that is the error")
    func missingBase() {
        let error = #expect(throws: SystemError.self) {
            let folder = try TemporaryFolder.make(
                prefix: "x-", environment: Environment(["TMPDIR": "/nowhere/at/all"]))
            _ = folder.path
        }
        #expect(error == .notFound)
    }
}

struct ClockTests {
    @Test("A fixed clock stands still")
    func fixed() {
        let clock = Clock.fixed(1_767_225_600)
        #expect(clock.seconds == 1_767_225_600)
        #expect(clock.now == Clock.Instant(seconds: 1_767_225_600))
    }

    @Test("An instant is a numeric date")
    func instant() {
        let instant = Clock.Instant(seconds: 12, nanoseconds: 345_678_901)
        #expect(instant.numericDate == 12.345678901)
    }

    @Test("The system's clock is that of time()")
    func system() {
        let before = time(nil)
        let now = Clock.system.now
        #expect((Int64(before)...Int64(before) + 60).contains(now.seconds))
        #expect((0..<1_000_000_000).contains(now.nanoseconds))
    }

    @Test("Monotonic time runs forward, and what is left of a deadline is rounded up")
    func monotonic() {
        let start = Monotonic.now
        #expect(start.advanced(byMilliseconds: 5).nanoseconds == start.nanoseconds + 5_000_000)
        #expect(start.nanoseconds <= Monotonic.now.nanoseconds)
        #expect(start.advanced(byMilliseconds: -1).remainingMilliseconds == 0)
        let left = Monotonic.now.advanced(byMilliseconds: 60_000).remainingMilliseconds
        #expect((30_000...60_000).contains(left))
    }

    @Test("A pause lasts at least as long as asked", arguments: [-1, 0, 1, 30])
    func pauses(milliseconds: Int64) {
        let end = Monotonic.now.advanced(byMilliseconds: milliseconds)
        pause(milliseconds: milliseconds)
        #expect(Monotonic.now.nanoseconds >= end.nanoseconds)
    }
}

struct EnvironmentTests {
    @Test("A variable that is empty counts as not set, but a child inherits it")
    func empty() {
        let environment = Environment(["A": "x", "B": ""])
        #expect(environment["A"] == "x")
        #expect(environment["B"] == nil)
        #expect(environment["C"] == nil)
        #expect(environment.all == ["A": "x", "B": ""])
    }

    @Test("The variables of this process are those that getenv knows")
    func current() {
        let environment = Environment.current()
        #expect(environment["PATH"] == getenv("PATH").map { String(cString: $0) })
        #expect(!environment.all.isEmpty)
    }
}
