import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// What a command does differently because the application has a layout of its own.
@Suite(.redis) struct LayoutChoiceTests {
    private func sandbox(_ layout: String...) throws -> Sandbox {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout"] + layout
        return sandbox
    }

    private func issue(_ sandbox: Sandbox, _ arguments: String...) -> String {
        let result = sandbox.jwtctl.run(["issue"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.line
    }

    @Test func aTokenIsOnTheSortedSetOfItsUserOrRefused() throws {
        let sandbox = try sandbox("user-zset")
        let jwtctl = sandbox.jwtctl
        let stranger = issue(sandbox, "--no-record", "--sub", "bob")
        #expect(jwtctl("verify", "-q", stranger).status == 7)

        let token = issue(sandbox, "--sub", "bob", "--jti", "j1", "--expires-in", "1h")
        #expect(jwtctl("verify", "-q", token).status == 0)
        let members = try sandbox.server.cli(["ZRANGE", "bob-tokens", "0", "-1", "WITHSCORES"])
        let lines = members.split(separator: "\n").map(String.init)
        #expect(lines.count == 2 && lines[0] == token)
        let score = try #require(Int64(lines[1]))
        #expect(score % 1000 == 0 && score > 1_000_000_000_000, "milliseconds")

        #expect(jwtctl("revoke", token).status == 0)
        #expect(jwtctl("verify", "-q", token).status == 7)
        // On its own the absence of the token says nothing: the layout may be the wrong one.
        let alone = jwtctl("revoke", "-o", "json", token)
        #expect(alone.status == 10 && alone.output.contains("not_found"))
        _ = issue(sandbox, "--sub", "carol")
        #expect(jwtctl("revoke", "-o", "json", token).output.contains("already_revoked"))
        #expect(jwtctl("restore", "--yes", "--reason", "mistake", token).status == 0)
        #expect(jwtctl("verify", "-q", token).status == 0)
    }

    @Test func aListOfTokensShowsTheirIdsAndNeverThemselves() throws {
        let sandbox = try sandbox("user-zset")
        let token = issue(sandbox, "--sub", "bob", "--jti", "j1")
        let shown = sandbox.jwtctl("list", "tokens", "bob")
        #expect(shown.output.contains("j1") && !shown.output.contains(token))
        let told = try #require(try sandbox.jwtctl("list", "tokens", "bob", "--json").array().first)
        #expect(told["id"] == "j1")
        #expect(told["iat"]?.numberValue != nil, "the token itself says when it was issued")
        let whole = sandbox.jwtctl("list", "tokens", "bob", "--show-tokens", "-o", "id")
        #expect(whole.line == token)
    }

    @Test func anIdIsLookedUpOnItsUsersList() throws {
        let sandbox = try sandbox("user-zset")
        let jwtctl = sandbox.jwtctl
        let first = issue(sandbox, "--sub", "bob", "--jti", "j1")
        let second = issue(sandbox, "--sub", "bob", "--jti", "j2")
        let third = issue(sandbox, "--sub", "bob", "--jti", "j3")
        #expect(jwtctl("status", "j1").errors.contains("--user USER"))
        #expect(jwtctl("status", "-q", "--user", "bob", "j1").status == 0)
        #expect(jwtctl("revoke", "--user", "bob", "j1").status == 0)
        #expect(jwtctl("verify", "-q", first).status == 7)
        let bulk = jwtctl("revoke", "--user", "bob", "--json", "-", input: "j2\nunknown\n")
        #expect(bulk.status == 10)
        #expect(try bulk.object()["revoked"] == 1)
        #expect(jwtctl("verify", "-q", second).status == 7)
        #expect(jwtctl("verify", "-q", third).status == 0)
    }

    @Test func aLogoutTakesAUsersTokensAndNobodyElses() throws {
        let sandbox = try sandbox("user-zset")
        let own = (1...3).map { issue(sandbox, "--sub", "bob", "--jti", "j\($0)") }
        let others = ["bobby", "bob*", "b?b", "bo"].map { issue(sandbox, "--sub", $0) }
        #expect(sandbox.jwtctl("logout-all", "bob", "-q").status == 0)
        for token in own { #expect(sandbox.jwtctl("verify", "-q", token).status == 7) }
        for token in others { #expect(sandbox.jwtctl("verify", "-q", token).status == 0) }
    }

    @Test func whereKeysAreBareIdsTheSignatureIsChecked() throws {
        let sandbox = try sandbox("flask-jwt-extended")
        let token = issue(sandbox, "--no-record", "--sub", "bob", "--jti", "j1")
        var keyless = sandbox.jwtctl
        keyless.environment["JWTCTL_SECRET"] = nil
        let refused = keyless("revoke", token)
        #expect(refused.status == 9)
        #expect(refused.errors.contains("bare ids"))
        #expect(try sandbox.server.cli(["EXISTS", "j1"]).hasPrefix("0"))
        #expect(keyless("revoke", "--no-verify", token).status == 0)
        #expect(sandbox.jwtctl("verify", "-q", token).status == 6)
    }

    @Test func aKeyOfSomebodyElseIsLeftAlone() throws {
        let sandbox = try sandbox("fastapi-jwt-auth")
        let token = issue(sandbox, "--no-record", "--sub", "bob", "--jti", "session:7")
        _ = try sandbox.server.cli(["SET", "session:7", "precious"])
        let result = sandbox.jwtctl("revoke", token)
        #expect(result.status == 8)
        #expect(result.errors.contains("session:7"))
        #expect(try sandbox.server.cli(["GET", "session:7"]).hasPrefix("precious"))
        #expect(sandbox.jwtctl("verify", "-q", token).status == 0, "the application accepts it too")
    }

    @Test(arguments: [
        ("codeape-gateway", ["logout-all", "bob"], "revoke the tokens one by one"),
        ("codeape-gateway", ["issue", "--sub", "bob"], "--no-record"),
        ("codeape-gateway", ["list", "tokens", "bob"], "status TOKEN"),
        ("codeape-gateway", ["audit"], "no audit log"),
        ("user-zset", ["logout-all", "--everyone", "--yes"], "replace the signing key"),
        ("user-zset", ["list", "revoked"], "list tokens"),
        ("spring-raw", ["list", "revoked"], "status TOKEN"),
        ("ruoyi", ["restore", "--yes", "--reason", "x", "id"], "the application"),
    ])
    func whatALayoutCannotDoIsRefused(_ layout: String, _ command: [String], _ way: String) throws {
        let sandbox = try sandbox(layout)
        let result = sandbox.jwtctl.run(command)
        #expect(result.status == 9, "\(result.errors)")
        #expect(result.errors.contains("with the layout '\(layout)', jwtctl cannot "))
        #expect(result.errors.contains(way), "\(result.errors)")
        #expect(try sandbox.server.cli(["DBSIZE"]).hasPrefix("0"))
    }

    @Test func onlyABlacklistByTextIsWarnedOf() throws {
        let zset = try sandbox("user-zset")
        let listed = issue(zset, "--sub", "bob")
        #expect(!zset.jwtctl("revoke", listed).errors.contains("another spelling"))
        let jdk = try sandbox("spring-raw-jdk")
        let token = issue(jdk, "--no-record", "--sub", "bob", "--jti", "j1")
        let revoked = jdk.jwtctl("revoke", token)
        #expect(revoked.errors.contains("another spelling"))
        #expect(revoked.output.contains("j1") && !revoked.output.contains(token))
        let list = jdk.jwtctl("list", "revoked")
        #expect(list.output.contains("j1") && !list.output.contains(token))
        #expect(jdk.jwtctl("list", "revoked", "--show-tokens", "-o", "id").line == token)
    }

    @Test func bansAndCutoffsOfTheApplicationAreSeen() throws {
        let kong = try sandbox("kong-jwt-blacklist")
        let token = issue(kong, "--no-record", "--sub", "bob")
        #expect(kong.jwtctl("verify", "-q", token).status == 0)
        _ = try kong.server.cli(["SADD", "keycloak:user:blacklist", "user_bob"])
        let verdict = kong.jwtctl("verify", token)
        #expect(verdict.status == 6 && verdict.output.contains("banned"))

        let webui = try sandbox("open-webui")
        let old = issue(webui, "--no-record", "--no-iat", "--sub", "x", "--claim", "id=bob")
        let new = issue(
            webui, "--no-record", "--sub", "x", "--claim", "id=bob", "--iat", "now")
        _ = try webui.server.cli(["SET", "open-webui:auth:user:bob:revoked_at", "1700000000"])
        #expect(webui.jwtctl("verify", "-q", old).status == 6)
        #expect(webui.jwtctl("verify", "-q", new).status == 0)
        #expect(webui.jwtctl("logout-all", "bob", "-q").status == 0)
        #expect(webui.jwtctl("verify", "-q", new).status == 6)
    }

    @Test func theOrderIsOptionThenEnvironment() throws {
        let sandbox = try Sandbox()
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_LAYOUT"] = "codeape-gateway"
        #expect(jwtctl("revoke", "--ttl", "1h", "j1", "-q").status == 0)
        #expect(try sandbox.server.cli(["EXISTS", "oauth2:black:j1"]).hasPrefix("1"))
        jwtctl.environment["JWTCTL_NAMESPACE"] = "other"
        #expect(jwtctl("status", "-q", "j1").status == 6, "a namespace is the native layout's")
        #expect(jwtctl("--layout", "native", "status", "-q", "j1").status == 0)
        let target = try jwtctl("revoke", "--ttl", "1h", "j2", "--json").object()["target"]
        #expect(target?.objectValue?["namespace"] == .null)
        #expect(target?.objectValue?["layout"] == "codeape-gateway")
    }
}
