import TestSupport
import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
    static let samples: [(String, [Reply])] = [
        ("+OK\r\n", [.status("OK")]),
        ("+\r\n", [.status("")]),
        (":-12\r\n", [.integer(-12)]),
        (":9223372036854775807\r\n", [.integer(.max)]),
        ("$0\r\n\r\n", [.string([])]),
        ("$-1\r\n", [.null]),
        ("*-1\r\n", [.null]),
        ("*0\r\n", [.array([])]),
        ("$4\r\na\r\nb\r\n", [.string(Array("a\r\nb".utf8))]),
        ("-ERR x\r\n", [.error(ServerError("ERR x"))]),
        (
            "*3\r\n*2\r\n:1\r\n$-1\r\n*0\r\n+x\r\n:5\r\n",
            [.array([.array([.integer(1), .null]), .array([]), .status("x")]), .integer(5)]
        ),
        (
            "+OK\r\n+OK\r\n+OK\r\n:1\r\n+OK\r\n+OX\r\n+OK\r\n+OKAY\r\n-OK\r\n+OK\r\n",
            [
                .status("OK"), .status("OK"), .status("OK"), .integer(1), .status("OK"),
                .status("OX"), .status("OK"), .status("OKAY"), .error(ServerError("OK")),
                .status("OK"),
            ]
        ),
        ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", [.array([.array([.array([.array([.integer(1)])])])])]),
    ]

    private func read(_ bytes: [UInt8], portion: Int) throws -> [Reply] {
        let reader = try ReplyReader.make()
        var replies: [Reply] = []
        var index = 0
        while index < bytes.count {
            let end = min(index + portion, bytes.count)
            try bytes[index..<end].withUnsafeBytes { slice in try reader.feed(slice) }
            while let reply = try reader.next() { replies.append(reply) }
            index = end
        }
        #expect(reader.incompleteBytes == 0)
        return replies
    }

    @Test(arguments: samples, [1, 2, 3, 7, 1000])
    func `reads replies in portions of any size`(_ sample: (String, [Reply]), portion: Int) throws {
        #expect(try read(Array(sample.0.utf8), portion: portion) == sample.1)
    }

    @Test func `what is told in a row is told in its order, however it is cut`() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<300 {
            var text = ""
            var wanted: [Reply] = []
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                // Nearly all are +OK, as in a great revocation.
                let sample = Self.samples[
                    max(0, Int.random(in: -40..<Self.samples.count, using: &generator))]
                text += sample.0
                wanted += sample.1
            }
            let bytes = Array(text.utf8)
            let reader = try ReplyReader.make()
            var replies: [Reply] = []
            var index = 0
            while index < bytes.count {
                let end = min(index + Int.random(in: 1...40, using: &generator), bytes.count)
                try bytes[index..<end].withUnsafeBytes { slice in try reader.feed(slice) }
                index = end
                // Who feeds twice before asking is answered all the same.
                if index < bytes.count, Bool.random(using: &generator) { continue }
                while let reply = try reader.next() { replies.append(reply) }
            }
            #expect(replies == wanted, "\(text.debugDescription)")
        }
    }

    @Test func `keeps bytes that are no text`() throws {
        let content = (0...255).map(UInt8.init)
        let encoded = Array("$256\r\n".utf8) + content + Array("\r\n".utf8)
        #expect(try read(encoded, portion: 5) == [.string(content)])
    }

    static let faults: [(String, RESPLimits.Fault)] = [
        ("HTTP/1.1 400 Bad Request\r\n", .peer(.http)),
        ("\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", .peer(.tls)),
        ("%1\r\n+a\r\n+b\r\n", .peer(.resp3)),
        (">2\r\n", .peer(.resp3)),
        ("*1\r\n_\r\n", .peer(.resp3)),
        ("SSH-2.0-OpenSSH\r\n", .peer(.unknown(UInt8(ascii: "S")))),
        ("+OK\r\nH", .peer(.unknown(UInt8(ascii: "H")))),
        ("$x\r\n", .peer(.malformed)),
        ("$\r\n", .peer(.malformed)),
        ("*-2\r\n", .peer(.malformed)),
        ("$--1\r\n", .peer(.malformed)),
        ("$+1\r\n", .peer(.malformed)),
        ("$1\r\nabc", .peer(.malformed)),
        ("$0\r\n\r:", .peer(.malformed)),
        ("$3\r\nab\r\n+OK\r\n", .peer(.malformed)),
        (String(repeating: "*1\r\n", count: 9), .peer(.malformed)),
        ("*2000000000\r\n", .tooLarge(limit: RESPLimits.elementLimit)),
        ("*4000000\r\n*4000000\r\n", .tooLarge(limit: RESPLimits.elementLimit)),
        ("$67108864\r\n", .tooLarge(limit: RESPLimits.byteLimit)),
        ("$9223372036854775807\r\n", .tooLarge(limit: RESPLimits.byteLimit)),
    ]

    @Test(arguments: faults)
    func `refuses what is not RESP2 or too large`(_ text: String, _ wanted: RESPLimits.Fault) {
        for portion in [1, 1000] {
            #expect(throws: wanted) { try read(Array(text.utf8), portion: portion) }
        }
    }

    @Test func `a line without an end is refused after 64 KiB`() throws {
        let reader = try ReplyReader.make()
        let portion = [UInt8](repeating: UInt8(ascii: "+"), count: 16 << 10)
        var fed = 0
        let fault = #expect(throws: RESPLimits.Fault.self) {
            while fed < 1 << 20 {
                try portion.withUnsafeBytes { bytes in try reader.feed(bytes) }
                fed += portion.count
            }
        }
        #expect(fault == .tooLarge(limit: RESPLimits.lineLimit))
        #expect(fed == RESPLimits.lineLimit)
    }

    @Test func `many small replies do not add up to a large one`() throws {
        let reader = try ReplyReader.make()
        let line = Array("*2\r\n:1\r\n$2\r\nab\r\n".utf8)
        let portion = Array(repeatElement(line, count: 1000).joined())
        var count = 0
        for _ in 0..<4500 {
            try portion.withUnsafeBytes { bytes in try reader.feed(bytes) }
            while try reader.next() != nil { count += 1 }
        }
        #expect(count == 4_500_000)
    }
}
