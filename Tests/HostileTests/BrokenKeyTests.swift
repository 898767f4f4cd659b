import Foundation
import JOSE
import JSON
import OpenSSL
import TestSupport
import Testing

/// S10, S11: keys that are no keys, or sets in which it would be chance that picks one.
@Suite(.programs) struct BrokenKeyTests {
    private func openssl(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let result = try ProcessRunner.run(["openssl"] + arguments, input: input)
        try #require(result.status == 0, Comment(rawValue: result.errorText))
        return result.output
    }

    private static func pem(_ label: String, _ der: [UInt8]) -> String {
        "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n"
    }

    private static func rsa(_ modulus: [UInt8], _ exponent: [UInt8], _ members: String = "")
        -> String
    {
        #"{"kty":"RSA","n":"\#(Forge.base64url(modulus))","e":"\#(Forge.base64url(exponent))"\#(members)}"#
    }

    /// Runs `verify` and `issue` with a key that has to be refused as one, saying `message`.
    private func checkRefused(_ name: String, _ key: String, _ message: String) throws {
        let token = try Forge.token(header: #"{"alg":"RS256"}"#, sign: Forge.bytes([1]))
        for command in [["verify", "--offline"], ["issue", "--no-record"]] {
            for extra in [[], ["--allow-weak-key"]] {
                let result = Forge.tool.run(
                    command + ["--key", "env:KEY", "--json"] + extra, environment: ["KEY": key],
                    input: token)
                let label = Comment(rawValue: "\(command[0]), \(name): \(result.errors)")
                #expect(result.status == 1, label)
                let error = try result.object()["error"]?.objectValue
                #expect(error?["code"] == "key", label)
                #expect(error?["message"]?.stringValue?.text.contains(message) == true, label)
            }
        }
    }

    /// CVE-2020-0601: a curve of the attacker's own, on which his key has the victim's point.
    @Test(arguments: ["prime256v1", "secp384r1", "secp521r1", "secp256k1"])
    func explicitCurveParametersAreRefusedAtOnce(curve: String) throws {
        for form in ["uncompressed", "compressed"] {
            let sec1 = try openssl([
                "ecparam", "-name", curve, "-genkey", "-noout", "-param_enc", "explicit",
                "-conv_form", form,
            ])
            let options = ["-param_enc", "explicit", "-conv_form", form]
            let spki = try openssl(["ec", "-pubout", "-outform", "DER"] + options, input: sec1)
            let pkcs8 = try openssl(["pkcs8", "-topk8", "-nocrypt"], input: sec1)
            let keys = [
                ("SEC1", String(decoding: sec1, as: UTF8.self)),
                ("PKCS#8", String(decoding: pkcs8, as: UTF8.self)),
                ("SPKI", Self.pem("PUBLIC KEY", spki)),
            ]
            for (name, key) in keys {
                try checkRefused(
                    "\(curve) \(form) \(name)", key, "the curve is not given by name")
                let cost = ProcessorTime.of { _ = try? KeyParser.parse(Array(key.utf8)) }
                #expect(cost < .milliseconds(50), "\(curve) \(form) \(name)")
            }
        }
    }

    /// CVE-2022-0778: decompressing a point modulo a number that is no prime never ends.
    @Test func aCurveOverNoFieldIsRefusedAtOnce() throws {
        let sec1 = try openssl([
            "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit",
            "-conv_form", "compressed",
        ])
        var der = try openssl(
            [
                "ec", "-pubout", "-outform", "DER", "-param_enc", "explicit", "-conv_form",
                "compressed",
            ], input: sec1)
        let prime: [UInt8] =
            [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 12)
            + [UInt8](repeating: 0xFF, count: 12)
        let place = try #require(der.indices.first { der[$0...].starts(with: prime) })
        for last: UInt8 in [0xFD, 0xF9, 0xF1, 0x01, 0x00] {
            der[place + 31] = last
            let key = Self.pem("PUBLIC KEY", der)
            let cost = ProcessorTime.of { _ = try? KeyParser.parse(Array(key.utf8)) }
            #expect(cost < .milliseconds(50))
            try checkRefused("p ends in \(last)", key, "the key cannot be read")
        }
    }

    @Test func rsaNumbersThatSignForAnyoneAreRefused() throws {
        let modulus = try Keyring.modulus(Keyring.shared.rsa)
        let exponents: [[UInt8]] = [
            [1], [0], [2], [4], [0, 1], [1, 0, 0], [0xFE], [1, 0, 2],
            [UInt8](repeating: 0xFE, count: 8),
        ]
        for exponent in exponents {
            try checkRefused(
                "e \(exponent)", Self.rsa(modulus, exponent), "the RSA public exponent is not safe")
        }
        // CVE-2017-15361: a power of 65537 is one modulo every prime of the fingerprint.
        var power: [UInt8] = [1]
        for _ in 0..<128 {
            var carry = 0
            let shifted = [0, 0] + power
            let plain = power + [0, 0]
            power = zip(plain, shifted).map { low, high in
                carry += Int(low) + Int(high)
                defer { carry >>= 8 }
                return UInt8(carry & 0xFF)
            }
            if carry > 0 { power.append(UInt8(carry)) }
        }
        try checkRefused(
            "ROCA", Self.rsa(power.reversed(), [1, 0, 1]), "CVE-2017-15361")
        // Another number of the same size is judged by what it signs.
        power[0] ^= 2
        let neighbour = Forge.tool.run(
            ["verify", "--offline", "--key", "env:KEY", "--json"],
            environment: ["KEY": Self.rsa(power.reversed(), [1, 0, 1])],
            input: try Forge.token(header: #"{"alg":"RS256"}"#, sign: Forge.bytes([1])))
        #expect(try neighbour.object()["reason"] == "bad_signature")
    }

    @Test(arguments: [
        (512, "weak_key"), (1024, "weak_key"), (2040, "weak_key"), (2047, "weak_key"),
        (2048, "bad_signature"), (4096, "bad_signature"), (8192, "bad_signature"),
        (8193, "weak_key"), (16384, "weak_key"),
    ])
    func rsaKeysOutsideOfTheSizesVerifyNothing(bits: Int, reason: JSONString) throws {
        var modulus = [UInt8](repeating: 0xA5, count: (bits + 7) / 8)
        modulus[0] = bits % 8 == 0 ? 0xA5 : UInt8((1 << (bits % 8)) - 1)
        let size = modulus.count
        for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
            let result = Forge.tool.run(
                ["verify", "--offline", "--key", "env:KEY", "--json"],
                environment: ["KEY": Self.rsa(modulus, [1, 0, 1])],
                input: try Forge.token(
                    header: #"{"alg":"\#(algorithm)"}"#,
                    sign: Forge.bytes([UInt8](repeating: 1, count: size))))
            #expect(result.status == 4, "\(bits) \(algorithm): \(result.errors)")
            #expect(try result.object()["reason"] == .string(reason), "\(bits) \(algorithm)")
        }
    }

    @Test func aSetIsOfOneKind() throws {
        let ring = Keyring.shared
        let oct = #"{"kty":"oct","k":"\#(Forge.base64url(Forge.secret.utf8))""#
        let rsa = String(try Keyring.jwk(rsa: ring.rsa).dropLast())
        let ec = String(try Keyring.jwk(ec: ring.p256, "P-256", 32).dropLast())
        let mixed = "the set mixes secrets and public keys"
        let sets: [(String, [String], String)] = [
            ("oct and RSA", [oct, rsa], mixed), ("RSA and oct", [rsa, oct], mixed),
            ("oct and EC", [oct, ec], mixed), ("three", [rsa, ec, oct], mixed),
            ("names apart", [oct + #","kid":"a""#, rsa + #","kid":"b""#], mixed),
            ("oct for encryption", [oct + #","use":"enc""#, rsa], mixed),
            ("broken secret", [#"{"kty":"oct""#, rsa], mixed),
            ("broken OKP", [oct, #"{"kty":"OKP""#], mixed),
        ]
        for (name, members, message) in sets {
            let set = #"{"keys":[\#(members.map { $0 + "}" }.joined(separator: ","))]}"#
            try checkRefused(name, set, message)
        }
    }

    /// RFC 7517 section 4.5: keys of several kinds may share a name. Each that fits is tried, and none
    /// serves another's algorithm.
    @Test func keysThatShareANameAreAllTried() throws {
        let ring = Keyring.shared
        let oneName = #","kid":"a""#
        let keys = try [
            Keyring.jwk(rsa: ring.rsa, oneName), Keyring.jwk(rsa: ring.otherRSA, oneName),
            #"{"kty":"EC","kid":"a"}"#,
        ]
        let rs256 = #"{"alg":"RS256","kid":"a"}"#
        let cases: [(String, Forge.Sign, JSONValue)] = [
            (rs256, Keyring.sign(ring.rsa, .rsaPKCS1(.sha256)), .null),
            (rs256, Keyring.sign(ring.otherRSA, .rsaPKCS1(.sha256)), .null),
            (rs256, Forge.bytes([UInt8](repeating: 1, count: 256)), "bad_signature"),
            (
                #"{"alg":"ES256","kid":"a"}"#, Keyring.sign(ring.p256, .ecdsa(.sha256, .p256)),
                "no_key"
            ),
            (
                #"{"alg":"RS256","kid":"b"}"#, Keyring.sign(ring.rsa, .rsaPKCS1(.sha256)), "no_key"
            ),
        ]
        for order in [keys, keys.reversed()] {
            for (header, sign, reason) in cases {
                let result = Forge.tool.run(
                    ["verify", "--offline", "--key", "env:KEY", "--json"],
                    environment: ["KEY": #"{"keys":[\#(order.joined(separator: ","))]}"#],
                    input: try Forge.token(header: header, sign: sign))
                #expect(try result.object()["reason"] == reason, "\(header) \(reason)")
            }
        }
    }

    /// The name in the token picks the key; the two spellings of an accented letter are two names.
    @Test func theKidPicksTheKeyByItsBytes() throws {
        let ring = Keyring.shared
        let names = ["e\u{301}", "\u{e9}"]
        let set =
            try #"{"keys":["#
            + zip([ring.rsa, ring.otherRSA], names).map { key, name in
                try Keyring.jwk(rsa: key, #","kid":"\#(name)""#)
            }.joined(separator: ",") + "]}"
        let cases: [(String, AsymmetricKey, JSONValue)] = [
            (names[0], ring.rsa, .null), (names[1], ring.otherRSA, .null),
            (names[0], ring.otherRSA, "bad_signature"), (names[1], ring.rsa, "bad_signature"),
            ("e", ring.rsa, "no_key"), ("", ring.rsa, .null), ("\u{c9}", ring.rsa, "no_key"),
        ]
        for (name, key, reason) in cases {
            let result = Forge.tool.run(
                ["verify", "--offline", "--key", "env:KEY", "--json"], environment: ["KEY": set],
                input: try Forge.token(
                    header: #"{"alg":"RS256","kid":"\#(name)"}"#,
                    sign: Keyring.sign(key, .rsaPKCS1(.sha256))))
            #expect(try result.object()["reason"] == reason, "\(name.utf8.count) \(reason)")
        }
    }

    /// Points off the curve give away private keys elsewhere; here they are no keys.
    @Test func pointsThatAreNoneAreRefused() throws {
        let (zero, one) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 1, count: 32))
        for (x, y) in [(zero, zero), (zero, one), (one, one), (one, zero)] {
            try checkRefused(
                "\(x[0]), \(y[0])",
                #"{"kty":"EC","crv":"P-256","x":"\#(Forge.base64url(x))","y":"\#(Forge.base64url(y))"}"#,
                "the parts of the key do not match")
        }
        for count in [1, 31, 33, 57, 64] {
            let x = Forge.base64url([UInt8](repeating: 9, count: count))
            try checkRefused(
                "Ed25519 of \(count) bytes", #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#, "key")
        }
    }
}
