import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `status --user` without an id: what Redis has of a user.
@Suite(.redis) struct UserStatusTests {
    @Test("Tokens are counted by what they are worth")
    func counts() throws {
        let sandbox = try Sandbox()
        let jwtctl = sandbox.jwtctl
        for id in ["old-1", "old-2"] { _ = try sandbox.token("--jti", id, "--iat", "-2h") }
        let end = try sandbox.token("--jti", "last", "--iat", "-10m", "--expires-in", "30d")
        _ = try sandbox.token("--jti", "denied", "--iat", "-5m")
        // On the list and on the blacklist, as where another client was cut off between the two.
        try sandbox.server.cli("SET", "jwt:deny:denied", "1", "EX", "600")
        jwtctl("logout-all", "--issued-before", "-1h", "alice")
        // A revoked token that was recorded once more.
        let score = Int(Date().timeIntervalSince1970) + 900
        try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "\(score)", "undetailed")
        try sandbox.server.cli("ZADD", "jwt:{alice}:tokens", "\(score - 1000)", "dead")

        let user = try jwtctl("status", "--user", "alice", "--json").object()
        #expect(user.text("user") == "alice")
        #expect(user["active_tokens"] == 1 && user["revoked_tokens"] == 1)
        // It has no details, so that any cutoff covers it.
        #expect(user["cut_off_tokens"] == 1 && user["expired_tokens"] == 1)
        #expect(user["tokens"] == 3)
        let claims = jwtctl("decode", "--field", "payload.exp", end).output
        #expect(user.integer("latest_exp").map { "\($0)\n" } == claims)
        let cutoff = try #require(user.integer("cutoff"))
        #expect(abs(cutoff - (Int64(Date().timeIntervalSince1970) - 3600)) < 10)
        #expect(user["global_cutoff"] == .null)
        let recent = try #require(user["recent"]?.arrayValue)
        #expect(recent.last?.objectValue?.text("op") == "logout-all")
        #expect(recent.count <= 5)
    }

    @Test("A token on no list is judged by the cutoffs, the later of which decides")
    func unrecorded() throws {
        let sandbox = try Sandbox()
        let jwtctl = sandbox.jwtctl
        func isActive(_ moment: String) throws -> JSONValue? {
            let user = jwtctl("status", "--user", "bob", "--issued-at", moment, "--json")
            return try user.object()["unrecorded"]?.objectValue?["active"]
        }
        #expect(try isActive("-1h") == true)
        jwtctl("logout-all", "--issued-before", "-2h", "bob")
        #expect(try isActive("-3h") == false)
        #expect(try isActive("-1h") == true)
        jwtctl("logout-all", "--everyone", "--issued-before", "-30m", "--yes")
        #expect(try isActive("-1h") == false)
        #expect(try isActive("now") == true)
        let text = jwtctl("status", "--user", "bob", "--issued-at", "-1h").output
        #expect(text.contains("the cutoff for all users decides"))
        #expect(text.contains("rejected (issued at or before"))
        // With lists that are required it is on none.
        let listed = jwtctl("status", "--user", "bob", "--require-listed").output
        #expect(listed.contains("rejected (it is on no list)"))
    }

    /// An id may be the same text as a user.
    @Test("A blacklist entry of an id says nothing about the user of that name")
    func sameName() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("revoke", "--ttl", "1h", "alice")
        let user = try sandbox.jwtctl("status", "--user", "alice", "--json").object()
        #expect(user["unrecorded"]?.objectValue?["active"] == true)
    }

    @Test("Standard input is not read, and a user of whom nothing is known is shown, too")
    func nothing() throws {
        let sandbox = try Sandbox()
        let result = sandbox.jwtctl("status", "--user", "nobody", input: "an-id\n")
        #expect(result.status == 0)
        #expect(result.output.contains("tokens: none recorded"))
        #expect(!result.output.contains("an-id"))
        #expect(sandbox.jwtctl("status", "--user", "nobody", "-o", "id").output == "nobody\n")
        #expect(sandbox.jwtctl("status", "--issued-at", "now", "an-id").status == 2)
    }

    @Test("Numbers that the layout cannot tell are null, and a layout without users is refused")
    func layouts() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("SET", "online_token:carol:u1", "{}", "EX", "900")
        let keyed = try sandbox.jwtctl(
            "--layout", "eladmin", "status", "--user", "carol", "--json"
        ).object()
        #expect(keyed["active_tokens"] == 1 && keyed["cutoff"] == .null)
        #expect(keyed["recent"] == .null)
        #expect(keyed["unrecorded"]?.objectValue?["active"] == false)
        let refused = sandbox.jwtctl("--layout", "blacklist-jti", "status", "--user", "carol")
        #expect(refused.status == 2)
        #expect(refused.errors.contains("keeps nothing about users"))
    }
}
