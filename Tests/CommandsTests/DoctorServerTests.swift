import Foundation
import JSON
import Layouts
import TestSupport
import Testing
import TokenStore

@testable import Commands

/// What `doctor` says of rights, replicas, TLS, Sentinels and Clusters.
@Suite(.cluster) struct DoctorServerTests {
    private func diagnose(
        _ url: String, _ options: String...
    ) throws -> DoctorSandbox.Diagnosis {
        let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": url, "JWTCTL_TIMEOUT": "2s"])
        let result = jwtctl.run(["doctor", "--json"] + options)
        return try DoctorSandbox.Diagnosis(result)
    }

    /// What nobody here can help: there is no key.
    private func complaints(_ diagnosis: DoctorSandbox.Diagnosis) -> Set<String> {
        diagnosis.complaints.subtracting(["no_key"])
    }

    // MARK: rights

    private static let words = ServerVersion.current.understood(
        Topics.accessRule.split(separator: " ").map(String.init))

    private func patient(_ words: [String]) throws -> (DoctorSandbox, url: String) {
        let sandbox = try DoctorSandbox()
        let rule = words.map { $0 == ">SECRET" ? ">pass" : $0 }
        #expect(try sandbox.server.cli(rule) == "OK")
        return (sandbox, "unix://jwtctl:pass@\(sandbox.server.socketPath)")
    }

