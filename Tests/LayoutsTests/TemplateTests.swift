import Foundation
import JSON
import Redis
import TestSupport
import Testing

@testable import Layouts

/// Texts with holes, as layouts write them.
@Suite struct TemplateTests {
    private func template(
        _ text: String, _ codec: Template.Codec = .raw
    ) throws -> Template {
        var reader = TemplateReader(variables: ["ns": "app:"])
        return try reader.key(LayoutNode(.string(text)), .tokenKey, codec: codec)
    }

    private func values(_ id: String, _ user: String? = nil) throws -> TemplateValues {
        TemplateValues(
            TokenSubject(id: try Identifier(id), user: try user.map { try Identifier($0) }))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test(arguments: [
        ("${ns}x:${id}", "app:x:a:b"), ("x${id|pct}y", "xa%3Aby"), ("${id|hex}", "613a62"),
        ("${id|b64url}", "YTpi"), ("{${user}}:${id}", "{bob}:a:b"), ("$${id}$", "$a:b$"),
        ("${id|sha256}", "64 digits"), ("${id|md5}", "32 digits"),
    ])
    func holesAreFilled(_ source: String, _ expected: String) throws {
        let rendered = text(try template(source).render(values("a:b", "bob")))
        switch source {
        // The lengths of the hashes; their values are OpenSSL's business.
        case "${id|sha256}": #expect(rendered.utf8.count == 64)
        case "${id|md5}": #expect(rendered.utf8.count == 32)
        default: #expect(rendered == expected)
        }
    }

    /// `echo -n '{username=admin, client_id=web, scope=read write}' | md5sum`
    @Test func theNameOfAnAuthenticationIsSprings() throws {
        let layout = try LayoutReader.preset("spring-oauth2-redis")
        let claims = try #require(
            try JSONParser.parse(
                Array(
                    #"{"user_name":"admin","client_id":"web","scope":["write","read"]}"#.utf8)
            ).objectValue)
        let subject = try layout.naming.subject(
            of: .init(text: Array("t".utf8), claims: claims) { "" })
        let template = try #require(layout.allow?.links[0].key)
        let key = try template.render(TemplateValues(subject))
        #expect(text(key) == "auth_to_access:4b5a6ad827b8ef97992bca0e940e969e")
    }

    @Test func anEmptyHoleIsAnErrorAndNeverAnEmptyKey() throws {
        #expect(throws: StoreError.unnamed("user")) {
            try template("${user}-tokens").render(values("a"))
        }
        #expect(throws: StoreError.unnamed("token")) {
            try template("${id}:${aud}").render(values("a"))
        }
    }

    @Test(
        arguments: [
            ("x:${id}", "x:a", "a", nil), ("x:${id}", "x:", nil, nil), ("x:${id}", "y:a", nil, nil),
            ("x:${id}", "x:a:b", "a:b", nil), ("x:${id}:z", "x:a:z", "a", nil),
            ("x:${id}:z", "x::z", nil, nil), ("x:${id|pct}", "x:a:b", nil, nil),
            ("x:${id|pct}", "x:a%3Ab", "a:b", nil), ("o:${user}:${id}", "o:bob:u", "u", "bob"),
            ("o:${user}:${id}", "o:bob:x:u", "u", "bob:x"), ("o:${user}:${id}", "o::u", nil, nil),
            ("o:${user}:${id}", "o:bob", nil, nil), ("${id}:${id}", "a:a", "a", nil),
            ("${id}:${id}", "a:b", nil, nil),
            ("${user}-tokens", "b-tokens-tokens", nil, "b-tokens"),
        ] as [(String, String, String?, String?)])
    func keysAreReadBackExactly(
        _ source: String, _ key: String, _ id: String?, _ user: String?
    ) throws {
        let holes = try template(source).parse(Array(key.utf8))
        #expect(holes?[.id].map(text) == id)
        #expect(holes?[.user].map(text) == user)
    }

    @Test func aKeyOfAnotherUserIsNeverTakenForOnes() throws {
        let key = try template("online:${user}:${id}")
        let users = ["bob", "bobby", "bob*", "b?b", "bob:x", "b", "[b]ob", "*", "\\"]
        for owner in users {
            let bytes = try key.render(values("u1", owner))
            #expect(key.parse(bytes)?[.user].map(text) == owner)
        }
        let glob = text(key.glob(user: try Identifier("b?b*[x]\\")))
        #expect(glob == #"online:b\?b\*\[x\]\\:*"#)
    }

    @Test(arguments: [
        "tok12345", "", "\0", "\u{e9}", "\u{7ff}\u{800}\u{ffff}", "\u{1f600}a",
        String(repeating: "x", count: 65_535), String(repeating: "x", count: 65_536),
    ])
    func whatACodecWritesItReads(_ plain: String) {
        for codec in Template.Codec.allCases {
            let bytes = codec.encode(Array(plain.utf8))
            #expect(codec.decode(bytes).map(text) == plain, "\(codec)")
        }
    }

    @Test func javaAndPHPStringsAreTheirPlatforms() {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { String(format: "%02x", $0) }.joined()
        }
        #expect(
            hex(Template.Codec.jdk.encode(Array("tok12345".utf8)))
                == "aced0005740008746f6b3132333435")
        #expect(hex(Template.Codec.jdk.encode([0])) == "aced0005740002c080")
        #expect(
            hex(Template.Codec.jdk.encode(Array("\u{1f600}".utf8)))
                == "aced0005740006eda0bdedb880")
        let long = Template.Codec.jdk.encode([UInt8](repeating: 120, count: 65_536))
        #expect(hex(Array(long.prefix(13))) == "aced00057c0000000000010000")
        #expect(text(Template.Codec.php.encode(Array("a\"b".utf8))) == "s:3:\"a\"b\";")
        #expect(text(Template.Codec.json.encode([])) == "\"\"")
    }

    @Test(
        arguments: [
            [], [0xac], [0xac, 0xed, 0, 5, 0x74, 0, 9, 0x61], [0xac, 0xed, 0, 5, 0x74, 0, 0, 0x61],
            [0xac, 0xed, 0, 5, 0x73, 0, 1, 0x61], [0xac, 0xed, 0, 5, 0x74, 0, 2, 0xc0, 0x81],
            [0xac, 0xed, 0, 5, 0x74, 0, 1, 0xff], [0xac, 0xed, 0, 5, 0x7c, 0, 0, 0, 0, 0, 0, 0],
            [0xac, 0xed, 0, 5, 0x74, 0, 3, 0xed, 0xa0, 0xbd],
        ] as [[UInt8]])
    func whatJavaNeverWritesIsNotRead(_ bytes: [UInt8]) {
        #expect(Template.Codec.jdk.decode(bytes) == nil)
    }
}

