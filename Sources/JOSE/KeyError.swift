package import JSON
package import OpenSSL

/// Why something is not a key that may be used. No case holds key material.
package enum KeyError: Error, Equatable, Sendable {
    /// Neither PEM, nor DER, nor a JWK or JWKS.
    case unrecognized
    case empty
    /// A form of key that is recognized and not read.
    case unsupportedFormat(KeyFormat)
    /// The key is encrypted, and no passphrase was given.
    case passphraseNeeded
    /// An encrypted key whose decryption takes more work than any honest file asks for.
    case excessiveKeyDerivation
    /// PEM armour that does not hold what it says.
    case invalidPEM
    /// PEM armour of one label around a key of another form.
    case mislabelled(label: KeyFormat, content: KeyFormat)
    /// Several keys in one PEM text, or one next to the certificates of another: it is unclear which is
    /// meant.
    case severalKeys
    case invalidJSON(JSONError)
    /// A JWK that lacks a member or has one of the wrong form; the member's name.
    case invalidMember(JSONString)
    /// A `kty` or `crv` that signs no tokens.
    case unsupportedKeyType(JSONString)
    /// A JWKS of secrets and public keys: one whose holder may only verify could pass a public
    /// key off as a secret.
    case mixedSet
    /// A number of a JWK whose length, in bytes, is not that of its curve.
    case wrongLength(JSONString, count: Int, expected: Int)
    /// A document that names the URL of a key set, which is not fetched; the URL where it has one.
    case discoveryDocument(JSONString?)
    /// A set without any usable key, and the reason for each member.
    case noUsableKey([KeySet.Skipped])
    /// An RSA key that is broken whatever its size.
    case unsafe(UnsafeKey)
    /// `--secret` was given something that is a key of another kind. A public key used as an HMAC
    /// secret lets everyone who knows it sign (CVE-2016-5431 and its many successors).
    case keyGivenAsSecret(KeyFormat)
    /// The secret is not in the encoding that was named.
    case invalidSecretEncoding
    /// A secret that the service may read differently.
    case unclearSecret(UnclearSecret)
    case crypto(OpenSSLError)

    /// Runs `body`, whose errors are OpenSSL's.
    static func translating<Result>(
        _ body: () throws(OpenSSLError) -> Result
    ) throws(KeyError) -> Result {
        do throws(OpenSSLError) {
            return try body()
        } catch {
            throw .crypto(error)
        }
    }

    /// The fault that makes an RSA key worthless.
    package enum UnsafeKey: Equatable, Sendable {
        /// An exponent that is even, or 1: anyone can make its signatures.
        case publicExponent
        /// Made by the library of CVE-2017-15361; its factors can be computed.
        case roca
    }

    /// The reason why it is unclear which bytes of a text are the secret.
    package enum UnclearSecret: Equatable, Sendable {
        /// A byte order mark, which an editor has put there.
        case byteOrderMark
        /// A line that begins with `#`.
        case comment
        /// `0x` and hexadecimal digits: the digits, or the bytes that they spell?
        case hexadecimal
    }
}

