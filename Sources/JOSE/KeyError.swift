package import JSON
package import OpenSSL

/// Why something is not a key that may be used. No case contains key material.
package enum KeyError: Error, Equatable, Sendable {
    /// The content is neither PEM, DER, a JWK nor a JWK set.
    case unrecognized
    case empty
    /// A format that is recognized, but not read.
    case unsupportedFormat(KeyFormat)
    /// The key is encrypted, and no passphrase was given.
    case passphraseNeeded
    /// An encrypted key that demands more work than any honest file; see `KeyDerivationCost`.
    case excessiveKeyDerivation
    /// PEM armour that is incomplete, or whose content is not base64.
    case invalidPEM
    /// PEM armour with the label of one format around a key in another.
    case mislabelled(label: KeyFormat, content: KeyFormat)
    /// Several keys in one PEM text, or a key next to the certificates of another: it is unclear
    /// which one is meant.
    case severalKeys
    case invalidJSON(JSONError)
    /// A JWK without this member, or with a value that it must not have.
    case invalidMember(JSONString)
    /// A `kty` or `crv` that cannot sign tokens.
    case unsupportedKeyType(JSONString)
    /// A JWK set with secrets and public keys, in which a public key could be passed off as a secret.
    case mixedSet
    /// A number of a JWK whose length in bytes is not that of its curve.
    case wrongLength(JSONString, count: Int, expected: Int)
    /// A document with the URL of a key set, which is not fetched; nil if the URL is not a string.
    case discoveryDocument(JSONString?)
    /// A set without any usable key, with the reason for each member.
    case noUsableKey([KeySet.Skipped])
    /// An RSA key that is broken at any size.
    case unsafe(UnsafeKey)
    /// The content of `--secret` is a key of another kind. With a public key as HMAC secret,
    /// everyone who knows it could sign (CVE-2016-5431 and its many successors).
    case keyGivenAsSecret(KeyFormat)
    /// The secret is not in the encoding that the user named.
    case invalidSecretEncoding
    /// A secret that the service may read in another way.
    case unclearSecret(UnclearSecret)
    /// OpenSSL refused the key.
    case crypto(OpenSSLError)

    /// Runs `body`, and rethrows its errors as `.crypto`.
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
        /// A key from the library of CVE-2017-15361, whose factors can be computed.
        case roca
    }

    /// The reason why it is unclear which bytes of a text are the secret.
    package enum UnclearSecret: Equatable, Sendable {
        /// A byte order mark, which an editor may have added.
        case byteOrderMark
        /// A first line that begins with `#`.
        case comment
        /// `0x` and hexadecimal digits: the secret may be the digits, or the bytes that they
        /// encode.
        case hexadecimal
    }
}

/// The formats of keys, and of what people give by mistake instead of one. The raw value is the
/// name in messages.
package enum KeyFormat: String, Sendable, CaseIterable {
    /// SubjectPublicKeyInfo (RFC 5280 section 4.1).
    case spki = "public key"
    /// PrivateKeyInfo (PKCS#8, RFC 5958).
    case pkcs8 = "private key"
    case encryptedPKCS8 = "encrypted private key"
    /// Encrypted by PEM headers (RFC 1421), with a key that is derived from the passphrase by MD5.
    case legacyEncrypted = "private key in legacy PEM encryption"
    case pkcs1Public = "PKCS#1 RSA public key"
    case pkcs1Private = "PKCS#1 RSA private key"
    case sec1 = "SEC1 EC private key"
    case certificate = "X.509 certificate"
    case pkcs12 = "PKCS#12 file"
    /// PEM armour with another label.
    case otherPEM = "PEM file"
    /// Armour whose lines have other dashes than five hyphens.
    case damagedPEM = "PEM file with damaged dashes"
    /// A public key of SSH, as in `authorized_keys`.
    case ssh = "SSH key"
    case sshPrivate = "OpenSSH private key"
    /// DER that resembles a key, but is none of the known structures.
    case otherDER = "DER structure"
    case jwk = "JWK"
    case jwks = "JWKS"
    /// A JSON object of PEM texts by `kid`, as Google publishes its certificates.
    case keyMap = "map of kids to keys"
    /// A key file of Google Cloud, which has the private key in a member.
    case serviceAccount = "Google service account file"
    /// The metadata of OpenID Connect Discovery or RFC 8414.
    case discovery = "discovery document"
    case token = "JWT"
    case utf16 = "text in UTF-16"
    case html = "HTML page"
    case xml = "XML document"
    case otherJSON = "JSON document"

    /// Whether the format holds a key, damaged or not. The others are what people get instead of
    /// one, such as the error page of a wrong URL.
    package var isKey: Bool {
        switch self {
        case .discovery, .token, .utf16, .html, .xml, .otherJSON: false
        default: true
        }
    }

    /// The format of a DER structure.
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
    /// The error as a clause, without key material. Names from the file are unchecked: escape them.
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
