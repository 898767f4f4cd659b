import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// Profiles and layouts of a file, and who counts before whom.
@Suite(.redis) struct ConfigurationTests {
    private let sandbox: Sandbox
    init() throws { sandbox = try Sandbox() }

    /// Writes the configuration file, readable by its owner alone.
    private func configure(_ text: String, mode: Int = 0o600) throws -> String {
        let path = try sandbox.directory.write("config", text)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    /// The program with the file, and nothing of it in the environment.
    private func jwtctl(_ path: String, _ environment: [String: String] = [:]) -> TestTool {
        var jwtctl = TestTool(environment: environment)
        jwtctl.options = ["--config", path]
        return jwtctl
    }

    private var url: String { "unix://\(sandbox.server.socketPath)" }

    private func settings(_ result: TestTool.Result) throws -> [String: (String?, String)] {
        var found: [String: (String?, String)] = [:]
        for row in try result.array() {
            found[try #require(row["setting"]?.stringValue?.text)] = (
                row["value"]?.stringValue?.text, row["origin"]?.stringValue?.text ?? ""
            )
        }
        return found
    }

    @Test func aProfileSaysWhatNobodyElseDoes() throws {
        let path = try configure(
            """
            # the usual one
            [profile default]
            redis = \(url)
            secret = secret
            actor = ops

            [profile other]
            redis = \(url)
            namespace = other
            """)
        let usual = jwtctl(path)
        let token = usual("issue", "--sub", "bob", "--jti", "j1")
        #expect(token.status == 0, "\(token.errors)")
        #expect(usual("verify", "-q", token.line).status == 0, "a relative path is beside the file")
        #expect(usual("revoke", "j1", "--user", "bob").status == 0)
        #expect(try usual("audit", "--json").array().first?["actor"] == "ops")
        #expect(usual("status", "-q", "j1").status == 6)
        #expect(usual("--profile", "other", "status", "-q", "j1").status == 0)
        let target = try usual("--profile", "other", "revoke", "--ttl", "1h", "j2", "--json")
            .object()["target"]?.objectValue
        #expect(target?["profile"] == "other" && target?["namespace"] == "other")
    }

    @Test func optionsCountBeforeTheEnvironmentAndThatBeforeTheProfile() throws {
        let path = try configure(
            """
            [profile default]
            namespace = of-profile
            redis = redis://user:hunter2@of-profile
            timeout = 7s
            """)
        let plain = try settings(jwtctl(path)("config", "show", "--json"))
        #expect(plain["namespace"]?.0 == "of-profile")
        #expect(plain["namespace"]?.1.hasSuffix("line 2") == true)
        #expect(plain["redis"]?.0 == "redis://user:***@of-profile")
        #expect(plain["timeout"]?.0 == "7s" && plain["layout"]?.1 == "default")
        let variables = [
            "JWTCTL_NAMESPACE": "of-environment", "REDIS_URL": "redis://fallback",
        ]
        let environment = try settings(jwtctl(path, variables)("config", "show", "--json"))
        #expect(environment["namespace"]?.0 == "of-environment")
        #expect(environment["namespace"]?.1 == "JWTCTL_NAMESPACE")
        #expect(environment["redis"]?.0 == "redis://user:***@of-profile", "a fall-back is the last")
        let option = try settings(
            jwtctl(path, variables)("config", "show", "--json", "--namespace", "of-option"))
        #expect(option["namespace"]?.0 == "of-option" && option["namespace"]?.1 == "--namespace")
    }

    @Test func anIssuerAndALongestLifeBind() throws {
        let path = try configure(
            """
            [profile default]
            redis = \(url)
            secret = secret
            issuer = https://auth.example.com
            max-lifetime = 30d
            deny-margin = 10m
            require-listed = true
            """)
        let jwtctl = jwtctl(path)
        let own = jwtctl("issue", "--sub", "bob", "--iss", "https://auth.example.com").line
        let other = jwtctl("issue", "--sub", "bob", "--iss", "https://elsewhere").line
        #expect(jwtctl("verify", "-q", own).status == 0)
        #expect(jwtctl("verify", "-q", other).status == 5)
        for command in [["revoke"], ["restore", "--yes", "--reason", "x"], ["status"]] {
            #expect(jwtctl.run(command + [other]).status == 5, "\(command)")
        }
        let stranger = jwtctl(
            "issue", "--no-record", "--sub", "bob", "--iss", "https://auth.example.com"
        ).line
        #expect(jwtctl("verify", "-q", stranger).status == 7)
        #expect(jwtctl("status", "-q", stranger).status == 7)
        #expect(jwtctl("revoke", own).status == 0)
        let state = try jwtctl("status", own, "--json").object()["state"]?.objectValue
        let left = try #require(state?["revoked_ttl"]?.numberValue?.integer)
        #expect(left > 3600 + 590 && left <= 3600 + 600)
        #expect(jwtctl("logout-all", "bob", "-q").status == 0)
        let life = try sandbox.server.cli(["TTL", "jwt:{bob}:cutoff"])
        let seconds = try #require(Int(life.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(seconds > 30 * 86400 && seconds < 31 * 86400)
    }

    @Test func aLayoutOfOnesOwnHasAName() throws {
        let layout = """
            { "name": "acme", "stores": [
              { "role": "deny", "type": "string", "key": "${prefix}${id}", "value": "1" } ],
              "vars": { "prefix": "acme:" } }
            """
        _ = try sandbox.directory.write("acme.json", layout)
        let path = try configure(
            """
            [profile default]
            redis = \(url)
            layout = ours
            [layout ours]
            file = acme.json
            var.prefix = gone:
            [layout php]
            preset = laravel-tymon
            var.prefix = lv:
            [layout none]
            """)
        let jwtctl = jwtctl(path)
        #expect(jwtctl("revoke", "--ttl", "1h", "j1", "-q").status == 0)
        #expect(try sandbox.server.cli(["EXISTS", "gone:j1"]).hasPrefix("1"))
        #expect(jwtctl("--layout-var", "prefix=x:", "revoke", "--ttl", "1h", "j1").status == 0)
        #expect(try sandbox.server.cli(["EXISTS", "x:j1"]).hasPrefix("1"))
        #expect(jwtctl("--layout", "php", "revoke", "--ttl", "1h", "j1", "-q").status == 0)
        let key = "lv:ca7581d6d4749d8fd143ea956aa654aa02abe0ec:j1"
        #expect(try sandbox.server.cli(["EXISTS", key]).hasPrefix("1"))
        let none = jwtctl("--layout", "none", "status", "j1")
        #expect(none.status == 1 && none.errors.contains("line 10"))
    }

    @Test(arguments: [
        ("[profile a]\nredsi = x\n", 2, "did you mean 'redis'"),
        ("[profile a]\nredis x\n", 2, "NAME = VALUE"), ("[profile a]\nredis =\n", 2, "no value"),
        ("redis = x\n", 1, "before the first section"), ("[profile a\n", 1, "without ']'"),
        ("[section]\n", 1, "[profile NAME] or [layout NAME]"),
        ("[profile a b]\n", 1, "[profile NAME] or [layout NAME]"),
        ("[profile a]\n\n[profile a]\n", 3, "the profile 'a' is defined twice"),
        ("[layout a]\n[layout a]\n", 2, "the layout 'a' is defined twice"),
        ("[profile a]\nkey = x\r\nkey = y\n", 3, "set twice"),
        ("[layout a]\nfiel = x\n", 2, "did you mean 'file'"),
    ])
    func aMistakeIsToldWithItsLine(_ text: String, _ line: Int, _ words: String) throws {
        let result = jwtctl(try configure(text))("config", "show")
        #expect(result.status == 1)
        #expect(result.errors.contains("line \(line):"), "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test(arguments: [
        ("timeout = soon", "status", "line 2"), ("max-lifetime = 30", "status", "duration"),
        ("require-listed = yes", "status", "true or false"),
        ("namespace = a:b", "status", "namespace"),
        ("redis = nonsense", "status", "URL"), ("layout = nativ", "status", "did you mean"),
    ])
    func aBadValueIsToldWhereItCounts(_ setting: String, _ command: String, _ words: String) throws
    {
        let path = try configure("[profile default]\n\(setting)\n")
        let result = jwtctl(path, ["JWTCTL_REDIS_URL": setting.hasPrefix("redis") ? "" : url])(
            command, "id")
        #expect(result.status == 2 || result.status == 1, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
    }

