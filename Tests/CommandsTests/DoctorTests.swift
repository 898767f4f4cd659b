import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// A server that `doctor` has no complaint about, unless a test changes it.
final class DoctorSandbox {
    let server: RedisServer
    var jwtctl: TestTool
    /// Keeps its folder as long as itself.
    private let sandbox: Sandbox

    /// The configuration of such a server.
    static let healthy = ["appendonly yes"]

    init(
        _ listener: RedisServer.Listener = .unixSocket, _ configuration: [String] = healthy,
        files: [String: [UInt8]] = [:], waitUntilLoaded: Bool = true
    ) throws {
        server = try RedisServer(
            listener, configuration: configuration, files: files, waitUntilLoaded: waitUntilLoaded)
        sandbox = try Sandbox(server)
        jwtctl = sandbox.jwtctl
    }

    /// The findings that are not `ok`, with their severities, and the status.
    struct Diagnosis {
        let status: Int32?
        let findings: [JSONObject]

        init(_ result: TestTool.Result) throws {
            status = result.status
            findings = try result.array()
        }

        /// Those that are not `ok`.
        var complaints: Set<String> {
            Set(
                findings.filter { $0.text("severity") != "ok" }.compactMap { $0.text("finding") })
        }

        subscript(_ id: String) -> JSONObject? { findings.first { $0.text("finding") == id } }
    }

    func diagnose(_ options: String...) throws -> Diagnosis {
        try Diagnosis(jwtctl.run(["doctor", "--json"] + options))
    }

    @discardableResult
    func cli(_ words: String) throws -> String {
        try server.cli(words.split(separator: " ").map(String.init))
    }
}

/// A configuration of a real server, or what was done to one, with the findings that it gives: these
/// and no others.
struct Ailment: Sendable, CustomTestStringConvertible {
    let name: String
    var configuration = DoctorSandbox.healthy
    var options: [String] = []
    let findings: Set<String>
    var status: Int32 = 0
    var arrange: @Sendable (DoctorSandbox) throws -> Void = { _ in }

    var testDescription: String { name }

    static func fill(_ sandbox: DoctorSandbox, bytes: Int) throws {
        for number in 0..<bytes / 100_000 {
            try sandbox.server.cli(
                "SET", "cache:\(number)", String(repeating: "x", count: 100_000))
        }
    }

    static let all: [Ailment] = memory + persistence + state + others

    private static let memory = [
        Ailment(name: "nothing", findings: []),
        Ailment(
            name: "volatile-lru",
            configuration: DoctorSandbox.healthy + [
                "maxmemory 100mb", "maxmemory-policy volatile-lru",
            ],
            findings: ["evicting_policy"], status: 1),
        Ailment(
            name: "volatile-ttl",
            configuration: DoctorSandbox.healthy + [
                "maxmemory 100mb", "maxmemory-policy volatile-ttl",
            ],
            findings: ["evicting_policy"], status: 1),
        Ailment(
            name: "allkeys-random",
            configuration: DoctorSandbox.healthy + [
                "maxmemory 100mb", "maxmemory-policy allkeys-random",
            ],
            findings: ["evicting_policy"], status: 1),
        Ailment(
            name: "sessions may be evicted",
            configuration: DoctorSandbox.healthy + [
                "maxmemory 100mb", "maxmemory-policy allkeys-lru",
            ],
            options: ["--layout", "ruoyi"], findings: ["evicting_policy"]),
        Ailment(
            name: "a policy without a limit",
            configuration: DoctorSandbox.healthy + ["maxmemory-policy allkeys-lru"], findings: []),
        Ailment(
            name: "a limit without a policy",
            configuration: DoctorSandbox.healthy + [
                "maxmemory 100mb", "maxmemory-policy noeviction",
            ],
            findings: []),
        Ailment(
            name: "evicted before",
            configuration: ["maxmemory 3mb", "maxmemory-policy allkeys-lru", "appendonly yes"],
            findings: ["evicted_keys"]
        ) { sandbox in
            try fill(sandbox, bytes: 5_000_000)
            try sandbox.cli("CONFIG SET maxmemory 0")
        },
        Ailment(
            name: "evicted before, strictly",
            configuration: ["maxmemory 3mb", "maxmemory-policy allkeys-lru", "appendonly yes"],
            options: ["--strict"], findings: ["evicted_keys"], status: 1
        ) { sandbox in
            try fill(sandbox, bytes: 5_000_000)
            try sandbox.cli("CONFIG SET maxmemory 0")
        },
        Ailment(name: "nearly full", findings: ["memory_nearly_full"]) { sandbox in
            try fill(sandbox, bytes: 5_000_000)
            try sandbox.cli("CONFIG SET maxmemory \(try sandbox.usedMemory() * 105 / 100)")
        },
        Ailment(name: "full", findings: ["memory_full"], status: 1) { sandbox in
            try fill(sandbox, bytes: 2_000_000)
            try sandbox.cli("CONFIG SET maxmemory \(try sandbox.usedMemory() / 2)")
        },
    ]

