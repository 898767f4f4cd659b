internal import OpenSSL

extension KeyError: CustomStringConvertible {
    /// The fault as a clause; it holds no key material.
    package var description: String {
        switch self {
        case .unrecognized: "not a key in PEM, DER or JWK form"
        case .empty: "the key is empty"
        case .unsupportedFormat(.otherJSON):
            "JSON, but neither a JWK (no 'kty') nor a JWKS (no 'keys')"
        case .unsupportedFormat(let format): "not read: \(format.rawValue)"
        case .passphraseNeeded: "the key is encrypted"
        case .excessiveKeyDerivation: "opening the key would take too much work to be honest"
        case .invalidPEM: "the PEM armour is damaged"
        case .mislabelled(let label, let content):
            "the PEM armour says '\(label.rawValue)' and holds a '\(content.rawValue)'"
        case .severalKeys: "more than one key in the file"
        case .invalidJSON(let error): "not JSON: \(error)"
        case .invalidMember(let name): "missing or invalid member '\(name)'"
        case .unsupportedKeyType(let type): "keys of type '\(type)' sign no tokens"
        case .mixedSet: "the set mixes secrets and public keys"
        case .wrongLength(let name, let count, let expected):
            "member '\(name)' has \(count) of \(expected) bytes"
        case .discoveryDocument: "a discovery document, not a key set"
        case .noUsableKey: "the set has no usable key"
        case .unsafe(.publicExponent): "the RSA public exponent is not safe"
        case .unsafe(.roca): "the RSA key was made by a broken generator (CVE-2017-15361)"
        case .keyGivenAsSecret(let format) where !format.isKey:
            "not a secret, but this: \(format.rawValue)"
        case .keyGivenAsSecret(let format): "the secret is a key: \(format.rawValue)"
        case .invalidSecretEncoding: "the secret is not in the given encoding"
        case .unclearSecret(.byteOrderMark): "the secret begins with a byte order mark"
        case .unclearSecret(.comment): "the secret begins with a comment line"
        case .unclearSecret(.hexadecimal): "the secret may be hexadecimal: it begins with 0x"
        case .crypto(.unreadableKey): "the key cannot be read"
        case .crypto(.cannotDecrypt): "the passphrase does not open the key"
        case .crypto(.unsupportedKey(let name)): "keys of type '\(name)' sign no tokens"
        case .crypto(.explicitCurveParameters): "the curve is not given by its name"
        case .crypto(.missingCurve): "the key does not name its curve"
        case .crypto(.inconsistentKey): "the parts of the key do not fit together"
        case .crypto(.wrongKey): "the key cannot do this"
        case .crypto(.failed(let call, let reason)):
            "OpenSSL failed in \(call)" + (reason.map { ": \($0)" } ?? "")
        }
    }
}
