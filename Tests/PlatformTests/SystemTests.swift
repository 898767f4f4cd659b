import Foundation
import Platform
import TestSupport
import Testing

@Suite struct DescriptorTests {
    @Test func `what cannot be opened says why`() {
        #expect(throws: SystemError.notFound) { _ = try Descriptor.open(Array("/no/such".utf8)) }
        #expect(throws: SystemError(code: EINVAL)) { _ = try Descriptor.open([0x2F, 0, 0x61]) }
        #expect(SystemError.notFound.message == "no such file or directory")
    }

    @Test func `a descriptor is closed with its owner, and does not reach a child`() throws {
        let number: CInt
        do {
            let file = try Descriptor.open(Array("/dev/null".utf8))
            number = file.number
            #expect(fcntl(number, F_GETFD) & FD_CLOEXEC != 0)
        }
        // Another thread may have taken the number meanwhile; it is no longer /dev/null's.
        var status = stat()
        let isOpen = fstat(number, &status) == 0
        #expect(!isOpen || status.st_mode & S_IFMT != S_IFCHR || status.st_rdev != 0x103)
    }
}

@Suite struct SecretBytesTests {
    @Test func `holds what was filled in, and lends it`() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.withBytes { Array($0) } == [1, 2, 3])
        let part = SecretBytes(capacity: 10) { buffer in
            buffer[0] = 7
            return 1
        }
        #expect(part.withBytes { Array($0) } == [7])
    }

    @Test func `an error while filling reaches the caller`() {
        struct Refusal: Error, Equatable {}
        #expect(throws: Refusal()) {
            _ = try SecretBytes(capacity: 4) { _ throws(Refusal) in throw Refusal() }
        }
    }
}

@Suite struct EnvironmentTests {
    @Test func `an empty variable counts as not set`() {
        let environment = Environment(["A": "1", "B": ""])
        #expect(environment["A"] == "1")
        #expect(environment["B"] == nil)
        #expect(environment["C"] == nil)
        #expect(environment.all == ["A": "1", "B": ""])
    }

    @Test func `the process' own variables are found`() {
        setenv("JWTCTL_TEST_VARIABLE", "x=y", 1)
        defer { unsetenv("JWTCTL_TEST_VARIABLE") }
        #expect(Environment.current()["JWTCTL_TEST_VARIABLE"] == "x=y")
        #expect(Environment.current().all["JWTCTL_TEST_VARIABLE"] == "x=y")
    }
}

@Suite struct SubprocessTests {
    private func run(_ words: [String]) throws -> Subprocess.Ending {
        try Subprocess.start(
            words.map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin", "X": "a b"],
            silent: true
        ).wait()
    }

    @Test func `a program's status, or the signal that ended it, is told`() throws {
        #expect(try run(["sh", "-c", "exit 7"]) == .exit(7))
        #expect(try run(["sh", "-c", "kill -TERM $$"]) == .signal(SIGTERM))
        #expect(try run(["sh", "-c", "test \"$X\" = 'a b'"]) == .exit(0))
        #expect(Subprocess.Ending.signal(SIGINT).status == 130)
        #expect(throws: SystemError.notFound) { _ = try self.run(["/no/such/program"]) }
    }

    @Test func `a running program can be asked and ended`() throws {
        let child = try Subprocess.start(
            ["sleep", "60"].map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin"])
        #expect(child.poll() == nil)
        child.send(signal: SIGKILL)
        #expect(child.wait() == .signal(SIGKILL))
    }
}

@Suite struct TemporaryFolderTests {
    @Test func `is private, and goes away with what is in it`() throws {
        let base = try TemporaryDirectory()
        let path: String
        do {
            let folder = try TemporaryFolder.make(
                prefix: "x-", environment: Environment(["TMPDIR": base.path]))
            path = folder.path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            try "x".write(toFile: path + "/file", atomically: false, encoding: .utf8)
            #expect(path.hasPrefix(base.path + "/x-"))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `a folder that cannot be made says why`() {
        #expect(throws: SystemError.notFound) {
            _ = try TemporaryFolder.make(
                prefix: "x-", environment: Environment(["TMPDIR": "/no/such/place"]))
        }
    }
}

@Suite struct ClockTests {
    @Test func `time that only moves forward measures a pause`() {
        let start = Monotonic.now
        let deadline = start.advanced(byMilliseconds: 20)
        #expect(deadline.remainingMilliseconds > 0)
        pause(milliseconds: 25)
        #expect(deadline.remainingMilliseconds == 0)
        #expect(start < Monotonic.now)
    }

    @Test func `the wall clock is this machine's, and a fixed one stands still`() {
        #expect(abs(Double(Clock.system.seconds) - Date().timeIntervalSince1970) < 2)
        #expect(Clock.fixed(5).now == Clock.Instant(seconds: 5))
        #expect(Clock.Instant(seconds: 1, nanoseconds: 500_000_000).numericDate == 1.5)
        #expect(Clock.Instant(seconds: 1, nanoseconds: 500_000_000).milliseconds == 1500)
    }
}