    private static let persistence = [
        Ailment(
            name: "nothing on disk", configuration: [], findings: ["no_persistence"], status: 1),
        Ailment(
            name: "snapshots alone", configuration: ["save 3600 1"], findings: ["snapshots_only"]),
        Ailment(
            name: "no fsync", configuration: DoctorSandbox.healthy + ["appendfsync no"],
            findings: ["unsynced"]),
        Ailment(
            name: "a failed snapshot", configuration: ["save 3600 1"],
            findings: ["snapshots_only", "snapshot_failed"], status: 1
        ) { sandbox in try sandbox.failSnapshot() },
        Ailment(
            name: "a failed snapshot that stops nothing",
            configuration: DoctorSandbox.healthy + ["stop-writes-on-bgsave-error no"],
            findings: ["snapshot_failed"]
        ) { sandbox in try sandbox.failSnapshot() },
        Ailment(
            name: "a failed rewrite", findings: ["rewrite_failed"]
        ) { sandbox in
            try sandbox.hideFolder("appendonlydir")
            try sandbox.cli("BGREWRITEAOF")
            try waitUntil("the failure") {
                try sandbox.cli("INFO persistence").contains("aof_last_bgrewrite_status:err")
            }
        },
    ]

    private static let state = [
        Ailment(name: "tidy state", findings: []) { sandbox in
            sandbox.jwtctl("issue", "--sub", "ann")
            sandbox.jwtctl("revoke", "--ttl", "1h", "x")
            sandbox.jwtctl("logout-all", "bob")
        },
        Ailment(name: "an endless entry", findings: ["entries_without_ttl"]) { sandbox in
            sandbox.jwtctl("revoke", "--forever", "x")
            sandbox.jwtctl("revoke", "--ttl", "1h", "y")
        },
        Ailment(
            name: "an endless entry of an application", options: ["--layout", "blacklist-jti"],
            findings: ["outage_unknown", "entries_without_ttl"]
        ) { sandbox in try sandbox.cli("SET blacklist:4f3c2a 1") },
        Ailment(
            name: "an entry of another type", findings: ["entries_of_wrong_type"], status: 1
        ) { sandbox in try sandbox.cli("SADD jwt:deny:x a") },
        Ailment(
            name: "a list of another type", findings: ["lists_of_wrong_type"], status: 1
        ) { sandbox in try sandbox.cli("SET jwt:{bob}:tokens a") },
        Ailment(name: "a list without an end", findings: ["lists_without_ttl"]) { sandbox in
            try sandbox.cli("ZADD jwt:{bob}:tokens 4102444800 a")
        },
        Ailment(name: "a list of endless tokens", findings: []) { sandbox in
            try sandbox.cli("ZADD jwt:{bob}:tokens +inf a")
        },
        Ailment(name: "expired members", findings: ["expired_members"]) { sandbox in
            try sandbox.cli("ZADD jwt:{bob}:tokens 5 a 4102444800 b")
            try sandbox.cli("EXPIREAT jwt:{bob}:tokens 4102444860")
        },
        Ailment(
            name: "milliseconds", findings: ["scores_in_other_unit"], status: 1
        ) { sandbox in
            try sandbox.cli("ZADD jwt:{bob}:tokens 4102444800000 a")
            try sandbox.cli("EXPIREAT jwt:{bob}:tokens 4102444860")
        },
        Ailment(
            name: "seconds", options: ["--layout", "user-zset"],
            findings: ["outage_unknown", "scores_in_other_unit"], status: 1
        ) { sandbox in
            sandbox.jwtctl(
                "--layout", "user-zset", "--layout-var", "score=exp_s", "issue", "--sub", "bob")
        },
        Ailment(name: "a cutoff that is none", findings: ["corrupt_cutoffs"], status: 1) {
            sandbox in try sandbox.cli("SET jwt:{bob}:cutoff soon")
        },
        Ailment(
            name: "everybody's cutoff of another type", findings: ["corrupt_cutoffs"], status: 1
        ) { sandbox in try sandbox.cli("SADD jwt:cutoff 5") },
        Ailment(
            name: "a cutoff in the far future", findings: ["future_cutoffs"], status: 1
        ) { sandbox in try sandbox.cli("SET jwt:cutoff 4102444800") },
        Ailment(name: "a cutoff in the near future", findings: ["future_cutoffs"]) { sandbox in
            try sandbox.server.cli([
                "EVAL", "return redis.call('SET', KEYS[1], redis.call('TIME')[1] + 900)", "1",
                "jwt:{bob}:cutoff",
            ])
        },
        Ailment(name: "a trail of another type", findings: ["audit_of_wrong_type"]) { sandbox in
            try sandbox.cli("SET jwt:audit a")
        },
        Ailment(
            name: "a session without an end", options: ["--layout", "ruoyi"],
            findings: ["sessions_without_ttl"]
        ) { sandbox in
            try sandbox.server.cli([
                "SET", "login_tokens:0b0d3a1e-95d5-4f9f-8b06-1f0f1d2d7a11",
                #"{"username":"ann"}"#,
            ])
        },
    ]

