import Foundation
import JSON
import Redis
import TestSupport

@testable import Commands

/// An application and its data, with the program that is told of its layout.
final class ApplicationSandbox {
    let application: Application
    let eye: Eye
    private let server: RedisServer?
    private let jwtctl: TestTool

    init(_ application: Application) throws {
        self.application = application
        let server = try RedisServer()
        self.server = server
        eye = Eye(server)
        jwtctl = Self.jwtctl(server.url, application)
    }

    init(_ application: Application, url: String) throws {
        self.application = application
        server = nil
        eye = try Eye(url: url)
        jwtctl = Self.jwtctl(url, application)
    }

    private static func jwtctl(_ url: String, _ application: Application) -> TestTool {
        TestTool(
            environment: [
                "JWTCTL_REDIS_URL": url, "SECRET": Sandbox.secret, "JWTCTL_SECRET": "env:SECRET",
                "JWTCTL_ACTOR": "ops",
            ], options: application.options)
    }

    @discardableResult
    func run(_ arguments: String..., input: String = "") -> TestTool.Result {
        jwtctl.run(confirmed(arguments), input: input)
    }

    func run(_ arguments: [String]) -> TestTool.Result { jwtctl.run(confirmed(arguments)) }

    /// Says that the layout is the right one, where another has the same keys.
    private func confirmed(_ arguments: [String]) -> [String] {
        guard application.name == "jwt-redis-allow", let command = arguments.first,
            ["revoke", "logout-all"].contains(command)
        else { return arguments }
        return [command, "--yes"] + arguments.dropFirst()
    }

    /// Without the second look at lists that a login may have filled meanwhile, which takes time.
    func logOut(_ user: String, _ options: String...) -> TestTool.Result {
        let settle = application.logout == .cutoff ? [] : ["--settle", "0s"]
        return run(["logout-all"] + settle + options + [user])
    }

    func verify(_ login: Login) -> Int32? { run("verify", "-q", login.token).status }

    func write(_ content: Content, _ key: [UInt8]) throws {
        switch content {
        case .string(let bytes): try eye.call("SET", key, .bytes(bytes))
        case .hash(let fields):
            for (name, value) in fields { try eye.call("HSET", key, .text(name), .text(value)) }
        default: throw TestSupportError("nobody writes this")
        }
    }

    func empty() throws { _ = try eye.client.call(Command("FLUSHALL")) }

    /// A token that was issued `age` seconds ago; applications with a whitelist know it.
    func login(
        user: String = "bob", id: String? = nil, age: Int64 = 10, life: Int64? = 3600,
        isLoggedIn: Bool = true, without missing: JSONString? = nil, instead value: JSONValue? = nil
    ) throws -> Login {
        let iat = try eye.now() - age
        let login = Login(
            application, user: user, id: id, iat: iat, exp: life.map { iat + $0 },
            replacing: missing.map { ($0, value) })
        if isLoggedIn { try application.logIn?(eye, login) }
        return login
    }

    /// The keys that `body` changes, but for the trail.
    func changes(_ body: () throws -> Void) throws -> Set<[UInt8]> {
        let before = try eye.snapshot()
        try body()
        return try eye.changes(since: before)
    }
}
