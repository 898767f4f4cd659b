import Foundation
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@Suite("Revoking and restoring", .redis)
struct RevokeTests {
    @Test("A single revocation writes who, why and when; a bulk one the short value")
    func values() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let entry = DenyEntry(reason: "stolen \"x\"", actor: "root")
        #expect(try sandbox.revoke("j1", "ann", exp: .at(now + 100), entry: entry) == .revoked)
        #expect(try sandbox.revoke("j2", exp: .at(now + 100)) == .revoked)
        let at = try #require(try sandbox.state("j1", nil).denial?.entry.time)
        #expect((now...now + 2).contains(at))
        #expect(
            try sandbox.server.cli("GET", "jwt:deny:j1")
                == #"{"why":"stolen \"x\"","by":"root","at":\#(at),"sub":"ann"}"#)
        #expect(try sandbox.server.cli("GET", "jwt:deny:j2") == "1")
        for key in ["jwt:deny:j1", "jwt:deny:j2"] {
            #expect(try sandbox.end(key) == now + 160)
            #expect(try sandbox.server.cli("TYPE", key) == "string")
        }
    }

    @Test("An entry is never shortened and keeps its first reason; a longer life is granted")
    func repeats() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let steps: [(Expiry, RevocationOutcome, Int64)] = [
            (.at(now + 100), .revoked, now + 160), (.at(now + 50), .alreadyRevoked, now + 160),
            (.at(now + 100), .alreadyRevoked, now + 160),
            (.at(now + 500), .alreadyRevoked, now + 560), (.never, .alreadyRevoked, -1),
            (.at(now + 900), .alreadyRevoked, -1), (.never, .alreadyRevoked, -1),
        ]
        for (number, step) in steps.enumerated() {
            let entry = DenyEntry(reason: "r\(number)")
            #expect(try sandbox.revoke("j", exp: step.0, entry: entry) == step.1)
            #expect(try sandbox.end("jwt:deny:j") == step.2)
            #expect(try sandbox.state("j", nil).denial?.entry.reason == "r0")
        }
    }

    @Test("Not even the fraction of a second is taken from an entry's life")
    func fractions() throws {
        let sandbox = try StoreSandbox()
        let end = (try sandbox.now() + 160) * 1000 + 1
        for _ in 0..<20 {
            try sandbox.raw("SET", "jwt:deny:j", "x")
            try sandbox.raw("PEXPIREAT", "jwt:deny:j", .integer(end))
            #expect(try sandbox.revoke("j", exp: .at(end / 1000 - 60)) == .alreadyRevoked)
            let kept = try sandbox.preciseEnd("jwt:deny:j")
            #expect((end...end + StoreSandbox.slack).contains(kept))
        }
    }

    @Test("A token that is over for good is not written; within the margin it is")
    func past() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        #expect(try sandbox.revoke("a", exp: .at(now - 60)) == .expired)
        #expect(try sandbox.revoke("b", exp: .at(0)) == .expired)
        #expect(try sandbox.integer("DBSIZE") == 0)
        #expect(try sandbox.revoke("c", exp: .at(now - 30)) == .revoked)
        #expect(try sandbox.end("jwt:deny:c") == now + 30)
    }

    @Test(
        "A refused item in the middle of a batch is told, named, left as it was, and stops nobody")
    func foreignInBatch() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        try sandbox.raw("LPUSH", "jwt:deny:b", "mine")
        try sandbox.fill("ann", 1, iat: now, exp: now + 100)
        try sandbox.raw("ZADD", "jwt:{ann}:tokens", .integer(now + 100), "b")
        let before = try sandbox.snapshot()
        let items = try ["a", "b", "c", "a"].map {
            Revocation(
                id: try Identifier($0), user: try Identifier("ann"), expiry: .at(now + 100))
        }
        let batch = sandbox.store.revoke(items, entry: nil)
        #expect(batch.failure == nil)
        #expect(batch.outcomes[0] == .revoked)
        #expect(batch.outcomes[2] == .revoked)
        #expect(batch.outcomes[3] == .alreadyRevoked)
        guard case .failed(.refused(let error, _, let key)) = batch.outcomes[1] else {
            Issue.record("\(batch.outcomes[1])")
            return
        }
        #expect(error.kind == .wrongType)
        #expect(key == Array("jwt:deny:b".utf8))
        #expect(try sandbox.changes(since: before).isDisjoint(with: ["jwt:deny:b"]))
        #expect(
            try sandbox.raw("ZSCORE", "jwt:{ann}:tokens", "b") != .null,
            "what is not denied stays listed")
    }

    @Test("When the server dies in a batch, every item is accounted for and a second run finishes")
    func killed() throws {
        let sandbox = try StoreSandbox(["appendonly yes", "appendfsync no"])
        let end = try sandbox.now() + 1000
        let items = try (0..<60_000).map {
            Revocation(id: try Identifier("j\($0)"), user: nil, expiry: .at(end))
        }
        let pid = sandbox.server.pid
        let path = sandbox.server.socketPath
        Thread.detachNewThread {
            let client = StoreSandbox.client(path)
            while let size = try? client.call(Command("DBSIZE")), size == .integer(0) {}
            kill(pid, SIGKILL)
        }
        let batch = sandbox.store.revoke(items, entry: nil)
        #expect(batch.failure != nil)
        let unknown = batch.outcomes.count { $0 == .unknown }
        let untouched = batch.outcomes.count { $0 == .notAttempted }
        #expect(untouched > 0)
        let revoked = batch.outcomes.count { $0 == .revoked }
        #expect(revoked + unknown + untouched == items.count)

        try sandbox.restart()
        for index in items.indices where batch.outcomes[index] == .revoked {
            if index % 100 != 0 { continue }
            #expect(try sandbox.integer("EXISTS", .text("jwt:deny:j\(index)")) == 1)
        }
        for index in items.indices where batch.outcomes[index] == .notAttempted {
            if index % 100 != 0 { continue }
            #expect(try sandbox.integer("EXISTS", .text("jwt:deny:j\(index)")) == 0)
        }
        let again = sandbox.another().revoke(items, entry: nil)
        #expect(again.failure == nil)
        #expect(again.outcomes.allSatisfy { $0 == .revoked || $0 == .alreadyRevoked })
        #expect(try sandbox.integer("DBSIZE") == 60_000)
    }

    @Test("Without a server nothing is called attempted")
    func unreachable() throws {
        let sandbox = try StoreSandbox()
        sandbox.server.stop()
        let items = [Revocation(id: try Identifier("a"), user: nil, expiry: .never)]
        let batch = sandbox.store.revoke(items, entry: nil)
        #expect(batch.outcomes == [.notAttempted])
        #expect(batch.failure != nil)
    }

    @Test("Restoring removes the entry and puts the token back on its list")
    func restoring() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let id = try Identifier("j")
        let ann = try Identifier("ann")
        _ = try sandbox.record("j", "ann", iat: now - 5, exp: .at(now + 100))
        #expect(try sandbox.revoke("j", "ann", exp: .at(now + 100), entry: DenyEntry()) == .revoked)
        #expect(try sandbox.state("j", "ann").listing == .notListed)
        let outcome = try sandbox.store.restore(
            id, user: ann, issued: .at(Double(now - 5) + 0.5), expiry: .at(now + 100))
        #expect(outcome == .restored(isListed: true))
        let state = try sandbox.state("j", "ann")
        #expect(state.denial == nil)
        #expect(state.listing == .listed(.at(now + 100)))
        #expect(try sandbox.server.cli("HGET", "jwt:{ann}:meta", "j") == "{\"iat\":\(now - 5)}")
        #expect(try sandbox.end("jwt:{ann}:tokens") == now + 160)
        #expect(
            try sandbox.store.restore(id, user: ann, issued: .at(Double(now - 5)), expiry: .never)
                == .notRevoked)
    }

    @Test("A bare id finds its user and its end in the entry")
    func bareId() throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        _ = try sandbox.revoke("j", "ann", exp: .at(now + 100), entry: DenyEntry(reason: "x"))
        _ = try sandbox.revoke("k", exp: .at(now + 100))
        _ = try sandbox.revoke("l", "ann", exp: .never, entry: DenyEntry())
        func restore(_ id: String) throws -> RestoreOutcome {
            try sandbox.store.restore(try Identifier(id), user: nil, issued: .notSaid, expiry: nil)
        }
        #expect(try restore("j") == .restored(isListed: true))
        #expect(try sandbox.end("jwt:{ann}:tokens") - (now + 160) <= 1)
        #expect(try restore("k") == .restored(isListed: false))
        #expect(try restore("l") == .restored(isListed: true))
        #expect(try sandbox.state("l", "ann").listing == .listed(.never))
        #expect(try restore("m") == .notRevoked)
    }

    @Test(
        "Restoring is refused where it would change nothing for the token",
        arguments: ["jwt:cutoff", "jwt:{ann}:cutoff"])
    func refusedRestore(key: String) throws {
        let sandbox = try StoreSandbox()
        let now = try sandbox.now()
        let id = try Identifier("j")
        let ann = try Identifier("ann")
        _ = try sandbox.revoke("j", "ann", exp: .at(now + 100))
        try sandbox.raw("SET", .text(key), .integer(now - 5))
        let before = try sandbox.snapshot()
        for issued: IssuedAt in [.at(Double(now - 5) + 0.5), .missing] {
            #expect(
                try sandbox.store.restore(id, user: ann, issued: issued, expiry: .at(now + 100))
                    == .cutOff(now - 5))
        }
        #expect(
            try sandbox.store.restore(id, user: ann, issued: .at(Double(now)), expiry: .at(now))
                == .expired)
        #expect(try sandbox.changes(since: before) == [])
        #expect(
            try sandbox.store.restore(
                id, user: ann, issued: .at(Double(now - 4)), expiry: .at(now + 100))
                == .restored(isListed: true))
    }
}
