import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// `list` and `logout-all` where an application keeps a key for each token that is alive.
@Suite(.redis) struct SessionCommandTests {
    private func sandbox(_ layout: String, _ variables: String...) throws -> Sandbox {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", layout]
        for variable in variables { sandbox.jwtctl.options += ["--layout-var", variable] }
        return sandbox
    }

    private func logIn(_ sandbox: Sandbox, _ user: String, _ count: Int) throws {
        for number in 0..<count {
            try sandbox.server.cli("SET", "online_token:\(user):u\(number)", "{}", "EX", "900")
        }
    }

    @Test func sessionsAreListedAndEndedForOneUser() throws {
        let sandbox = try sandbox("eladmin")
        try logIn(sandbox, "bob", 3)
        try logIn(sandbox, "bob*", 2)
        let tokens = try sandbox.jwtctl("list", "tokens", "bob", "--json").array()
        #expect(tokens.map { $0.text("id") } == ["u0", "u1", "u2"])
        #expect(tokens.allSatisfy { $0.text("state") == "active" && $0["iat"] == .null })
        #expect(tokens.allSatisfy { (890...900).contains($0.integer("expires_in") ?? 0) })
        let users = try sandbox.jwtctl("list", "users", "--json").array()
        #expect(users.map { $0.text("user") } == ["bob", "bob*"])
        #expect(users.map { $0.integer("tokens") } == [3, 2])
        let some = sandbox.jwtctl("list", "users", "--match", "*[*]", "-o", "id").output
        #expect(some.isEmpty)
        #expect(
            sandbox.jwtctl("list", "users", "--match", "bo*", "-o", "id").output == "bob\nbob*\n")

