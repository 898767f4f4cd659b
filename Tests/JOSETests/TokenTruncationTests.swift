import JOSE
import JSON
import Testing

struct TokenTruncationTests {
    private let token =
        base64url(#"{"alg":"HS256","typ":"JWT"}"#) + "."
        + base64url(#"{"sub":"alice","exp":1767225600,"aud":["a","b"],"jti":"id"}"#) + "."
        + String(repeating: "A", count: 43)

    private func inspect(_ text: some StringProtocol) -> TokenInspection {
        TokenInspection(of: Array(text.utf8))
    }

    @Test func aWholeTokenIsNotCut() {
        #expect(inspect(token).cut == nil)
        #expect(inspect(token).malformed == nil)
    }

    /// Whatever is left of a token, its members are never other ones than the token's.
    @Test func everyBeginningSaysWhereItBreaksOff() throws {
        let claims = try #require(inspect(token).payload?.value?.objectValue)
        for count in 4..<token.count {
            let inspection = inspect(token.prefix(count))
            let cut = try #require(inspection.cut, "\(count)")
            #expect(cut.byteCount == count)
            for (member, original) in zip(inspection.payload?.object?.members ?? [], claims.members)
            {
                #expect(member == original, "\(count)")
            }
        }
    }

    @Test(arguments: [
        (10, "truncated after 10 bytes: the header ends inside the value of 'alg'"),
        (36, "truncated after 36 bytes: the payload is missing"),
        (37, "truncated after 37 bytes: the payload is missing"),
        (49, "truncated after 49 bytes: the payload ends inside the value of 'sub'"),
        (60, "truncated after 60 bytes: the payload ends inside a name"),
        (116, "truncated after 116 bytes: the signature is missing"),
        (117, "truncated after 117 bytes: the signature is missing"),
        (140, "truncated after 140 bytes: the signature ends after 17 of at least 32 bytes"),
    ])
    func placesAreNamed(_ count: Int, _ words: String) {
        #expect(inspect(token.prefix(count)).cut?.description == words)
    }

    @Test(arguments: ["...", "…"])
    func whatALogPutsInPlaceOfTheRestIsNoPartOfTheToken(_ ellipsis: String) {
        let inspection = inspect(token.prefix(60) + ellipsis)
        #expect(inspection.cut == inspect(token.prefix(60)).cut)
        #expect(inspection.malformed != nil)
        // A whole token with dots after it is whole, and the text is still none.
        #expect(inspect(token + ellipsis).malformed != nil)
        #expect(inspect(token + ellipsis).cut == nil)
    }

    @Test(arguments: ["", ".", "..", "...", "x", "hello.world", "W10", "W10.W10"])
    func whatDoesNotBeginLikeATokenIsNotCut(_ text: String) {
        #expect(inspect(text).cut == nil)
    }

    @Test(arguments: [
        ("HS512", 63, true), ("HS512", 64, false), ("ES256", 63, true), ("ES512", 131, true),
        ("EdDSA", 64, false), ("Ed448", 113, true), ("RS256", 127, true), ("RS256", 128, false),
        ("none", 0, false), ("XX1", 3, false),
    ])
    func aSignatureThatIsTooShortForItsAlgorithmIsCut(_ name: String, _ count: Int, _ isCut: Bool) {
        let bytes = [UInt8](repeating: 0, count: count)
        let text =
            base64url(#"{"alg":"\#(name)"}"#) + "." + base64url("{}") + "."
            + String(decoding: Base64URL.encode(bytes), as: UTF8.self)
        #expect((inspect(text).cut != nil) == isCut)
    }
}
