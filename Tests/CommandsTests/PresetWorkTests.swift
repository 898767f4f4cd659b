import Foundation
import JSON
import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// Work on many entries, and on what others have written, in every layout.
@Suite(.cluster) struct PresetWorkTests {
    @Test(arguments: Application.all.filter { !$0.isWhitelist })
    func `the blacklist is listed, and nothing beside it`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        // No two of the same second, however slowly they come.
        let logins = try (0..<3).map { try sandbox.login(age: Int64(20 + 100 * $0)) }
        _ = try sandbox.login(user: "eve")
        for login in logins { #expect(sandbox.run("revoke", login.token).status == 0) }
        for key in ["", "x", "oauth2:blacks:a", "xblacklist:a", "a:1:", "jwt:den", "jwt_labels:a"] {
            try sandbox.eye.call("SET", key, "mine")
        }
        let result = sandbox.run("list", "revoked", "--json")
        guard result.status == 0 else {
            #expect(result.status == 9)
            #expect(
                ["flask-jwt-extended", "fastapi-jwt-auth", "spring-raw"].contains(application.name))
            return
        }
        let listed = try result.array()
        #expect(listed.count == 3, "\(result.output)")
        #expect(!result.output.contains(logins[0].token))
        if application.isNamedByID {
            #expect(Set(listed.compactMap { $0.text("id") }) == Set(logins.map(\.id)))
            for login in logins where !application.isEternal {
                let entry = try #require(listed.first { $0.text("id") == login.id })
                let wanted = (application.end(login) ?? 0) - (try sandbox.eye.now())
                #expect((wanted...wanted + 3).contains(entry.integer("ttl") ?? -1))
            }
        }
    }

    @Test(arguments: Application.all)
    func `pruning takes what has expired, and nothing else`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let live = try sandbox.login(age: 20)
        let revoked = try sandbox.login(age: 10)
        #expect(sandbox.run("revoke", revoked.token).status == 0)
        let before = try sandbox.eye.snapshot()
        if application.logout == .list {
            let old = try sandbox.login(age: 2000, life: 1000)
            let unending = try sandbox.login(user: "eve", life: nil)
            #expect(sandbox.run("prune").status == 0)
            #expect(
                try sandbox.eye.content(try application.key(old))
                    == before[
                        try application.key(old)]?.content)
            #expect(try sandbox.eye.end(try application.key(live)) == -1)
            #expect(try application.accepts(sandbox.eye, unending))
        } else {
            let status = sandbox.run("prune").status
            #expect(status == (application.name == "native" ? 0 : 9))
            #expect(try sandbox.eye.changes(since: before).isEmpty)
        }
        #expect(try application.accepts(sandbox.eye, live))
    }

    @Test(arguments: Application.all.filter { !$0.isWhitelist && !$0.isEternal })
    func `an entry of the application's own is kept, and lives as long as it has to`(
        _ application: Application
    ) throws {
        let sandbox = try ApplicationSandbox(application)
        let login = try sandbox.login()
        let key = try application.key(login)
        let content = try application.content(login, try sandbox.eye.now() - 100)
        try sandbox.write(content, key)
        for other in try application.others(login) where application.name != "native" {
            try sandbox.eye.call("SADD", other, .text(login.id))
        }
        try sandbox.eye.call("EXPIRE", key, 20)
        #expect(try !application.accepts(sandbox.eye, login))
        #expect(sandbox.verify(login) == 6)
        let result = sandbox.run("revoke", "--json", login.token)
        #expect(try result.object()["result"] == "already_revoked")
        #expect(try sandbox.eye.content(key) == content)
        #expect(try sandbox.eye.end(key) == application.end(login))
        try sandbox.eye.call("PERSIST", key)
        #expect(sandbox.run("revoke", login.token).status == 0)
        #expect(try sandbox.eye.end(key) == -1)
    }

    @Test(arguments: Application.all)
    func `a stream and a batch see and do the same`(_ application: Application) throws {
        let sandbox = try ApplicationSandbox(application)
        let doomed = try (0..<120).map { try sandbox.login(age: Int64(200 + $0)) }
        let kept = try sandbox.login(user: "bobby", age: 20)
        let lines = doomed.map(\.token).joined(separator: "\n") + "\n"
        let first = sandbox.run("revoke", "--yes", "--json", "--from", "-", input: lines)
        #expect(first.status == 0, "\(first.errors)")
        for login in doomed { #expect(try !application.accepts(sandbox.eye, login)) }
        #expect(try application.accepts(sandbox.eye, kept))
        let all = sandbox.run("verify", "--stream", input: lines + kept.token + "\n")
        let verdicts = try all.output.split(separator: "\n").map {
            try #require(try JSONParser.parse(Array($0.utf8)).objectValue)["active"]
        }
        #expect(verdicts == [JSONValue?](repeating: false, count: 120) + [true])
        let again = try sandbox.changes { () throws in
            let second = sandbox.run("revoke", "--yes", "--from", "-", input: lines)
            #expect(second.status == 0, "\(second.errors)")
        }
        #expect(again.isEmpty)
    }

    /// Keys of one application lie in many slots; what hangs together is changed all the same.
    @Test func `a Cluster serves every layout`() throws {
        try RedisCluster.shared { cluster in
            for application in Application.all {
                try cluster.flush()
                let sandbox = try ApplicationSandbox(application, url: cluster.url)
                let (login, other) = (try sandbox.login(), try sandbox.login(user: "alice", age: 9))
                #expect(sandbox.verify(login) == 0, "\(application)")
                let result = sandbox.run("revoke", login.token)
                #expect(result.status == 0, "\(application): \(result.errors)")
                #expect(try !application.accepts(sandbox.eye, login), "\(application)")
                #expect(sandbox.verify(login) == application.deadStatus, "\(application)")
                #expect(sandbox.run("revoke", login.token).status == 0, "\(application)")
                if application.isRestorable {
                    let result = sandbox.run("restore", "--yes", "--reason", "slip", login.token)
                    #expect(result.status == 0, "\(application): \(result.errors)")
                    #expect(try application.accepts(sandbox.eye, login), "\(application)")
                }
                if application.logout != .impossible {
                    let result = sandbox.logOut("bob")
                    #expect(result.status == 0, "\(application): \(result.errors)")
                    #expect(try !application.accepts(sandbox.eye, login), "\(application)")
                }
                #expect(try application.accepts(sandbox.eye, other), "\(application)")
            }
            try cluster.flush()
        }
    }
}
