import Foundation
import JSON
import TestSupport
import Testing

/// `key generate|public|convert|thumbprint|show`, on files.
@Suite(.redis) struct KeyCommandTests {
    let folder: TemporaryDirectory
    let jwtctl = TestTool()

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// A new private key in a file.
    private func generate(_ algorithm: String, _ arguments: String...) throws -> String {
        let path = folder.file("\(algorithm)-\(arguments.joined()).key")
        let result = jwtctl.run(
            ["key", "generate", "--alg", algorithm, "--out", path] + arguments)
        try #require(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output == "")
        return path
    }

    private func thumbprint(of content: String) throws -> String {
        jwtctl("key", "thumbprint", try folder.write("content", content)).line
    }

    @Test func aPrivateKeyIsANewFileThatNobodyElseReads() throws {
        let path = try generate("ES256")
        #expect(try mode(path) == 0o600)
        let content = try Data(contentsOf: URL(fileURLWithPath: path))
        let again = jwtctl("key", "generate", "--alg", "ES256", "--out", path)
        #expect(again.status == 9)
        #expect(again.errors.contains("already exists"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
    }

    @Test func aLinkIsNotFollowedAndAFolderIsNoFile() throws {
        let target = folder.file("target")
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        #expect(jwtctl("key", "generate", "--alg", "ES256", "--out", link).status == 9)
        #expect(!FileManager.default.fileExists(atPath: target))
        #expect(jwtctl("key", "generate", "--alg", "ES256", "--out", folder.path).status == 9)
        let nowhere = jwtctl("key", "generate", "--alg", "ES256", "--out", "/nowhere/key")
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("no such file"))
    }

    @Test func aPublicKeyIsForEverybody() throws {
        let path = folder.file("public.pem")
        let result = jwtctl("key", "public", try generate("ES256"), "--out", path, "--json")
        #expect(result.status == 0)
        #expect(try mode(path) == 0o644)
        #expect(try result.object()["format"] == "pem")
        #expect(try result.object()["file"] == .string(path))
    }

    @Test(arguments: ["RS256", "ES512", "EdDSA", "Ed448", "ES256K"])
    func everyFormOfAKeyHasTheSameThumbprint(_ algorithm: String) throws {
        let path = try generate(algorithm)
        let thumbprint = jwtctl("key", "thumbprint", path).line
        #expect(thumbprint.utf8.count == 43)
        for form in ["pem", "jwk", "jwks"] {
            let written = jwtctl("key", "convert", "--format", form, path)
            #expect(written.status == 0)
            #expect(try self.thumbprint(of: written.output) == thumbprint)
            let half = jwtctl("key", "public", "--format", form, path)
            #expect(try self.thumbprint(of: half.output) == thumbprint)
            #expect(!half.output.contains("PRIVATE"))
            #expect(!half.output.contains("\"d\""))
        }
    }

    @Test func theNameInAJWKIsTheThumbprintOrTheOneGiven() throws {
        let path = try generate("EdDSA")
        let thumbprint = jwtctl("key", "thumbprint", path).line
        let usual = try jwtctl("key", "public", "--format", "jwk", path).object()
        #expect(usual["kid"] == .string(thumbprint))
        #expect(usual["alg"] == nil)
        let named = try jwtctl(
            "key", "public", "--format", "jwk", "--kid", "2026-a", "--alg", "EdDSA", path
        ).object()
        #expect(named["kid"] == "2026-a")
        #expect(named["alg"] == "EdDSA")
        let wrong = jwtctl("key", "public", "--format", "jwk", "--alg", "ES256", path)
        #expect(wrong.status == 2)
    }

    @Test func aSetIsWrittenWholeAndOneOfItsKeysBySelection() throws {
        let members = try ["ES256", "ES384"].map {
            jwtctl("key", "public", "--format", "jwk", "--kid", $0, try generate($0)).output
        }
        let set = try folder.write("set.json", "{\"keys\":[\(members.joined(separator: ","))]}")
        #expect(try jwtctl("key", "public", set).object()["keys"]?.arrayValue?.count == 2)
        let two = jwtctl("key", "convert", "--format", "pem", set)
        #expect(two.status == 1)
        #expect(two.errors.contains("--select"))
        #expect(jwtctl("key", "convert", "--format", "pem", "--select", "ES384", set).status == 0)
        #expect(jwtctl("key", "show", "--select", "ES512", set).status == 1)
        #expect(try jwtctl("key", "show", set, "--json").array().count == 2)
        #expect(jwtctl("key", "thumbprint", set).output.split(separator: "\n").count == 2)
        #expect(jwtctl("key", "convert", "--format", "jwks", "--kid", "x", set).status == 2)
    }

    @Test func aSecretIsAJWKAndHasNoPublicHalf() throws {
        let path = try generate("HS384")
        let shown = try jwtctl("key", "show", path, "--json").object()
        #expect(shown["kty"] == "oct")
        #expect(shown["signs"] == ["HS384"])
        #expect(jwtctl("key", "public", path).status == 1)
        #expect(jwtctl("key", "convert", "--format", "pem", path).status == 1)
        let text = try folder.write("secret.txt", Sandbox.secret + "\n")
        let jwk = try jwtctl("key", "convert", "--secret", text, "--format", "jwk").object()
        #expect(jwk["k"] == .string(Data(Sandbox.secret.utf8).base64URL))
        // Who sees a thumbprint can check a guess: none is put where nobody asked for it.
        #expect(jwk["kid"] == nil)
    }

    @Test func showSaysWhatAKeyMayDo() throws {
        let path = try generate("RS256")
        let shown = try jwtctl("key", "show", path, "--json").object()
        #expect(shown["bits"] == 2048)
        #expect(shown["strength"] == 112)
        #expect(shown["private"] == true)
        #expect(shown["halves_match"] == true)
        #expect(shown["signs"]?.arrayValue?.count == 6)
        let half = jwtctl("key", "public", path).output
        let shownHalf = try jwtctl("key", "show", folder.write("half", half), "--json").object()
        #expect(shownHalf["signs"] == [])
        #expect(shownHalf["verifies"]?.arrayValue?.count == 6)
        #expect(shownHalf["halves_match"] == .null)
        for secret in jwtctl("key", "convert", "--format", "jwk", path).output.split(
            separator: "\"")
        where secret.utf8.count > 100 && !half.contains(secret) {
            #expect(!jwtctl("key", "show", path).output.contains(secret))
        }
    }

    @Test func aPairThatDoesNotBelongTogetherIsShownAndNotWritten() throws {
        let parts = try (0..<2).map { index in
            try jwtctl("key", "convert", "--format", "jwk", generate("RS256", "--kid", "\(index)"))
                .object()
        }
        var mixed = parts[0]
        for name in ["p", "q", "dp", "dq", "qi"] as [JSONString] { mixed.remove(name) }
        mixed.set("d", try #require(parts[1]["d"]))
        let path = try folder.write("mixed.jwk", String(decoding: mixed.encoded(), as: UTF8.self))
        #expect(try jwtctl("key", "show", path, "--json").object()["halves_match"] == false)
        #expect(jwtctl("key", "show", path).output.contains("DO NOT MATCH"))
        #expect(jwtctl("key", "public", path).status == 1)
        #expect(jwtctl("key", "convert", "--format", "jwks", path).status == 1)
    }

    @Test func anEncryptedKeyIsOpenedWithItsPassphrase() throws {
        let path = try generate("ES256")
        let sealed = folder.file("sealed.pem")
        _ = try ProcessRunner.run([
            "openssl", "pkcs8", "-topk8", "-in", path, "-out", sealed, "-passout", "pass:x y",
        ])
        let passphrase = try folder.write("passphrase", "x y\n")
        let opened = jwtctl("key", "thumbprint", sealed, "--passphrase", passphrase)
        #expect(opened.line == jwtctl("key", "thumbprint", path).line)
        let token = jwtctl("issue", "--no-record", "--key", sealed, "--passphrase", passphrase)
        #expect(token.status == 0)
        let verdict = jwtctl(
            "verify", "--offline", "--key", sealed, "--passphrase", passphrase, token.line)
        #expect(verdict.status == 0)
        let wrong = jwtctl("key", "show", sealed, "--passphrase", path)
        #expect(wrong.status == 1)
        #expect(wrong.errors.contains("the passphrase does not decrypt the key"))
    }

    @Test func aWeakKeyIsShownAsWeak() throws {
        let path = folder.file("weak.pem")
        _ = try ProcessRunner.run(["openssl", "genrsa", "-out", path, "1024"])
        let pkcs8 = folder.file("weak8.pem")
        _ = try ProcessRunner.run(
            ["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", path, "-out", pkcs8])
        let result = jwtctl("key", "show", pkcs8)
        #expect(result.status == 0)
        #expect(result.output.contains("only with --allow-weak-key"))
        #expect(try jwtctl("key", "show", pkcs8, "--json").object()["signs"] == [])
    }

    @Test(arguments: [
        ["key"], ["key", "generate"], ["key", "show"], ["key", "public"],
        ["key", "generate", "--alg", "none"],
        ["key", "generate", "--alg", "ES256", "--bits", "2048"],
        ["key", "generate", "--alg", "RS256", "--bits", "1024"],
        ["key", "generate", "--alg", "RS256", "--bits", "9000"],
        ["key", "generate", "--alg", "RS256", "--bits", "+3072"],
        ["key", "convert", "key.pem"], ["key", "convert", "--format", "ssh", "key.pem"],
        ["key", "show", "key.pem", "--secret", "s"],
    ])
    func aCommandLineThatMakesNoSenseIsAUsageError(_ arguments: [String]) {
        #expect(jwtctl.run(arguments).status == 2)
    }

    @Test func theKeyInAResultIsTheOneThatIsPrinted() throws {
        let made = try jwtctl("key", "generate", "--alg", "ES256", "--json").object()
        let pem = try #require(made["key"]?.stringValue?.text)
        #expect(made["thumbprint"] == made["kid"])
        #expect(try made["thumbprint"] == .string(thumbprint(of: pem)))
        #expect(jwtctl("key", "generate", "--alg", "ES256", "-q").output.hasPrefix("-----BEGIN"))
    }
}
