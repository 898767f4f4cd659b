import Foundation
import JSON
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// What ends all sessions of a user, in each layout that can.
@Suite(.redis) struct PresetLogoutTests {
    @Test(
        arguments: Application.all.filter { $0.logout != .impossible },
        [0, 1, 3, 1000])
    func `a logout ends every session until now, and none that follows`(
        _ application: Application, _ count: Int
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let other = try sandbox.login(user: "bobby", age: 5)
        let logins = try (0..<count).map { try sandbox.login(age: Int64(1 + $0)) }
        let result = sandbox.logOut("bob", "--json")
        #expect(result.status == 0, "\(result.errors)")
        if application.logout != .cutoff {
            #expect(try result.object().integer("revoked") == Int64(count))
        } else {
            #expect(try result.object()["complete"] == true)
        }
        let next = try sandbox.login(age: 0)
        for login in logins { #expect(try !application.accepts(sandbox.eye, login)) }
        for login in logins.prefix(5) { #expect(sandbox.verify(login) != 0) }
        #expect(try application.accepts(sandbox.eye, next), "a login that follows")
        #expect(sandbox.verify(next) == 0)
        #expect(try application.accepts(sandbox.eye, other))
        // Again, with a login in between.
        #expect(sandbox.logOut("bob").status == 0)
        for login in logins.suffix(3) + [next] {
            #expect(try !application.accepts(sandbox.eye, login))
        }
        #expect(try application.accepts(sandbox.eye, other))
    }

    @Test(arguments: Application.all.filter { $0.logout != .impossible })
    func `the session that is kept lives on`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let (older, kept) = (try sandbox.login(age: 30), try sandbox.login(age: 20))
        let twin = try sandbox.login(age: 20)
        let result = sandbox.logOut("bob", "--keep", kept.token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try application.accepts(sandbox.eye, kept))
        #expect(sandbox.verify(kept) == 0)
        #expect(try !application.accepts(sandbox.eye, older))
        // A cutoff can't tell tokens of one second apart.
        #expect(try application.accepts(sandbox.eye, twin) == (application.logout == .cutoff))
    }

    @Test(arguments: Application.all.filter { $0.logout == .cutoff })
    func `a cutoff is exact to the second, and never sinks`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let logins = try (0..<6).map { try sandbox.login(age: Int64(20 + $0)) }
        func logOut(before time: Int64) {
            let result = sandbox.run("logout-all", "--issued-before", "@\(time)", "bob")
            #expect(result.status == 0, "\(result.errors)")
        }
        for time in [logins[2].iat, logins[5].iat, logins[2].iat] {
            logOut(before: time)
            for login in logins {
                let isAlive = login.iat >= logins[2].iat
                #expect(try application.accepts(sandbox.eye, login) == isAlive)
                #expect(sandbox.verify(login) == (isAlive ? 0 : 6))
            }
        }
        logOut(before: logins[0].iat)
        #expect(try application.accepts(sandbox.eye, logins[0]))
        #expect(try !application.accepts(sandbox.eye, logins[1]))
    }

    /// What the application's own hand had set further ahead stays.
    @Test(arguments: Application.all.filter { $0.logout == .cutoff && $0.name != "native" })
    func `a mark of the application's own is never lowered`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let mark = try sandbox.eye.now() + 1000
        switch application.name {
        case "open-webui":
            try sandbox.eye.call("SET", "open-webui:auth:user:bob:revoked_at", .integer(mark))
        case "jwt-redis-deny": try sandbox.eye.call("SET", "jwt_label:bob:", .integer(mark))
        case "express-jwt-blacklist":
            try sandbox.eye.call("HSET", "jwt-blacklist:bob", "purge", .integer(mark))
        default: Issue.record("where does this one keep its mark?")
        }
        let login = try sandbox.login()
        #expect(sandbox.verify(login) == 6)
        let changed = try sandbox.changes { () throws in
            #expect(sandbox.run("logout-all", "bob").status == 0)
        }
        #expect(changed.isEmpty)
    }

    @Test(arguments: Application.all.filter { $0.logout == .impossible })
    func `a logout that a layout cannot do is refused, with the way that works`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let changed = try sandbox.changes { () throws in
            let result = sandbox.run("logout-all", "bob")
            #expect(result.status == 9)
            #expect(result.errors.contains("one by one"))
        }
        #expect(changed.isEmpty)
        #expect(try application.accepts(sandbox.eye, login))
    }
}