    private static let others = [
        Ailment(
            name: "an application that lets revoked tokens in without Redis",
            options: ["--layout", "rails-cache"], findings: ["outage_open"]),
        Ailment(
            name: "an application that lets revoked tokens in without Redis, strictly",
            options: ["--layout", "rails-cache", "--strict"], findings: ["outage_open"], status: 1),
        Ailment(
            name: "an application of which that is not known",
            options: ["--layout", "blacklist-jti", "--strict"], findings: ["outage_unknown"]),
        Ailment(
            name: "an application that refuses tokens without Redis",
            options: ["--layout", "eladmin", "--strict"], findings: []),
        Ailment(name: "another layout", findings: ["layout_not_found"]) { sandbox in
            for number in 0..<20 {
                try sandbox.cli(
                    "SET chat:auth:token:0b0d3a1e-95d5-4f9f-8b06-1f0f1d2d7a\(number + 10):revoked 1 EX 900"
                )
            }
        },
        Ailment(name: "another layout besides", findings: ["other_layout"]) { sandbox in
            sandbox.jwtctl("revoke", "--ttl", "1h", "x")
            for number in 0..<20 {
                try sandbox.cli(
                    "SET chat:auth:token:0b0d3a1e-95d5-4f9f-8b06-1f0f1d2d7a\(number + 10):revoked 1 EX 900"
                )
            }
        },
        Ailment(
            name: "another namespace", options: ["--namespace", "acme"],
            findings: ["layout_not_found"]
        ) { sandbox in
            for number in 0..<5 { sandbox.jwtctl("issue", "--sub", "user\(number)") }
        },
        Ailment(name: "few among many", findings: ["layout_unused"]) { sandbox in
            try sandbox.cli("DEBUG POPULATE 20000 cache")
        },
        Ailment(name: "none among many", options: ["--deep"], findings: []) { sandbox in
            try sandbox.cli("DEBUG POPULATE 20000 cache")
        },
        Ailment(
            name: "a managed server",
            configuration: DoctorSandbox.healthy + [
                "rename-command CONFIG \"\"", "rename-command INFO \"\"",
            ], findings: ["info_refused", "config_refused"]),
        Ailment(
            name: "a renamed command",
            configuration: DoctorSandbox.healthy + ["rename-command EVAL \"\""],
            findings: ["commands_missing"], status: 1),
    ]
}

