import Foundation
import JSON
import TestSupport
import Testing

@testable import Commands

/// The key that `doctor` looks at before it asks any Redis.
@Suite(.programs) struct DoctorKeyTests {
    private func complaint(_ options: [String], _ environment: [String: String] = [:]) throws
        -> [String]
    {
        var jwtctl = TestTool(
            environment: ["JWTCTL_REDIS_URL": "unix:///nowhere/redis.sock"].merging(environment) {
                $1
            })
        jwtctl.options = ["doctor", "--json"]
        return try DoctorSandbox.Diagnosis(jwtctl.run(options)).findings
            .filter { $0.text("check") == "key" }.compactMap { $0.text("finding") }
    }

    private func make(_ folder: TemporaryDirectory, _ name: String, _ options: String...) throws
        -> String
    {
        let path = folder.file(name)
        try ProcessRunner.run(["openssl", "genpkey", "-quiet", "-out", path] + options)
            .expectSuccess()
        return path
    }

    @Test func eachKindOfKeyIsJudged() throws {
        let folder = try TemporaryDirectory()
        #expect(try complaint([]) == ["no_key"])
        let sound = try make(
            folder, "ec.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        #expect(try complaint(["--key", sound]) == ["key_sound"])
        let weak = try make(
            folder, "rsa.pem", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024")
        #expect(try complaint(["--key", weak]) == ["key_weak"])
        #expect(try complaint(["--key", sound, "--alg", "ES256"]) == ["key_sound"])
        #expect(try complaint(["--key", sound, "--alg", "RS256"]) == ["key_unfit"])
        let short = try folder.write("short", "abc\n")
        #expect(try complaint(["--secret", short]) == ["key_weak"])
        #expect(try complaint(["--key", folder.file("missing")]) == ["key_unusable"])
        #expect(try complaint([], ["JWTCTL_SECRET": folder.file("missing")]) == ["key_unusable"])
        let foreign = try folder.write("text.pem", "no key at all\n")
        #expect(try complaint(["--key", foreign]) == ["key_unusable"])
    }

    /// A JWK whose private number is another key's.
    @Test func halvesThatDoNotBelongTogether() throws {
        let folder = try TemporaryDirectory()
        let jwtctl = TestTool()
        let keys = try (0..<2).map { _ in
            try jwtctl("key", "generate", "--alg", "ES256", "--format", "jwk").object()
        }
        var mixed = keys[0]
        mixed.set("d", try #require(keys[1]["d"]))
        let file = try folder.write(
            "mixed.jwk", String(decoding: mixed.encoded(.compact), as: UTF8.self))
        let found = try complaint(["--key", file])
        #expect(found == ["halves_differ"] || found == ["key_unusable"], "\(found)")
        var foreign = keys[0]
        foreign.set("kty", "unheard")
        let set: JSONObject = ["keys": [.object(keys[1]), .object(foreign)]]
        let file2 = try folder.write(
            "set.jwks", String(decoding: set.encoded(.compact), as: UTF8.self))
        #expect(try complaint(["--key", file2]) == ["key_sound", "key_skipped"])
    }
}
