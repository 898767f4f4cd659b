import CommandKit
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Commands

/// Signals and the terminal, as the built program meets them.
@Suite(.redis) struct SignalTests {
    /// Revokes two lines of a pipe, with a signal between them.
    private func revokeTwo(_ sandbox: Sandbox, trap: String, signal: String) throws
        -> ProcessRunner.Result
    {
        let script = """
            trap '' PIPE; mkfifo lines
            (\(trap) exec jwtctl revoke --ttl 1h --from lines >out) & pid=$!
            exec 3>lines; echo a >&3; sleep 0.4; kill -\(signal) $pid; sleep 0.2
            echo b >&3; exec 3>&-; wait $pid; status=$?; cat out; exit $status
            """
        return try run(script, sandbox)
    }

    /// Runs a script of `sh`; `jwtctl` is in its PATH.
    private func run(_ script: String, _ sandbox: Sandbox) throws -> ProcessRunner.Result {
        var environment = sandbox.jwtctl.environment
        environment["PATH"] = BuiltTool.folder + ":/usr/bin:/bin"
        return try ProcessRunner.run(
            ["/bin/sh", "-c", script], environment: environment,
            directory: sandbox.directory.path)
    }

    @Test func aSignalThatIsIgnoredStaysIgnored() throws {
        let sandbox = try Sandbox()
        let result = try revokeTwo(sandbox, trap: "trap '' HUP;", signal: "HUP")
        #expect(result.status == 0, "\(result.errorText)")
        #expect(result.text == "2 items: 2 revoked\n")
    }

