import Foundation
import JSON
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
        let bench = try Bench(application)
        let stranger = try bench.login(isLoggedIn: false)
        #expect(bench.verify(stranger) == (application.isWhitelist ? 7 : 0))
        let login = try bench.login()
        let other = try bench.login(user: "alice", age: 7)
        #expect(bench.verify(login) == 0)
        #expect(try application.accepts(bench.eye, login))

        let start = try bench.eye.now()
        let changed = try bench.changes { () throws in
            let result = bench.run("revoke", "--json", login.token)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try result.object()["result"] == "revoked")
        }
        #expect(try !application.accepts(bench.eye, login))
        #expect(bench.verify(login) == application.deadStatus)
        let key = try application.key(login)
        let found = try bench.eye.content(key)
        let wanted = try (start...(try bench.eye.now())).map { try application.content(login, $0) }
        #expect(wanted.contains(found), "\(found), not \(wanted)")
        let end = wanted[0] == .none ? -2 : application.end(login) ?? -1
        #expect(try bench.eye.end(key) == end)
        #expect(changed == (try application.others(login)).union([key]))

        let again = try bench.changes { () throws in
            let result = bench.run("revoke", "--json", login.token)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try result.object()["result"] == "already_revoked")
        }
        #expect(again.isEmpty)
        #expect(try application.accepts(bench.eye, other))
        #expect(bench.verify(other) == 0)
    }

    @Test(arguments: Application.all)
    func `another device of the user stays logged in`(_ application: Application) throws {
        let bench = try Bench(application)
        let (phone, laptop) = (try bench.login(age: 20), try bench.login(age: 10))
        #expect(bench.run("revoke", phone.token).status == 0)
        #expect(try !application.accepts(bench.eye, phone))
        // Spring gives a user and a client one token, which all devices share.
        guard application.name != "spring-oauth2-redis" else { return }
        #expect(try application.accepts(bench.eye, laptop))
        #expect(bench.verify(laptop) == 0)
        #expect(bench.run("revoke", laptop.token).status == 0)
        #expect(try !application.accepts(bench.eye, laptop))
        #expect(try !application.accepts(bench.eye, phone))
        #expect(bench.verify(phone) == application.deadStatus)
    }

    @Test(arguments: Application.all)
    func `a token that is over is not written, unless it can still be refreshed`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        let now = try bench.eye.now()
        let old = try bench.login(age: 2000, life: 1000)
        #expect(bench.verify(old) == 5)
        let changed = try bench.changes { () throws in
            #expect(bench.run("revoke", old.token).status == 0)
        }
        if !application.isWhitelist {
            let isOver = application.end(old).map { $0 <= now } ?? false
            #expect(changed.isEmpty == isOver)
            #expect(try application.accepts(bench.eye, old) == isOver)
        }
        #expect(bench.verify(old) == 5)
        // Readers may grant leeway.
        let late = try bench.login(age: 100, life: 70)
        #expect(bench.run("revoke", late.token).status == 0)
        #expect(try !application.accepts(bench.eye, late))
        if !application.isWhitelist {
            #expect(
                try bench.eye.end(try application.key(late)) == application.end(late) ?? -1)
        }
    }

    @Test(arguments: Application.all)
    func `the life of a token without exp is nobody's guess`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        let login = try bench.login(life: nil)
        let key = try application.key(login)
        #expect(bench.verify(login) == 0)
        let now = try bench.eye.now()
        switch application.endless {
        case _ where application.isWhitelist:
            #expect(bench.run("revoke", login.token).status == 0)
        case .asked:
            let changed = try bench.changes { () throws in
                let result = bench.run("revoke", login.token)
                #expect(result.status == 2)
                #expect(result.errors.contains("--ttl"))
            }
            #expect(changed.isEmpty)
            #expect(bench.run("revoke", "--ttl", "1h", login.token).status == 0)
            let end = try bench.eye.end(key)
            let ends = (now...now + 2).map {
                max($0 + 3600, login.iat + application.refresh) + application.margin
            }
            #expect(ends.contains(end), "\(end - now)")
            #expect(bench.run("revoke", "--forever", login.token).status == 0)
            #expect(try bench.eye.end(key) == -1)
        case .kept:
            #expect(bench.run("revoke", login.token).status == 0)
            #expect(try bench.eye.end(key) == -1)
        case .lives(let seconds):
            #expect(bench.run("revoke", login.token).status == 0)
            let end = try bench.eye.end(key)
            #expect((now...now + 2).contains(end - seconds - application.margin), "\(end - now)")
        }
        #expect(try !application.accepts(bench.eye, login))
        #expect(bench.verify(login) == application.deadStatus)
    }

    @Test(arguments: Application.all.filter { !$0.nameless.isEmpty })
    func `a token without a name is refused, and no key of null or nothing is made`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        for claim in application.nameless {
            for value: JSONValue? in [nil, "", .null] {
                let login = try bench.login(isLoggedIn: false, without: claim, instead: value)
                let changed = try bench.changes { () throws in
                    let result = bench.run("revoke", login.token)
                    #expect([2, 5, 9].contains(result.status), "\(claim): \(result.output)")
                    #expect(!result.errors.isEmpty)
                }
                #expect(changed.isEmpty, "\(claim)")
                #expect(bench.verify(login) != 0, "\(claim)")
                #expect(bench.run("status", login.token).status != 0, "\(claim)")
            }
        }
    }

    @Test(arguments: Application.all)
    func `whatever names hold, exactly the application's keys change`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        // A user's name inside a token's would be over the longest that there may be.
        let ids = Hostile.ids.filter { $0.count < 8000 }.map { String(decoding: $0, as: UTF8.self) }
        for other in ["a", "bob~", "x"] { _ = try bench.login(user: other, id: other, age: 30) }
        let step = application.looksAgain ? 5 : 1
        for (number, id) in ids.enumerated() where number % step == 0 {
            let login = try bench.login(user: id, id: id, age: Int64(40 + number))
            let changed = try bench.changes { () throws in
                let result = bench.run("revoke", login.token)
                #expect(result.status == 0, "\(id.debugDescription): \(result.errors)")
            }
            let key = try application.key(login)
            #expect(changed.contains(key), "\(id.debugDescription)")
            #expect(
                changed.subtracting([key]).isSubset(of: try application.others(login)),
                "\(id.debugDescription)")
            #expect(try !application.accepts(bench.eye, login), "\(id.debugDescription)")
            #expect(bench.verify(login) == application.deadStatus, "\(id.debugDescription)")
        }
    }

    @Test(arguments: Application.all)
    func `a user named like a pattern or a prefix leaves the others alone`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        for user in ["bob", "bobby", "bob*", "b?b", "[b]ob", "{bob}", "bo%62"] {
            let others = ["bob", "bobby", "bob*", "b?b", "bob:", ":bob", "bob:x", "{bob}", "b"]
                .filter { $0 != user && !application.unfit.contains($0) }
            let kept = try others.map { try bench.login(user: $0, age: 20) }
            let login = try bench.login(user: user, age: 20)
            #expect(bench.run("revoke", login.token).status == 0)
            if application.logout != .impossible {
                let second = try bench.login(user: user, age: 10)
                // A cutoff in the past is not waited for.
                let result =
                    application.logout == .cutoff
                    ? bench.logOut(user, "--issued-before=-5s") : bench.logOut(user)
                #expect(result.status == 0, "\(result.errors)")
                #expect(try !application.accepts(bench.eye, second))
            }
            for other in kept {
                #expect(try application.accepts(bench.eye, other), "\(user): \(other.user)")
                #expect(bench.verify(other) == 0, "\(user): \(other.user)")
            }
            try bench.empty()
        }
    }

    @Test(arguments: Application.all)
    func `what is not the layout's is left alone, and named`(_ application: Application) throws {
        let bench = try Bench(application)
        let login = try bench.login(isLoggedIn: false)
        let key = try application.key(login)
        let isString: Bool
        if case .string = try application.content(login, 0) {
            isString = true
        } else {
            isString = application.isWhitelist && application.logout != .list
        }
        if isString {
            try bench.eye.call("RPUSH", key, "mine")
        } else {
            try bench.eye.call("SET", key, "mine")
        }
        let changed = try bench.changes { () throws in
            let result = bench.run("revoke", login.token)
            #expect(result.status != 0, "\(result.output)")
            // A live token that stands in a key is not repeated.
            let isByText = String(decoding: key, as: UTF8.self).contains(login.token)
            let name = isByText ? "<token>'" : String(decoding: key.suffix(12), as: UTF8.self)
            #expect(result.errors.contains(name), "\(result.errors)")
        }
        #expect(changed.isEmpty)
        #expect(bench.verify(login) == 8)
    }

    @Test(arguments: Application.all)
    func `what can be brought back is, and the rest refused`(_ application: Application) throws {
        let bench = try Bench(application)
        let login = try bench.login()
        let before = try bench.eye.content(try application.key(login))
        #expect(bench.run("revoke", login.token).status == 0)
        guard application.isRestorable else {
            let changed = try bench.changes { () throws in
                let result = bench.run("restore", "--yes", "--reason", "slip", login.token)
                #expect(result.status == 9)
                #expect(result.errors.contains("hint"))
            }
            #expect(changed.isEmpty)
            return
        }
        let result = bench.run("restore", "--yes", "--reason", "slip", login.token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try application.accepts(bench.eye, login))
        #expect(bench.verify(login) == 0)
        let key = try application.key(login)
        // Only the native layout puts a token on a list of its own.
        if application.name == "native" {
            #expect(try bench.eye.content(key) == .none)
        } else if application.name == "express-jwt-blacklist" {
            #expect(try bench.eye.field("jwt-blacklist:bob", "revoke") ?? "" == "")
        } else {
            #expect(try bench.eye.content(key) == before)
        }
        if application.isWhitelist, let exp = login.exp {
            // The lists of a sorted set get no end, as the application gives them none.
            #expect(try bench.eye.end(key) == (application.logout == .list ? -1 : exp))
        }
        #expect(bench.run("revoke", login.token).status == 0)
        #expect(try !application.accepts(bench.eye, login))
        guard application.isNamedByID, !application.isWhitelist else { return }
        let byID = bench.run("restore", "--yes", "--reason", "slip", "--id", login.id)
        #expect(byID.status == 0, "\(byID.errors)")
        #expect(try application.accepts(bench.eye, login))
    }

    @Test(arguments: Application.all.filter { !$0.isWhitelist && !$0.isEternal })
    func `an entry ends when it has to, and is never shortened`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        let login = try bench.login()
        let key = try application.key(login)
        let now = try bench.eye.now()
        #expect(bench.run("revoke", login.token).status == 0)
        let first = try bench.eye.end(key)
        #expect(first == application.end(login))
        let longer = max(first - now, 0) + 7200
        #expect(bench.run("revoke", "--ttl", "\(longer)s", login.token).status == 0)
        let second = try bench.eye.end(key)
        #expect((now...now + 2).contains(second - longer - application.margin))
        #expect(bench.run("revoke", login.token).status == 0)
        #expect(try bench.eye.end(key) == second)
        guard application.isNamedByID else { return }
        #expect(bench.run("revoke", "--ttl", "5s", "--id", login.id).status == 0)
        #expect(try bench.eye.end(key) == second)
        let third = try bench.login(age: 20)
        #expect(bench.run("revoke", "--ttl", "\(longer)s", "--id", third.id).status == 0)
        let end = try bench.eye.end(try application.key(third))
        // Nobody said when that token was issued: it may be refreshed until long after its end.
        let life = longer + application.refresh + application.margin
        #expect((now...now + 3).contains(end - life))
        #expect(try !application.accepts(bench.eye, third))
    }

    @Test(arguments: Application.all.filter { $0.isWhitelist && $0.isRestorable })
    func `a token that is issued stands where the application looks`(
        _ application: Application
    ) throws {
        let bench = try Bench(application)
        let model = try bench.login(isLoggedIn: false)
        let claims = application.claims("bob", model.id).members.flatMap { claim in
            let text = String(
                decoding: claim.value.encoded(.compact, escaping: .minimal), as: UTF8.self)
            return ["--claim", "\(claim.name.text):=\(text)"]
        }
        let nobody = bench.run(["issue", "--expires-in", "1h"] + claims.suffix(2))
        #expect([2, 5].contains(nobody.status), "\(nobody.output)")
        #expect(try bench.eye.snapshot().isEmpty)
        let result = bench.run(["issue", "--expires-in", "1h"] + claims)
        #expect(result.status == 0, "\(result.errors)")
        let login = Login(of: model, token: result.line)
        #expect(try application.accepts(bench.eye, login))
        #expect(bench.verify(login) == 0)
        let end = try bench.eye.end(try application.key(login))
        let wanted = try bench.eye.now() + 3600
        #expect(
            application.logout == .list ? end == -1 : (wanted - 3...wanted).contains(end))
        #expect(bench.run("revoke", login.token).status == 0)
        #expect(try !application.accepts(bench.eye, login))
    }
}
