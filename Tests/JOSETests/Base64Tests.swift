import JOSE
import Testing

struct Base64Tests {
    @Test(
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ])
    func theExamplesOfRFC4648WithoutPadding(plain: String, text: String) throws {
        #expect(Base64URL.encode(Array(plain.utf8)) == Array(text.utf8))
        #expect(try Base64URL.decode(Array(text.utf8)) == Array(plain.utf8))
    }

    @Test func everyLengthAndByteRoundTrips() throws {
        for count in 0..<300 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
            #expect(try Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF]) == Array("-_8".utf8))
    }

    @Test(
        arguments: [
            ("A", .invalidLength), ("AAAAA", .invalidLength),
            ("Zg==", .invalidCharacter(offset: 2)), ("Zm9v\n", .invalidLength),
            ("Zm 9", .invalidCharacter(offset: 2)), ("-_8+", .invalidCharacter(offset: 3)),
            ("ab/d", .invalidCharacter(offset: 2)), ("\u{e9}AA", .invalidCharacter(offset: 0)),
            ("Zh", .nonZeroTailBits), ("Zm9", .nonZeroTailBits),
        ] as [(String, Base64Error)])
    func oneSpellingOnly(text: String, error: Base64Error) {
        #expect(throws: error) { try Base64URL.decode(Array(text.utf8)) }
    }

    @Test func everyOtherByteIsForeign() {
        let alphabet = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
            #expect(throws: Base64Error.self) { try Base64URL.decode([0x41, 0x41, 0x41, byte]) }
        }
    }
}
