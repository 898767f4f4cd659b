import Foundation
import TestSupport
import Testing

@testable import Commands

/// A profile that was asked for by name, against variables that were exported for something else.
@Suite(.redis) struct ProfileChoiceTests {
    private let sandbox: Sandbox
    private let elsewhere: RedisServer
    private let config: String
    private let token: String

    init() throws {
        sandbox = try Sandbox()
        elsewhere = try RedisServer()
        let other = try sandbox.file("other-secret", Sandbox.otherSecret + "\n")
        config = try sandbox.file(
            "config",
            """
            [profile prod]
            redis = \(sandbox.server.url)
            namespace = prod
            secret = \(sandbox.secretFile)

            [profile bare]
            namespace = bare
            """)
        token = handmade(#"{"jti":"t","sub":"alice","exp":4102444800,"iat":1}"#)
        _ = other
    }

    /// The tool with the variables and nothing else.
    private func jwtctl(_ variables: [String: String]) -> TestTool {
        var jwtctl = TestTool(environment: variables)
        jwtctl.options = ["--config", config]
        return jwtctl
    }

    @Test(arguments: [
        ("JWTCTL_REDIS_URL", "redis"), ("JWTCTL_NAMESPACE", "namespace"),
        ("JWTCTL_SECRET", "secret"), ("JWTCTL_KEY", "key"),
    ])
    func `a change is refused, and a read warns`(_ variable: String, _ option: String) throws {
        let value =
            switch variable {
            case "JWTCTL_REDIS_URL": elsewhere.url
            case "JWTCTL_NAMESPACE": "dev"
            default: sandbox.directory.file("other-secret")
            }
        let jwtctl = jwtctl([variable: value])
        for command in [["revoke", token], ["logout-all", "--keep", token, "alice"]] {
            let change = jwtctl.run(["--profile", "prod"] + command)
            #expect(change.status == 2, "\(change.errors)")
            #expect(
                change.errors.contains("\(variable) conflicts with profile 'prod'")
                    && change.errors.contains("unset \(variable) or give --\(option)"),
                "\(change.errors)")
        }
        #expect(try sandbox.server.cli("KEYS", "*") == "")
        #expect(try elsewhere.cli("KEYS", "*") == "")
        let read = jwtctl("--profile", "prod", "verify", token)
        #expect(read.status == 0, "\(read.errors)")
        #expect(
            read.errors.components(
                separatedBy: "\(variable) conflicts with profile 'prod': the variable is ignored"
            ).count == 2, "\(read.errors)")
    }

    @Test func `the same Redis in other letters is no other`() throws {
        for url in [sandbox.server.url + "?db=0", "redis+unix" + sandbox.server.url.dropFirst(4)] {
            let result = jwtctl(["JWTCTL_REDIS_URL": url])("--profile", "prod", "revoke", token)
            #expect(result.status == 0, "\(url): \(result.errors)")
        }
        let other = jwtctl(["JWTCTL_REDIS_URL": sandbox.server.url + "?db=1"])(
            "--profile", "prod", "revoke", token)
        #expect(other.status == 2)
    }

    @Test func `an option settles it`() throws {
        let result = jwtctl([
            "JWTCTL_REDIS_URL": elsewhere.url, "JWTCTL_NAMESPACE": "dev",
            "JWTCTL_SECRET": sandbox.directory.file("other-secret"),
        ]).run([
            "--profile", "prod", "revoke", "--redis", sandbox.server.url, "--namespace", "x",
            "--secret", sandbox.secretFile, token,
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try sandbox.server.cli("KEYS", "*:deny:*") == "x:deny:t")
    }

    @Test func `what the profile does not set comes from the environment`() throws {
        let jwtctl = jwtctl([
            "JWTCTL_REDIS_URL": sandbox.server.url, "JWTCTL_SECRET": sandbox.secretFile,
            "JWTCTL_NAMESPACE": "bare",
        ])
        let result = jwtctl("--profile", "bare", "revoke", token)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try sandbox.server.cli("KEYS", "*:deny:*") == "bare:deny:t")
    }

    @Test func `a profile of the environment counts after the other variables`() throws {
        let jwtctl = jwtctl([
            "JWTCTL_PROFILE": "prod", "JWTCTL_NAMESPACE": "dev",
            "JWTCTL_REDIS_URL": elsewhere.url,
        ])
        #expect(jwtctl("revoke", token).status == 0)
        #expect(try elsewhere.cli("KEYS", "*:deny:*") == "dev:deny:t")
        let shown = jwtctl("config", "show", "--profile", "prod", "-o", "csv").output
        #expect(shown.contains("namespace,prod,"), "\(shown)")
    }
}
