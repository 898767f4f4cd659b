import OpenSSL
import Testing

struct DigestTests {
    @Test(
        arguments: [
            (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha384,
                "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
            ),
            (
                .sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ] as [(Digest, String)])
    func theHashOfABCIsTheOneOfFIPS180(digest: Digest, expected: String) throws {
        #expect(try digest.hash(Array("abc".utf8)) == bytes(hex: expected))
    }

    @Test func hmacGivesTheExampleOfRFC4231AgainAndAgain() throws {
        let authenticator = try MessageAuthenticator.make(
            secret: secret(Array("Jefe".utf8)), digest: .sha256)
        let message = Array("what do ya want for nothing?".utf8)
        let code = try bytes(
            hex: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        for _ in 0..<3 {
            #expect(try authenticator.code(for: message) == code)
        }
        #expect(try authenticator.isCode(code, for: message.span))
        #expect(try !authenticator.isCode(Array(code.dropLast()), for: message.span))
        #expect(try !authenticator.isCode([], for: message.span))
    }

    @Test func constantTimeComparisonIsStillAComparison() {
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1, 2, 0]))
        #expect(constantTimeEqual([], []))
    }

    @Test func randomBytesDoNotRepeat() throws {
        let first = try randomBytes(16)
        #expect(first.count == 16)
        #expect(try randomBytes(16) != first)
    }
}