extension DoctorSandbox {
    fileprivate func usedMemory() throws -> Int {
        let lines = try cli("INFO memory").split(whereSeparator: \.isNewline)
        return try #require(
            lines.first { $0.hasPrefix("used_memory:") }.flatMap { Int($0.dropFirst(12)) })
    }

    /// A folder cannot be made where a file of its name stands.
    fileprivate func hideFolder(_ name: String) throws {
        let path = server.directory.file(name)
        try FileManager.default.removeItem(atPath: path)
        try server.directory.write(name, "in the way")
    }

    /// A folder stands where the snapshot would be put.
    fileprivate func failSnapshot() throws {
        try FileManager.default.createDirectory(
            atPath: server.directory.file("dump.rdb/in the way"), withIntermediateDirectories: true)
        try cli("BGSAVE")
        try waitUntil("the failure") {
            try cli("INFO persistence").contains("rdb_last_bgsave_status:err")
        }
    }
}

/// What `doctor` finds on real servers.
@Suite(.programs) struct DoctorTests {
    @Test(arguments: Ailment.all)
    func findsWhatIsWrongAndNothingElse(_ ailment: Ailment) throws {
        let sandbox = try DoctorSandbox(.unixSocket, ailment.configuration)
        try ailment.arrange(sandbox)
        let result = sandbox.jwtctl.run(["doctor", "--json"] + ailment.options)
        let diagnosis = try DoctorSandbox.Diagnosis(result)
        #expect(diagnosis.complaints == ailment.findings, "\(result.output)\(result.errors)")
        #expect(diagnosis.status == ailment.status, "\(result.output)")
        for finding in diagnosis.findings {
            let isFine = finding.text("severity") == "ok"
            #expect((finding.text("means") == nil) == isFine, "\(finding)")
        }
    }

