import Foundation
import Platform
import TestSupport
import Testing

@testable import Redis

/// What makes no progress comes to an end.
@Suite struct NoProgressTests {
    @Test func `a line without an end is refused`() throws {
        let line = [UInt8](repeating: 0x61, count: 16_384)
        let peer = try RawPeer([.text(RawPeer.hello), .text("+"), .sendForEver(line)])
        guard case .replyTooLarge(let limit, _) = try peer.failure(timeout: 1000) else {
            Issue.record("not too large")
            return
        }
        #expect(limit == RESPLimits.lineLimit)
    }

    @Test func `a line as long as the limit is read`() throws {
        let reader = try ReplyReader.make()
        let line = Array("+\(String(repeating: "a", count: RESPLimits.lineLimit - 2))\r\n".utf8)
        for start in stride(from: 0, to: line.count, by: 4096) {
            let part = Array(line[start..<min(start + 4096, line.count)])
            try part.withUnsafeBytes { try reader.feed($0) }
        }
        #expect(try reader.next() != nil)
    }

    /// 4 KiB every second would take hours for 64 MB, and each portion is progress.
    @Test func `a large reply in small portions is given up`() throws {
        let reader = try ReplyReader.make(timeout: 5)
        let portion = [UInt8](repeating: 0x61, count: 4096)
        try Array("$60000000\r\n".utf8).withUnsafeBytes { try reader.feed($0) }
        #expect(throws: RESPLimits.Fault.tooSlow) {
            for _ in 0..<100 {
                usleep(5000)
                try portion.withUnsafeBytes { try reader.feed($0) }
            }
        }
    }

    @Test func `many small replies may take any time`() throws {
        let reader = try ReplyReader.make(timeout: 1)
        try Array(":".utf8).withUnsafeBytes { try reader.feed($0) }
        for _ in 0..<50 {
            usleep(1500)
            // The end of one reply, and the beginning of the next.
            try Array("1\r\n:".utf8).withUnsafeBytes { try reader.feed($0) }
            #expect(try reader.next() == .integer(1))
        }
    }

    @Test func `a name service that does not answer is not waited for`() throws {
        let start = Date()
        #expect(
            throws: RedisError.resolve(
                host: "h", reason: "the name service did not answer in time")
        ) {
            _ = try NameLookup.run(host: "h", deadline: .now.advanced(byMilliseconds: 100)) {
                sleep(3)
                return []
            }
        }
        #expect(Date().timeIntervalSince(start) < 2)
    }

    @Test func `what the name service answers is passed on`() throws {
        let deadline = Monotonic.now.advanced(byMilliseconds: 10_000)
        let found = try NameLookup.run(host: "h", deadline: deadline) {
            [SocketAddress(family: 2, bytes: [1])]
        }
        #expect(found.map(\.bytes) == [[1]])
        #expect(throws: RedisError.resolve(host: "h", reason: "no")) {
            _ = try NameLookup.run(host: "h", deadline: deadline) { () throws(RedisError) in
                throw .resolve(host: "h", reason: "no")
            }
        }
    }

    /// C ends a name there, and would look up what stands before it.
    @Test func `a name with a NUL is refused`() {
        #expect(throws: RedisError.self) {
            _ = try SocketAddress.resolve(
                host: "127.0.0.1\u{0}.example.com", port: 1, deadline: .now)
        }
    }

    // MARK: scans

    private func page(_ cursor: String) -> Reply {
        .array([.string(Array(cursor.utf8)), .array([])])
    }

    private let scan = { (cursor: [UInt8]) in Command("SCAN", .bytes(cursor)) }

    @Test func `the same cursor twice in a row ends a scan`() throws {
        var cursor = ScanCursor()
        _ = try cursor.take([page("7")])
        #expect(throws: RedisError.self) { _ = try cursor.take([page("7")]) }
    }

    @Test func `a cursor may come again later`() throws {
        var cursor = ScanCursor()
        for next in ["7", "3", "7", "0"] { _ = try cursor.take([page(next)]) }
    }

    @Test func `a scan of more pages than there can be ends`() throws {
        var cursor = ScanCursor(limit: 3)
        var pages = 0
        #expect(throws: RedisError.self) {
            while pages < 100 {
                let commands = cursor.commands(scan)
                pages += 1
                let size = commands.count == 2 ? [Reply.integer(4)] : []
                _ = try cursor.take([page("\(pages)")] + size)
            }
        }
        // Three, and one for each of the four keys.
        #expect(pages == 8)
    }

    @Test func `a size that is refused adds nothing`() throws {
        var cursor = ScanCursor(limit: 2)
        for next in ["1", "2"] { _ = try cursor.take([page(next)]) }
        #expect(cursor.commands(scan).count == 2)
        #expect(throws: RedisError.self) {
            _ = try cursor.take([page("3"), .error(ServerError("NOPERM x"))])
        }
    }
}