    @Test func aPasswordThatOthersCanReadIsRefused() throws {
        let text = "[profile default]\nredis = redis://user:hunter2@127.0.0.1:1\n"
        let open = jwtctl(try configure(text, mode: 0o644))("status", "id")
        #expect(open.status == 1)
        #expect(open.errors.contains("chmod 600"))
        #expect(!open.errors.contains("hunter2") && !open.output.contains("hunter2"))
        #expect(jwtctl(try configure(text, mode: 0o640))("status", "id").status == 8)
        let harmless = "[profile default]\nredis = redis://127.0.0.1:1\n"
        #expect(jwtctl(try configure(harmless, mode: 0o644))("status", "id").status == 8)
    }

    @Test func whatIsNoFileIsRefusedAtOnce() throws {
        let folder = sandbox.directory.path
        #expect(mkfifo("\(folder)/fifo", 0o600) == 0)
        for path in [folder, "\(folder)/fifo", "\(folder)/missing", "/dev/zero"] {
            let result = jwtctl(path)("config", "show")
            #expect(result.status == 1, "\(path)")
        }
        let large = try configure(String(repeating: "# x\n", count: 400_000))
        #expect(jwtctl(large)("config", "show").errors.contains("larger than"))
        let unnamed = jwtctl(try configure("[profile a]\n"))
        #expect(unnamed("--profile", "b", "config", "show").errors.contains("available: a"))
        #expect(unnamed("config", "show").status == 0, "nobody asked for a profile")
    }