/// The forms in which keys come.
package enum KeyFormat: String, Sendable, CaseIterable {
    /// SubjectPublicKeyInfo.
    case spki = "public key"
    /// PKCS#8 PrivateKeyInfo.
    case pkcs8 = "private key"
    case encryptedPKCS8 = "encrypted private key"
    /// Encrypted by the PEM headers of RFC 1421, with a key that MD5 makes of the passphrase.
    case legacyEncrypted = "private key in legacy PEM encryption"
    case pkcs1Public = "PKCS#1 RSA public key"
    case pkcs1Private = "PKCS#1 RSA private key"
    case sec1 = "SEC1 EC private key"
    case certificate = "X.509 certificate"
    case pkcs12 = "PKCS#12 file"
    case otherPEM = "PEM file"
    /// Armour with other dashes than five hyphens around its lines.
    case damagedPEM = "PEM file with damaged dashes"
    case ssh = "SSH key"
    case sshPrivate = "OpenSSH private key"
    case otherDER = "DER structure"
    case jwk = "JWK"
    case jwks = "JWKS"
    /// An object of PEM texts by their kid, as Google publishes its certificates.
    case keyMap = "map of kids to keys"
    /// A key of Google Cloud, which has its private key in a member.
    case serviceAccount = "Google service account file"
    /// The metadata of OpenID Connect Discovery or RFC 8414.
    case discovery = "discovery document"
    case token = "JWT"
    case utf16 = "text in UTF-16"
    case html = "HTML page"
    case xml = "XML document"
    case otherJSON = "JSON document"

    /// Whether it is, or was, a key: else it is what people get instead of one.
    package var isKey: Bool {
        switch self {
        case .discovery, .token, .utf16, .html, .xml, .otherJSON: false
        default: true
        }
    }

    init(_ structure: KeyStructure) {
        switch structure {
        case .subjectPublicKeyInfo: self = .spki
        case .privateKeyInfo: self = .pkcs8
        case .encryptedPrivateKeyInfo: self = .encryptedPKCS8
        case .rsaPublicKey: self = .pkcs1Public
        case .rsaPrivateKey: self = .pkcs1Private
        case .ecPrivateKey: self = .sec1
        case .certificate: self = .certificate
        case .pkcs12: self = .pkcs12
        }
    }
}

extension KeyError: CustomStringConvertible {
    /// The fault as a clause; it holds no key material.
    package var description: String {
        switch self {
        case .unrecognized: "not a key in PEM, DER or JWK format"
        case .empty: "the key is empty"
        case .unsupportedFormat(.otherJSON):
            "JSON, but neither a JWK (no 'kty') nor a JWKS (no 'keys')"
        case .unsupportedFormat(let format): "unsupported format: \(format.rawValue)"
        case .passphraseNeeded: "the key is encrypted"
        case .excessiveKeyDerivation: "decrypting the key would take an implausible amount of work"
        case .invalidPEM: "the PEM armour is damaged"
        case .mislabelled(let label, let content):
            "the PEM label is '\(label.rawValue)', but the content is a '\(content.rawValue)'"
        case .severalKeys: "more than one key in the file"
        case .invalidJSON(let error): "not JSON: \(error)"
        case .invalidMember(let name): "missing or invalid member '\(name)'"
        case .unsupportedKeyType(let type): "keys of type '\(type)' cannot sign tokens"
        case .mixedSet: "the set mixes secrets and public keys"
        case .wrongLength(let name, let count, let expected):
            "member '\(name)' has \(count) of \(expected) bytes"
        case .discoveryDocument: "a discovery document, not a key set"
        case .noUsableKey: "the set has no usable key"
        case .unsafe(.publicExponent): "the RSA public exponent is not safe"
        case .unsafe(.roca): "the RSA key was made by a broken generator (CVE-2017-15361)"
        case .keyGivenAsSecret(let format) where !format.isKey:
            "not a secret (\(format.rawValue))"
        case .keyGivenAsSecret(let format): "the secret is a key: \(format.rawValue)"
        case .invalidSecretEncoding: "the secret is not in the given encoding"
        case .unclearSecret(.byteOrderMark): "the secret begins with a byte order mark"
        case .unclearSecret(.comment): "the secret begins with a comment line"
        case .unclearSecret(.hexadecimal): "the secret may be hexadecimal: it begins with 0x"
        case .crypto(.unreadableKey): "the key cannot be read"
        case .crypto(.cannotDecrypt): "the passphrase does not decrypt the key"
        case .crypto(.unsupportedKey(let name)): "keys of type '\(name)' cannot sign tokens"
        case .crypto(.explicitCurveParameters): "the curve is not given by name"
        case .crypto(.missingCurve): "the key does not name its curve"
        case .crypto(.inconsistentKey): "the parts of the key do not match"
        case .crypto(.wrongKey): "the key does not support this operation"
        case .crypto(.failed(let call, let reason)):
            "OpenSSL failed in \(call)" + (reason.map { ": \($0)" } ?? "")
        }
    }
}
