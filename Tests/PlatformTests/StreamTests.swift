import Foundation
import Platform
import TestSupport
import Testing

// Foundation has names of its own for these.
private typealias InputStream = Platform.InputStream
private typealias OutputStream = Platform.OutputStream

@Suite struct InputStreamTests {
    /// Reads `bytes` through a file, so that the blocks of the system matter.
    private func lines(_ bytes: [UInt8], limit: Int) throws -> [InputStream.Line] {
        let folder = try TemporaryDirectory()
        let path = folder.file("input")
        try Data(bytes).write(to: URL(filePath: path))
        let file = try Descriptor.open(Array(path.utf8))
        let stream = InputStream(borrowing: file.number)
        var lines: [InputStream.Line] = []
        while let line = try stream.readLine(limit: limit) { lines.append(line) }
        return lines
    }

    @Test(
        arguments: [
            ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\n\nc", ["a", "b", "", "c"]),
            ("\n", [""]), ("a\rb\n", ["a\rb"]), ("a\r", ["a\r"]),
        ] as [(String, [String])])
    func `lines end with LF or CRLF, the last one with nothing too`(
        text: String, expected: [String]
    ) throws {
        #expect(try lines(Array(text.utf8), limit: 100) == expected.map { .text(Array($0.utf8)) })
    }

    @Test(arguments: [99, 100, 101, 65_535, 65_536, 65_537, 200_000])
    func `a line beyond the limit is skipped to its end, and the next one is whole`(
        length: Int
    ) throws {
        let long = [UInt8](repeating: 0x61, count: length)
        let found = try lines(long + [0x0A] + Array("next\n".utf8), limit: 100)
        #expect(found == [length > 100 ? .tooLong : .text(long), .text(Array("next".utf8))])
    }

    @Test func `many lines across the borders of blocks come whole and in order`() throws {
        let texts = (0..<20_000).map { "line \($0) " + String(repeating: "x", count: $0 % 37) }
        let found = try lines(Array((texts.joined(separator: "\n") + "\n").utf8), limit: 1000)
        #expect(found == texts.map { .text(Array($0.utf8)) })
    }

    @Test func `all of it is read up to the limit, and no more than one byte beyond`() throws {
        #expect(try InputStream(bytes: [1, 2, 3]).readAll(limit: 3) == [1, 2, 3])
        #expect(throws: InputError.tooLarge(limit: 2)) {
            try InputStream(bytes: [1, 2, 3]).readAll(limit: 2)
        }
        let zero = try Descriptor.open(Array("/dev/zero".utf8))
        #expect(throws: InputError.tooLarge(limit: 1000)) {
            try InputStream(borrowing: zero.number).readAll(limit: 1000)
        }
    }

    @Test func `what is buffered tells whether a line can be had without waiting`() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let stream = InputStream(borrowing: ends[0])
        _ = write(ends[1], "a\nb\nc", 5)
        #expect(!stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 10) == .text([0x61]))
        #expect(stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 10) == .text([0x62]))
        #expect(!stream.hasBufferedLine)
    }

    @Test func `a directory is an error of the system`() throws {
        let folder = try Descriptor.open(Array("/tmp".utf8))
        #expect(throws: InputError.system(SystemError(code: EISDIR))) {
            try InputStream(borrowing: folder.number).readAll(limit: 10)
        }
    }
}

@Suite struct OutputStreamTests {
    @Test func `a full disk is an error, at the latest when flushed`() throws {
        let full = try Descriptor.open(Array("/dev/full".utf8), flags: O_WRONLY)
        let stream = OutputStream(borrowing: full.number)
        try stream.write("text")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.cause == SystemError(code: ENOSPC))
        #expect(error?.isBrokenPipe == false)
    }

    @Test func `a reader that went away is told from other errors`() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let stream = OutputStream(borrowing: ends[1])
        try stream.write("text")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.isBrokenPipe == true)
    }

    @Test func `large texts arrive whole and in order, through a pipe that blocks`() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("output")
        let file = try Descriptor.create(Array(path.utf8))
        let stream = OutputStream(borrowing: file.number)
        var expected = ""
        for number in 0..<30_000 {
            try stream.write("\(number)\n")
            expected += "\(number)\n"
        }
        try stream.flush()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }
}
