import Foundation
import TestSupport
import Testing

@testable import Commands

/// Tokens that are made otherwise than RFC 7515 says are named.
@Suite(.redis) struct TokenOddityTests {
    private let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
    }

    private func text(_ header: String, _ payload: Data, _ signature: Data) -> String {
        [Data(header.utf8), payload, signature].map(\.base64URL).joined(separator: ".")
    }

    private static let payload = Data(#"{"sub":"alice","jti":"t","exp":4102444800}"#.utf8)

    @Test(arguments: [
        ("ES256", 71, 64), ("ES256", 70, 64), ("ES384", 103, 96), ("ES512", 138, 132),
    ])
    func `a signature in DER is named`(_ algorithm: String, _ count: Int, _ raw: Int) throws {
        let key = sandbox.directory.file("\(algorithm)-\(count).pem")
        let made = sandbox.jwtctl("key", "generate", "--alg", algorithm, "--out", key)
        try #require(made.status == 0, "\(made.errors)")
        let head: [UInt8] =
            count < 130 ? [0x30, UInt8(count - 2)] : [0x30, 0x81, UInt8(count - 3)]
        let signature = Data(head + [UInt8](repeating: 7, count: count - head.count))
        var jwtctl = sandbox.jwtctl
        jwtctl.environment["JWTCTL_SECRET"] = nil
        jwtctl.environment["JWTCTL_KEY"] = key
        let token = text(#"{"alg":"\#(algorithm)"}"#, Self.payload, signature)
        let result = jwtctl("verify", "--offline", token)
        #expect(result.status == 4)
        #expect(
            result.errors.contains("\(count) bytes of DER; JWS requires r and s in \(raw) bytes"),
            "\(result.errors)")
        let plain = text(
            #"{"alg":"\#(algorithm)"}"#, Self.payload, Data(repeating: 7, count: raw))
        #expect(!jwtctl("verify", "--offline", plain).errors.contains("DER"))
    }

    @Test func `a token in a token is to be decoded again`() throws {
        let inner = try sandbox.token("--no-record")
        let token = text(#"{"alg":"HS256","cty":"JWT"}"#, Data(inner.utf8), Data("x".utf8))
        for command in ["decode", "verify"] {
            let result = sandbox.jwtctl(command, token)
            #expect(result.status == 3)
            #expect(result.errors.contains("the payload is itself a token"), "\(result.errors)")
            #expect(!result.errors.contains(inner))
        }
        #expect(sandbox.jwtctl("revoke", token).status == 3)
        #expect(try sandbox.server.cli("KEYS", "*") == "")
    }

    @Test func `a compressed payload is named`() throws {
        let token = text(#"{"alg":"HS256","zip":"DEF"}"#, Data([0x55, 0xCA, 7]), Data("x".utf8))
        for command in ["decode", "verify"] {
            let result = sandbox.jwtctl(command, token)
            #expect(result.status == 3)
            #expect(result.errors.contains("'zip': the payload is compressed"), "\(result.errors)")
        }
        let readable = handmade(header: #"{"alg":"HS256","zip":"DEF"}"#, #"{"sub":"a"}"#)
        let result = sandbox.jwtctl("verify", "--offline", readable)
        #expect(result.status == 4)
        #expect(result.errors.contains("only encrypted tokens may be compressed"))
    }
}
