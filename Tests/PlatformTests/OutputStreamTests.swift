import Foundation
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

struct OutputStreamTests {
    @Test("Nothing counts as written before it has been flushed")
    func buffered() throws {
        let file = TestFile([])
        let descriptor = try Descriptor.create(Array(file.path.utf8))
        let stream = OutputStream(borrowing: descriptor.number)
        try stream.write("abc")
        try stream.write([UInt8(ascii: "d"), 0xFF])
        #expect(try Data(contentsOf: URL(filePath: file.path)).isEmpty)
        try stream.flush()
        try stream.flush()
        #expect(try Data(contentsOf: URL(filePath: file.path)) == Data("abcd".utf8 + [0xFF]))
    }

    @Test("What is on the same terminal makes room before bytes are written, and only then")
    func beforeWriting() throws {
        let pipe = Pipe()
        let stream = OutputStream(borrowing: pipe.writer)
        var calls = 0
        stream.beforeWriting = { calls += 1 }
        try stream.flush()
        try stream.write("a")
        #expect(calls == 0)
        try stream.flush()
        try stream.flush()
        #expect(calls == 1)
        // A full buffer is written without a flush.
        let reading = Background()
        let reader = pipe.reader
        reading.start { _ = try InputStream(borrowing: reader).readAll(limit: 200_000) }
        try stream.write(String(repeating: "x", count: 100_000))
        #expect(calls == 2)
        pipe.closeWriter()
        try reading.wait()
        #expect(stream.columns == nil)
    }

    @Test("A stream in memory keeps everything, flushed or not")
    func memory() throws {
        let stream = OutputStream()
        let large = String(repeating: "x", count: 200_000)
        try stream.write(large)
        try stream.flush()
        try stream.write("end")
        #expect(stream.contents == Array((large + "end").utf8))
        #expect(!stream.isTerminal)
    }

    @Test("A full disk is an error of flush, and of a write that fills the buffer")
    func fullDisk() throws {
        let full = try Descriptor.open(Array("/dev/full".utf8), flags: O_WRONLY)
        let stream = OutputStream(borrowing: full.number)
        try stream.write("small")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.cause == SystemError(code: ENOSPC))
        #expect(error?.isBrokenPipe == false)
        #expect(throws: OutputError.self) {
            try stream.write(String(repeating: "x", count: 70_000))
        }
        // What failed is not tried again for ever.
        try stream.flush()
    }

    @Test("A reader that has gone away is a broken pipe")
    func brokenPipe() throws {
        Signals.ignoreBrokenPipes()
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        let writer = Descriptor(owning: ends[1])
        let stream = OutputStream(borrowing: writer.number)
        try stream.write("x")
        let error = #expect(throws: OutputError.self) { try stream.flush() }
        #expect(error?.isBrokenPipe == true)
    }

    @Test("Large writes arrive whole, in order, also through a pipe that does not block")
    func large() throws {
        for isBlocking in [true, false] {
            let pipe = Pipe()
            if !isBlocking { _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK) }
            let reader = pipe.reader
            let found = Mutex<[UInt8]>([])
            // A task of the test's own pool would wait for another test to end.
            let reading = Background()
            reading.start {
                let bytes = try InputStream(borrowing: reader).readAll(limit: 2_000_000)
                found.withLock { $0 = bytes }
            }
            let stream = OutputStream(borrowing: pipe.writer)
            var expected: [UInt8] = []
            for number in 0..<2000 {
                let piece = Array("\(number) ".utf8) + [UInt8](repeating: 0x2E, count: 300)
                expected += piece
                try stream.write(piece)
            }
            let block = [UInt8](repeating: 0x21, count: 500_000)
            try stream.write(block)
            try stream.flush()
            pipe.closeWriter()
            try reading.wait()
            #expect(found.withLock { $0 } == expected + block)
        }
    }
}