/// What a token is called.
@Suite struct NamingTests {
    private func subject(_ layout: String, _ claims: String) throws -> TokenSubject {
        let object = try #require(try JSONParser.parse(Array(claims.utf8)).objectValue)
        return try LayoutReader.preset(layout).naming.subject(
            of: .init(text: Array("h.p.s".utf8), claims: object) { "sha256:x" })
    }

    @Test func theFirstClaimThatIsThereNamesTheUser() throws {
        #expect(
            try subject("user-zset", #"{"data":{"id":7},"sub":"s"}"#).user?.description == "7")
        #expect(try subject("user-zset", #"{"data":{},"sub":"s"}"#).user?.description == "s")
        #expect(try subject("user-zset", #"{"data":"x"}"#).user == nil)
        #expect(try subject("user-zset", "{}").id.description == "h.p.s")
    }

    @Test(
        arguments: [
            ("{}", NamingError.missing(claims: ["jti"])),
            (#"{"jti":null}"#, .missing(claims: ["jti"])),
            (#"{"jti":true}"#, .wrongType(claim: "jti")),
            (#"{"jti":1.5}"#, .wrongType(claim: "jti")),
            (#"{"jti":["a"]}"#, .wrongType(claim: "jti")),
            (#"{"jti":""}"#, .refused(.empty, claim: "jti")),
        ] as [(String, NamingError)])
    func aTokenWithoutANameIsAnError(_ claims: String, _ error: NamingError) {
        #expect(throws: error) { try subject("codeape-gateway", claims) }
    }

    @Test func theNativeLayoutNamesWhatHasNoJTI() throws {
        #expect(try subject("native", "{}").id.description == "sha256:x")
    }
}
