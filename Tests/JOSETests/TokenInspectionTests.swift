import JOSE
import JSON
import Testing

struct TokenInspectionTests {
    private func inspect(_ text: String) -> TokenInspection {
        TokenInspection(of: Array(text.utf8))
    }

    private let header = base64url(#"{"alg":"HS256"}"#)
    private let payload = base64url(#"{"sub":"alice","exp":1}"#)

    @Test func aWellFormedTokenHasNoFault() {
        let inspection = inspect("\(header).\(payload).AAAA")
        #expect(inspection.malformed == nil)
        #expect(inspection.header?.value == ["alg": "HS256"])
        #expect(inspection.payload?.value == ["sub": "alice", "exp": 1])
        #expect(inspection.signature?.bytes == [0, 0, 0])
    }

    @Test func aTokenCutByALogShowsWhatIsLeft() {
        let inspection = inspect("\(header).\(payload.prefix(18))")
        #expect(inspection.malformed == MalformedToken(.token, .segmentCount(2)))
        #expect(inspection.header?.value == ["alg": "HS256"])
        #expect(inspection.payload?.value == nil)
        #expect(inspection.payload?.bytes == Array(#"{"sub":"alice"#.utf8))
        #expect(inspection.signature == nil)
    }

    @Test func ofAnEncryptedTokenTheHeaderIsShown() {
        let inspection = inspect(
            "\(base64url(#"{"alg":"dir","enc":"A256GCM"}"#)).AAAA.BBBB.CCCC.DDDD")
        #expect(inspection.malformed == MalformedToken(.token, .encrypted))
        #expect(inspection.header?.value?.objectValue?["enc"] == "A256GCM")
        #expect(inspection.payload == nil)
    }

    @Test func paddingAndTheOtherAlphabetAreForgivenAndReported() {
        let inspection = inspect("\(header).eyJhIjoifn4-In0=.+/8=")
        #expect(inspection.malformed?.segment == .payload)
        #expect(inspection.payload?.value == ["a": "~~>"])
        #expect(inspection.payload?.fault == .base64(.invalidCharacter(offset: 15)))
        #expect(inspection.signature?.bytes == [0xFB, 0xFF])
    }

    @Test func aPayloadThatIsNoObjectIsShownAndReported() {
        let inspection = inspect("\(header).\(base64url("[1]")).")
        #expect(inspection.malformed == MalformedToken(.payload, .notAnObject))
        #expect(inspection.payload?.value == [1])
    }

    @Test(arguments: ["", ".", "..", "....", "é", "\u{0}", String(repeating: "A", count: 300_000)])
    func anyTextIsInspectedWithoutAnAccident(text: String) {
        #expect(inspect(text).malformed != nil)
    }
}
