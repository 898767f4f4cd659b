import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Tokens that `verify` refuses for the type of a claim, and that a service may accept all the same.
@Suite(.redis) struct UnclearClaimTests {
    private let now = Int(Date().timeIntervalSince1970)

    @Test(
        "A token whose sub is not a string is refused, and can be revoked by its jti",
        arguments: ["{}", #"{"id":7}"#, "[]", #"["alice"]"#, "7.5", "1e2", "true", "false"])
    func subjects(_ value: String) throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":"t1","sub":\#(value),"exp":\#(now + 600)}"#)
        #expect(sandbox.jwtctl("verify", token).status == 5)
        let asked = sandbox.jwtctl("status", token)
        #expect(asked.status == 0, "\(asked.errors)")
        #expect(asked.output.contains("not revoked"))
        #expect(asked.errors.contains("the claim 'sub' is not a string"), "\(asked.errors)")
        let revoked = sandbox.jwtctl("revoke", "--json", token)
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(revoked.errors.contains("is identified only by its id"), "\(revoked.errors)")
        let result = try revoked.object()
        #expect(result["id"] == "t1" && result["sub"] == .null && result["result"] == "revoked")
        #expect(sandbox.jwtctl("status", token).status == 6)
        #expect(sandbox.jwtctl("status", "t1").status == 6)
        #expect(sandbox.jwtctl("verify", token).status == 5)
    }

    @Test(
        "An exp that is not a number does not say how long an entry has to stay",
        arguments: [#""soon""#, #""""#, "true", "{}", "null", "[1]", #""{later}""#])
    func expiries(_ value: String) throws {
        let sandbox = try Sandbox()
        let value = value.replacing("{later}", with: "\(now + 36000)")
        let token = handmade(#"{"jti":"t1","sub":"bob","exp":\#(value)}"#)
        #expect(sandbox.jwtctl("verify", token).status == 5)
        #expect(sandbox.jwtctl("status", token).status == 0)
        let refused = sandbox.jwtctl("revoke", token)
        #expect(refused.status == 2, "\(refused.errors)")
        #expect(refused.errors.contains("the token's exp is not a number"), "\(refused.errors)")
        #expect(refused.errors.contains("--ttl DURATION or --forever"))
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        #expect(sandbox.jwtctl("revoke", "--ttl", "1h", token).status == 0)
        #expect(sandbox.jwtctl("status", token).status == 6)
    }

    @Test("An entry outlasts the end that a service may read in a string")
    func leastExpiry() throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":"t1","exp":"\#(now + 36000)"}"#)
        let result = try sandbox.jwtctl("revoke", "--json", "--ttl", "1h", token).object()
        #expect((result.integer("ttl") ?? 0) > 35000)
        let forever = handmade(#"{"jti":"t2","exp":"\#(now + 36000)"}"#)
        #expect(sandbox.jwtctl("revoke", "--forever", forever).status == 0)
    }

    @Test("An iat that is not a number is compared with no cutoff, and does not stop a revocation")
    func issues() throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":"t1","sub":"bob","iat":"x","exp":\#(now + 600)}"#)
        #expect(sandbox.jwtctl("verify", token).status == 5)
        let revoked = sandbox.jwtctl("revoke", token)
        #expect(revoked.status == 0 && revoked.errors.contains("the claim 'iat' is not a number"))
        #expect(sandbox.jwtctl("status", token).status == 6)
    }

    @Test("A token to keep has to say whose it is")
    func kept() throws {
        let sandbox = try Sandbox()
        let token = handmade(
            #"{"jti":"t1","sub":{"id":"bob"},"iat":\#(now - 5),"exp":\#(now + 600)}"#)
        #expect(sandbox.jwtctl("logout-all", "bob", "--keep", token).status == 5)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    @Test("Layouts with names of their own revoke such a token too")
    func layouts() throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":"t1","sub":{},"exp":\#(now + 600)}"#)
        let revoked = sandbox.jwtctl("--layout", "blacklist-jti", "revoke", token)
        #expect(revoked.status == 0, "\(revoked.errors)")
        #expect(sandbox.jwtctl("--layout", "blacklist-jti", "status", token).status == 6)
    }
}
