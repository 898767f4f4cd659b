import Foundation
import JOSE
import JSON
import OpenSSL
import TestSupport
import Testing

/// The examples of RFC 7515, 7519 and 8037, word for word, and the collection of all of them.
struct RFCTests {
    private static let claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    private static let octKey =
        #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#
    private static let ecKey =
        #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#
    private static let edKey =
        #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
    private static let edPrivateKey =
        #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#

    @Test(
        arguments: [
            // RFC 7515 appendix A.1 (RFC 7519 section 3.1)
            (
                octKey,
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + claims
                    + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            ),
            // RFC 7515 appendix A.3
            (
                ecKey,
                "eyJhbGciOiJFUzI1NiJ9." + claims
                    + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
            ),
            // RFC 8037 appendix A.4
            (
                edKey,
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                    + ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
            ),
        ])
    func theExamplesVerify(jwk: String, text: String) throws {
        let verifier = SignatureVerifier(keys: try keys(jwk))
        #expect(verifier.verify(try token(text)).isVerified)
    }

    @Test func theUnsecuredExampleIsReadAndNeverVerified() throws {
        // RFC 7519 section 6.1
        let token = try token("eyJhbGciOiJub25lIn0." + Self.claims + ".")
        #expect(try token.claims()["iss"] == "joe")
        for jwk in [Self.octKey, Self.ecKey, Self.edKey] {
            let verdict = SignatureVerifier(keys: try keys(jwk)).verify(token)
            #expect(verdict.reason == .algorithmNotAllowed)
        }
    }

    @Test func rsaSignaturesAreThePublishedOnes() throws {
        // RFC 7515 appendix A.2
        guard case .asymmetric(let key) = try key(RFC7515RSAKey.jwk()).material else { return }
        let text = "eyJhbGciOiJSUzI1NiJ9." + Self.claims
        let signature = try key.sign(Array(text.utf8), scheme: .rsaPKCS1(.sha256))
        #expect(
            String(decoding: Base64URL.encode(signature), as: UTF8.self)
                == "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-"
                + "0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--"
                + "f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--"
                + "xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5"
                + "AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw")
    }

    @Test func ed25519SignaturesAreThePublishedOnes() throws {
        // RFC 8037 appendix A.4 has no JSON payload, so the key is tried on the text itself.
        guard case .asymmetric(let key) = try key(Self.edPrivateKey).material else { return }
        let text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        let signature = try key.sign(Array(text.utf8), scheme: .edDSA)
        #expect(
            String(decoding: Base64URL.encode(signature), as: UTF8.self)
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        )
    }

    @Test(.enabled(if: Vectors.arePresent)) func everyCollectedTokenGetsItsVerdict() throws {
        let cases = try #require(Vectors.object("rfc/cases.json")["cases"] as? [[String: Any]])
        var executed = 0
        for example in cases {
            let name = try #require(example["name"] as? String)
            let text = try #require(example["token"] as? String)
            let jwk = try example["key"].map { try JSONSerialization.data(withJSONObject: $0) }
            let keys = try KeyParser.parse([UInt8](jwk ?? Data(Self.octKey.utf8)))
            let verdict = (try? token(text)).map { SignatureVerifier(keys: keys).verify($0) }
            #expect(
                (verdict?.isVerified ?? false) == (example["expect"] as? String == "valid"),
                "\(name)")
            executed += 1
        }
        print("RFC tokens: \(executed) of \(cases.count)")
        #expect(executed == cases.count && executed == 21)
    }
}