    @Test func aSignalLeavesNoTokenRecordedThatWasNotPrinted() throws {
        let sandbox = try Sandbox()
        let script = """
            trap '' PIPE
            (exec jwtctl issue --sub alice --count 100000000 >out) & pid=$!
            while [ ! -s out ]; do sleep 0.05; done; kill -TERM $pid; wait $pid; status=$?
            wc -l <out; exit $status
            """
        let result = try run(script, sandbox)
        #expect(result.status == 143, "\(result.errorText)")
        let printed = result.text.filter { !$0.isWhitespace }
        let count = try #require(Int(printed))
        #expect(try sandbox.server.cli("ZCARD", "jwt:{alice}:tokens") == printed)
        #expect(
            result.errorText.hasPrefix(
                "jwtctl: error: interrupted: \(NumberText.grouped(count)) of 100,000,000 tokens "
                    + "were printed and recorded\n"))
        #expect(
            result.errorText.contains(
                "jwtctl: hint: --count \(100_000_000 - count) issues the rest\n"))
    }

    @Test func aSignalEndsTheWorkAndTheCountsAreTold() throws {
        let sandbox = try Sandbox()
        let result = try revokeTwo(sandbox, trap: "", signal: "TERM")
        #expect(result.status == 143, "\(result.errorText)")
        // A line that was read, and not yet sent, is told as that.
        #expect(result.text == "1 item: 1 not attempted\n")
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:a") == "0")
    }

    /// Both outputs in one file, as on a terminal: the results come first, then what to do next.
    @Test(arguments: [
        (
            "restore --yes --reason slip", #"{"id":"alice","#,
            "interrupted: run it again for the rest"
        ),
        ("status", #"{"id":"alice","#, "interrupted: the rest was not checked"),
        (
            "logout-all --yes", #"{"user":"alice","#,
            "error: 1 user is logged out completely; run it again for the others"
        ),
    ])
    func whatToDoComesAfterTheResults(
        _ command: String, _ result: String, _ words: String
    ) throws {
        let sandbox = try Sandbox()
        let ended = try run(
            """
            trap '' PIPE; mkfifo lines
            (exec jwtctl \(command) --from lines -o jsonl >out 2>&1) & pid=$!
            exec 3>lines; echo alice >&3; until grep -q '^{' out; do sleep 0.05; done
            kill -TERM $pid; wait $pid; status=$?; cat out; exit $status
            """, sandbox)
        #expect(ended.status == 143, "\(ended.text)")
        let lines = ended.text.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix(result) }, "\(ended.text)")
        #expect(lines.last.map(String.init) == "jwtctl: \(words)", "\(ended.text)")
    }

    /// A pipe is not read to its end, so the file of `--failed` has not all of the rest.
    @Test func theCountsOfARevocationComeBeforeWhatToDo() throws {
        let sandbox = try Sandbox()
        let piped = try run(
            """
            trap '' PIPE; mkfifo lines
            (exec jwtctl revoke --ttl 1h --failed rest --from lines >out 2>&1) & pid=$!
            exec 3>lines; echo a >&3; sleep 0.4; kill -TERM $pid; sleep 0.2
            exec 3>&-; wait $pid; tail -n 2 out
            """, sandbox)
        #expect(
            piped.text
                == "1 item: 1 not attempted\njwtctl: interrupted: run it again for the rest\n")
    }

    /// Redis holds back writes, so that the signal comes in the middle.
    @Test func theFileOfTheRestIsNamed() throws {
        guard ServerVersion.current >= .redis(6, 2) else { return }
        let sandbox = try Sandbox()
        let lines = (10_000..<50_000).map { "id-\($0)\t4102444800\n" }.joined()
        _ = try sandbox.file("items", lines)
        try sandbox.server.cli("CLIENT", "PAUSE", "3000", "WRITE")
        let result = try run(
            """
            (exec jwtctl revoke --yes --failed rest --from items >out 2>&1) & pid=$!
            until grep -q target: out 2>/dev/null; do sleep 0.05; done; sleep 0.3
            kill -TERM $pid; wait $pid; status=$?; tail -n 2 out; exit $status
            """, sandbox)
        #expect(result.status == 143, "\(result.text)")
        #expect(result.text.hasPrefix("40,000 items: "), "\(result.text)")
        #expect(
            result.text.hasSuffix(
                "jwtctl: interrupted: run it again with --from rest for the rest\n"))
    }

    @Test func thePrunedTokensAreCountedBeforeWhatToDo() throws {
        guard ServerVersion.current >= .redis(6, 2) else { return }
        let sandbox = try Sandbox()
        try sandbox.server.cli(
            "EVAL",
            "for i=1,9000 do redis.call('ZADD','jwt:{u'..i..'}:tokens',1,'t') end", "0")
        try sandbox.server.cli("CLIENT", "PAUSE", "3000", "WRITE")
        let result = try run(
            """
            (exec jwtctl prune >out 2>&1) & pid=$!
            until grep -q target: out 2>/dev/null; do sleep 0.05; done; sleep 0.3
            kill -TERM $pid; wait $pid; status=$?; tail -n 2 out; exit $status
            """, sandbox)
        #expect(result.status == 143, "\(result.text)")
        let lines = result.text.split(separator: "\n")
        #expect(lines.first?.contains(" expired tokens removed, ") == true)
        #expect(lines.last == "jwtctl: interrupted: run it again for the rest")
        #expect(try sandbox.server.cli("DBSIZE") != "0")
    }

    @Test(arguments: ["logout-all --yes", "restore --yes --reason slip"])
    func aSignalDuringAReadIsNoErrorOfTheInput(_ command: String) throws {
        let sandbox = try Sandbox()
        let script = """
            trap '' PIPE; mkfifo lines
            (exec jwtctl \(command) --from lines -o jsonl >out) & pid=$!
            exec 3>lines; echo alice >&3; while [ ! -s out ]; do sleep 0.05; done
            kill -TERM $pid; wait $pid; status=$?; wc -l <out; exit $status
            """
        let result = try run(script, sandbox)
        #expect(result.status == 143, "\(result.errorText)")
        #expect(result.text.filter { !$0.isWhitespace } == "1")
        #expect(!result.errorText.contains("cannot read"), "\(result.errorText)")
    }

    // MARK: The password prompt

    /// `list users --askpass` on a terminal of its own.
    private final class Session {
        let master: CInt
        private let slave: CInt
        private var pid: pid_t = 0

        init(_ sandbox: Sandbox) throws {
            // What unlockpt and ptsname do; glibc's headers keep those from Swift.
            master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
            var lock: CInt = 0
            var number: CInt = 0
            try #require(ioctl(master, 0x4004_5431, &lock) == 0)
            try #require(ioctl(master, 0x8004_5430, &number) == 0)
            let path = "/dev/pts/\(number)"
            slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            // The leader of a new session takes the first terminal that it opens.
            for number: CInt in 0...2 {
                posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR, 0)
            }
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            // The test runner may ignore or block signals.
            var defaults = sigset_t()
            sigemptyset(&defaults)
            sigaddset(&defaults, SIGINT)
            posix_spawnattr_setsigdefault(&attributes, &defaults)
            var none = sigset_t()
            sigemptyset(&none)
            posix_spawnattr_setsigmask(&attributes, &none)
            let newSession: Int16 = 0x80
            posix_spawnattr_setflags(
                &attributes,
                newSession | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
            let words = [BuiltTool.path, "list", "users", "--askpass", "-o", "id"]
            var argv = words.map { strdup($0) } + [nil]
            var envp = [strdup("JWTCTL_REDIS_URL=\(sandbox.server.url)"), nil]
            defer { for text in argv + envp { free(text) } }
            try #require(posix_spawn(&pid, words[0], &actions, &attributes, &argv, &envp) == 0)
        }

        var echoes: Bool {
            var facts = termios()
            tcgetattr(slave, &facts)
            return facts.c_lflag & tcflag_t(ECHO) != 0
        }

        /// What was written until `text` came, or nothing more within ten seconds.
        func read(until text: String) -> String {
            var all = ""
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !all.contains(text) {
                var poller = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
                guard poll(&poller, 1, 10_000) > 0 else { break }
                let count = Glibc.read(master, &buffer, buffer.count)
                guard count > 0 else { break }
                all += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return all
        }

        func type(_ text: String) { _ = write(master, text, text.utf8.count) }

        /// The status of `waitpid`; a child that hangs is killed.
        func end() -> CInt {
            var status: CInt = 0
            for _ in 0..<2000 {
                if waitpid(pid, &status, WNOHANG) == pid { return status }
                usleep(5000)
            }
            kill(pid, SIGKILL)
            waitpid(pid, &status, 0)
            return status
        }

        deinit {
            close(master)
            close(slave)
        }
    }

    @Test func aPasswordIsNotShownAndTheEchoComesBack() throws {
        let sandbox = try Sandbox()
        _ = try sandbox.token()
        try sandbox.server.cli("CONFIG", "SET", "requirepass", "hunter2")
        let session = try Session(sandbox)
        #expect(session.read(until: "password: ") == "Redis password: ")
        #expect(!session.echoes)
        session.type("hunter2\n")
        let rest = session.read(until: "alice")
        #expect(rest == "\r\nalice" || rest == "\r\nalice\r\n")
        #expect(session.end() == 0)
        #expect(session.echoes)
    }

    /// Without a Return after it, by the signal, and with the echo back on.
    @Test func controlCEndsThePrompt() throws {
        let sandbox = try Sandbox()
        let session = try Session(sandbox)
        #expect(session.read(until: "password: ") == "Redis password: ")
        session.type("hun\u{3}")
        #expect(session.end() == SIGINT)
        #expect(session.echoes)
    }
}
