internal import JOSE

/// What people can do about a form of key that is not read.
extension KeyFormat {
    /// What it is instead of a key, with its article; nil for keys.
    var noun: String? {
        switch self {
        case .html: "an HTML page"
        case .token: "a token"
        case .xml: "an XML document"
        case .utf16: "text in UTF-16"
        case .discovery: "a discovery document"
        case .otherJSON: "a JSON document"
        default: nil
        }
    }

    /// The line that makes a key of it; nil where there is none.
    var remedy: String? {
        switch self {
        case .legacyEncrypted: "convert it: openssl pkcs8 -topk8 -in FILE -out NEW"
        case .pkcs12: "extract the key: openssl pkcs12 -in FILE -nocerts -out NEW"
        case .ssh:
            "an RSA or ECDSA key can be converted: ssh-keygen -e -m PKCS8 -f FILE > NEW"
        case .sshPrivate:
            "convert a copy: cp FILE NEW && ssh-keygen -p -N '' -m PKCS8 -f NEW"
        case .damagedPEM:
            "fix the dashes: sed -E "
                + "'s/^[^A-Z]*((BEGIN|END) [A-Z0-9 ]*[A-Z])[^A-Z]*$/-----\\1-----/' FILE > NEW"
        case .serviceAccount: "extract the key: jq -r .private_key FILE > NEW"
        case .discovery: "its jwks_uri names the key set: --key <(curl -fsS URL)"
        case .utf16: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
        case .token: "give the key that signed it; services publish their public keys as a JWKS"
        case .html: "open the URL, was it an error page?"
        case .xml: "does the issuer also publish the key as a JWKS or in PEM?"
        case .otherJSON:
            "is it an error response? for a key in a member: jq -r .NAME FILE > NEW; "
                + "for an array of JWKs: jq '{keys: .}' FILE > NEW"
        default: nil
        }
    }
}