    /// The user of `help redis` has what it takes, as far as it may be asked.
    @Test func theDocumentedRightsSuffice() throws {
        let (sandbox, url) = try patient(Self.words)
        let plain = try diagnose(url)
        #expect(
            complaints(plain) == ["config_refused", "rights_untested"], "\(plain.findings)")
        #expect(plain.status == 0)
        let more = Topics.doctorRule.split(separator: " ").map(String.init)
        #expect(try sandbox.server.cli(more) == "OK")
        let full = try diagnose(url)
        #expect(complaints(full).isEmpty && full["rights_suffice"] != nil, "\(full.findings)")
    }

    private static let rights = words.filter { $0.hasPrefix("+") }
        .filter { !["+select", "+info", "+getrange", "+xread", "+ping", "+scan"].contains($0) }

    /// Each right that is missing is named, with the line that gives it, whichever way it is found
    /// out; what works without it is not complained of.
    @Test(arguments: rights)
    func eachMissingRightIsNamed(_ right: String) throws {
        let (sandbox, url) = try patient(Self.words.filter { $0 != right })
        let isTested = !["+publish"].contains(right)
        for way in ["trying", "ACL DRYRUN"] {
            if way == "ACL DRYRUN" {
                guard ServerVersion.current >= .redis(7, 0) else { continue }
                #expect(try sandbox.cli("ACL SETUSER jwtctl +acl|dryrun") == "OK")
            } else if !isTested {
                continue
            }
            let diagnosis = try diagnose(url)
            let lacking = diagnosis.findings.filter { $0.text("finding") == "rights_lacking" }
            #expect(!lacking.isEmpty, "\(way): \(right) is not missed: \(diagnosis.findings)")
            for finding in lacking {
                let line = try #require(finding.text("remedy"))
                #expect(line.hasSuffix("ACL SETUSER jwtctl '\(right)'"), "\(way): \(line)")
            }
            // The most severe of them decides.
            let isGrave = lacking.contains { $0.text("severity") == "error" }
            #expect(diagnosis.status == (isGrave ? 1 : 0))
        }
        // The line is run as it stands.
        let line = try #require(
            try diagnose(url).findings.first { $0.text("finding") == "rights_lacking" }?.text(
                "remedy"))
        #expect(try ProcessRunner.run(["/bin/sh", "-c", line]).text == "OK\n")
        #expect(try diagnose(url)["rights_lacking"] == nil)
    }

    @Test func keysAndChannelsThatAreOutOfBoundsAreNamed() throws {
        for (without, wanted) in [("~jwt:*", "'~jwt:*'"), ("&jwt:revoked", "'&jwt:revoked'")]
        where Self.words.contains(without) {
            let (sandbox, url) = try patient(Self.words.filter { $0 != without })
            if ServerVersion.current >= .redis(7, 0) {
                try sandbox.cli("ACL SETUSER jwtctl +acl|dryrun")
            }
            let lines = try diagnose(url).findings.filter { $0.text("finding") == "rights_lacking" }
                .compactMap { $0.text("remedy") }
            #expect(!lines.isEmpty && lines.allSatisfy { $0.hasSuffix(wanted) }, "\(lines)")
        }
    }

    @Test func aReaderCannotRevokeAndIsToldSo() throws {
        let sandbox = try DoctorSandbox()
        try sandbox.server.cli(["ACL", "SETUSER", "jwtctl", "on", ">pass", "~*", "-@all", "+get"])
        let diagnosis = try diagnose("unix://jwtctl:pass@\(sandbox.server.socketPath)")
        #expect(diagnosis.status == 1)
        #expect(
            diagnosis.complaints.isSuperset(of: [
                "info_refused", "config_refused", "rights_lacking", "keys_refused",
            ]), "\(diagnosis.findings)")
    }

    /// Whatever a layout needs can be asked for, and is had by whoever may do everything.
    @Test(arguments: Presets.names)
    func theRightsOfEveryLayoutAreKnown(_ name: String) throws {
        let sandbox = try DoctorSandbox()
        try sandbox.server.cli([
            "ACL", "SETUSER", "tool", "on", ">pass", "~*", "&*", "+@all", "-acl",
        ])
        let missing = try LayoutReader.preset(name, for: .show).missingVariables
        let options =
            ["doctor", "--json", "--layout", name]
            + missing.flatMap { ["--layout-var", "\($0)=x"] }
        for url in [sandbox.server.url, "unix://tool:pass@\(sandbox.server.socketPath)"] {
            let jwtctl = TestTool(environment: ["JWTCTL_REDIS_URL": url])
            let result = jwtctl.run(options)
            #expect(result.status == 0, "\(result.output)\(result.errors)")
            let told = try DoctorSandbox.Diagnosis(result)
            let rights = told.findings.filter { $0.text("check") == "rights" }
                .compactMap { $0.text("finding") }
            let isAsked = url == sandbox.server.url && ServerVersion.current >= .redis(7, 0)
            #expect(rights == ["rights_suffice"] || !isAsked && rights == ["rights_untested"])
        }
        #expect(try sandbox.cli("DBSIZE") == "0")
    }

    @Test func keysOfALayoutAreNamedByItsOwnPattern() throws {
        let sandbox = try DoctorSandbox()
        try sandbox.server.cli([
            "ACL", "SETUSER", "jwtctl", "on", ">pass", "~session:*", "&*", "+@all",
        ])
        let told = try diagnose(
            "unix://jwtctl:pass@\(sandbox.server.socketPath)", "--layout", "blacklist-jti")
        let lines = told.findings.filter { $0.text("finding") == "rights_lacking" }
            .compactMap { $0.text("remedy") }
        #expect(!lines.isEmpty && lines.allSatisfy { $0.hasSuffix(" '~blacklist:*'") }, "\(lines)")
        for line in lines { _ = try ProcessRunner.run(["/bin/sh", "-c", line]) }
        let mended = try diagnose(
            "unix://jwtctl:pass@\(sandbox.server.socketPath)", "--layout", "blacklist-jti")
        #expect(mended["rights_lacking"] == nil && mended.status == 0, "\(mended.findings)")
    }

    // MARK: replicas

    @Test func aReplicaIsAnErrorUnlessItIsAskedFor() throws {
        let primary = try DoctorSandbox(.tcp)
        let replica = try DoctorSandbox(
            .tcp,
            DoctorSandbox.healthy + [
                "replicaof 127.0.0.1 \(primary.server.port)", "repl-diskless-sync-delay 0",
            ])
        try waitUntil("the link") {
            try replica.cli("INFO replication").contains("master_link_status:up")
                && primary.cli("INFO replication").contains("state=online")
        }
        let told = try diagnose(replica.server.url)
        #expect(complaints(told) == ["replica"] && told.status == 1, "\(told.findings)")
        #expect(
            told["replica"]?.text("remedy")
                == "jwtctl doctor --redis redis://127.0.0.1:\(primary.server.port)")
        let allowed = try diagnose(replica.server.url, "--allow-replica")
        #expect(complaints(allowed) == ["replica"] && allowed.status == 0, "\(allowed.findings)")

        // The primary beside it.
        let alone = try diagnose(primary.server.url)
        #expect(complaints(alone) == ["no_minimum"] && alone.status == 0)
        try primary.cli("CONFIG SET min-replicas-to-write 1")
        #expect(try complaints(diagnose(primary.server.url)).isEmpty)
        try primary.cli("CONFIG SET min-replicas-to-write 2")
        let few = try diagnose(primary.server.url)
        #expect(complaints(few) == ["too_few_replicas"] && few.status == 1)
        try primary.cli("CONFIG SET min-replicas-to-write 1")
        replica.server.pause()
        defer { replica.server.resume() }
        try primary.server.cli(
            ["-x", "SET", "big"], input: [UInt8](repeating: 0x78, count: 6_000_000))
        let late = try diagnose(primary.server.url)
        #expect(complaints(late) == ["replica_late"] && late.status == 0, "\(late.findings)")
        primary.server.stop()
        replica.server.resume()
        try waitUntil("the loss") {
            try replica.cli("INFO replication").contains("master_link_status:down")
        }
        #expect(try diagnose(replica.server.url, "--allow-replica").status == 1)
    }

    // MARK: TLS

    @Test(arguments: [(20, "certificate_ending"), (90, "secured")])
    func theEndOfTheCertificateIsTold(_ days: Int, _ finding: String) throws {
        let server = try TLSRedisServer(days: days, configuration: DoctorSandbox.healthy)
        let told = try diagnose(
            server.url(), "--redis-cacert", server.authority.certificate)
        #expect(told[finding] != nil && told.status == 0, "\(told.findings)")
        let end = try #require(told[finding]?["data"]?.objectValue?.integer("certificate_end"))
        #expect(abs(end - Int64(time(nil)) - Int64(days) * 86_400) < 120)
    }

    @Test func aCertificateThatHasEnded() throws {
        let server = try TLSRedisServer(days: -1, configuration: DoctorSandbox.healthy)
        let refused = try diagnose(
            server.url(), "--redis-cacert", server.authority.certificate)
        #expect(complaints(refused) == ["unreachable"] && refused.status == 8)
        let told = try diagnose(server.url(), "--redis-insecure")
        #expect(complaints(told) == ["unverified", "certificate_expired"] && told.status == 1)
    }

    /// Linux takes 0.0.0.0 for this machine, but nobody else has to.
    @Test func aPasswordInTheClear() throws {
        let sandbox = try DoctorSandbox(.tcp, DoctorSandbox.healthy + ["requirepass pass"])
        let port = sandbox.server.port
        let near = try diagnose("redis://:pass@127.0.0.1:\(port)")
        #expect(complaints(near).isEmpty, "\(near.findings)")
        let far = try diagnose("redis://:pass@0.0.0.0:\(port)")
        #expect(complaints(far) == ["plain_password"] && far.status == 0)
        #expect(try diagnose("redis://:pass@0.0.0.0:\(port)", "--strict").status == 1)
        let open = try DoctorSandbox(.tcp)
        #expect(try complaints(diagnose("redis://0.0.0.0:\(open.server.port)")) == ["plain"])
    }

    // MARK: groups

    @Test func sentinelsAreCounted() throws {
        let group = try SentinelGroup(
            serverConfiguration: DoctorSandbox.healthy + ["min-replicas-to-write 1"])
        let well = try diagnose(group.url)
        #expect(complaints(well).isEmpty && well["sentinels_agree"] != nil, "\(well.findings)")
        group.sentinels[1].stop()
        // At once nobody answers there; a second later the others know it too.
        let one = try diagnose(group.url)
        #expect(one["sentinels_unreached"] != nil && one.status == 0, "\(one.findings)")
        group.sentinels[2].stop()
        try waitUntil("the loss") {
            try group.sentinels[0].cli("SENTINEL", "CKQUORUM", "mymaster").contains("NOQUORUM")
        }
        let two = try diagnose(group.url)
        #expect(two["no_quorum"] != nil && two.status == 1, "\(two.findings)")
    }

    @Test func eachPrimaryOfAClusterIsLookedAt() throws {
        let cluster = try RedisCluster(configuration: DoctorSandbox.healthy)
        let well = try diagnose(cluster.url)
        #expect(complaints(well) == ["no_minimum"] && well.status == 0, "\(well.findings)")
        #expect(well["whole"] != nil)
        #expect(well.findings.count { $0.text("finding") == "append_only_file" } == 3)
        try cluster.nodes[1].cli("CONFIG", "SET", "maxmemory", "100mb")
        try cluster.nodes[1].cli("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
        let ill = try diagnose(cluster.url)
        let evicting = ill.findings.filter { $0.text("finding") == "evicting_policy" }
        #expect(
            evicting.map { $0.text("server") } == ["127.0.0.1:\(cluster.nodes[1].port)"])
        #expect(ill.status == 1)
        for node in cluster.nodes { try node.cli("CLUSTER", "DELSLOTS", "7") }
        let torn = try diagnose(cluster.url)
        #expect(torn["unserved_slots"] != nil && torn.status != 0, "\(torn.findings)")
    }
}
