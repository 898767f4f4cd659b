import Foundation
import Glibc
import Platform
import Testing

/// A pipe with something in it; both ends are closed with it.
final class Pipe {
    let read: CInt
    private(set) var write: CInt

    init(_ content: [UInt8] = [], closed: Bool = false) {
        var ends: [CInt] = [0, 0]
        pipe(&ends)
        (read, write) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(write, F_SETPIPE_SZ, 1 << 20)
        send(content)
        if closed { closeWriter() }
    }

    private var F_SETPIPE_SZ: CInt { 1031 }

    func send(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(write, Array(bytes[done...]), bytes.count - done)
            if count <= 0 { return }
            done += count
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func closeWriter() {
        if write >= 0 { close(write) }
        write = -1
    }

    deinit {
        closeWriter()
        close(read)
    }
}

struct InputStreamTests {
    private func lines(_ stream: InputStream, limit: Int = 1 << 20) throws -> [String] {
        var lines: [String] = []
        while let line = try stream.readLine(limit: limit) {
            switch line {
            case .text(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .tooLong: lines.append("<too long>")
            }
        }
        return lines
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n\n", ["", ""]),
        ("a\r\nb\r\n", ["a", "b"]), ("a\rb\n", ["a\rb"]), ("a\r\r\n", ["a\r"]), ("\r\n", [""]),
        ("a\r", ["a\r"]), ("1234567890\nb\n", ["1234567890", "b"]),
        ("12345678901\nb\n", ["<too long>", "b"]), ("1234567890\r\nb", ["1234567890", "b"]),
        ("b\n12345678901", ["b", "<too long>"]), ("12345678901234567890\n\n", ["<too long>", ""]),
    ])
    func linesOfMemoryAndOfPipes(_ text: String, _ expected: [String]) throws {
        let bytes = Array(text.utf8)
        #expect(try lines(InputStream(bytes: bytes), limit: 10) == expected)
        let pipe = Pipe(bytes, closed: true)
        #expect(try lines(InputStream(borrowing: pipe.read), limit: 10) == expected)
    }

    /// Blocks are 64 KiB: a line may lie across several of them, and end anywhere.
    @Test(arguments: [65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 200_000])
    func linesAcrossBlocks(_ length: Int) throws {
        let long = String(repeating: "a", count: length)
        let text = "x\n\(long)\r\ny\n\(long)\nz"
        let expected = ["x", long, "y", long, "z"]
        let pipe = Pipe(Array(text.utf8), closed: true)
        #expect(try lines(InputStream(borrowing: pipe.read), limit: length) == expected)
        let other = Pipe(Array(text.utf8), closed: true)
        #expect(
            try lines(InputStream(borrowing: other.read), limit: length - 1)
                == ["x", "<too long>", "y", "<too long>", "z"])
    }

    @Test func aLineIsThereAsSoonAsItsEndIs() throws {
        let pipe = Pipe(Array("one\ntwo\nthr".utf8))
        let stream = InputStream(borrowing: pipe.read)
        #expect(!stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 10) == .text(Array("one".utf8)))
        #expect(stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 10) == .text(Array("two".utf8)))
        #expect(!stream.hasBufferedLine)
        pipe.send("ee\n")
        #expect(try stream.readLine(limit: 10) == .text(Array("three".utf8)))
        pipe.closeWriter()
        #expect(try stream.readLine(limit: 10) == nil)
        #expect(try stream.readLine(limit: 10) == nil)
    }

    @Test func everythingUpToALimit() throws {
        for size in [0, 1, 9, 10] {
            let bytes = [UInt8](repeating: 7, count: size)
            #expect(try InputStream(bytes: bytes).readAll(limit: 10) == bytes)
            let pipe = Pipe(bytes, closed: true)
            #expect(try InputStream(borrowing: pipe.read).readAll(limit: 10) == bytes)
        }
        let eleven = [UInt8](repeating: 7, count: 11)
        #expect(throws: InputError.tooLarge(limit: 10)) {
            try InputStream(bytes: eleven).readAll(limit: 10)
        }
        let pipe = Pipe([UInt8](repeating: 7, count: 100))
        #expect(throws: InputError.tooLarge(limit: 10)) {
            try InputStream(borrowing: pipe.read).readAll(limit: 10)
        }
        var rest = [UInt8](repeating: 0, count: 200)
        #expect(read(pipe.read, &rest, 200) == 89, "no more than the limit and one was read")
    }

    /// A program that shares the terminal or the pipe may have made it non-blocking.
    @Test func nonBlockingInputIsWaitedFor() throws {
        let pipe = Pipe()
        _ = fcntl(pipe.read, F_SETFL, O_NONBLOCK)
        let writer = Thread {
            pause(milliseconds: 50)
            pipe.send("late\n")
        }
        writer.start()
        let stream = InputStream(borrowing: pipe.read)
        #expect(try stream.readLine(limit: 10) == .text(Array("late".utf8)))
    }

    @Test func whatCannotBeReadIsAnError() throws {
        let folder = try Descriptor.open(Array("/".utf8))
        #expect(throws: InputError.system(SystemError(code: EISDIR))) {
            try InputStream(borrowing: folder.number).readAll(limit: 10)
        }
        #expect(!InputStream(borrowing: folder.number).isTerminal)
        #expect(!InputStream(bytes: []).isTerminal)
    }
}

extension Pipe: @unchecked Sendable {}