    /// Rights are tried out by commands; none of them may change anything, allowed or not.
    @Test func nothingIsWritten() throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl("issue", "--sub", "ann")
        sandbox.jwtctl("revoke", "--ttl", "1h", "x")
        try sandbox.cli("SET jwt:cutoff 5")
        try sandbox.cli("EXPIRE jwt:cutoff 1000")
        func state() throws -> [String] {
            let info = try sandbox.cli("INFO persistence").split(whereSeparator: \.isNewline)
            return [
                try #require(info.first { $0.hasPrefix("rdb_changes_since_last_save") })
                    .description,
                try sandbox.cli("DBSIZE"),
            ]
        }
        let before = try state()
        for user in ["default", "limited"] {
            // Without ACL DRYRUN the commands themselves are sent.
            try sandbox.cli("ACL SETUSER limited on >pass ~* &* +@all -acl")
            var jwtctl = sandbox.jwtctl
            if user != "default" {
                jwtctl.environment["JWTCTL_REDIS_URL"] =
                    "unix://limited:pass@\(sandbox.server.socketPath)"
            }
            for options in [[], ["--deep"], ["--layout", "kong-set"], ["--layout", "sa-token"]] {
                let result = jwtctl.run(["doctor", "--json"] + options)
                if options.first != "--layout" {
                    #expect(result.status == 0, "\(result.output)\(result.errors)")
                }
                #expect(try state() == before, "\(user) \(options)")
            }
        }
    }

    @Test func theKeysComeFirstAndNeedNoRedis() throws {
        let sandbox = try DoctorSandbox()
        sandbox.server.stop()
        let diagnosis = try sandbox.diagnose()
        #expect(
            diagnosis.findings.map { $0.text("finding") }
                == ["program", "key_sound", "outage_closed", "unreachable"])
        #expect(diagnosis.status == 8)
        let told = sandbox.jwtctl("doctor")
        #expect(told.status == 8)
        #expect(told.output.contains("key          ok"), "\(told.output)")
        #expect(told.output.contains("connection   ERROR    cannot connect"), "\(told.output)")
    }

    /// That is when it matters.
    @Test func whatAnApplicationDoesWithoutRedisIsSaidWithoutRedis() throws {
        let sandbox = try DoctorSandbox()
        sandbox.server.stop()
        for (layout, word, severity) in [
            ("rails-cache", "open", "warning"), ("blacklist-jti", "unknown", "note"),
            ("native", "closed", "ok"),
        ] {
            let diagnosis = try sandbox.diagnose("--layout", layout)
            #expect(diagnosis.status == 8)
            let finding = try #require(diagnosis["outage_\(word)"])
            #expect(finding.text("check") == "layout" && finding.text("severity") == severity)
            let data = try #require(finding["data"]?.objectValue)
            #expect(data.text("on_outage") == word && data.text("layout") == layout)
            let source = try #require(data.text("source"))
            #expect(finding.text("message")?.hasSuffix("(\(source))") == true, "\(finding)")
        }
    }

    /// Whatever ends it, what a script reads is one whole array.
    @Test func anArrayIsWholeWhateverHappens() throws {
        let sandbox = try DoctorSandbox()
        for (options, status) in [
            (["--redis", "rediss://127.0.0.1:1", "--redis-cacert", "/missing"], 1),
            (["--redis", "redis://127.0.0.1:1"], 8), (["--redis", "redis://:x@\u{7f}"], 2),
            (["--layout", "unheard"], 2), (["--key", "/missing", "--secret", "/missing"], 2),
        ] {
            let result = sandbox.jwtctl.run(["doctor", "--json"] + options)
            #expect(result.status == Int32(status), "\(options): \(result.output)\(result.errors)")
            let told = try result.json()
            #expect((told.arrayValue == nil) == (status == 2), "\(result.output)")
        }
        let words = sandbox.jwtctl("doctor", "--field", "severity").output
        #expect(Set(words.split(separator: "\n")) == ["ok"], "\(words)")
    }

    @Test func aSilentServerIsUnreachable() throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl.environment["JWTCTL_TIMEOUT"] = "300ms"
        sandbox.server.pause()
        defer { sandbox.server.resume() }
        let diagnosis = try sandbox.diagnose()
        #expect(diagnosis.complaints == ["unreachable"] && diagnosis.status == 8)
    }

    @Test func `a Redis that is down is told under a layout that keeps a variable there`() throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl.environment["JWTCTL_REDIS_URL"] = "unix:///nowhere/redis.sock"
        let variable = "prefix=laravel_database_laravel_cache_:"
        for layout in ["native", "laravel-tymon"] {
            let diagnosis = try sandbox.diagnose(
                "--layout", layout, "--layout-var", layout == "native" ? "ns=jwt" : variable)
            #expect(diagnosis.status == 8)
            #expect(diagnosis.complaints == ["unreachable"], "\(layout)")
        }
    }

    @Test func aServerThatLoadsIsNotWaitedFor() throws {
        let source = try DoctorSandbox(.unixSocket, [])
        try source.cli("DEBUG POPULATE 100000")
        try source.cli("SAVE")
        let dump = try Data(
            contentsOf: URL(fileURLWithPath: source.server.directory.file("dump.rdb")))
        let sandbox = try DoctorSandbox(
            .unixSocket, ["key-load-delay 100", "loading-process-events-interval-bytes 1024"],
            files: ["dump.rdb": [UInt8](dump)], waitUntilLoaded: false)
        let diagnosis = try sandbox.diagnose()
        #expect(diagnosis.complaints.contains("loading"), "\(diagnosis.findings)")
        #expect(diagnosis.status == 1)
    }

    @Test(arguments: [(1, "agrees", 0), (10, "clock_differs", 0), (-90, "clock_differs", 1)])
    func theClocksAreCompared(_ offset: Int64, _ finding: String, _ status: Int32) throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl.clock = Clock {
            Clock.Instant(seconds: Clock.system.seconds + offset)
        }
        let diagnosis = try sandbox.diagnose()
        #expect(diagnosis[finding] != nil && diagnosis.status == status)
    }

    @Test func namesOfOthersAreHarmlessToLookAt() throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl.options = ["--layout", "blacklist-jti"]
        let name = "blacklist:\u{1B}[31m\u{202E}x'; rm -rf /"
        try sandbox.server.cli(["SADD", name, "a"])
        for format in OutputFormat.common {
            let told = sandbox.jwtctl("doctor", "-o", format.rawValue)
            #expect(told.status == 1)
            let hostile = told.output.unicodeScalars.filter {
                $0.value == 0x1B || $0.value == 0x202E
            }
            #expect(hostile.isEmpty, "\(told.output)")
        }
        let told = try sandbox.diagnose()["entries_of_wrong_type"]
        let examples: JSONValue = [.string(name)]
        #expect(told?["data"]?.objectValue?["examples"] == examples)
        #expect(told?.text("remedy")?.hasSuffix(#"'\'''; rm -rf /'"#) == false)
        #expect(
            told?.text("remedy")?.contains(#"x'\''; rm -rf /'"#) == true,
            "\(String(describing: told))")
    }

    /// Whoever may look at the findings may not log in with what they show.
    @Test func wholeTokensAreNotShown() throws {
        let sandbox = try DoctorSandbox()
        sandbox.jwtctl.options = ["--layout", "codeape-gateway"]
        let token = sandbox.jwtctl("issue", "--sub", "ann", "--no-record").line
        for layout in ["codeape-gateway", "fastapi-users", "user-zset"] {
            sandbox.jwtctl.options = ["--layout", layout]
            sandbox.jwtctl("revoke", "--forever", token)
            let told = sandbox.jwtctl("doctor", "--json")
            #expect(!told.output.contains(token.suffix(30)), "\(told.output)")
            #expect(!told.output.contains(token.prefix(60)), "\(told.output)")
        }
    }

    @Test func theTableSaysWhatToDo() throws {
        let sandbox = try DoctorSandbox(
            .unixSocket, ["maxmemory 64mb", "maxmemory-policy allkeys-lru"])
        let told = sandbox.jwtctl("doctor")
        let lines = told.output.split(separator: "\n").map(String.init)
        let start = try #require(
            lines.firstIndex { $0.contains("maxmemory-policy is allkeys-lru") })
        #expect(lines[start].hasPrefix("memory       ERROR    "))
        let remedy = lines[start + 2].drop { $0 == " " }
        #expect(remedy.hasPrefix("redis-cli -s "))
        #expect(told.errors == "jwtctl: 2 errors\n")
        // What it says is run as it stands.
        for finding in try sandbox.diagnose().findings {
            guard finding.text("severity") == "error", let line = finding.text("remedy") else {
                continue
            }
            let result = try ProcessRunner.run(["/bin/sh", "-c", line])
            #expect(result.text == "OK\n", "\(line): \(result.text)\(result.errorText)")
        }
        #expect(try sandbox.diagnose().complaints.isEmpty)
    }
}