        let result = sandbox.jwtctl("logout-all", "bob")
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("bob: 3 revoked\n"))
        #expect(result.output.contains("this layout has no cutoff"))
        #expect(!result.output.contains("kept token"))
        #expect(try sandbox.server.cli("DBSIZE") == "2")
        let object = try sandbox.jwtctl("logout-all", "--settle", "0", "bob", "--json").object()
        #expect(object["revoked"] == 0 && object["late"] == 0 && object["cutoff"] == .null)
        #expect(object["complete"] == true && object["version"] == .null)
    }

    /// Two seconds unless told otherwise, and not at all where a cutoff does it.
    @Test func itIsLookedAgainForLoginsThatRanMeanwhile() throws {
        let sandbox = try sandbox("eladmin")
        func time(_ arguments: String...) -> TimeInterval {
            let start = Date()
            #expect(sandbox.jwtctl.run(["logout-all"] + arguments).status == 0)
            return -start.timeIntervalSinceNow
        }
        #expect(time("bob") >= 2)
        #expect(time("--settle", "0", "bob") < 1.5)
        #expect((1..<1.9).contains(time("--settle", "1s", "bob", "ann")))
        let refused = sandbox.jwtctl("logout-all", "--settle", "5", "bob")
        #expect(refused.status == 2)
    }

    @Test func aSignalDuringTheWaitIsNoSuccess() throws {
        let sandbox = try sandbox("eladmin")
        try logIn(sandbox, "bob", 2)
        let process = try RunningProcess(
            [BuiltTool.path, "--layout", "eladmin", "logout-all", "--settle", "60s", "bob"],
            environment: sandbox.jwtctl.environment.merging(["PATH": "/usr/bin:/bin"]) { $1 })
        let deadline = Date(timeIntervalSinceNow: 10)
        while try sandbox.server.cli("DBSIZE") != "0", deadline.timeIntervalSinceNow > 0 {}
        process.signal(SIGTERM)
        let result = try process.finish()
        #expect(result.status == nil, "it ended by the signal")
        #expect(
            result.errorText.contains("2 tokens were revoked; run it again to finish"),
            "\(result.errorText)")
    }

    @Test func whatTellsNoTimeRefusesOne() throws {
        let sandbox = try sandbox("eladmin")
        try logIn(sandbox, "bob", 1)
        let result = sandbox.jwtctl("logout-all", "--issued-before", "-1h", "bob")
        #expect(result.status == 9)
        #expect(result.errors.contains("jwtctl cannot tell when tokens were issued"))
        #expect(try sandbox.server.cli("DBSIZE") == "1")
    }

    @Test func oneSessionIsKept() throws {
        let sandbox = try sandbox("eladmin")
        try logIn(sandbox, "bob", 3)
        let unheard = sandbox.jwtctl("logout-all", "--keep", "u9", "bob")
        #expect(unheard.status == 9)
        #expect(try sandbox.server.cli("DBSIZE") == "3")
        let result = sandbox.jwtctl("logout-all", "--keep", "u1", "--settle", "0", "bob")
        #expect(result.output.hasPrefix("bob: 2 revoked, 1 kept\n"), "\(result.output)")
        #expect(!result.output.contains("may still be valid"))
        #expect(try sandbox.server.cli("KEYS", "*") == "online_token:bob:u1")
    }

    @Test func whatALogoutCannotReachIsSaid() throws {
        let sandbox = try sandbox("zlt")
        let result = sandbox.jwtctl("logout-all", "--settle", "0", "bob")
        #expect(result.status == 0)
        #expect(
            result.output.contains("not reached: refresh tokens whose access token has expired"))
        let object = try sandbox.jwtctl("logout-all", "--settle", "0", "bob", "--json").object()
        #expect(object["complete"] == false)
    }

    /// The access token has expired, and the refresh token would bring forth another.
    @Test func whatIsLeftOfDeadTokensIsTold() throws {
        let sandbox = try sandbox("jwt-sessions")
        try sandbox.server.cli("HSET", "jwt__bob_refresh_r1", "access_uid", "a1", "csrf", "c")
        let result = sandbox.jwtctl("logout-all", "--settle", "0", "bob")
        #expect(result.output.hasPrefix("bob: 0 revoked\n"))
        #expect(result.output.contains("leftover keys of 1 older token were removed too"))
        #expect(!result.output.contains("spelled"))
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        let nobody = sandbox.jwtctl("logout-all", "--settle", "0", "bob")
        #expect(nobody.output.contains("is the user name spelled correctly?"))
    }

    /// One that names its refresh token takes that along.
    @Test func aRevokedTokenTakesItsRefreshTokenAlong() throws {
        let sandbox = try sandbox("jwt-sessions")
        let token = handmade(
            #"{"uid":"a1","ruid":"r1","namespace":"bob","exp":4102444800}"#)
        try sandbox.server.cli("SET", "jwt__access_a1", "csrf")
        for id in ["r1", "r2"] {
            try sandbox.server.cli("HSET", "jwt__bob_refresh_\(id)", "access_uid", "x")
        }
        #expect(sandbox.jwtctl("revoke", token).status == 0)
        #expect(try sandbox.server.cli("KEYS", "*") == "jwt__bob_refresh_r2")
    }

    @Test func aKeyOfAnotherKindIsNamed() throws {
        let sandbox = try sandbox("eladmin")
        try sandbox.server.cli("HSET", "online_token:bob:u1", "a", "b")
        let result = sandbox.jwtctl("logout-all", "--settle", "0", "bob")
        #expect(result.status == 8)
        #expect(result.errors.contains("online_token:bob:u1"))
        #expect(!result.errors.contains("cutoff"))
    }

    @Test(arguments: ["kong-jwt-blacklist", "flask-jwt-extended"])
    func whereNothingFindsAUsersTokensItIsRefused(_ layout: String) throws {
        let sandbox = try sandbox(layout)
        let result = sandbox.jwtctl("logout-all", "bob")
        #expect(result.status == 9)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    /// Without a prefix any string that holds the user's id would be a token.
    @Test func keysThatNothingTellsApartAreNotSearched() throws {
        let sandbox = try sandbox("fastapi-users", "prefix=")
        try sandbox.server.cli("SET", "some:counter", "1")
        #expect(sandbox.jwtctl("logout-all", "1").status == 9)
        #expect(sandbox.jwtctl("list", "tokens", "1").status == 9)
        #expect(try sandbox.server.cli("GET", "some:counter") == "1")
    }

    /// Whoever hands over a token would choose which key is deleted.
    @Test(arguments: ["redis-jwt", "go-access-uuid"])
    func whereKeysAreBareIdsTheSignatureIsChecked(_ layout: String) throws {
        let sandbox = try sandbox(layout)
        let token = handmade(
            #"{"rjwt":"precious","access_uuid":"precious","user_id":"1","exp":4102444800}"#,
            secret: Sandbox.otherSecret)
        try sandbox.server.cli("SET", "precious", "1")
        sandbox.jwtctl.environment["JWTCTL_SECRET"] = nil
        let result = sandbox.jwtctl("revoke", token)
        #expect(result.status == 9, "\(result.errors)")
        #expect(try sandbox.server.cli("EXISTS", "precious") == "1")
    }

    @Test func aVersionIsRaisedAndTold() throws {
        let sandbox = try Sandbox()
        let file = try sandbox.file(
            "acme.json",
            """
            { "name": "acme", "stores": [
              { "role": "deny", "type": "string", "key": "dead:${id}", "value": "1" },
              { "role": "version", "key": "version:${user}", "number": "${claim.ver}" } ] }
            """)
        sandbox.jwtctl.options = ["--layout", file]
        let result = sandbox.jwtctl("logout-all", "bob")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("all tokens with a version below 1 are now revoked"))
        #expect(try sandbox.server.cli("GET", "version:bob") == "1")
        let object = try sandbox.jwtctl("logout-all", "bob", "--json").object()
        #expect(object["version"] == 2 && object["complete"] == true)
        for arguments in [["--issued-before", "-1h"], ["--keep", "j1"]] {
            #expect(sandbox.jwtctl.run(["logout-all"] + arguments + ["bob"]).status == 9)
        }
        #expect(try sandbox.server.cli("GET", "version:bob") == "2")
    }

    @Test func aSpringTokenAndAllThatLeadsToItAreRevoked() throws {
        let sandbox = try sandbox("spring-oauth2-redis")
        let token = handmade(
            #"{"user_name":"admin","client_id":"web","scope":["write","read"],"exp":4102444800}"#)
        let key = "auth_to_access:4b5a6ad827b8ef97992bca0e940e969e"
        for name in ["access:\(token)", key] { try sandbox.server.cli("SET", name, "object") }
        try sandbox.server.cli("SADD", "uname_to_access:web:admin", "object")
        #expect(sandbox.jwtctl("verify", "-q", token).status == 0)
        let result = sandbox.jwtctl("revoke", token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        #expect(sandbox.jwtctl("verify", "-q", token).status == 7)
        try sandbox.server.cli("SET", "access:\(token)", "object")
        try sandbox.server.cli("SET", "refresh:\(token)", "object")
        #expect(sandbox.jwtctl("logout-all", "--settle", "0", "admin").status == 0)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }
}
