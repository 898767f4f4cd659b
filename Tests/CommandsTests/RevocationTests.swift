import CommandKit
import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// What `revoke`, `restore`, `issue` and `logout-all` do, and what they say that they did.
@Suite(.redis) struct RevocationTests {
    private func ttl(_ id: String, _ sandbox: Sandbox) throws -> Int {
        try #require(Int(try sandbox.server.cli("TTL", "jwt:deny:\(id)")))
    }

    /// An entry that dies before its token would let it work again.
    @Test func aShortTTLNeverMakesAnEntryDieBeforeItsToken() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "long", "--expires-in", "30d")
        #expect(sandbox.jwtctl("revoke", "--ttl", "5s", token).status == 0)
        #expect(try ttl("long", sandbox) > 29 * 86_400)
        let other = try sandbox.token("--jti", "other", "--expires-in", "30d")
        #expect(sandbox.jwtctl("revoke", "--exp", "+1h", other).status == 0)
        #expect(try ttl("other", sandbox) > 29 * 86_400)
        let end = Int(Date().timeIntervalSince1970) + 86_400
        sandbox.jwtctl("revoke", "--ttl", "5s", "-", input: "line\t\(end)\n")
        #expect(try ttl("line", sandbox) > 86_000)
    }

    @Test func aLongerTTLIsTaken() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "a")
        #expect(sandbox.jwtctl("revoke", "--ttl", "30d", token).status == 0)
        #expect(try ttl("a", sandbox) > 29 * 86_400)
        #expect(sandbox.jwtctl("revoke", "--forever", try sandbox.token("--jti", "b")).status == 0)
        #expect(try ttl("b", sandbox) == -1)
    }

    @Test func aDryRunSaysThatNothingWasDone() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "a")
        let result = sandbox.jwtctl("revoke", "--dry-run", token)
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("would be revoked"))
        #expect(!result.output.contains("blacklisted"))
        let json = try sandbox.jwtctl("revoke", "--dry-run", "--json", token).object()
        #expect(json["dry_run"] == true)
        #expect(json["audited"] == false)
        #expect(sandbox.jwtctl("verify", token).status == 0)
    }

    @Test func maxHoldsForOperandsToo() throws {
        let sandbox = try Sandbox()
        for line in [["a", "b", "c"], ["a"]] {
            let result = sandbox.jwtctl.run(
                ["revoke", "--ttl", "1h", "--max", "\(line.count - 1)"] + line)
            #expect(result.status == 9)
        }
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        let bulk = sandbox.jwtctl(
            "revoke", "--ttl", "1h", "--max", "2", "--json", "-", input: "a\nb\nc\n")
        #expect(bulk.status == 9)
        #expect(try bulk.object()["not_attempted"] == 3)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    /// The natural loop over a file of failures must not empty it before it is read.
    @Test func theFileOfFailuresIsNotTheFileThatIsRead() throws {
        let sandbox = try Sandbox()
        let path = try sandbox.file("failed", "{\"jti\":\"a\",\"exp\":9999999999}\n")
        let result = sandbox.jwtctl("revoke", "--from", path, "--failed", path)
        #expect(result.status == 2)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"a\""))
        let fresh = sandbox.directory.file("new")
        #expect(sandbox.jwtctl("revoke", "--from", path, "--failed", fresh).status == 0)
        #expect(try String(contentsOfFile: fresh, encoding: .utf8) == "")
    }

    @Test func whatFailedCanBeTriedAgainFromItsFile() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("LPUSH", "jwt:deny:wrong", "x")
        let input = "good\t9999999999\nwrong\t9999999999\talice\n"
        let path = sandbox.directory.file("failed")
        let result = sandbox.jwtctl("revoke", "--failed", path, "--json", "-", input: input)
        #expect(result.status == 10)
        #expect(try result.object()["failed"] == 1)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                .hasSuffix("\n{\"jti\":\"wrong\",\"exp\":9999999999,\"sub\":\"alice\"}\n"))
        try sandbox.server.cli("DEL", "jwt:deny:wrong")
        #expect(sandbox.jwtctl("revoke", "--from", path).status == 0)
        #expect(sandbox.jwtctl("status", "wrong").status == 6)
    }

    /// Nothing that was not read may be lost from the file of failures.
    @Test func manyNeedAnAnswerWhereNobodyCanGiveIt() throws {
        let sandbox = try Sandbox()
        let lines = (0..<150).map { "id\($0)\t9999999999\n" }.joined()
        let result = sandbox.jwtctl("revoke", "--json", "-", input: lines)
        #expect(result.status == 9)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        #expect(sandbox.jwtctl("revoke", "--yes", "-", input: lines).status == 0)
        #expect(try sandbox.server.cli("EXISTS", "jwt:deny:id149") == "1")
    }

    @Test func anUntrustedTokenIsRefusedAndNothingIsWritten() throws {
        let sandbox = try Sandbox()
        let forged = handmade(
            #"{"jti":"victim","exp":9999999999}"#, secret: Sandbox.otherSecret)
        let result = sandbox.jwtctl("revoke", forged)
        #expect(result.status == 4)
        #expect(result.errors.contains("--no-verify"))
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        #expect(sandbox.jwtctl("revoke", "--no-verify", forged).status == 0)
        #expect(sandbox.jwtctl("status", "victim").status == 6)
        var keyless = sandbox.jwtctl
        keyless.environment["JWTCTL_SECRET"] = nil
        let unchecked = keyless("revoke", forged)
        #expect(unchecked.status == 0)
        #expect(unchecked.output.contains("signature not checked"))
        let expired = handmade(#"{"jti":"old","exp":5}"#)
        #expect(keyless("revoke", expired).status == 9)
        let checked = sandbox.jwtctl("revoke", "--json", expired)
        #expect(checked.status == 0)
        #expect(try checked.object()["result"] == "expired")
        #expect(sandbox.jwtctl("revoke", "--iss", "me", try sandbox.token()).status == 5)
    }

    // MARK: Issue

    /// A token that was never handed out must not stand on anybody's list.
    @Test(arguments: [
        ["--header", "alg=none"], ["--header", "crit:=[\"x\"]"],
        ["--header", "typ=x", "--typ", "y"],
        ["--claim", "jti:=5"], ["--claim", "jti=a", "--jti", "b"], ["--claim", "exp:=\"x\""],
        ["--jti", ""],
    ])
    func whatCannotBeSignedIsNotRecorded(_ options: [String]) throws {
        let sandbox = try Sandbox()
        let result = sandbox.jwtctl.run(["issue", "--sub", "alice"] + options)
        #expect(result.status == 2, "\(result.errors)\(result.output)")
        #expect(result.output == "")
        #expect(try sandbox.server.cli("DBSIZE") == "0")
    }

    @Test func anIDIsNeverGivenTwice() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token("--jti", "a")
        #expect(sandbox.jwtctl("issue", "--sub", "alice", "--jti", "a").status == 9)
        sandbox.jwtctl("revoke", token)
        #expect(sandbox.jwtctl("issue", "--sub", "alice", "--jti", "a").status == 9)
    }

    @Test func aTokenIssuedRightAfterALogoutLives() throws {
        let sandbox = try Sandbox()
        let old = try sandbox.token()
        #expect(sandbox.jwtctl("logout-all", "alice").status == 0)
        let new = try sandbox.token()
        #expect(sandbox.jwtctl("verify", old).status == 6)
        #expect(sandbox.jwtctl("verify", new).status == 0)
        let dead = sandbox.jwtctl("issue", "--sub", "alice", "--iat", "-1h")
        #expect(dead.status == 6)
        #expect(dead.output == "")
    }

    // MARK: Logout

    @Test func keepSaysWhatWasNotDone() throws {
        let sandbox = try Sandbox()
        #expect(sandbox.jwtctl("logout-all", "--keep", "nobodys", "alice").status == 9)
        let undated = try sandbox.token("--no-iat", "--no-record")
        let result = sandbox.jwtctl("logout-all", "--keep", undated, "alice")
        #expect(result.status == 0)
        #expect(result.output.contains("no cutoff was raised"))
        #expect(!result.output.contains("cutoff raised"))
        let kept = try sandbox.token("--jti", "kept")
        _ = try sandbox.token("--jti", "other")
        let spared = try sandbox.jwtctl("logout-all", "--keep", kept, "--json", "alice").object()
        #expect(spared["kept"] == 1)
        #expect(spared["complete"] == false)
        #expect(sandbox.jwtctl("verify", kept).status == 0)
        #expect(sandbox.jwtctl("logout-all", "--keep", kept, "bob").status == 9)
    }

    /// `--keep` of a token whose claims are wrong ends with the documented status of claims.
    @Test func keepOfABadTokenIsRefused() throws {
        let sandbox = try Sandbox()
        let token = handmade(#"{"jti":7.5,"sub":"alice"}"#)
        #expect(sandbox.jwtctl("logout-all", "--keep", token, "alice").status == 5)
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        let leaf = jwtctlProgram.describe(["logout-all"])
        #expect(leaf?.exitStatuses.contains { $0.status == .claims } == true)
    }

    @Test func issuedBeforeReachesTheSecondOfAFraction() throws {
        let sandbox = try Sandbox()
        let result = try sandbox.jwtctl(
            "logout-all", "--issued-before", "2026-01-01T00:00:00.5Z", "--json", "alice"
        ).object()
        #expect(result["cutoff"] == 1_767_225_600)
        let whole = try sandbox.jwtctl(
            "logout-all", "--issued-before", "2026-01-02", "--json", "bob"
        ).object()
        #expect(whole["cutoff"] == 1_767_311_999)
        #expect(sandbox.jwtctl("logout-all", "--issued-before", "+1h", "bob").status == 9)
    }

    // MARK: Restore

    @Test func restoreBringsATokenBack() throws {
        let sandbox = try Sandbox()
        let token = try sandbox.token()
        sandbox.jwtctl("revoke", token)
        #expect(sandbox.jwtctl("restore", "--reason", "slip", token).status == 9)
        let result = sandbox.jwtctl("restore", "--reason", "slip", "--yes", "--json", token)
        #expect(result.status == 0)
        #expect(try result.object()["result"] == "restored")
        #expect(try result.object()["listed"] == true)
        #expect(sandbox.jwtctl("verify", token).status == 0)
        sandbox.jwtctl("logout-all", "alice")
        #expect(sandbox.jwtctl("restore", "--reason", "slip", "--yes", token).status == 6)
    }

    /// A foreign thing under one key is that item's own failure: the others are restored and judged.
    @Test func aRefusedItemIsToldAmongTheOthers() throws {
        let sandbox = try Sandbox()
        sandbox.jwtctl("revoke", "--ttl", "1h", "a", "b")
        try sandbox.server.cli("LPUSH", "jwt:deny:wrong", "x")
        let result = sandbox.jwtctl("restore", "--reason", "slip", "--yes", "a", "wrong", "b")
        #expect(result.status == 10)
        #expect(result.output.contains("a      restored"), "\(result.output)")
        #expect(result.output.contains("wrong  failed"))
        #expect(result.output.contains("b      restored"))
        #expect(result.errors.contains("operand 2: "))
        let status = sandbox.jwtctl("status", "a", "wrong", "b", "-o", "json")
        #expect(status.status == 10)
        let rows = try status.array()
        #expect(rows.map { $0["id"] } == ["a", "wrong", "b"])
        #expect(rows[1]["active"] == .null && rows[1]["state"] == .null)
        #expect(sandbox.jwtctl("status", "wrong").status == 8)
    }

    // MARK: Replicas

    /// A replica that takes writes forgets them: nothing is revoked there.
    @Test func aReplicaThatTakesWritesIsRefused() throws {
        let sandbox = try Sandbox()
        try sandbox.server.cli("CONFIG", "SET", "replica-read-only", "no")
        try sandbox.server.cli("REPLICAOF", "127.0.0.1", "1")
        for line in [
            ["revoke", "--ttl", "1h", "a"], ["issue", "--sub", "alice"], ["logout-all", "alice"],
            ["logout-all", "--everyone", "--yes"], ["restore", "--reason", "x", "--yes", "a"],
            ["prune"], ["list", "users"], ["status", "a"],
        ] {
            let result = sandbox.jwtctl.run(line)
            #expect(result.status == 8, "\(line)")
            #expect(result.errors.contains("replica"), "\(line): \(result.errors)")
        }
        #expect(try sandbox.server.cli("DBSIZE") == "0")
        #expect(sandbox.jwtctl("status", "--allow-replica", "a").status == 0)
    }

    // MARK: Keys

    @Test func aKeyThatOthersCanReadGetsAWarning() throws {
        let sandbox = try Sandbox()
        let path = sandbox.directory.file("private.pem")
        try ProcessRunner.run(
            ["openssl", "genpkey", "-quiet", "-algorithm", "ed25519", "-out", path]
        ).expectSuccess()
        let line = ["issue", "--no-record", "--key", path]
        chmod(path, 0o600)
        #expect(sandbox.jwtctl.run(line).errors == "")
        chmod(path, 0o644)
        #expect(sandbox.jwtctl.run(line).errors.contains("is readable by all users"))
        let publicPath = sandbox.directory.file("public.pem")
        try ProcessRunner.run(
            ["openssl", "pkey", "-in", path, "-pubout", "-out", publicPath]
        ).expectSuccess()
        chmod(publicPath, 0o644)
        let token = sandbox.jwtctl.run(line).line
        let verified = sandbox.jwtctl("verify", "--offline", "--key", publicPath, token)
        #expect(verified.status == 0)
        #expect(verified.errors == "")
    }
}
