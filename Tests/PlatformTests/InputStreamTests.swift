import Glibc
import Platform
import Testing

/// How a case is read: from memory and from a file, since blocks exist only in the latter.
enum Medium: CaseIterable, Sendable {
    case memory, file
}

struct InputStreamTests {
    private func lines(
        _ bytes: [UInt8], limit: Int, _ medium: Medium
    ) throws -> [InputStream.Line] {
        let file = TestFile(bytes)
        let descriptor = try Descriptor.open(Array(file.path.utf8))
        let stream =
            switch medium {
            case .memory: InputStream(bytes: bytes)
            case .file: InputStream(borrowing: descriptor.number)
            }
        var lines: [InputStream.Line] = []
        while let line = try stream.readLine(limit: limit) { lines.append(line) }
        #expect(try stream.readLine(limit: limit) == nil)
        return lines
    }

    private static let plain: [(input: String, lines: [String])] = [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\n", ["a"]), ("a\nb", ["a", "b"]),
        ("a\r\nb\n", ["a", "b"]), ("\n", [""]), ("\r\n", [""]), ("\n\n", ["", ""]),
        ("a\n\nb\n", ["a", "", "b"]), ("a\rb\n", ["a\rb"]), ("a\r\r\n", ["a\r"]),
        ("a\r", ["a\r"]), ("a\u{0}b\n", ["a\u{0}b"]), ("é\n漢", ["é", "漢"]),
    ]

    @Test("A line ends with LF, CRLF or the input", arguments: plain, Medium.allCases)
    func splits(_ case: (input: String, lines: [String]), medium: Medium) throws {
        let expected = `case`.lines.map { InputStream.Line.text(Array($0.utf8)) }
        #expect(try lines(Array(`case`.input.utf8), limit: 100, medium) == expected)
    }

