import Foundation
import TestSupport
import Testing

@testable import Commands

/// What `verify` says of dates, and of claims that are not as they should be.
@Suite(.redis) struct VerdictWordTests {
    private let sandbox: Sandbox
    private let now = Int(Date().timeIntervalSince1970)

    init() throws {
        sandbox = try Sandbox()
    }

    private func verify(_ claims: String, _ options: String...) throws -> TestTool.Result {
        sandbox.jwtctl.run(["verify"] + options + [handmade("{\(claims)}")])
    }

    @Test func `dates are told in words`() throws {
        let expired = try verify(#""jti":"a","exp":\#(now - 2 * 86_400 - 60)"#)
        #expect(
            expired.output.contains("FAILED  exp        expired 2 days ago"), "\(expired.output)")
        let early = try verify(#""jti":"a","nbf":\#(now + 7300)"#)
        #expect(early.output.contains("FAILED  nbf        valid in 2 h"), "\(early.output)")
        let old = try verify(#""jti":"a","iat":\#(now - 4 * 86_400 - 60)"#, "--max-age", "1h")
        #expect(old.output.contains("FAILED  iat        issued 4 days ago"), "\(old.output)")
        let explained = try verify(#""jti":"a","exp":\#(now - 2 * 86_400 - 60)"#, "--explain")
        #expect(explained.output.contains("FAILED  exp        expired 2 days ago"))
    }

    @Test func `a failed claim shows what it found`() throws {
        let one = try verify(#""jti":"a","aud":"api""#, "--aud", "shop")
        #expect(one.output.contains("FAILED  aud        it is 'api'"), "\(one.output)")
        let two = try verify(#""jti":"a","aud":["a","b"]"#, "--aud", "shop", "--json")
        #expect(two.output.contains(#""detail": "it is 'a', 'b'""#), "\(two.output)")
    }

    @Test func `an expiry in milliseconds is warned of`() throws {
        let claims = #""jti":"a","sub":"alice","exp":\#(now * 1000)"#
        #expect(try verify(claims).errors.contains("'exp' looks like milliseconds"))
        let token = handmade("{\(claims)}")
        let revoked = sandbox.jwtctl("revoke", token)
        #expect(revoked.status == 0)
        #expect(revoked.errors.contains("'exp' looks like milliseconds"), "\(revoked.errors)")
        #expect(try !verify(#""jti":"b","exp":\#(now + 60)"#).errors.contains("milliseconds"))
    }

    @Test func `an issue ahead of the clock is remarked on`() throws {
        let ahead = try verify(#""jti":"a","iat":\#(now + 30)"#, "--explain")
        #expect(ahead.status == 0)
        #expect(ahead.output.contains("ahead of this machine's clock"), "\(ahead.output)")
        let usual = try verify(#""jti":"a","iat":\#(now - 30)"#, "--explain")
        #expect(!usual.output.contains("ahead of"))
    }

    @Test func `the id is printed on demand`() throws {
        let token = handmade(#"{"jti":"a-1","sub":"alice"}"#)
        #expect(sandbox.jwtctl("verify", "-o", "id", token).output == "a-1\n")
        #expect(sandbox.jwtctl("decode", "-o", "id", token).output == "a-1\n")
        let number = handmade(#"{"jti":7}"#)
        #expect(sandbox.jwtctl("decode", "-o", "id", number).output == "7\n")
        let none = sandbox.jwtctl("verify", "-o", "id", handmade(#"{"sub":"alice"}"#))
        #expect(none.output.hasPrefix("sha256:"), "a hash of what was signed: \(none.output)")
    }

    @Test func `one item by pipe is reported like one operand`() throws {
        let token = try sandbox.token()
        let id = sandbox.jwtctl("decode", "-o", "id", token).line
        let revoked = sandbox.jwtctl("revoke", input: token + "\n")
        #expect(revoked.status == 0 && revoked.output.hasPrefix("revoked \(id)"))
        let state = sandbox.jwtctl("status", input: id + "\n")
        let asked = sandbox.jwtctl("status", id)
        #expect(state.status == 6 && asked.status == 6)
        #expect(
            state.output.hasPrefix("revoked  \(id)\n") && asked.output.hasPrefix("revoked  \(id)\n")
        )
        #expect(sandbox.jwtctl("revoke", input: "a b\n").status == 2)
        #expect(sandbox.jwtctl("revoke", input: "eyJhbGciOiJIUzI1NiJ9.e30\n").status == 3)
        #expect(
            sandbox.jwtctl("restore", "-r", "x", "--yes", input: id + "\n").output.hasPrefix(
                "restored"))
        let logout = sandbox.jwtctl("logout-all", "--from", "-", input: "alice\n")
        #expect(logout.output.hasPrefix("alice: "), "\(logout.output)")
        // Two are a list, with the status of a list.
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        #expect(sandbox.jwtctl("status", input: "\(id)\nother\n").status == 10)
        let unread = sandbox.jwtctl("status", "--user", "alice", input: id + "\n")
        #expect(unread.status == 0 && unread.output.hasPrefix("alice\n"))
    }
}
