import Foundation
import TestSupport
import Testing

/// The table of exit statuses: command lines, and what they leave on both outputs.
@Suite(.redis) struct StatusTableTests {
    /// One command line. Of each output a part is given; nil means that it stays empty.
    struct Line: Sendable {
        let arguments: [String]
        let status: Int
        let out: String?
        let err: String?
        let input: String

        init(
            _ command: String, _ status: Int, out: String? = nil, err: String? = nil,
            input: String = ""
        ) {
            arguments = command.isEmpty ? [] : command.components(separatedBy: " ")
            self.status = status
            self.out = out
            self.err = err
            self.input = input
        }
    }

    /// Words in braces stand for what every table's Redis and folder hold at its start:
    /// tokens `{T}` (alice, t1, recorded), `{U}` (bob, u1, not recorded), `{X}` (expired), `{F}`
    /// (signed by somebody else), `{R}` (r1, revoked), `{C}` (carol, before her cutoff), `{E}`
    /// (without exp), `{N}` (alg none), `{I}` (iss, aud and nbf), `{L}` (not yet valid) and `{J}`
    /// (no jti).
    private static func words(_ tool: BuiltTool) throws -> [String: String] {
        let now = Int(time(nil))
        let issued = "\"iat\":\(now - 60),\"exp\":\(now + 3600)"
        let words = [
            "{T}": try tool.run("issue", "--sub", "alice", "--jti", "t1").text,
            "{U}": ServiceToken.of("bob", jti: "u1"),
            "{X}": ServiceToken.sign(#"{"sub":"bob","jti":"x1","iat":1000,"exp":2000}"#),
            "{F}": ServiceToken.sign(
                #"{"sub":"bob","jti":"f1",\#(issued)}"#,
                secret: "somebody else's secret, as long as it has to be"),
            "{R}": ServiceToken.of("bob", jti: "r1", age: 5),
            "{C}": ServiceToken.of("carol", jti: "c1", age: 100),
            "{E}": ServiceToken.sign(#"{"sub":"bob","jti":"e1","iat":\#(now - 60)}"#),
            "{N}": Data(#"{"alg":"none"}"#.utf8).base64URL + "."
                + Data(#"{"sub":"bob",\#(issued)}"#.utf8).base64URL + ".",
            "{I}": ServiceToken.sign(
                #"{"iss":"https://a","aud":["x","y"],"sub":"bob","nbf":\#(now - 5),\#(issued)}"#),
            "{L}": ServiceToken.sign(#"{"sub":"bob","nbf":\#(now + 999),\#(issued)}"#),
            "{J}": ServiceToken.sign(#"{"sub":"bob",\#(issued)}"#),
            "{S}": tool.secretFile, "{D}": tool.directory.path,
        ].mapValues { $0.trimmingCharacters(in: .newlines) }
        _ = try tool.run("revoke", "-q", "--ttl", "1h", "--reason", "lost", "r1")
        _ = try tool.redis.cli("SET", "jwt:{carol}:cutoff", String(now - 50))
        try tool.directory.write("token", words["{T}", default: ""])
        try tool.directory.write("short", "short")
        try tool.directory.write("empty", "")
        try tool.directory.write(
            "pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
        try tool.directory.write("claims", #"{"sub":"dave","role":"x"}"#)
        try tool.directory.write("noclaims", "[1]")
        return words
    }

    static let tables: [(name: String, lines: [Line])] = [
        (
            "program",
            [
                Line("", 2, err: "  revoke "),
                Line("bogus", 2, err: "unknown command 'bogus'"),
                Line("encode", 2, err: "did you mean 'issue'?"),
                Line("inspect", 2, err: "did you mean 'decode'?"),
                Line("check", 2, err: "did you mean 'verify'?"),
                Line("ls", 2, err: "did you mean 'list'?"),
                Line("revok", 2, err: "did you mean 'revoke'?"),
                Line("help", 0, out: "logout-all"),
                Line("--help", 0, out: "logout-all"),
                Line("-h", 0, out: "logout-all"),
                Line("version", 0, out: "jwtctl"),
                Line("--version", 0, out: "jwtctl"),
                Line("help revoke", 0, out: "blacklist"),
                Line("revoke --help", 0, out: "blacklist"),
                Line("help exit-status", 0, out: "141"),
                Line("help nothing", 2, err: "nothing"),
                Line("completion bash", 0, out: "complete"),
                Line("completion tcsh", 2, err: "tcsh"),
                Line("completion", 2, err: "missing operand"),
                Line("version extra", 2, err: "extra"),
                Line("list", 2, err: "missing"),
                Line("list things", 2, err: "things"),
            ]
        ),
        (
            "decode",
            [
                Line("decode {T}", 0, out: "not verified"),
                Line("decode {X}", 0, out: "expired"),
                Line("decode {N}", 0, out: "\"none\""),
                Line("decode -", 0, out: "alice", input: "Bearer {T}\n"),
                Line("decode", 0, out: "alice", input: "\"{T}\""),
                Line("decode @token", 0, out: "alice"),
                Line("decode @missing", 1, err: "cannot read 'missing'"),
                Line("decode -q {T}", 0),
                Line("decode --json {T}", 0, out: "\"verified\": false"),
                Line("decode --field payload.jti {T}", 0, out: "t1\n"),
                Line("decode --field payload.no {T}", 1, err: "no member 'payload.no'"),
                Line("decode", 3, err: "the token is empty"),
                Line("decode x", 3, err: "malformed token"),
                Line("decode a.b.c", 3, err: "malformed token"),
                Line("decode {T}.x", 3, out: "alice", err: "malformed token"),
                Line("decode {T}=", 3, out: "alice", err: "malformed token"),
                Line("decode {T} {U}", 2, err: "unexpected"),
                Line("decode --color sometimes {T}", 2, err: "sometimes"),
                Line("decode -o yaml {T}", 2, err: "yaml"),
                Line("decode --json x", 3, out: "{", err: "malformed token"),
            ]
        ),
        (
            "verify",
            [
                Line("verify {T}", 0, out: "active\n"),
                Line("verify {U}", 0, out: "active\n"),
                Line("verify {J}", 0, out: "active\n"),
                Line("verify {E}", 0, out: "active\n"),
                Line("verify -", 0, out: "active\n", input: "Authorization: Bearer {T}\r\n"),
                Line("verify -q {T}", 0),
                Line("verify {X}", 5, out: "not active: expired"),
                Line("verify {L}", 5, out: "not active: not yet valid"),
                Line("verify {F}", 4, out: "not active: bad signature", err: "hint: "),
                Line("verify {N}", 4, out: "not active: algorithm not allowed", err: "hint: "),
                Line("verify {R}", 6, out: "not active: revoked"),
                Line("verify {C}", 6, out: "not active: cut off"),
                Line("verify x", 3, out: "not active: malformed"),
                Line("verify -q x", 3),
                Line("verify", 3, out: "malformed"),
                Line("verify {T}x", 4, out: "bad signature", err: "hint: "),
                Line("verify {T}xx", 3, out: "malformed"),
                Line("verify --require-listed {T}", 0, out: "ok      whitelist"),
                Line("verify --require-listed {U}", 7, out: "not active: not listed"),
                Line("verify --require-listed {R}", 6, out: "FAILED  whitelist"),
                Line("verify --iss https://a {I}", 0, out: "ok      iss"),
                Line("verify --iss https://b {I}", 5, out: "wrong issuer"),
                Line("verify --aud y {I}", 0, out: "ok      aud"),
                Line("verify --aud z --aud x {I}", 0, out: "ok      aud"),
                Line("verify --aud z {I}", 5, out: "wrong audience"),
                Line("verify --sub alice {T}", 0, out: "active"),
                Line("verify --sub bob {T}", 5, out: "wrong subject"),
                Line("verify --typ at+jwt {T}", 5, out: "wrong type"),
                Line("verify --require role {T}", 5, out: "missing claim"),
                Line("verify --max-age 10s {I}", 5, out: "too old"),
                Line("verify --iss https://b {R}", 5, out: "FAILED  blacklist"),
                Line("verify --alg HS512 {T}", 4, out: "not active", err: "hint: "),
                Line("verify --alg RS256 {T}", 4, out: "not active", err: "hint: "),
                Line("verify --alg none {T}", 2, err: "none"),
                Line("verify --offline {R}", 0, out: "valid (revocation not checked)"),
                Line("verify --offline --at @1500 {X}", 0, out: "valid"),
                Line("verify --at @1500 {X}", 2, err: "--offline"),
                Line("verify --offline --at 1500 {X}", 2, err: "not a time"),
                Line("verify --leeway 60 {X}", 2, err: "duration"),
                Line("verify --leeway 1h {X}", 2, err: "leeway"),
                Line("verify --secret missing {T}", 1, err: "the secret that --secret names"),
                Line("verify --secret short {T}", 4, out: "weak key", err: "hint: "),
                Line("verify --secret empty {T}", 1, err: "jwtctl: error:"),
                Line("verify --secret pem {T}", 1, err: "jwtctl: error:"),
                Line("verify --key {S} {T}", 1, err: "jwtctl: error:"),
                Line("verify --secret {D} {T}", 1, err: "directory"),
                Line("verify --bogus {T}", 2, err: "unknown option '--bogus'"),
                Line("verify --json {R}", 6, out: "\"reason\": \"revoked\""),
                Line("verify --stream", 0),
                Line("verify --stream", 0, out: "\"malformed\"", input: "x\n"),
                Line("verify --stream {T}", 2, err: "--stream"),
            ]
        ),
        (
            "issue",
            [
                Line("issue --sub alice", 0, out: "eyJ"),
                Line("issue", 2, err: "--sub"),
                Line("issue --no-record", 0, out: "eyJ"),
                Line("issue --sub alice --jti t1", 9, err: "t1"),
                Line("issue --sub alice --jti r1", 9, err: "r1"),
                Line("issue --sub carol --iat @1000 --exp +1h", 6, err: "rejected immediately"),
                Line("issue --sub alice --expires-in 1x", 2, err: "duration"),
                Line("issue --sub alice --expires-in 1h --exp +1h", 2, err: "--exp"),
                Line("issue --sub alice --claim role=x --field token", 0, out: "eyJ"),
                Line("issue --sub alice --claim a:={", 2, err: "JSON"),
                Line("issue --sub alice --claim noequals", 2, err: "noequals"),
                Line("issue --claims claims", 0, out: "eyJ"),
                Line("issue --claims noclaims", 1, err: "object"),
                Line("issue --sub alice --alg none", 2, err: "none"),
                Line("issue --sub alice --alg HS512", 4, err: "weak"),
                Line("issue --sub alice --secret short", 4, err: "--allow-weak-key"),
                Line("issue --sub alice --secret short --allow-weak-key", 0, out: "eyJ"),
                Line("issue --sub alice extra", 2, err: "unexpected"),
                Line("issue --sub alice --header b64:=false", 2, err: "b64"),
                Line("issue --sub alice --json", 0, out: "\"recorded\": true"),
                Line("issue --sub alice -q", 0, out: "eyJ"),
            ]
        ),
        (
            "status",
            [
                Line("status t1", 0, out: "not revoked  t1"),
                Line("status {T}", 0, out: "not revoked  t1"),
                Line("status {R}", 6, out: "revoked  r1"),
                Line("status {C}", 6, out: "cut off  c1"),
                Line("status r1", 6, out: "lost"),
                Line("status t1 u1", 0, out: "u1  not revoked"),
                Line("status t1 r1", 10, out: "r1  revoked"),
                Line("status t1 eyJx", 10, out: "t1", err: "malformed"),
                Line("status eyJx", 3, err: "malformed token"),
                Line("status --id eyJx", 0, out: "eyJx"),
                Line("status --token t1", 3, err: "malformed token"),
                Line("status", 2, err: "no ids given"),
                Line("status -", 0, err: "no items"),
                Line("status --json -", 0, out: "[]\n"),
                Line("status --user alice t1", 0, out: "not revoked  t1"),
                Line("status -q r1", 6),
                Line("status --field state.revoke_reason r1", 6, out: "lost\n"),
            ]
        ),
        (
            "revoke",
            [
                Line("revoke {T}", 0, out: "revoked t1", err: "target"),
                Line("revoke {T}", 0, out: "already revoked t1", err: "target"),
                Line("revoke {F}", 4, err: "--no-verify"),
                Line("revoke --no-verify {F}", 0, out: "not checked", err: "target"),
                Line("revoke {X}", 0, out: "expired", err: "target"),
                Line("revoke --no-verify {X}", 9, err: "--ttl"),
                Line("revoke {E}", 2, err: "--forever"),
                Line("revoke --forever {E}", 0, out: "revoked e1", err: "target"),
                Line("revoke --iss https://b {I}", 5, err: "another issuer"),
                Line("revoke bare", 2, err: "--user USER, --exp TIME, --ttl DURATION"),
                Line("revoke --ttl 1h bare", 0, out: "revoked bare", err: "target"),
                Line("revoke --ttl 60 bare", 2, err: "duration"),
                Line("revoke --exp 4102444800 bare", 2, err: "not a time"),
                Line("revoke --ttl 1h --forever bare", 2, err: "--forever"),
                Line("revoke --user nobody bare2", 2, err: "no token 'bare2' on nobody's list"),
                Line("revoke --ttl 1h eyJhbGciOi", 3, err: "malformed token"),
                Line("revoke --ttl 1h a.b.c", 3, err: "malformed token"),
                Line("revoke --ttl 1h --id a.b.c", 0, out: "revoked a.b.c", err: "target"),
                Line("revoke --ttl 1h m1 eyJx", 10, out: "m1", err: "malformed"),
                Line("revoke --from missing", 1, err: "cannot read 'missing'"),
                Line("revoke --from {D}", 1, err: "directory"),
                Line("revoke --from token x", 2, err: "--from"),
                Line("revoke", 2, err: "no ids given"),
                Line("revoke -", 0, out: "0 items"),
                Line("revoke", 2, out: "1 invalid", err: "line 1", input: "bare3\n"),
                Line("revoke -q", 0, input: "b1\t4102444800\n"),
                Line(
                    "revoke --max 0 --ttl 1h", 9, out: "1 not attempted", err: "more than 0",
                    input: "b2\n"),
                Line("revoke --namespace a:b --ttl 1h x", 2, err: "namespace"),
                Line("revoke --redis nonsense --ttl 1h x", 2, err: "jwtctl: error:"),
                Line("revoke --redis redis://127.0.0.1:1 --ttl 1h x", 8, err: "cannot connect"),
            ]
        ),
        (
            "restore, logout-all, lists",
            [
                Line("restore r1 --yes", 2, err: "--reason"),
                Line("restore r1 --reason x", 9, err: "--yes"),
                Line("restore r1 --reason x --yes", 0, out: "restored r1", err: "target"),
                Line("restore r1 --reason x --yes", 0, out: "not on the blacklist", err: "target"),
                Line("restore {C} --reason x --yes", 6, out: "cutoff", err: "target"),
                Line("restore eyJx --reason x --yes", 3, err: "malformed token"),
                Line("list tokens alice", 0, out: "t1"),
                Line("list tokens nobody", 0, err: "no tokens"),
                Line("list tokens", 2, err: "USER"),
                Line("list users", 0, out: "alice"),
                Line("list users --limit x", 2, err: "x"),
                Line("list revoked", 0, err: "empty"),
                Line("list revoked --json", 0, out: "[]\n"),
                Line("prune", 0, out: "removed", err: "target"),
                Line("prune extra", 2, err: "extra"),
                Line("audit --json", 0, out: "\"op\":\"restore\""),
                Line("logout-all", 2, err: "USER"),
                Line("logout-all --everyone", 9, err: "--yes"),
                Line("logout-all --everyone alice --yes", 2, err: "--everyone"),
                Line("logout-all --issued-before +1h alice", 9, err: "future"),
                Line("logout-all --keep eyJx alice", 3, err: "malformed token"),
                Line("logout-all alice", 0, out: "1 revoked", err: "target"),
                Line("logout-all alice --json", 0, out: "\"complete\": true", err: "target"),
                Line(
                    "logout-all nobody", 0, out: "is the user name spelled correctly?",
                    err: "target"),
                Line("logout-all -q dave", 0),
                Line(
                    "logout-all --everyone --yes", 0, out: "replace it in every service",
                    err: "target"),
                Line("verify {U}", 6, out: "cut off"),
            ]
        ),
        (
            "before and after a change",
            [
                Line("find t1", 0, out: "t1: a token of alice, active", err: "searched"),
                Line("find {T}", 0, out: "t1: a token of alice, active", err: "searched"),
                Line("find nobodys", 7, out: "nobodys: not found", err: "searched"),
                Line("find t1 nobodys", 10, out: "not found", err: "searched"),
                Line("find --limit x t1", 2, err: "x"),
                Line("status --user alice", 0, out: "alice"),
                Line("status --user alice --json", 0, out: "\"active_tokens\": 1"),
                Line("list tokens alice --state active", 0, out: "t1"),
                Line("list tokens alice --state dead", 2, err: "dead"),
                Line("list tokens alice --issued-since 1h", 0, out: "t1"),
                Line("list tokens alice --issued-since x", 2, err: "x"),
                Line("list tokens alice --issued-before 1h", 0, err: "no matching tokens"),
                Line("list tokens alice --issued-before x", 2, err: "x"),
                Line("list tokens alice --expires-before 2h", 0, out: "t1"),
                Line("list tokens alice --expires-before 1m", 0, err: "no matching tokens"),
                Line("list tokens alice --label phone*", 0, err: "no matching tokens"),
                Line("list tokens --all --label *", 0, err: "no matching tokens"),
                Line("list users --active", 0, out: "ACTIVE"),
                Line("list users --active --json", 0, out: "\"active_tokens\":1"),
                Line("list users --with-cutoffs", 0, out: "carol"),
                Line(
                    "--layout user-zset list users --with-cutoffs", 9,
                    err: "jwtctl cannot find users by their cutoffs"),
                Line("list revoked --actor nobody", 0, err: "no matching blacklist entries"),
                Line("list revoked --expires-before 2h", 0, out: "r1"),
                Line("list revoked --expires-before x", 2, err: "x"),
                Line("stats --active", 0, out: "active"),
                Line("stats --active -o prometheus", 0, out: "jwtctl_active_tokens"),
                Line("logout-all -n alice", 0, out: "alice: 1 would be revoked", err: "dry run"),
                Line("logout-all -n --everyone", 0, out: "would be revoked", err: "dry run"),
                Line("logout-all --print-ids x --everyone", 2, err: "--print-ids"),
                Line("restore -n r1 --reason x", 0, out: "would be restored", err: "dry run"),
                Line("restore -n r1", 2, err: "--reason"),
                Line("renew -n {T}", 0, out: "would renew t1", err: "dry run"),
                Line("renew -n {R}", 6, err: "revoked"),
                Line("prove {T}", 2, err: "COMMAND"),
                Line("prove t1 -- /bin/true", 2, err: "pass the whole token"),
                Line("prove {F} -- /bin/true", 4, err: "signature"),
                Line("prove {X} -- /bin/true", 9, err: "has expired"),
                Line("prove --restore {T} -- /bin/true", 2, err: "--reason"),
                Line("prove --logout-all --restore -r x {T} -- /bin/true", 2, err: "--restore"),
                Line("prove --sub x {T} -- /bin/true", 2, err: "--issue"),
                Line("prove --issue -- /bin/true", 2, err: "--sub"),
                Line("prove --issue --sub x --other-sub x -- /bin/true", 2, err: "--other-sub"),
                Line("prove --refused-status 0 {T} -- /bin/true", 2, err: "1 to 255"),
                Line("prove --within soon {T} -- /bin/true", 2, err: "soon"),
                Line("prove {T} -- /bin/false", 9, err: "nothing was revoked"),
                Line("prove --refused-status 1 {T} -- /bin/false", 9, err: "refuses 't1' already"),
                Line("prove {T} -- /no/such/program", 9, err: "cannot be run"),
                Line("prove -n {T} -- /bin/true", 0, out: "accepts 't1'", err: "dry run"),
                Line("prove --within 50ms {T} -- /bin/true", 11, out: "not proved", err: "target"),
                Line(
                    "prove --within 50ms --issue --sub x -- /bin/true", 11, out: "not proved",
                    err: "target"),
                Line("list tokens x", 0, err: "no tokens"),
                Line("audit --audit-log missing", 1, err: "missing"),
                Line("audit --audit-log log --follow", 2, err: "--follow"),
                Line("revoke --ttl 1h --audit-log log n1", 0, out: "revoked n1", err: "target"),
                Line("audit --audit-log log", 0, out: "n1"),
                Line(
                    "revoke --ttl 1h --audit-log {D} n2", 0, out: "revoked n2",
                    err: "will not be written to the audit log"),
                Line("logout-all --print-ids - bob", 0, err: "no recorded tokens"),
            ]
        ),
        (
            "operations",
            [
                Line("doctor", 1, out: "appendonly yes", err: "1 error"),
                Line("doctor -q", 1),
                Line("doctor --json", 1, out: "\"no_persistence\""),
                Line("doctor --field finding", 1, out: "answers"),
                Line("doctor extra", 2, err: "extra"),
                Line("doctor --redis redis://127.0.0.1:1", 8, out: "cannot connect", err: "error"),
                Line("revoke --ttl 1h x --require-durable", 9, err: "append-only"),
                Line("status -q x", 0),
                Line("list tokens --all --sort user", 0, out: "alice"),
                Line("list tokens --all alice", 2, err: "--all"),
                Line("list tokens alice --sort date", 2, err: "date"),
                Line("list tokens alice --limit 0", 0, err: "no tokens"),
                Line("list users --sort count", 0, out: "alice"),
                Line("list users --sort size", 2, err: "size"),
                Line("audit --id r1", 0, out: "lost"),
                Line("audit --user alice", 0, err: "no matching audit entries"),
                Line("audit --since tomorrow", 2, err: "tomorrow"),
                Line("audit --until now --follow", 2, err: "--follow"),
                Line("stats", 0, out: "1 user, 1 unexpired token"),
                Line("stats -o prometheus", 0, out: "# TYPE jwtctl_users gauge"),
                Line("list users -o prometheus", 2, err: "prometheus"),
                Line("renew", 3, err: "the token is empty"),
                Line("renew {X}", 5, err: "expired"),
                Line("renew {F}", 4, err: "signature"),
                Line("renew {R}", 6, err: "revoked"),
                Line("renew --expires-in 2h {T}", 0, out: "eyJ", err: "target"),
                Line("verify {T}", 6, out: "revoked"),
                Line("config show", 0, out: "redis"),
                Line("config show --profile prod", 1, err: "prod"),
                Line("config show --config missing", 1, err: "missing"),
                Line("layout list", 0, out: "spring"),
                Line("layout show nothing", 2, err: "nothing"),
                Line("layout show native --json", 0, out: "\"stores\""),
                Line("layout detect --sample 0", 2, err: "0"),
                Line(
                    "--layout user-zset list revoked", 9, err: "jwtctl cannot list revoked tokens"),
                Line("--layout ./none.json list users", 1, err: "none.json"),
                Line("--namespace a:b:{c} list users", 2, err: "namespace"),
                Line("key show missing.pem", 1, err: "the key that FILE names"),
                Line("key show pem", 1, err: "pem"),
                Line("key generate --alg XS256", 2, err: "XS256"),
            ]
        ),
    ]

    @Test func holdsEnough() {
        #expect(Self.tables.map(\.lines.count).reduce(0, +) >= 270)
    }

    @Test(arguments: tables.indices)
    func answers(_ table: Int) throws {
        let tool = try BuiltTool()
        let words = try Self.words(tool)
        func filled(_ text: String) -> String {
            words.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        }
        for line in Self.tables[table].lines {
            let result = try tool.run(
                line.arguments.map(filled), input: Array(filled(line.input).utf8))
            let shown =
                "\(line.arguments.joined(separator: " ")) <<< '\(line.input)'\n\(result.text)\n\(result.errorText)"
            #expect(result.ending == .exit(line.status), "\(shown)")
            for (expected, actual) in [(line.out, result.text), (line.err, result.errorText)] {
                if let expected {
                    #expect(actual.contains(expected), "\(shown)")
                } else {
                    #expect(actual.isEmpty, "\(shown)")
                }
            }
        }
    }
}
