import Foundation
import OpenSSL
import Platform
import TestSupport

/// Tokens that were signed with the wrong key, or in the wrong way with the right one.
enum KeyAttacks {
    /// S2, S3: what is public about a key, in every spelling, as an HMAC secret.
    static func confusion() throws -> [HostileToken] {
        let ring = Keyring.shared
        let keys: [(String, AsymmetricKey, String?, String, Forge.Sign)] = [
            (
                "RSA", ring.rsa, try Keyring.jwk(rsa: ring.rsa), "RS256",
                Keyring.sign(ring.rsa, .rsaPKCS1(.sha256))
            ),
            (
                "EC", ring.p256, try Keyring.jwk(ec: ring.p256, "P-256", 32), "ES256",
                Keyring.sign(ring.p256, .ecdsa(.sha256, .p256))
            ),
            ("Ed25519", ring.ed25519, nil, "EdDSA", Keyring.sign(ring.ed25519, .edDSA)),
        ]
        var tokens: [HostileToken] = []
        for (name, key, jwk, algorithm, sign) in keys {
            let pem = try Keyring.pem(key)
            let der = try Keyring.der(key)
            let body = pem.split(separator: "\n").dropFirst().dropLast().joined()
            let secrets: [(String, [UInt8])] = [
                ("PEM", Array(pem.utf8)), ("PEM, no newline", Array(pem.utf8.dropLast())),
                ("PEM, CRLF", pem.utf8.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }),
                ("PEM, two newlines", Array((pem + "\n").utf8)), ("base64", Array(body.utf8)),
                ("PEM, one line", pem.utf8.filter { $0 != 0x0A }), ("DER", der),
                ("DER, base64url", Array(Forge.base64url(der).utf8)),
                ("JWK", Array((jwk ?? pem).utf8 + [0x20])),
                ("JWKS", Array(#"{"keys":[\#(jwk ?? "{}")]}"#.utf8)),
                ("last bytes", der.suffix(32)),
                ("modulus or point", der.suffix(261).dropLast(5)), ("zero", [0]),
                ("name", Array(name.utf8)),
            ]
            let forms =
                [("PEM", pem)] + (jwk.map { [("JWK", $0), ("JWKS", #"{"keys":[\#($0)]}"#)] } ?? [])
            for (form, text) in forms {
                for (what, secret) in secrets {
                    for (mac, digest) in [
                        ("HS256", Digest.sha256), ("HS384", .sha384), ("HS512", .sha512),
                    ] {
                        tokens.append(
                            HostileToken(
                                name: "\(name) \(form), \(mac) with \(what)",
                                token: try Forge.token(
                                    header: #"{"alg":"\#(mac)"}"#, sign: Forge.mac(digest, secret)),
                                key: .key(text), reason: "algorithm_not_allowed"))
                    }
                }
                tokens.append(
                    HostileToken(
                        name: "\(name) \(form), control",
                        token: try Forge.token(header: #"{"alg":"\#(algorithm)"}"#, sign: sign),
                        key: .key(text), reason: nil))
            }
        }
        return tokens
    }

    /// S5, S6: numbers out of range, other encodings, other lengths.
    static func ecdsa() throws -> [HostileToken] {
        let ring = Keyring.shared
        let order: [UInt8] = [
            0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63,
            0x25, 0x51,
        ]
        let zero = [UInt8](repeating: 0, count: 32)
        let one = zero.dropLast() + [1]
        let full = [UInt8](repeating: 0xFF, count: 32)
        let numbers: [(String, [UInt8])] = [
            ("0", zero), ("1", Array(one)), ("n", order), ("n-1", order.dropLast() + [0x50]),
            ("n+1", order.dropLast() + [0x52]), ("2^256-1", full),
        ]
        let key = HostileToken.Key.key(try Keyring.pem(ring.p256))
        let good = Keyring.sign(ring.p256, .ecdsa(.sha256, .p256))
        var signatures: [(String, Forge.Sign)] = []
        for (r, rBytes) in numbers {
            for (s, sBytes) in numbers {
                signatures.append(("\(r), \(s)", Forge.bytes(rBytes + sBytes)))
            }
        }
        func changed(_ change: @escaping ([UInt8]) -> [UInt8]) -> Forge.Sign {
            { change(try good($0)) }
        }
        signatures += [
            ("empty", Forge.bytes([])), ("one byte", Forge.bytes([1])),
            ("63 bytes", changed { Array($0.dropLast()) }), ("65 bytes", changed { $0 + [0] }),
            ("zero in front", changed { [0] + $0 }), ("96 bytes", changed { $0 + zero }),
            (
                "padded halves",
                changed { [0] + $0.prefix(32) + [0] + $0.suffix(32) }
            ), ("r alone", changed { Array($0.prefix(32)) }), ("twice", changed { $0 + $0 }),
            ("halves swapped", changed { Array($0.suffix(32) + $0.prefix(32)) }),
            ("DER", changed(der)), ("DER of zeros", Forge.bytes([0x30, 6, 2, 1, 0, 2, 1, 0])),
            ("r+n", changed { $0.prefix(32).map { ~$0 } + $0.suffix(32) }),
            ("P-384", Keyring.sign(ring.p384, .ecdsa(.sha384, .p384))),
            ("secp256k1", Keyring.sign(ring.secp256k1, .ecdsa(.sha256, .secp256k1))),
            ("SHA-512", Keyring.sign(ring.p256, .ecdsa(.sha512, .p256))),
        ]
        return try signatures.map { name, sign in
            HostileToken(
                name: name, token: try Forge.token(header: #"{"alg":"ES256"}"#, sign: sign),
                key: key, reason: "bad_signature")
        } + [
            HostileToken(
                name: "control", token: try Forge.token(header: #"{"alg":"ES256"}"#, sign: good),
                key: key, reason: nil)
        ]
    }

    /// A P-256 signature as OpenSSL would write it.
    private static func der(_ signature: [UInt8]) -> [UInt8] {
        let integers = [signature.prefix(32), signature.suffix(32)].flatMap { half -> [UInt8] in
            var number = Array(half.drop { $0 == 0 })
            if number.first ?? 0x80 >= 0x80 { number.insert(0, at: 0) }
            return [2, UInt8(number.count)] + number
        }
        return [0x30, UInt8(integers.count)] + integers
    }

    /// S7: PSS with other salts and another mask, and the two schemes of RSA for one another.
    static func rsa() throws -> [HostileToken] {
        let ring = Keyring.shared
        let key = HostileToken.Key.key(try Keyring.pem(ring.rsa))
        let directory = try TemporaryDirectory()
        var info: [UInt8] = []
        try ring.rsa.privateKeyInfo().withBytes { info = Array($0) }
        let pem =
            "-----BEGIN PRIVATE KEY-----\n"
            + Data(info).base64EncodedString(options: [
                .lineLength64Characters, .endLineWithLineFeed,
            ]) + "\n-----END PRIVATE KEY-----\n"
        let file = try directory.write("key.pem", pem)
        func openssl(_ options: [String], _ digest: String = "sha256") -> Forge.Sign {
            { input in
                let result = try ProcessRunner.run(
                    ["openssl", "dgst", "-\(digest)", "-sign", file]
                        + options.flatMap { ["-sigopt", $0] }, input: input)
                guard result.status == 0 else { throw TestSupportError(result.errorText) }
                return result.output
            }
        }
        let pss = "rsa_padding_mode:pss"
        var tokens: [HostileToken] = []
        func add(_ name: String, _ algorithm: String, _ sign: Forge.Sign, _ reason: String?) throws
        {
            tokens.append(
                HostileToken(
                    name: "\(algorithm) \(name)",
                    token: try Forge.token(header: #"{"alg":"\#(algorithm)"}"#, sign: sign),
                    key: key, reason: reason))
        }
        for salt in ["0", "1", "20", "31", "33", "48", "64", "max"] {
            try add(
                "salt \(salt)", "PS256", openssl([pss, "rsa_pss_saltlen:\(salt)"]), "bad_signature")
        }
        for mask in ["sha1", "sha384", "sha512"] {
            try add(
                "MGF1 \(mask)", "PS256",
                openssl([pss, "rsa_pss_saltlen:32", "rsa_mgf1_md:\(mask)"]), "bad_signature")
        }
        try add("control by openssl", "PS256", openssl([pss, "rsa_pss_saltlen:32"]), nil)
        try add("SHA-1", "RS256", openssl([], "sha1"), "bad_signature")
        let schemes: [(String, SignatureScheme)] = [
            ("RS256", .rsaPKCS1(.sha256)), ("RS384", .rsaPKCS1(.sha384)),
            ("RS512", .rsaPKCS1(.sha512)), ("PS256", .rsaPSS(.sha256)), ("PS384", .rsaPSS(.sha384)),
            ("PS512", .rsaPSS(.sha512)),
        ]
        for (claimed, _) in schemes {
            for (actual, scheme) in schemes {
                try add(
                    "signed as \(actual)", claimed, Keyring.sign(ring.rsa, scheme),
                    claimed == actual ? nil : "bad_signature")
            }
            try add(
                "other key", claimed, Keyring.sign(ring.otherRSA, .rsaPKCS1(.sha256)),
                "bad_signature")
            try add("empty", claimed, Forge.bytes([]), "bad_signature")
            try add(
                "zeros", claimed, Forge.bytes([UInt8](repeating: 0, count: 256)), "bad_signature")
            try add(
                "one", claimed, Forge.bytes([UInt8](repeating: 0, count: 255) + [1]),
                "bad_signature")
            try add(
                "modulus", claimed, Forge.bytes(try Keyring.modulus(ring.rsa)), "bad_signature")
            let good = Keyring.sign(ring.rsa, .rsaPKCS1(.sha256))
            try add("zero in front", claimed, { [0] + (try good($0)) }, "bad_signature")
            try add("byte more", claimed, { try good($0) + [0] }, "bad_signature")
        }
        return tokens
    }

    /// S6: each key with each algorithm that is not its own.
    static func keyType() throws -> [HostileToken] {
        let ring = Keyring.shared
        let own: [(String, AsymmetricKey, SignatureScheme, String, Set<String>)] = [
            (
                "RSA", ring.rsa, .rsaPKCS1(.sha256), "RS256",
                ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
            ), ("P-256", ring.p256, .ecdsa(.sha256, .p256), "ES256", ["ES256"]),
            ("P-384", ring.p384, .ecdsa(.sha384, .p384), "ES384", ["ES384"]),
            ("P-521", ring.p521, .ecdsa(.sha512, .p521), "ES512", ["ES512"]),
            ("secp256k1", ring.secp256k1, .ecdsa(.sha256, .secp256k1), "ES256K", ["ES256K"]),
            ("Ed25519", ring.ed25519, .edDSA, "EdDSA", ["EdDSA", "Ed25519"]),
            ("Ed448", ring.ed448, .edDSA, "EdDSA", ["EdDSA", "Ed448"]),
        ]
        let names = [
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
            "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448",
        ]
        var tokens: [HostileToken] = []
        for (title, key, scheme, good, admitted) in own {
            let pem = try Keyring.pem(key)
            for name in names where !admitted.contains(name) {
                tokens.append(
                    HostileToken(
                        name: "\(title) as \(name)",
                        token: try Forge.token(
                            header: #"{"alg":"\#(name)"}"#, sign: Keyring.sign(key, scheme)),
                        key: .key(pem), reason: "algorithm_not_allowed"))
            }
            for name in admitted.sorted() where name == good || title.hasPrefix("Ed") {
                tokens.append(
                    HostileToken(
                        name: "\(title) as \(name), control",
                        token: try Forge.token(
                            header: #"{"alg":"\#(name)"}"#, sign: Keyring.sign(key, scheme)),
                        key: .key(pem), reason: nil))
            }
        }
        return tokens
    }

    /// S8 to S10: keys too short, codes cut or stretched.
    static func weakKey() throws -> [HostileToken] {
        var tokens: [HostileToken] = []
        for (name, digest, size) in [
            ("HS256", Digest.sha256, 32), ("HS384", .sha384, 48), ("HS512", .sha512, 64),
        ] {
            let header = #"{"alg":"\#(name)"}"#
            for count in [1, 6, 16, size - 1, size, size + 1] {
                let letters = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
                let secret = String(decoding: letters, as: UTF8.self)
                let token = try Forge.token(
                    header: header, sign: Forge.mac(digest, Array(secret.utf8)))
                tokens.append(
                    HostileToken(
                        name: "\(name), \(count) bytes", token: token, key: .secret(secret),
                        reason: count < size ? "weak_key" : nil))
            }
            let monotone = String(repeating: "k", count: 2 * size)
            let token = try Forge.token(
                header: header, sign: Forge.mac(digest, Array(monotone.utf8)))
            tokens += [
                HostileToken(
                    name: "\(name), one byte repeated", token: token, key: .secret(monotone),
                    reason: "weak_key"),
                HostileToken(
                    name: "\(name), one byte repeated, allowed", token: token,
                    key: .secret(monotone), arguments: ["--allow-weak-key"], reason: nil),
            ]
            let good = Forge.mac(digest)
            let changes: [(String, ([UInt8]) -> [UInt8])] = [
                ("empty", { _ in [] }), ("half", { Array($0.prefix($0.count / 2)) }),
                ("byte less", { $0.dropLast() }), ("byte more", { $0 + [0] }),
                ("zeros", { $0.map { _ in 0 } }), ("reversed", { $0.reversed() }),
                ("first byte", { Array($0.prefix(1)) }), ("twice", { $0 + $0 }),
            ]
            for (what, change) in changes {
                tokens.append(
                    HostileToken(
                        name: "\(name), code \(what)",
                        token: try Forge.token(header: header) { change(try good($0)) },
                        reason: "bad_signature"))
            }
        }
        let small = Keyring.shared.smallRSA
        for (name, scheme) in [
            ("RS256", SignatureScheme.rsaPKCS1(.sha256)), ("PS256", .rsaPSS(.sha256)),
        ] {
            let token = try Forge.token(
                header: #"{"alg":"\#(name)"}"#, sign: Keyring.sign(small, scheme))
            let key = HostileToken.Key.key(try Keyring.pem(small))
            tokens += [
                HostileToken(
                    name: "\(name), 1024 bits", token: token, key: key, reason: "weak_key"),
                HostileToken(
                    name: "\(name), 1024 bits allowed", token: token, key: key,
                    arguments: ["--allow-weak-key"], reason: nil),
            ]
        }
        return tokens
    }
}
