import Foundation
import JSON
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// What only some applications know.
@Suite(.redis) struct PresetDetailTests {
    @Test(arguments: Application.all.filter { $0.logout == .list }, [false, true])
    func `a list with scores of the other unit is not guessed at`(
        _ application: Application, _ isMixed: Bool
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login(isLoggedIn: false)
        let unit: Int64 = application.variables.isEmpty ? 1 : 1000
        let key = Array("bob-tokens".utf8)
        let score = (login.exp ?? 0) * unit
        try sandbox.eye.call("ZADD", key, .integer(score), .text(login.token))
        let own = isMixed ? try sandbox.login() : nil
        let changed = try sandbox.changes { () throws in
            // One bad score among others keeps no logout from ending them all.
            let refused =
                [["prune"], ["prune", "--dry-run"]] + (isMixed ? [] : [["logout-all", "bob"]])
            for command in refused {
                let result = sandbox.run(command)
                #expect(result.status != 0, "\(command): \(result.output)")
                #expect(result.errors.contains("bob-tokens"), "\(result.errors)")
            }
            let issued = sandbox.run(["issue", "--claim", #"data:={"id":"bob"}"#])
            #expect(issued.status != 0)
            #expect(sandbox.verify(login) == 8)
        }
        #expect(changed.isEmpty)
        // One token can go, whatever the scores of the others.
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(sandbox.verify(login) == 7)
        if let own { #expect(sandbox.verify(own) == 0) }
    }

    @Test(arguments: ["false", "1", "", "TRUE"])
    func `a value that the reader does not take for a revocation is none`(
        _ value: String
    ) throws {
        for name in ["fastapi-jwt-auth", "jwt-redis-deny"] {
            let application = try #require(Application.all.first { $0.name == name })
            let sandbox = try ApplicationSandbox(application)
            let login = try sandbox.login()
            let key = try application.key(login)
            try sandbox.eye.call("SET", key, .text(value))
            #expect(sandbox.verify(login) == 0)
            #expect(try application.accepts(sandbox.eye, login))
            let changed = try sandbox.changes { () throws in
                let result = sandbox.run("revoke", login.token)
                #expect(result.status != 0)
                #expect(result.errors.contains(login.id))
            }
            #expect(changed.isEmpty)
        }
    }

    /// tymon/jwt-auth lets a token live for a grace period after it was blacklisted.
    @Test func `an entry with a grace period is put in force at once`() throws {
        let application = try #require(Application.all.first { $0.name == "laravel-tymon" })
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let key = try application.key(login)
        let until = try sandbox.eye.now() + 500
        try sandbox.eye.call("SET", key, .text(#"a:1:{s:11:"valid_until";i:\#(until);}"#))
        try sandbox.eye.call("EXPIRE", key, 9_000_000)
        #expect(try application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == 0)
        let result = sandbox.run("revoke", "--json", login.token)
        #expect(try result.object()["result"] == "revoked")
        #expect(try !application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == 6)
        let left = try sandbox.eye.left(key)
        #expect((8_999_990...9_000_000).contains(left))

        try sandbox.eye.call("SET", key, #"s:7:"forever";"#)
        #expect(sandbox.verify(login) == 6)
        let again = sandbox.run("revoke", "--json", login.token)
        #expect(try again.object()["result"] == "already_revoked")
        #expect(try sandbox.eye.content(key) == .text(#"s:7:"forever";"#))
        #expect(try sandbox.eye.end(key) == -1)
    }

    @Test func `one hash for all tokens of a user lives as long as the longest`() throws {
        let application = try #require(
            Application.all.first { $0.name == "express-jwt-blacklist" })
        let sandbox = try ApplicationSandbox(application)
        let long = try sandbox.login(age: 30, life: 9000)
        let short = try sandbox.login(age: 20, life: 600)
        let third = try sandbox.login(age: 10)
        let key = try application.key(long)
        for login in [long, short] { #expect(sandbox.run("revoke", login.token).status == 0) }
        #expect(try sandbox.eye.content(key) == .hash(["revoke": "\(long.iat),\(short.iat)"]))
        #expect(try sandbox.eye.end(key) == application.end(long))
        #expect(try application.accepts(sandbox.eye, third))
        #expect(sandbox.run("restore", "--yes", "--reason", "slip", long.token).status == 0)
        #expect(try application.accepts(sandbox.eye, long))
        #expect(try !application.accepts(sandbox.eye, short))
        // A logout of all keeps what stands there, and never goes away.
        #expect(sandbox.run("logout-all", "bob").status == 0)
        #expect(try !application.accepts(sandbox.eye, third))
        #expect(try !application.accepts(sandbox.eye, long))
        #expect(try sandbox.eye.end(key) == -1)
        #expect(sandbox.run("restore", "--yes", "--reason", "slip", short.token).status == 6)
        #expect(try !application.accepts(sandbox.eye, short))
    }

    /// `existsById` asks the set, `findById` the hash.
    @Test func `half an entry of Spring's is made whole`() throws {
        let application = try #require(Application.all.first { $0.name == "spring-redishash" })
        let sandbox = try ApplicationSandbox(application)
        let (one, two) = (try sandbox.login(), try sandbox.login())
        try sandbox.eye.call("HSET", try application.key(one), "id", .text(one.id))
        try sandbox.eye.call("EXPIRE", try application.key(one), 20)
        try sandbox.eye.call("SADD", "jwt_blacklist", .text(two.id))
        for login in [one, two] {
            #expect(sandbox.verify(login) == 0)
            #expect(sandbox.run("revoke", login.token).status == 0)
            #expect(try !application.accepts(sandbox.eye, login))
            #expect(sandbox.verify(login) == 6)
            #expect(try sandbox.eye.end(try application.key(login)) == application.end(login))
        }
    }

    @Test func `Sa-Token's other marks are as good as ours, and stay`() throws {
        let application = try #require(Application.all.first { $0.name == "sa-token" })
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let key = try application.key(login)
        try sandbox.eye.call("SET", key, "-4", "KEEPTTL")
        #expect(sandbox.verify(login) == 7)
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(try sandbox.eye.content(key) == .text("-4"))
        #expect(try sandbox.eye.end(key) == login.exp)
    }

    /// Java writes the length of long strings in eight bytes.
    @Test func `a token of more than 65,535 bytes has its long form as a Java key`() throws {
        let application = try #require(Application.all.first { $0.name == "spring-raw-jdk" })
        let sandbox = try ApplicationSandbox(application)
        let filler = String(repeating: "x", count: 60_000)
        let now = try sandbox.eye.now()
        let token = TestToken.signed([
            "sub": "bob", "exp": .integer(now + 3600), "filler": .string(filler),
        ])
        try #require(token.utf8.count > 65_535)
        #expect(sandbox.run("revoke", "-", input: token).status == 0)
        let key = javaString(token)
        #expect(key[4] == 0x7C)
        #expect(try sandbox.eye.content(key) == .text("blacklisted"))
    }

    /// The vector of the survey.
    @Test func `Spring's name for a login is the one that Java makes`() throws {
        #expect(
            try md5("{username=admin, client_id=web, scope=read write}")
                == "4b5a6ad827b8ef97992bca0e940e969e")
    }

    /// One reader makes 1000 of it, another 1000.0.
    @Test(arguments: ["1e3", "1E3", "1.0", "-0", "0.5", "100000000000000000000"])
    func `a number that readers spell otherwise names no token`(_ number: String) throws {
        let application = try #require(Application.all.first { $0.name == "blacklist-jti" })
        let sandbox = try ApplicationSandbox(application)
        let value = try JSONParser.parse(Array(number.utf8))
        let login = try sandbox.login(without: "jti", instead: value)
        let changed = try sandbox.changes { () throws in
            let result = sandbox.run("revoke", login.token)
            #expect(result.status == 5, "\(result.output)")
            #expect(result.errors.contains("'jti'"), "\(result.errors)")
        }
        #expect(changed.isEmpty)
        let plain = try sandbox.login(without: "jti", instead: 9_007_199_254_740_993)
        #expect(sandbox.run("revoke", plain.token).status == 0)
        #expect(try sandbox.eye.exists("blacklist:9007199254740993"))
    }
}
