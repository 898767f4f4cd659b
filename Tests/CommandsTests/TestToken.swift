import JOSE
import JSON
import Platform
import TestSupport

/// Tokens of tests that need no other implementation to sign them.
enum TestToken {
    /// A token signed by the program's own code, with HS256.
    static func signed(
        _ claims: JSONObject, header: JSONObject = [:], secret: String = Sandbox.secret
    ) -> String {
        do {
            let key = try Secret.parse(SecretBytes(copying: Array(secret.utf8)))
            let token = try Signer(key: key, algorithm: .hs256, allowWeak: true)
                .sign(header: header, claims: claims)
            return String(decoding: token, as: UTF8.self)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// A token with any header at all, and a signature of three zero bytes.
    static func unsigned(header: String, payload: String = "{}") -> String {
        [header, payload].map {
            String(decoding: Base64URL.encode(Array($0.utf8)), as: UTF8.self)
        }.joined(separator: ".") + ".AAAA"
    }
}

/// A token of exactly these texts, signed by other code than the program's.
func handmade(
    header: String = #"{"alg":"HS256"}"#, _ payload: String, secret: String = Sandbox.secret
) -> String {
    ServiceToken.sign(header: header, payload: Array(payload.utf8), secret: secret)
}
