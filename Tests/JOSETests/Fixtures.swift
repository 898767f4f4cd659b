import JOSE
import JSON
import Platform

/// Short forms that the suites of this target share.
func secretBytes(_ text: String) -> SecretBytes {
    SecretBytes(copying: Array(text.utf8))
}

func keys(_ text: String) throws(KeyError) -> KeySet {
    try KeyParser.parse(secretBytes(text))
}

func key(_ text: String) throws(KeyError) -> Key {
    try keys(text).keys[0]
}

func token(_ text: String) throws(MalformedToken) -> CompactToken {
    try CompactToken(parsing: Array(text.utf8))
}

func base64url(_ text: String) -> String {
    String(decoding: Base64URL.encode(Array(text.utf8)), as: UTF8.self)
}

/// A token with this header and payload and a signature of three bytes.
func unsigned(header: String, payload: String = "{}") -> String {
    "\(base64url(header)).\(base64url(payload)).AAAA"
}

/// For each algorithm a key that can sign and the keys that verify.
func pair(_ algorithm: Algorithm) throws(KeyError) -> (signing: Key, verifying: KeySet) {
    let (signing, verifying): (String, String)
    switch algorithm {
    case .hs256, .hs384, .hs512:
        let key = try Secret.parse(secretBytes(TestKeys.secret))
        return (key, KeySet(key))
    case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512:
        (signing, verifying) = (TestKeys.rsaPrivate, TestKeys.rsaPublic)
    case .es256: (signing, verifying) = (TestKeys.p256Private, TestKeys.p256Public)
    case .es384: (signing, verifying) = (TestKeys.p384Private, TestKeys.p384Public)
    case .es512: (signing, verifying) = (TestKeys.p521Private, TestKeys.p521Public)
    case .es256k: (signing, verifying) = (TestKeys.secp256k1Private, TestKeys.secp256k1Public)
    case .edDSA, .ed25519: (signing, verifying) = (TestKeys.ed25519Private, TestKeys.ed25519Public)
    case .ed448: (signing, verifying) = (TestKeys.ed448Private, TestKeys.ed448Public)
    }
    return (try key(signing), try keys(verifying))
}

/// A token signed for the tests.
func signed(
    _ algorithm: Algorithm, header: JSONObject = [:], claims: JSONObject = ["sub": "alice"]
) throws -> [UInt8] {
    try Signer(key: pair(algorithm).signing, algorithm: algorithm)
        .sign(header: header, claims: claims)
}

extension SignatureVerdict {
    var reason: Reason? { check.reason }
    var isVerified: Bool { reason == nil }
}
