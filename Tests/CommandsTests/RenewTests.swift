import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// A new token in the place of an old one.
@Suite(.redis) struct RenewTests {
    private func issue(_ sandbox: Sandbox, _ arguments: String...) -> String {
        let result = sandbox.jwtctl.run(["issue"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return result.line
    }

    private func claims(_ sandbox: Sandbox, _ token: String) throws -> JSONObject {
        try #require(
            try sandbox.jwtctl("decode", "--json", token).object()["payload"]?.objectValue)
    }

    @Test func theSameClaimsInTheSameOrderAndTheOldOneIsDead() throws {
        let sandbox = try Sandbox()
        let old = issue(
            sandbox, "--sub", "ann", "--iss", "me", "--aud", "you", "--claim", "role:=[\"a\",1.50]",
            "--iat", "-10m", "--expires-in", "30m", "--jti", "old", "--label", "phone", "--typ",
            "at+jwt", "--claim", "client_id=web")
        let result = sandbox.jwtctl("renew", "--reason", "rotation", old, "--json")
        #expect(result.status == 0, "\(result.errors)")
        let told = try result.object()
        let new = try #require(told["token"]?.stringValue?.text)
        #expect(told["replaced"] == "old" && told["recorded"] == true && told["audited"] == true)

        #expect(sandbox.jwtctl("verify", "-q", "--require-listed", new).status == 0)
        #expect(sandbox.jwtctl("verify", "-q", old).status == 6)
        let (before, after) = (try claims(sandbox, old), try claims(sandbox, new))
        #expect(before.names == after.names)
        for name in before.names where !["jti", "iat", "exp"].contains(name.text) {
            #expect(before[name] == after[name], "\(name)")
        }
        func number(_ object: JSONObject, _ name: JSONString) throws -> Int64 {
            try #require(object[name]?.numberValue?.integer)
        }
        let span = try number(after, "exp") - number(after, "iat")
        let oldSpan = try number(before, "exp") - number(before, "iat")
        #expect(span == oldSpan)
        let age = try number(after, "iat") - number(before, "iat")
        #expect(age >= 600)
        let header = try sandbox.jwtctl("decode", "--json", new).object()["header"]?.objectValue
        #expect(header?["typ"] == "at+jwt")
        let list = try sandbox.jwtctl("list", "tokens", "ann", "--json").array()
        #expect(list.map { $0["label"] } == ["phone"])
        #expect(try sandbox.jwtctl("audit", "--json").array().last?["op"] == "renew")
        let longer = sandbox.jwtctl("renew", "--expires-in", "8h", "--label", "tv", new, "--json")
        let text = try #require(try longer.object()["token"]?.stringValue?.text)
        let last = try claims(sandbox, text)
        let life = try number(last, "exp") - number(last, "iat")
        #expect(life == 8 * 3600)
        #expect(try sandbox.jwtctl("list", "tokens", "ann", "--json").array()[0]["label"] == "tv")
    }

    @Test func whatIsNotActiveIsRefusedAndChangesNothing() throws {
        let sandbox = try Sandbox()
        let expired = issue(sandbox, "--no-record", "--sub", "a", "--exp", "-1h")
        let revoked = issue(sandbox, "--sub", "b", "--jti", "r")
        sandbox.jwtctl("revoke", "-q", revoked)
        let out = issue(sandbox, "--no-record", "--sub", "c", "--iat", "-1m")
        sandbox.jwtctl("logout-all", "-q", "c")
        let nobodys = issue(sandbox, "--no-record", "--iss", "x")
        let forged = String(issue(sandbox, "--no-record", "--sub", "d").dropLast(3)) + "AAA"
        let before = try sandbox.server.cli(["DBSIZE"])
        for (token, status) in [
            (expired, 5), (revoked, 6), (out, 6), (nobodys, 9), (forged, 4), ("x.y", 3),
        ] as [(String, Int32)] {
            let result = sandbox.jwtctl("renew", token)
            #expect(result.status == status, "\(result.errors)")
            #expect(result.output == "")
        }
        #expect(try sandbox.server.cli(["DBSIZE"]) == before)
        var away = sandbox.jwtctl
        away.environment["JWTCTL_REDIS_URL"] = "redis://127.0.0.1:1"
        #expect(away("renew", issue(sandbox, "--no-record", "--sub", "e")).status == 8)
    }

    /// The store's own steps, with somebody else in between.
    @Test(arguments: ["logout", "revoke", "everyone"])
    func whoeverEndsTheOldOneMeanwhileWins(_ how: String) throws {
        let sandbox = try Sandbox()
        let token = issue(sandbox, "--sub", "ann", "--jti", "old", "--iat", "-1m")
        // What a renewal has judged as active, ends before it records.
        switch how {
        case "logout": sandbox.jwtctl("logout-all", "-q", "ann")
        case "everyone": sandbox.jwtctl("logout-all", "-q", "--everyone", "--yes")
        default: sandbox.jwtctl("revoke", "-q", token)
        }
        let console = Console(GlobalOptions(), system: sandbox.jwtctl.system())
        let store = try Backend(console).store
        let now = try store.time()
        let ann = try Identifier("ann")
        let new = TokenRecord(
            id: try Identifier("new"), user: ann, issuedAt: now + 1, expiry: .at(now + 600))
        let outcome = try store.renew(
            Revocation(id: try Identifier("old"), user: ann, expiry: .at(now + 600)),
            issued: .at(Double(now - 60)), as: new, entry: DenyEntry())
        if how == "revoke" {
            #expect(outcome == .overtaken)
        } else {
            guard case .refused(.cutOff) = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
        let state = try store.states(of: [StateQuery(id: try Identifier("new"), user: ann)])[0]
        #expect(state.listing == .notListed)
        #expect((state.denial != nil) == (how == "revoke"))
    }

    @Test func otherLayoutsRenewInTheirOwnWay() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl.options = ["--layout", "user-zset"]
        let old = issue(sandbox, "--sub", "bob")
        let new = sandbox.jwtctl("renew", old).line
        #expect(sandbox.jwtctl("verify", "-q", new).status == 0)
        #expect(sandbox.jwtctl("verify", "-q", old).status == 7)
        let members = try sandbox.server.cli(["ZRANGE", "bob-tokens", "0", "-1"])
        #expect(members.split(separator: "\n").map(String.init) == [new])

        sandbox.jwtctl.options = ["--layout", "codeape-gateway"]
        let listless = issue(sandbox, "--no-record", "--sub", "bob")
        let fresh = try sandbox.jwtctl("renew", listless, "--json").object()
        #expect(fresh["recorded"] == false)
        #expect(sandbox.jwtctl("verify", "-q", listless).status == 6)
        let text = try #require(fresh["token"]?.stringValue?.text)
        #expect(sandbox.jwtctl("verify", "-q", text).status == 0)
    }
}
