internal import OpenSSL

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
