import Foundation
import JOSE
import JSON
import OpenSSL
import Platform
import TestSupport

/// The same key in every form that it can have, made by the `openssl` command.
struct KeyForms: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case rsa = "RSA"
        case rsaPSS = "RSA-PSS"
        case p256 = "P-256"
        case p384 = "P-384"
        case p521 = "P-521"
        case secp256k1
        case ed25519 = "Ed25519"
        case ed448 = "Ed448"

        fileprivate var generation: [String] {
            switch self {
            case .rsa, .rsaPSS: ["-algorithm", rawValue, "-pkeyopt", "rsa_keygen_bits:2048"]
            case .ed25519, .ed448: ["-algorithm", rawValue]
            default: ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(rawValue)"]
            }
        }

        var isEC: Bool { [.p256, .p384, .p521, .secp256k1].contains(self) }

        var algorithm: Algorithm {
            switch self {
            case .rsa: .rs256
            case .rsaPSS: .ps256
            case .p256: .es256
            case .p384: .es384
            case .p521: .es512
            case .secp256k1: .es256k
            case .ed25519, .ed448: .edDSA
            }
        }
    }

    struct Form: Sendable, CustomStringConvertible {
        let name: String
        let bytes: [UInt8]
        var isPrivate = true
        var isEncrypted = false

        var description: String { name }
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var isDER: Bool { name.hasSuffix("DER") }
    }

    static let passphrase = "pass phrase"
    private static let all = Kind.allCases.map { kind in Result { try KeyForms(kind) } }

    /// Made once for all suites.
    static func of(_ kind: Kind) throws -> KeyForms {
        try all[Kind.allCases.firstIndex(of: kind) ?? 0].get()
    }

    let kind: Kind
    /// SubjectPublicKeyInfo: what all the forms are compared by.
    let spki: [UInt8]
    let forms: [Form]

    func form(_ name: String) -> Form {
        guard let form = forms.first(where: { $0.name == name }) else {
            preconditionFailure("no form \(name)")
        }
        return form
    }

    private init(_ kind: Kind) throws {
        let maker = try Maker(kind)
        self.kind = kind
        var forms: [Form] = []
        for encoding in ["PEM", "DER"] {
            forms += [
                Form(
                    name: "PKCS#8 \(encoding)",
                    bytes: try maker.run("pkcs8", "-topk8", "-nocrypt", to: encoding)),
                Form(
                    name: "SPKI \(encoding)", bytes: try maker.run("pkey", "-pubout", to: encoding),
                    isPrivate: false),
                Form(
                    name: "X.509 \(encoding)", bytes: try maker.certificate(encoding),
                    isPrivate: false),
            ]
            for (name, options) in [
                ("PBKDF2", ["-v2", "aes-256-cbc", "-iter", "1"]),
                ("PBKDF2 SHA-1", ["-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"]),
                ("PBKDF2 SHA-512", ["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"]),
                ("3DES", ["-v2", "des3"]), ("scrypt", ["-scrypt"]),
                ("PBES1", ["-v1", "PBE-SHA1-3DES"]),
            ] {
                forms.append(
                    Form(
                        name: "\(name) \(encoding)",
                        bytes: try maker.run(
                            ["pkcs8", "-topk8", "-passout", "pass:\(Self.passphrase)"] + options,
                            to: encoding), isEncrypted: true))
            }
            if kind == .rsa {
                forms += [
                    Form(
                        name: "PKCS#1 \(encoding)",
                        bytes: try maker.run("rsa", "-traditional", to: encoding)),
                    Form(
                        name: "PKCS#1 public \(encoding)",
                        bytes: try maker.run("rsa", "-RSAPublicKey_out", to: encoding),
                        isPrivate: false),
                ]
            }
            if kind.isEC {
                forms.append(
                    Form(name: "SEC1 \(encoding)", bytes: try maker.run("ec", to: encoding)))
            }
        }
        forms += try Self.surrounded(forms, maker)
        self.forms = forms
        spki = forms.first { $0.name == "SPKI DER" }?.bytes ?? []
    }

    /// The forms of PEM that have something around or beside them.
    private static func surrounded(_ forms: [Form], _ maker: Maker) throws -> [Form] {
        var more: [Form] = []
        for form in forms where !form.isDER {
            let lines = form.text.split(separator: "\n").map(String.init)
            for (name, text) in [
                ("CRLF", lines.map { $0 + "\r\n" }.joined()),
                ("leading text", "Bag Attributes\n    friendlyName: x = {y}\n\n" + form.text),
                ("BOM", "\u{FEFF}" + form.text),
                ("no final newline", lines.joined(separator: "\n")),
                ("spaces", lines.map { $0 + "  \n" }.joined() + "\n\n"),
            ] {
                more.append(
                    Form(
                        name: "\(form.name), \(name)", bytes: Array(text.utf8),
                        isPrivate: form.isPrivate, isEncrypted: form.isEncrypted))
            }
        }
        let (certificate, other) = (try maker.certificate("PEM"), try maker.otherCertificate())
        let key = try maker.run("pkcs8", "-topk8", "-nocrypt", to: "PEM")
        let spki = try maker.run("pkey", "-pubout", to: "PEM")
        more += [
            Form(name: "chain", bytes: try maker.chain(), isPrivate: false),
            Form(name: "bundle", bytes: key + certificate + other),
            Form(name: "bundle, authority first", bytes: other + certificate + key),
            Form(name: "public key and certificate", bytes: certificate + spki, isPrivate: false),
            Form(name: "from PKCS#12", bytes: try maker.throughPKCS12()),
        ]
        if maker.kind.isEC {
            let parameters = try maker.openssl("ecparam", "-name", maker.groupName)
            more.append(
                Form(
                    name: "SEC1 with EC PARAMETERS",
                    bytes: parameters + (try maker.run("ec", to: "PEM"))))
        }
        return more
    }

    /// Runs `openssl` on a key of its own.
    private struct Maker {
        let kind: Kind
        private let directory: TemporaryDirectory
        private let key: String

        init(_ kind: Kind) throws {
            self.kind = kind
            directory = try TemporaryDirectory()
            key = directory.file("key.pem")
            try openssl(["genpkey", "-out", key] + kind.generation)
        }

        var groupName: String {
            kind == .p256
                ? "prime256v1"
                : kind == .p384 ? "secp384r1" : kind == .p521 ? "secp521r1" : "secp256k1"
        }

        @discardableResult
        func openssl(_ arguments: [String]) throws -> [UInt8] {
            let result = try ProcessRunner.run(["openssl"] + arguments)
            guard result.status == 0 else {
                throw TestSupportError("openssl \(arguments): \(result.errorText)")
            }
            return result.output
        }

        func openssl(_ arguments: String...) throws -> [UInt8] { try openssl(arguments) }

        func run(_ arguments: [String], to encoding: String) throws -> [UInt8] {
            try openssl(arguments + ["-in", key, "-outform", encoding])
        }

        func run(_ arguments: String..., to encoding: String) throws -> [UInt8] {
            try run(arguments, to: encoding)
        }

        func certificate(_ encoding: String) throws -> [UInt8] {
            try openssl(
                "req", "-x509", "-new", "-key", key, "-subj", "/CN=leaf", "-outform", encoding)
        }

        /// A certificate of the key, and that of the authority which signed it.
        func chain() throws -> [UInt8] {
            let (certificate, key) = (directory.file("ca.pem"), directory.file("ca.key"))
            let authority = try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", key, "-subj", "/CN=authority")
            try Data(authority).write(to: URL(fileURLWithPath: certificate))
            let leaf = try openssl(
                "req", "-x509", "-new", "-key", self.key, "-subj", "/CN=leaf", "-CA", certificate,
                "-CAkey", key)
            return leaf + authority
        }

        func otherCertificate() throws -> [UInt8] {
            try openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", "/dev/null", "-subj", "/CN=authority")
        }

        /// Key and certificate with bag attributes, as `openssl pkcs12` writes them.
        func throughPKCS12() throws -> [UInt8] {
            let (certificate, store) = (directory.file("leaf.pem"), directory.file("store.p12"))
            try Data(try self.certificate("PEM")).write(to: URL(fileURLWithPath: certificate))
            try openssl([
                "pkcs12", "-export", "-inkey", key, "-in", certificate, "-name", "x", "-out",
                store, "-passout", "pass:x",
            ])
            return try openssl("pkcs12", "-in", store, "-passin", "pass:x", "-nodes")
        }
    }
}

/// The key that these bytes hold, for suites that look at its parts.
func asymmetric(_ bytes: [UInt8], passphrase: String? = nil) throws(KeyError) -> AsymmetricKey {
    let keys = try KeyParser.parse(
        SecretBytes(copying: bytes), passphrase: passphrase.map { secretBytes($0) })
    guard keys.keys.count == 1, case .asymmetric(let key) = keys.keys[0].material else {
        throw .unrecognized
    }
    return key
}
