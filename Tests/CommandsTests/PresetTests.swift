import Foundation
import JSON
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// Every layout that comes with the program, beside an application that reads it.
@Suite(.redis) struct PresetTests {
    @Test func `every preset stands beside an application`() {
        #expect(Set(Application.all.map(\.name)) == Set(Presets.names))
    }

    @Test(arguments: Application.all)
    func `a revoked token is refused, by the exact bytes, and by nothing else`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let stranger = try sandbox.login(isLoggedIn: false)
        #expect(sandbox.verify(stranger) == (application.isWhitelist ? 7 : 0))
        let login = try sandbox.login()
        let other = try sandbox.login(user: "alice", age: 7)
        #expect(sandbox.verify(login) == 0)
        #expect(try application.accepts(sandbox.eye, login))

        let start = try sandbox.eye.now()
        let changed = try sandbox.changes { () throws in
            let result = sandbox.run("revoke", "--json", login.token)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try result.object()["result"] == "revoked")
        }
        #expect(try !application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == application.deadStatus)
        let key = try application.key(login)
        let found = try sandbox.eye.content(key)
        let wanted = try (start...(try sandbox.eye.now())).map {
            try application.content(login, $0)
        }
        #expect(wanted.contains(found), "\(found), not \(wanted)")
        let end = wanted[0] == .none ? -2 : application.end(login) ?? -1
        #expect(try sandbox.eye.end(key) == end)
        #expect(changed == (try application.others(login)).union([key]))

        let again = try sandbox.changes { () throws in
            let result = sandbox.run("revoke", "--json", login.token)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try result.object()["result"] == "already_revoked")
        }
        #expect(again.isEmpty)
        #expect(try application.accepts(sandbox.eye, other))
        #expect(sandbox.verify(other) == 0)
    }

    @Test(arguments: Application.all)
    func `another device of the user stays logged in`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let (phone, laptop) = (try sandbox.login(age: 20), try sandbox.login(age: 10))
        #expect(sandbox.run("revoke", phone.token).status == 0)
        #expect(try !application.accepts(sandbox.eye, phone))
        // Spring gives a user and a client one token, which all devices share.
        guard application.name != "spring-oauth2-redis" else { return }
        #expect(try application.accepts(sandbox.eye, laptop))
        #expect(sandbox.verify(laptop) == 0)
        #expect(sandbox.run("revoke", laptop.token).status == 0)
        #expect(try !application.accepts(sandbox.eye, laptop))
        #expect(try !application.accepts(sandbox.eye, phone))
        #expect(sandbox.verify(phone) == application.deadStatus)
    }

    @Test(arguments: Application.all)
    func `a token that is over is not written, unless it can still be refreshed`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let now = try sandbox.eye.now()
        let old = try sandbox.login(age: 2000, life: 1000)
        #expect(sandbox.verify(old) == 5)
        let changed = try sandbox.changes { () throws in
            #expect(sandbox.run("revoke", old.token).status == 0)
        }
        if !application.isWhitelist {
            let isOver = application.end(old).map { $0 <= now } ?? false
            #expect(changed.isEmpty == isOver)
            #expect(try application.accepts(sandbox.eye, old) == isOver)
        }
        #expect(sandbox.verify(old) == 5)
        // Readers may grant leeway.
        let late = try sandbox.login(age: 100, life: 70)
        #expect(sandbox.run("revoke", late.token).status == 0)
        #expect(try !application.accepts(sandbox.eye, late))
        if !application.isWhitelist {
            #expect(
                try sandbox.eye.end(try application.key(late)) == application.end(late) ?? -1)
        }
    }

    @Test(arguments: Application.all)
    func `the life of a token without exp is nobody's guess`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login(life: nil)
        let key = try application.key(login)
        #expect(sandbox.verify(login) == 0)
        let now = try sandbox.eye.now()
        switch application.endless {
        case _ where application.isWhitelist:
            #expect(sandbox.run("revoke", login.token).status == 0)
        case .asked:
            let changed = try sandbox.changes { () throws in
                let result = sandbox.run("revoke", login.token)
                #expect(result.status == 2)
                #expect(result.errors.contains("--ttl"))
            }
            #expect(changed.isEmpty)
            #expect(sandbox.run("revoke", "--ttl", "1h", login.token).status == 0)
            let end = try sandbox.eye.end(key)
            let ends = (now...now + 2).map {
                max($0 + 3600, login.iat + application.refresh) + application.margin
            }
            #expect(ends.contains(end), "\(end - now)")
            #expect(sandbox.run("revoke", "--forever", login.token).status == 0)
            #expect(try sandbox.eye.end(key) == -1)
        case .kept:
            #expect(sandbox.run("revoke", login.token).status == 0)
            #expect(try sandbox.eye.end(key) == -1)
        case .lives(let seconds):
            #expect(sandbox.run("revoke", login.token).status == 0)
            let end = try sandbox.eye.end(key)
            #expect((now...now + 2).contains(end - seconds - application.margin), "\(end - now)")
        }
        #expect(try !application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == application.deadStatus)
    }

    @Test(arguments: Application.all.filter { !$0.nameless.isEmpty })
    func `a token without a name is refused, and no key of null or nothing is made`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        for claim in application.nameless {
            for value: JSONValue? in [nil, "", .null] {
                let login = try sandbox.login(isLoggedIn: false, without: claim, instead: value)
                let changed = try sandbox.changes { () throws in
                    let result = sandbox.run("revoke", login.token)
                    #expect([2, 5, 9].contains(result.status), "\(claim): \(result.output)")
                    #expect(!result.errors.isEmpty)
                }
                #expect(changed.isEmpty, "\(claim)")
                #expect(sandbox.verify(login) != 0, "\(claim)")
                #expect(sandbox.run("status", login.token).status != 0, "\(claim)")
            }
        }
    }

    @Test(arguments: Application.all)
    func `whatever names hold, exactly the application's keys change`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        // A user's name inside a token's would be over the longest that there may be.
        let ids = Hostile.ids.filter { $0.count < 8000 }.map { String(decoding: $0, as: UTF8.self) }
        for other in ["a", "bob~", "x"] { _ = try sandbox.login(user: other, id: other, age: 30) }
        let step = application.looksAgain ? 5 : 1
        for (number, id) in ids.enumerated() where number % step == 0 {
            let login = try sandbox.login(user: id, id: id, age: Int64(40 + number))
            let changed = try sandbox.changes { () throws in
                let result = sandbox.run("revoke", login.token)
                #expect(result.status == 0, "\(id.debugDescription): \(result.errors)")
            }
            let key = try application.key(login)
            #expect(changed.contains(key), "\(id.debugDescription)")
            #expect(
                changed.subtracting([key]).isSubset(of: try application.others(login)),
                "\(id.debugDescription)")
            #expect(try !application.accepts(sandbox.eye, login), "\(id.debugDescription)")
            #expect(sandbox.verify(login) == application.deadStatus, "\(id.debugDescription)")
        }
    }

    @Test(arguments: Application.all)
    func `a user named like a pattern or a prefix leaves the others alone`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        for user in ["bob", "bobby", "bob*", "b?b", "[b]ob", "{bob}", "bo%62"] {
            let others = ["bob", "bobby", "bob*", "b?b", "bob:", ":bob", "bob:x", "{bob}", "b"]
                .filter { $0 != user && !application.unfit.contains($0) }
            let kept = try others.map { try sandbox.login(user: $0, age: 20) }
            let login = try sandbox.login(user: user, age: 20)
            #expect(sandbox.run("revoke", login.token).status == 0)
            if application.logout != .impossible {
                let second = try sandbox.login(user: user, age: 10)
                // A cutoff in the past is not waited for.
                let result =
                    application.logout == .cutoff
                    ? sandbox.logOut(user, "--issued-before=-5s") : sandbox.logOut(user)
                #expect(result.status == 0, "\(result.errors)")
                #expect(try !application.accepts(sandbox.eye, second))
            }
            for other in kept {
                #expect(try application.accepts(sandbox.eye, other), "\(user): \(other.user)")
                #expect(sandbox.verify(other) == 0, "\(user): \(other.user)")
            }
            try sandbox.empty()
        }
    }

    @Test(arguments: Application.all)
    func `what is not the layout's is left alone, and named`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login(isLoggedIn: false)
        let key = try application.key(login)
        let isString: Bool
        if case .string = try application.content(login, 0) {
            isString = true
        } else {
            isString = application.isWhitelist && application.logout != .list
        }
        if isString {
            try sandbox.eye.call("RPUSH", key, "mine")
        } else {
            try sandbox.eye.call("SET", key, "mine")
        }
        let changed = try sandbox.changes { () throws in
            let result = sandbox.run("revoke", login.token)
            #expect(result.status != 0, "\(result.output)")
            // A live token that stands in a key is not repeated.
            let isByText = String(decoding: key, as: UTF8.self).contains(login.token)
            let name = isByText ? "<token>'" : String(decoding: key.suffix(12), as: UTF8.self)
            #expect(result.errors.contains(name), "\(result.errors)")
        }
        #expect(changed.isEmpty)
        #expect(sandbox.verify(login) == 8)
    }

    @Test(arguments: Application.all)
    func `what can be brought back is, and the rest refused`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let before = try sandbox.eye.content(try application.key(login))
        #expect(sandbox.run("revoke", login.token).status == 0)
        guard application.isRestorable else {
            let changed = try sandbox.changes { () throws in
                let result = sandbox.run("restore", "--yes", "--reason", "slip", login.token)
                #expect(result.status == 9)
                #expect(result.errors.contains("hint"))
            }
            #expect(changed.isEmpty)
            return
        }
        let result = sandbox.run("restore", "--yes", "--reason", "slip", login.token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == 0)
        let key = try application.key(login)
        // Only the native layout puts a token on a list of its own.
        if application.name == "native" {
            #expect(try sandbox.eye.content(key) == .none)
        } else if application.name == "express-jwt-blacklist" {
            #expect(try sandbox.eye.field("jwt-blacklist:bob", "revoke") ?? "" == "")
        } else {
            #expect(try sandbox.eye.content(key) == before)
        }
        if application.isWhitelist, let exp = login.exp {
            // The lists of a sorted set get no end, as the application gives them none.
            #expect(try sandbox.eye.end(key) == (application.logout == .list ? -1 : exp))
        }
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(try !application.accepts(sandbox.eye, login))
        guard application.isNamedByID, !application.isWhitelist else { return }
        let byID = sandbox.run("restore", "--yes", "--reason", "slip", "--id", login.id)
        #expect(byID.status == 0, "\(byID.errors)")
        #expect(try application.accepts(sandbox.eye, login))
    }

    @Test(arguments: Application.all.filter { !$0.isWhitelist && !$0.isEternal })
    func `an entry ends when it has to, and is never shortened`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let key = try application.key(login)
        let now = try sandbox.eye.now()
        #expect(sandbox.run("revoke", login.token).status == 0)
        let first = try sandbox.eye.end(key)
        #expect(first == application.end(login))
        let longer = max(first - now, 0) + 7200
        #expect(sandbox.run("revoke", "--ttl", "\(longer)s", login.token).status == 0)
        let second = try sandbox.eye.end(key)
        #expect((now...now + 2).contains(second - longer - application.margin))
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(try sandbox.eye.end(key) == second)
        guard application.isNamedByID else { return }
        #expect(sandbox.run("revoke", "--ttl", "5s", "--id", login.id).status == 0)
        #expect(try sandbox.eye.end(key) == second)
        let third = try sandbox.login(age: 20)
        #expect(sandbox.run("revoke", "--ttl", "\(longer)s", "--id", third.id).status == 0)
        let end = try sandbox.eye.end(try application.key(third))
        // Nobody said when that token was issued: it may be refreshed until long after its end.
        let life = longer + application.refresh + application.margin
        #expect((now...now + 3).contains(end - life))
        #expect(try !application.accepts(sandbox.eye, third))
    }

    @Test(arguments: Application.all.filter { $0.isWhitelist && $0.isRestorable })
    func `a token that is issued stands where the application looks`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let model = try sandbox.login(isLoggedIn: false)
        let claims = application.claims("bob", model.id).members.flatMap { claim in
            let text = String(
                decoding: claim.value.encoded(.compact, escaping: .minimal), as: UTF8.self)
            return ["--claim", "\(claim.name.text):=\(text)"]
        }
        let nobody = sandbox.run(["issue", "--expires-in", "1h"] + claims.suffix(2))
        #expect([2, 5].contains(nobody.status), "\(nobody.output)")
        #expect(try sandbox.eye.snapshot().isEmpty)
        let result = sandbox.run(["issue", "--expires-in", "1h"] + claims)
        #expect(result.status == 0, "\(result.errors)")
        let login = Login(of: model, token: result.line)
        #expect(try application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == 0)
        let end = try sandbox.eye.end(try application.key(login))
        let wanted = try sandbox.eye.now() + 3600
        #expect(
            application.logout == .list ? end == -1 : (wanted - 3...wanted).contains(end))
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(try !application.accepts(sandbox.eye, login))
    }
}