    @Test func theManualsExampleIsRead() throws {
        let path = try configure(Topics.configExample.joined(separator: "\n") + "\n")
        let jwtctl = jwtctl(path)
        let usual = try settings(jwtctl("config", "show", "--json"))
        #expect(usual["redis"]?.0 == "unix:///run/redis/redis.sock")
        let prod = try settings(jwtctl("--profile", "prod", "config", "show", "--json"))
        #expect(prod["layout"]?.0 == "acme" && prod["max-lifetime"]?.0 == "30d")
        let revoked = jwtctl(
            "--profile", "prod", "--redis", url, "revoke", "--no-verify", "--ttl", "1h", "j1", "-q")
        #expect(revoked.status == 0, "\(revoked.errors)")
        let count = try sandbox.server.cli(["EXISTS", "acme:revoked:j1"])
        #expect(count.hasPrefix("1"))
        let page = TestTool()("help", "config-file").output
        for setting in Setting.allCases { #expect(page.contains(setting.rawValue)) }
    }

    @Test func theFileIsLookedForWhereXDGSays() throws {
        let folder = sandbox.directory.path
        try FileManager.default.createDirectory(
            atPath: "\(folder)/home/.config/jwtctl", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            atPath: "\(folder)/xdg/jwtctl", withIntermediateDirectories: true)
        _ = try sandbox.directory.write(
            "home/.config/jwtctl/config", "[profile default]\nactor = at-home\n")
        _ = try sandbox.directory.write(
            "xdg/jwtctl/config", "[profile default]\nactor = by-xdg\n")
        func told(_ environment: [String: String]) throws -> String? {
            try settings(TestTool(environment: environment)("config", "show", "--json"))["actor"]?.0
        }
        #expect(try told(["HOME": "\(folder)/home"]) == "at-home")
        let both = ["HOME": "\(folder)/home", "XDG_CONFIG_HOME": "\(folder)/xdg"]
        #expect(try told(both) == "by-xdg")
        #expect(try told(["HOME": "\(folder)/home", "XDG_CONFIG_HOME": "xdg"]) == "at-home")
        #expect(try told([:]) == nil)
    }
}
