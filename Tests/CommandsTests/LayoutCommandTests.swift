import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands
@testable import Layouts
@testable import TokenStore

/// `layout list`, `show` and `detect`.
@Suite(.redis) struct LayoutCommandTests {
    // MARK: list

    @Test func theListHasEveryPresetInEveryFormat() throws {
        let jwtctl = TestTool()
        #expect(
            jwtctl("layout", "list", "-o", "id").output.split(separator: "\n").map(String.init)
                == Presets.names)
        let cards = try jwtctl("layout", "list", "--json").array()
        #expect(cards.compactMap { $0.text("name") } == Presets.names)
        for card in cards {
            let name = card.text("name") ?? ""
            #expect(card.text("doc")?.isEmpty == false, "\(name)")
            #expect(Layout.Proof(rawValue: card.text("proof") ?? "") != nil, "\(name)")
            #expect(Layout.Outage(rawValue: card.text("on_outage") ?? "") != nil, "\(name)")
            #expect(card.text("on_outage_source")?.isEmpty == false, "\(name)")
            #expect(card["can"]?.arrayValue?.first == .string("revoke"), "\(name)")
        }
        let laravel = try #require(cards.first { $0.text("name") == "laravel-tymon" })
        #expect(laravel["needs"] == .array([.string("prefix")]))
        #expect(laravel["variables"]?.objectValue?["prefix"] == .null)
        let native = try #require(cards.first { $0.text("name") == "native" })
        #expect(native["can"]?.arrayValue?.count == Capability.allCases.count)
        let lines = jwtctl("layout", "list").output.split(separator: "\n")
        #expect(lines.count == Presets.names.count + 1)
        #expect(lines[1].contains("application") && lines[1].contains("tbleripa"))
        #expect(
            jwtctl("layout", "list", "-o", "jsonl").output.split(separator: "\n").count
                == Presets.names.count)
        #expect(jwtctl("layout", "list", "-o", "csv").output.hasPrefix("name,doc,proof,"))
    }

    @Test func layoutsOfTheConfigurationAreListedAndCompleted() throws {
        let directory = try TemporaryDirectory()
        try directory.write("acme.json", TestTool()("layout", "show", "youlai", "--json").output)
        try directory.write("broken.json", "{")
        let config = try directory.write(
            "config",
            """
            [layout acme]
            file = acme.json
            [layout broken]
            file = broken.json
            [layout shop]
            preset = laravel-tymon
            var.prefix = shop:
            """)
        let jwtctl = TestTool(environment: ["JWTCTL_CONFIG": config])
        let result = jwtctl("layout", "list", "-o", "jsonl")
        #expect(result.status == 0)
        #expect(result.errors.contains("cannot read the layout 'broken': "), "\(result.errors)")
        let names = jwtctl("layout", "list", "-o", "id").output.split(separator: "\n")
        #expect(names.map(String.init) == Presets.names + ["acme", "shop"])
        let shop = try #require(
            try jwtctl("layout", "list", "--json").array().first { $0.text("name") == "shop" })
        #expect(shop["needs"] == .array([]))
        #expect(jwtctl("layout", "show", "shop", "--field", "vars.prefix").line == "shop:")
        let answer = jwtctl("__complete", "layouts", "--", "jwtctl", "--layout", "").output
        #expect(answer.contains("\nacme\t") && answer.contains("\nbroken\t"))
        let other = TestTool(environment: ["JWTCTL_CONFIG": "/nowhere"])
        #expect(other("__complete", "layouts", "--", "").output.hasPrefix("native\t"))
    }

    @Test func theWordsThatPeopleTryAreAnswered() {
        #expect(TestTool()("layouts").errors.contains("did you mean 'layout'"))
        #expect(TestTool()("layout", "ls").errors.contains("did you mean 'list'"))
    }

    // MARK: show

    @Test(arguments: Presets.names)
    func aLayoutIsToldInWords(_ name: String) throws {
        let result = TestTool()("layout", "show", name)
        #expect(result.status == 0, "\(result.errors)")
        let layout = try LayoutReader.preset(name, for: .show)
        let text = result.output
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.hasPrefix("\(name): "))
        let stores = try #require(layout.definition["stores"]?.arrayValue)
        for role in stores.compactMap({ $0.objectValue?.text("role") }) {
            #expect(text.contains("\n  \(role) "), "\(role)")
        }
        // Each sentence ends, and nothing is left out in the middle of one.
        for line in text.split(separator: "\n")
        where line.hasPrefix(String(repeating: " ", count: 12)) {
            #expect(!line.contains("  .") && !line.hasSuffix(" ,"), "\(line)")
        }
        for capability in Capability.allCases where !layout.can(capability) {
            #expect(words.contains(" \(layout.wayAround(capability)) "))
        }
        for note in layout.notes {
            #expect(words.contains(note.split(separator: " ").prefix(5).joined(separator: " ")))
        }
        for variable in layout.missingVariables {
            #expect(text.contains("--layout-var \(variable)=VALUE"))
        }
        #expect(text.contains("\n{\n  \"name\": \"\(name)\""), "the data follows")
    }

    @Test func whatIsSaidIsWhatHolds() {
        func shown(_ name: String) -> String {
            TestTool()("layout", "show", name).output.split(whereSeparator: \.isWhitespace)
                .joined(separator: " ")
        }
        let raw = shown("spring-raw-jdk")
        #expect(raw.contains("token identified by its full text"))
        #expect(raw.contains("deny string ${id}, serialized as a Java string"))
        #expect(raw.contains("Value: 'blacklisted'."))
        #expect(raw.contains("The key expires 1 min after the token."))
        #expect(raw.contains("a different encoding of the same token"))
        #expect(raw.contains("anyone who can read it can log in"))
        // A list of what is alive knows no other spelling.
        #expect(!shown("user-zset").contains("different encoding"))
        #expect(
            shown("user-zset").contains(
                "user identified by the claim data.id, else by the claim sub"))
        #expect(shown("user-zset").contains("Scores are expiry times in milliseconds."))
        #expect(shown("flask-jwt-extended").contains("Keys are bare ids"))
        #expect(shown("kong-jwt-blacklist").contains("Entries never expire."))
        #expect(shown("lexik").contains("The key expires 5 min after the token."))
        #expect(shown("laravel-tymon").contains("its refresh window (14 days from its iat)"))
        #expect(
            shown("jwt-redis-deny").contains("For tokens without exp, it expires after 30 days."))
        #expect(shown("sa-token").contains("its value is none of -4, -5."))
        #expect(
            shown("native").contains("identified by the claim jti, else by sha256: and the hash"))
        #expect(!shown("native").contains("Not supported"))
    }

    @Test func whatHappensWhileRedisIsAwayIsTold() throws {
        for (name, outage, words) in [
            (
                "lexik", "open",
                "outage revoked tokens are accepted while Redis cannot be reached (symfony/cache,"
            ),
            (
                "eladmin", "closed",
                "outage tokens are refused while Redis cannot be reached (TokenFilter.java:"
            ),
            (
                "blacklist-jti", "unknown",
                "outage unknown whether revoked tokens are accepted while Redis cannot be reached "
                    + "(differs from project to project); to find out, in a test system, stop Redis"
            ),
        ] {
            let told = TestTool()("layout", "show", name).output
            #expect(
                told.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(words),
                "\(told)")
            #expect(TestTool()("layout", "show", "--field", "on_outage", name).line == outage)
        }
        // A file that does not say it.
        let directory = try TemporaryDirectory()
        let file = try directory.write("mine.json", #"{ "name": "mine", "extends": "lexik" }"#)
        let own = TestTool()(
            "layout", "show", file, "--layout-var", "poolns=AbCdEfGhIj", "--json")
        #expect(try own.object().text("on_outage") == "unknown")
        #expect(try own.object()["on_outage_source"] == nil)
    }

    @Test func withoutAnOperandItIsTheOneThatIsChosen() throws {
        #expect(TestTool()("layout", "show").output.hasPrefix("native: "))
        #expect(TestTool()("--layout", "eladmin", "layout", "show").output.hasPrefix("eladmin: "))
        let environment = TestTool(environment: ["JWTCTL_LAYOUT": "ruoyi"])
        #expect(environment("layout", "show").output.hasPrefix("ruoyi: "))
        #expect(environment("layout", "show", "sa-token").output.hasPrefix("sa-token: "))
        #expect(TestTool()("layout", "show", "natve").status == 2)
        #expect(TestTool()("layout", "show", "--field", "claims.id", "eladmin").line == "uid")
    }

    /// Values for the variables that have none.
    private static let given = [
        "laravel-tymon": ["prefix=app:"], "lexik": ["poolns=AbCdEfGhIj"],
        "spring-redishash": ["keyspace=revoked", "class=com.acme.Revoked"],
    ]

    @Test(arguments: Presets.names)
    func theDataLoadsAgainAndIsTheSame(_ name: String) throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "mine.json", TestTool()("layout", "show", "--json", name).output)
        let original = try LayoutReader.preset(name, for: .show)
        let copy = try LayoutReader.read(
            Array(try Data(contentsOf: URL(fileURLWithPath: file))), for: .show)
        // Every store, name and variable, as far as Swift can tell two values apart.
        #expect(String(describing: copy) == String(describing: original))
        #expect(
            TestTool()("layout", "show", "--json", file).output
                == TestTool()("layout", "show", "--json", name).output)
    }

    /// With each preset and with its own data from a file: the same keys, values and ends.
    @Test(arguments: Presets.names)
    func theDataFromAFileDoesTheSame(_ name: String) throws {
        let variables = (Self.given[name] ?? []).flatMap { ["--layout-var", $0] }
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "mine.json", TestTool().run(["layout", "show", "--json", name] + variables).output)
        let server = try RedisServer()
        let secret = try directory.write("secret", Sandbox.secret)
        let claims = """
            {"sub":"7","id":"7","user_id":7,"username":"7","user_name":"7","uid":"u1",
            "access_uuid":"u1","user_key":"u1","aud":"web","client_id":"app","loginId":"7",
            "namespace":"7","jti":"7:2f0e1c9a-8f53-4a54-9d0e-6a4f6c1b9d10",
            "iat":1700000000,"exp":4102444800}
            """
        let token = handmade(claims)
        let key = try directory.write("token", token)
        func run(_ layout: [String]) throws -> [String] {
            let jwtctl = TestTool(
                environment: [
                    "JWTCTL_REDIS_URL": server.url, "JWTCTL_SECRET": secret,
                    "JWTCTL_ACTOR": "ops",
                ], options: layout)
            var seen: [String] = []
            for command in [
                "verify @\(key)", "revoke @\(key)", "verify @\(key)", "status @\(key)",
                "list revoked -o id", "restore --reason x --yes @\(key)", "verify @\(key)",
                "list users -o id", "logout-all --yes --settle 100ms 7", "verify @\(key)",
            ] {
                let result = jwtctl.run(command.split(separator: " ").map(String.init))
                seen.append("\(command): \(result.status ?? -1)")
                let keys = try server.cli("--no-raw", "KEYS", "*").split(separator: "\n").map {
                    String($0.drop { $0 != ")" })
                }
                seen += keys.sorted()
            }
            try server.cli("FLUSHALL")
            return seen
        }
        let original = try run(["--layout", name] + variables)
        let copy = try run(["--layout", file])
        #expect(original == copy)
    }

    @Test func valuesThatAreGivenBecomePartOfTheData() throws {
        let result = TestTool()(
            "layout", "show", "laravel-tymon", "--layout-var", "prefix=app:", "--json")
        let variables = try #require(try result.object()["vars"]?.objectValue)
        #expect(variables.text("prefix") == "app:" && variables.text("refresh_ttl") == "1209600")
        let native = TestTool()("layout", "show", "--namespace", "shop", "--field", "vars.ns")
        #expect(native.line == "shop")
        let child = TestTool()("layout", "show", "spring-raw", "--json")
        #expect(try child.object()["extends"] == nil)
        #expect(try child.object()["claims"] != nil, "the parent's")
    }

    @Test func aRuleThatLacksAVariableSaysSo() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "mine.json",
            #"""
            { "name": "mine", "vars": { "refresh": null }, "stores": [
              { "role": "deny", "type": "string", "key": "k:${id}", "value": "1",
                "ttl": "max(exp, iat+${refresh})+60" } ] }
            """#)
        let lacking = TestTool()("layout", "show", file)
        #expect(lacking.errors.contains("the layout needs the variable 'refresh'"))
        let told = TestTool()("layout", "show", file, "--layout-var", "refresh=86400")
        let words = told.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("its refresh window (1 day from its iat)"), "\(told.output)")
    }

    /// What somebody wrote into a file can't move the cursor of who looks at it.
    @Test func hostileTextIsEscaped() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write(
            "bad.json",
            #"""
            { "name": "mine", "doc": "a\u001b[2Jb", "notes": ["\u202etxt"],
              "on_outage": "open", "on_outage_source": "\u001b[31m\u202e",
              "vars": { "x\u0007": "\u001b]0;t" }, "claims": { "id": "j\u0000" },
              "stores": [ { "role": "deny", "type": "string", "key": "k\u001b:${id}",
                            "value": "\u0007" } ] }
            """#)
        for format in ["table", "json", "jsonl", "csv"] {
            let output = TestTool()("layout", "show", file, "-o", format).output
            #expect(!output.isEmpty)
            for scalar in ["\u{1b}", "\u{7}", "\u{0}", "\u{202e}"] {
                #expect(!output.contains(scalar), "\(format)")
            }
        }
    }

    // MARK: completion

    @Test func shellsAreToldTheNames() {
        let answer = TestTool(environment: ["JWTCTL_REDIS_URL": "unix:///nowhere"])(
            "__complete", "layouts", "--", "jwtctl", "--layout", "")
        let names = answer.output.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
        #expect(names.map(String.init) == Presets.names)
        #expect(answer.output.contains("eladmin\teladmin: online_token"))
    }

    /// In a real shell with the real program.
    @Test func bashCompletesNamesAndFiles() throws {
        let directory = try TemporaryDirectory()
        try directory.write("native.json", "{}")
        let script = Project.root.appendingPathComponent("completions/jwtctl.bash").path
        func complete(_ words: String...) throws -> Set<String> {
            let result = try ProcessRunner.run(
                [
                    "bash", "-c",
                    """
                    source '\(script)'; COMP_WORDS=(jwtctl "$@"); COMP_LINE=${COMP_WORDS[*]}
                    COMP_POINT=${#COMP_LINE}; COMP_CWORD=$#; _jwtctl jwtctl "${COMP_WORDS[-1]}"
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """, "bash",
                ] + words,
                environment: ["PATH": BuiltTool.folder + ":/usr/bin:/bin"],
                directory: directory.path)
            return Set(result.text.split(separator: "\n").map(String.init))
        }
        #expect(try complete("--layout", "nat") == ["native", "native.json"])
        #expect(try complete("layout", "show", "nat") == ["native", "native.json"])
        #expect(try complete("list", "users", "--layout", "user-") == ["user-zset"])
        #expect(try complete("layout", "") == ["list", "show", "detect"])
    }
}