    @Test("The limit counts the bytes of the line, not its end", arguments: Medium.allCases)
    func lineLimit(_ medium: Medium) throws {
        let input = Array("12345\n123456\n12345\r\n123456\r\nx\n123456".utf8)
        let five = InputStream.Line.text(Array("12345".utf8))
        #expect(
            try lines(input, limit: 5, medium)
                == [five, .tooLong, five, .tooLong, .text([UInt8(ascii: "x")]), .tooLong])
    }

    @Test(
        "A line across block borders is whole, and an over-long one is skipped to its end",
        arguments: [65_533, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 300_000],
        ["\n", "\r\n"])
    func blockBorders(length: Int, end: String) throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        let input = long + end.utf8 + "next".utf8 + end.utf8 + long
        let next = InputStream.Line.text(Array("next".utf8))
        for medium in Medium.allCases {
            #expect(
                try lines(input, limit: length, medium) == [.text(long), next, .text(long)])
            #expect(
                try lines(input, limit: length - 1, medium) == [.tooLong, next, .tooLong])
            #expect(try lines(input, limit: 100, medium) == [.tooLong, next, .tooLong])
        }
    }

    @Test("Many short lines keep their order and number")
    func manyLines() throws {
        let input = (0..<40_000).map { "line \($0)\n" }.joined()
        let result = try lines(Array(input.utf8), limit: 20, .file)
        #expect(result == (0..<40_000).map { .text(Array("line \($0)".utf8)) })
    }

    @Test("What was consumed is counted, and not what was read ahead", arguments: Medium.allCases)
    func consumedCount(_ medium: Medium) throws {
        let input = Array((0..<30_000).map { "line \($0)\r\n" }.joined().utf8)
        let file = TestFile(input)
        let descriptor = try Descriptor.open(Array(file.path.utf8))
        let stream =
            switch medium {
            case .memory: InputStream(bytes: input)
            case .file: InputStream(borrowing: descriptor.number)
            }
        #expect(stream.consumedCount == 0)
        var (count, wrong) = (0, 0)
        while case .text(let bytes)? = try stream.readLine(limit: 20) {
            count += bytes.count + 2
            if stream.consumedCount != count { wrong += 1 }
        }
        #expect(wrong == 0)
        #expect(stream.consumedCount == input.count)
    }

    @Test("A buffered line is known only once its end has been read")
    func bufferedLine() throws {
        let pipe = Pipe()
        let stream = InputStream(borrowing: pipe.reader)
        #expect(!stream.hasBufferedLine)
        pipe.send("a\nb\nc")
        #expect(!stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 9) == .text([UInt8(ascii: "a")]))
        #expect(stream.hasBufferedLine)
        #expect(try stream.readLine(limit: 9) == .text([UInt8(ascii: "b")]))
        #expect(!stream.hasBufferedLine)
        pipe.send("d\n")
        #expect(try stream.readLine(limit: 9) == .text(Array("cd".utf8)))
        pipe.closeWriter()
        #expect(try stream.readLine(limit: 9) == nil)
    }

    @Test("A line is answered before the pipe's other end closes")
    func doesNotWaitForMore() throws {
        let pipe = Pipe()
        pipe.send("one\n")
        let stream = InputStream(borrowing: pipe.reader)
        #expect(try stream.readLine(limit: 9) == .text(Array("one".utf8)))
    }

    @Test(
        "Everything is read up to the limit, and one byte more is refused",
        arguments: [
            0, 1, 65_535, 65_536, 65_537, 200_000,
        ])
    func readAll(size: Int) throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let file = TestFile(bytes)
        for limit in [size, size + 1, size + 70_000] {
            let descriptor = try Descriptor.open(Array(file.path.utf8))
            #expect(try InputStream(borrowing: descriptor.number).readAll(limit: limit) == bytes)
            #expect(try InputStream(bytes: bytes).readAll(limit: limit) == bytes)
        }
        guard size > 0 else { return }
        let descriptor = try Descriptor.open(Array(file.path.utf8))
        #expect(throws: InputError.tooLarge(limit: size - 1)) {
            try InputStream(borrowing: descriptor.number).readAll(limit: size - 1)
        }
        #expect(throws: InputError.tooLarge(limit: size - 1)) {
            try InputStream(bytes: bytes).readAll(limit: size - 1)
        }
    }

    @Test("An endless device ends at the limit, and no more than one byte beyond is taken")
    func endless() throws {
        let zero = try Descriptor.open(Array("/dev/zero".utf8))
        #expect(throws: InputError.tooLarge(limit: 100_000)) {
            try InputStream(borrowing: zero.number).readAll(limit: 100_000)
        }
        let pipe = Pipe()
        pipe.send("0123456789")
        #expect(throws: InputError.tooLarge(limit: 4)) {
            try InputStream(borrowing: pipe.reader).readAll(limit: 4)
        }
        pipe.closeWriter()
        #expect(try InputStream(borrowing: pipe.reader).readAll(limit: 9) == Array("56789".utf8))
    }

    @Test("What the lines left is read by readAll")
    func restAfterLines() throws {
        let stream = InputStream(bytes: Array("a\nb\nc".utf8))
        _ = try stream.readLine(limit: 9)
        #expect(try stream.readAll(limit: 3) == Array("b\nc".utf8))
        #expect(try stream.readAll(limit: 3).isEmpty)
    }

    @Test("A descriptor that cannot be read is a system error")
    func unreadable() throws {
        let folder = try Descriptor.open(Array("/".utf8))
        #expect(throws: InputError.system(SystemError(code: EISDIR))) {
            try InputStream(borrowing: folder.number).readAll(limit: 9)
        }
        #expect(throws: InputError.system(SystemError(code: EBADF))) {
            try InputStream(borrowing: -1).readLine(limit: 9)
        }
    }

    @Test("Memory, a file and a pipe are no terminals")
    func terminal() {
        #expect(!InputStream(bytes: []).isTerminal)
        #expect(!InputStream(borrowing: Pipe().reader).isTerminal)
    }
}
