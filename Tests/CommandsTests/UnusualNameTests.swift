import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Tokens as devise-jwt, NestJS' documentation and tymon/jwt-auth 1 make them: `null` or a number
/// where RFC 7519 has a string.
@Suite(.redis) struct UnusualNameTests {
    private func token(_ claims: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        return handmade("{\(claims),\"iat\":\(now - 5),\"exp\":\(now + 600)}")
    }

    @Test func aNullAudienceAndANumericSubjectAreActiveUntilTheTokenIsRevoked() throws {
        let sandbox = try Sandbox()
        let token = try token(#""sub":7,"jti":"t1","aud":null"#)
        let verified = sandbox.jwtctl("verify", token)
        #expect(verified.status == 0, "\(verified.output)")
        #expect(
            verified.errors.contains(
                "warning: the claim 'sub' is not a string: RFC 7519 section 4.1.2"),
            "\(verified.errors)")
        #expect(verified.errors.contains("the claim 'aud' is null"))
        #expect(sandbox.jwtctl("verify", "--strict", token).status == 5)
        #expect(sandbox.jwtctl("verify", "--aud", "api", token).status == 5)
        let introspected = try sandbox.jwtctl("verify", "-o", "introspection", token).object()
        #expect(introspected["active"] == true)
        #expect(introspected["sub"] == "7")
        let revoked = sandbox.jwtctl("revoke", token)
        #expect(revoked.status == 0)
        #expect(revoked.errors.contains("the claim 'sub' is not a string"))
        #expect(sandbox.jwtctl("verify", token).status == 6)
        #expect(sandbox.jwtctl("status", token).status == 6)
    }

    @Test func theCutoffOfAUserReachesTheNumber() throws {
        let sandbox = try Sandbox()
        let tokens = try [
            token(#""sub":7,"jti":12"#), token(#""sub":7,"jti":null"#), token(#""sub":-3"#),
        ]
        for token in tokens { #expect(sandbox.jwtctl("verify", token).status == 0) }
        sandbox.jwtctl("logout-all", "7")
        #expect(tokens.map { sandbox.jwtctl("verify", $0).status } == [6, 6, 0])
        #expect(sandbox.jwtctl("revoke", tokens[2]).status == 0)
        #expect(sandbox.jwtctl("verify", tokens[2]).status == 6)
    }

    @Test(arguments: ["7.0", "1e2", "-0", "9007199254740992", "true", "[7]", "{}"])
    func whatServicesRenderDifferentlyFails(_ value: String) throws {
        let sandbox = try Sandbox()
        for claim in ["sub", "jti"] {
            let token = try token("\"\(claim)\":\(value)")
            #expect(sandbox.jwtctl("verify", token).status == 5)
        }
        #expect(sandbox.jwtctl("revoke", try token("\"jti\":\(value)")).status == 5)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    /// The name made of its content is a key that no service reads.
    @Test(arguments: ["blacklist-jti", "fastapi-jwt-auth", "codeape-gateway"])
    func aPresetByJTIWritesNothingForATokenWithoutOne(_ layout: String) throws {
        let sandbox = try Sandbox()
        for claims in [#""sub":"alice""#, #""sub":"alice","jti":null"#] {
            let result = sandbox.jwtctl("--layout", layout, "revoke", try token(claims))
            #expect(result.status == 9, "\(result.errors)")
            #expect(result.errors.contains("--id"))
        }
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }
}
