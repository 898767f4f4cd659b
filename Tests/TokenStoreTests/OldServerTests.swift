import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// A server that does not say its version is treated like one before Redis 6.2.
@Suite(.redis) struct OldServerTests {
    private func sandbox() throws -> StoreSandbox {
        try StoreSandbox(["rename-command HELLO \"\""])
    }

    private func calls(_ command: String, _ sandbox: StoreSandbox) throws -> Int {
        let lines = try sandbox.server.cli("INFO", "commandstats").split(
            whereSeparator: \.isNewline)
        let line = lines.first { $0.hasPrefix("cmdstat_\(command):calls=") }
        return line.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0 != "," }) } ?? 0
    }

    @Test func `an entry ends at the second that was asked for, and keeps its first value`() throws
    {
        let sandbox = try sandbox()
        let now = try sandbox.now()
        #expect(
            try sandbox.revoke("j", exp: .at(now + 100), entry: DenyEntry(reason: "a")) == .revoked)
        #expect(try sandbox.end("jwt:deny:j") == now + 160)
        #expect(
            try sandbox.revoke("j", exp: .at(now + 50), entry: DenyEntry(reason: "b"))
                == .alreadyRevoked)
        #expect(try sandbox.end("jwt:deny:j") == now + 160)
        #expect(try sandbox.revoke("j", exp: .at(now + 500)) == .alreadyRevoked)
        #expect(try sandbox.end("jwt:deny:j") == now + 560)
        #expect(try sandbox.state("j", nil).denial?.entry.reason == "a")
        #expect(try sandbox.revoke("k", exp: .never) == .revoked)
        #expect(try sandbox.end("jwt:deny:k") == -1)
        #expect(try sandbox.revoke("gone", exp: .at(now - 60)) == .expired)
    }

    @Test func `what another application put there is named and left alone`() throws {
        let sandbox = try sandbox()
        let end = try sandbox.now() + 100
        try sandbox.raw("RPUSH", "jwt:deny:list", "x")
        guard case .failed(.refused(let error, _, _)) = try sandbox.revoke("list", exp: .at(end))
        else {
            Issue.record("a list was taken for an entry")
            return
        }
        #expect(error.kind == .wrongType)
        #expect(try sandbox.end("jwt:deny:list") == -1)
    }

    /// A script is several times the work of a SET.
    @Test func `only where it has to be a script writes the entry`() throws {
        for (sandbox, isScript) in [
            (try sandbox(), true), (try StoreSandbox(), ServerVersion.current < .redis(6, 2)),
        ] {
            let end = try sandbox.now() + 100
            let items = try (0..<50).map {
                Revocation(id: try Identifier("t\($0)"), user: nil, expiry: .at(end))
            }
            let batch = sandbox.store.revoke(items, entry: nil)
            #expect(batch.outcomes.allSatisfy { $0 == .revoked })
            #expect(try calls("eval", sandbox) == (isScript ? 50 : 0))
            #expect(try calls("set", sandbox) == 50)
        }
    }
}
