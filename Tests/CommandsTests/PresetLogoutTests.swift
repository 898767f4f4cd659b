import Foundation
import JSON
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
        let bench = try Bench(application)
        let other = try bench.login(user: "bobby", age: 5)
        let logins = try (0..<count).map { try bench.login(age: Int64(1 + $0)) }
        let result = bench.logOut("bob", "--json")
        #expect(result.status == 0, "\(result.errors)")
        if application.logout != .cutoff {
            #expect(try result.object().integer("revoked") == Int64(count))
        } else {
            #expect(try result.object()["complete"] == true)
        }
        let next = try bench.login(age: 0)
        for login in logins { #expect(try !application.accepts(bench.eye, login)) }
        for login in logins.prefix(5) { #expect(bench.verify(login) != 0) }
        #expect(try application.accepts(bench.eye, next), "a login that follows")
        #expect(bench.verify(next) == 0)
        #expect(try application.accepts(bench.eye, other))
        // Again, with a login in between.
        #expect(bench.logOut("bob").status == 0)
        for login in logins.suffix(3) + [next] {
            #expect(try !application.accepts(bench.eye, login))
        }
        #expect(try application.accepts(bench.eye, other))
    }

    @Test(arguments: Application.all.filter { $0.logout != .impossible })
    func `the session that is kept lives on`(_ application: Application) throws {
        let bench = try Bench(application)
        let (older, kept) = (try bench.login(age: 30), try bench.login(age: 20))
        let twin = try bench.login(age: 20)
        let result = bench.logOut("bob", "--keep", kept.token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try application.accepts(bench.eye, kept))
        #expect(bench.verify(kept) == 0)
        #expect(try !application.accepts(bench.eye, older))
        // A cutoff can't tell tokens of one second apart.
        #expect(try application.accepts(bench.eye, twin) == (application.logout == .cutoff))
    }

    @Test(arguments: Application.all.filter { $0.logout == .cutoff })
    func `a cutoff is exact to the second, and never sinks`(_ application: Application) throws {
        let bench = try Bench(application)
        let logins = try (0..<6).map { try bench.login(age: Int64(20 + $0)) }
        func logOut(before time: Int64) {
            let result = bench.run("logout-all", "--issued-before", "@\(time)", "bob")
            #expect(result.status == 0, "\(result.errors)")
        }
        for time in [logins[2].iat, logins[5].iat, logins[2].iat] {
            logOut(before: time)
            for login in logins {
                let isAlive = login.iat >= logins[2].iat
                #expect(try application.accepts(bench.eye, login) == isAlive)
                #expect(bench.verify(login) == (isAlive ? 0 : 6))
            }
        }
        logOut(before: logins[0].iat)
        #expect(try application.accepts(bench.eye, logins[0]))
        #expect(try !application.accepts(bench.eye, logins[1]))
    }

    /// What the application's own hand had set further ahead stays.
    @Test(arguments: Application.all.filter { $0.logout == .cutoff && $0.name != "native" })
    func `a mark of the application's own is never lowered`(_ application: Application) throws {
        let bench = try Bench(application)
        let mark = try bench.eye.now() + 1000
        switch application.name {
        case "open-webui":
            try bench.eye.call("SET", "open-webui:auth:user:bob:revoked_at", .integer(mark))
        case "jwt-redis-deny": try bench.eye.call("SET", "jwt_label:bob:", .integer(mark))
        case "express-jwt-blacklist":
            try bench.eye.call("HSET", "jwt-blacklist:bob", "purge", .integer(mark))
        default: Issue.record("where does this one keep its mark?")
        }
        let login = try bench.login()
        #expect(bench.verify(login) == 6)
        let changed = try bench.changes { () throws in
            #expect(bench.run("logout-all", "bob").status == 0)
        }
        #expect(changed.isEmpty)
    }

    @Test(arguments: Application.all.filter { $0.logout == .impossible })
    func `a logout that a layout cannot do is refused, with the way that works`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        let login = try bench.login()
        let changed = try bench.changes { () throws in
            let result = bench.run("logout-all", "bob")
            #expect(result.status == 9)
            #expect(result.errors.contains("one by one"))
        }
        #expect(changed.isEmpty)
        #expect(try application.accepts(bench.eye, login))
    }
}
