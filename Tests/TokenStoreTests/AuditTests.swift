import Foundation
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("The audit trail", .redis)
struct AuditTests {
    @Test("An entry tells what, whose, how many, why, who, where and when")
    func fields() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let ann = try Identifier("ann")
        let hostile = try Identifier("j\r\n\0*\u{1b}[31m")
        try sandbox.store.audit("revoke", .token(hostile, user: ann), count: 1, reason: "a\nb\0c")
        try sandbox.store.audit("logout-all", .user(ann), count: 12, reason: nil)
        try sandbox.store.audit("revoke", .many, count: 1000, reason: "")
        let entries = try sandbox.store.auditEntries(after: nil, limit: 10)
        #expect(entries.map(\.operation) == ["revoke", "logout-all", "revoke"])
        #expect(entries.map(\.id) == [hostile.description, nil, nil])
        #expect(entries.map(\.user) == ["ann", "ann", nil])
        #expect(entries.map(\.count) == [1, 12, 1000])
        #expect(entries.map(\.reason) == ["a\nb\0c", nil, ""])
        #expect(entries.allSatisfy { $0.actor == "ann" && $0.host == "box" })
        #expect(entries.allSatisfy { (now * 1000...now * 1000 + 5000).contains($0.time) })
        #expect(try sandbox.server.cli("TYPE", "jwt:audit") == "stream")
        #expect(try sandbox.integer("DBSIZE") == 1)
    }

    @Test("Reading goes on after a position, and waits for what comes")
    func continuation() throws {
        let sandbox = try StoreSandbox()
        #expect(try sandbox.store.auditEntries(after: nil, limit: 10) == [])
        #expect(try sandbox.store.awaitAuditEntries(after: "0", milliseconds: 5) == [])
        for number in 0..<5 {
            try sandbox.store.audit("op\(number)", .many, count: 1, reason: nil)
        }
        let first = try sandbox.store.auditEntries(after: nil, limit: 2)
        #expect(first.map(\.operation) == ["op0", "op1"])
        let rest = try sandbox.store.auditEntries(after: first[1].position, limit: 10)
        #expect(rest.map(\.operation) == ["op2", "op3", "op4"])
        #expect(
            try sandbox.store.awaitAuditEntries(after: first[0].position, milliseconds: 5)
                .map(\.operation) == ["op1", "op2", "op3", "op4"])
        let path = sandbox.server.socketPath
        Thread.detachNewThread {
            let client = StoreSandbox.client(path)
            while let text = try? client.call(Command("INFO", "clients")).text(),
                !text.contains("blocked_clients:1")
            {}
            try? StoreSandbox.store(client).audit("late", .many, count: 1, reason: nil)
        }
        #expect(
            try sandbox.store.awaitAuditEntries(after: rest[2].position, milliseconds: 4000)
                .map(\.operation) == ["late"])
    }

    @Test("The stream stays capped near 100,000 entries")
    func cap() throws {
        let sandbox = try StoreSandbox()
        for _ in 0..<11 {
            _ = try sandbox.observer.pipeline(
                Array(
                    repeating: Command("XADD", key: Array("jwt:audit".utf8), "*", "op", "x"),
                    count: 10_000))
        }
        try sandbox.store.audit("last", .many, count: 1, reason: nil)
        #expect((100_000...100_200).contains(try sandbox.integer("XLEN", "jwt:audit")))
    }

    @Test("Foreign entries are read as far as they go")
    func foreign() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("XADD", "jwt:audit", "*", "x", "y", "count", "many")
        let entry = try #require(try sandbox.store.auditEntries(after: nil, limit: 1).first)
        #expect(entry.operation == "")
        #expect(entry.count == 1)
        #expect(entry.actor == nil)
    }

    @Test(
        "A foreign type under the stream is an error that names it, and listeners hear all the same"
    )
    func foreignType() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("SET", "jwt:audit", "mine")
        let messages = try heard(sandbox, count: 1) {
            let error = #expect(throws: StoreError.self) {
                try sandbox.store.audit("revoke", .many, count: 2, reason: nil)
            }
            guard case .refused(let reply, "XADD", let key) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reply.kind == .wrongType)
            #expect(key == Array("jwt:audit".utf8))
        }
        #expect(messages == ["*"])
        #expect(try sandbox.server.cli("GET", "jwt:audit") == "mine")
    }

    @Test("A subscriber hears of each change: the id, the user or all, spelled as in keys")
    func publishing() throws {
        let sandbox = try StoreSandbox()
        let ann = try Identifier("ann:{x}")
        let messages = try heard(sandbox, count: 3) {
            try sandbox.store.audit(
                "revoke", .token(try Identifier("j 1"), user: ann), count: 1, reason: nil)
            try sandbox.store.audit("logout-all", .user(ann), count: 3, reason: nil)
            try sandbox.store.audit("logout-all", .many, count: 3, reason: nil)
        }
        #expect(messages == ["j%201", "user:ann%3A%7Bx%7D", "*"])
    }

    /// What the real redis-cli hears on the channel while `body` runs.
    private func heard(_ sandbox: StoreSandbox, count: Int, _ body: () throws -> Void) throws
        -> [String]
    {
        let path = sandbox.server.socketPath
        let output = Box<String?>(nil)
        Thread.detachNewThread {
            // Ends after three lines for the subscription and three for each message.
            let script = "redis-cli -s \(path) SUBSCRIBE jwt:revoked | head -n \(3 + 3 * count)"
            let result = try? ProcessRunner.run(["sh", "-c", script])
            output.update { $0 = result?.text ?? "" }
        }
        #expect(
            try poll {
                try sandbox.raw("PUBSUB", "NUMSUB", "jwt:revoked").array().last == .integer(1)
            })
        try body()
        // redis-cli sees the closed pipe at its next message.
        #expect(
            try poll {
                try sandbox.raw("PUBLISH", "jwt:revoked", "end")
                return output.current != nil
            })
        let lines = (output.current ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropFirst(3).enumerated().compactMap {
            $0.offset % 3 == 2 ? String($0.element) : nil
        }
    }
}
