import Foundation
import JSON
import Platform
import TestSupport
import Testing

@testable import Commands

/// A token, the key it is judged with, and the verdict that the contract demands.
struct HostileToken {
    /// How the operator names the key.
    enum Key {
        case secret(String)
        case key(String)
    }

    let name: String
    let token: [UInt8]
    var key = Key.secret(Forge.secret)
    var arguments: [String] = []
    /// The `reason`; nil for the controls, which have to be accepted.
    let reason: String?

    /// The statuses of the contract, written out a second time.
    private var status: Int32 {
        switch reason {
        case nil: 0
        case "malformed": 3
        case "bad_signature", "no_key", "algorithm_not_allowed", "weak_key", "unsupported_header": 4
        default: 5
        }
    }

    private func run(_ arguments: [String]) -> TestTool.Result {
        var environment: [String: String] = [:]
        var options: [String] = []
        switch key {
        case _ where arguments[0] == "decode": break
        case .secret(let text):
            environment["KEY"] = text
            options = ["--secret", "env:KEY"]
        case .key(let text):
            environment["KEY"] = text
            options = ["--key", "env:KEY"]
        }
        return Forge.tool.run(arguments + options, environment: environment, input: token)
    }

    /// Runs the token through `verify` and `decode`, for people and for programs.
    func check() throws {
        let label = Comment(rawValue: name)
        let verify = ["verify", "--offline"] + arguments
        let verdict = run(verify + ["--json"])
        #expect(verdict.status == status, label)
        let object = try verdict.object()
        #expect(object["reason"] == (reason.map { .string($0) } ?? .null), label)
        #expect(object["valid"] == .bool(reason == nil), label)
        #expect(object["active"] == (reason == nil ? .null : .bool(false)), label)
        #expect(object["verified"] == .bool(status == 0 || status == 5), label)

        let text = run(verify)
        #expect(text.status == status, label)
        let decoded = [run(["decode"]), run(["decode", "--json"])]
        for result in decoded {
            // A person is served the token that stands in other text or on several lines, whole or
            // not; a gateway is not.
            let isTaken =
                result.errors.contains("jwtctl: using the token at byte ")
                || result.errors.contains("jwtctl: joined the lines of the token\n")
            if isTaken {
                #expect([0, 3].contains(result.status) && status == 3, label)
            } else {
                #expect(result.status == (status == 3 || hasCutSignature ? 3 : 0), label)
            }
        }
        for result in [verdict, text] + decoded {
            for stream in [result.outputBytes, result.errorBytes] {
                let shown = try #require(String(validating: stream, as: UTF8.self), label)
                #expect(!shown.unicodeScalars.contains(where: Self.isRaw), label)
            }
            // One line of a message holds 200 columns of what a stranger wrote, and some of ours.
            #expect(Self.longestLine(result.errorBytes) <= 300, label)
        }
        #expect(Self.longestLine(text.outputBytes) <= 300, label)
    }

    /// How long signatures are at least; to `decode` a shorter one was cut by a log.
    private static let signatureByteCounts = [
        "HS256": 32, "HS384": 48, "HS512": 64, "ES256": 64, "ES384": 96, "ES512": 132,
        "ES256K": 64, "EdDSA": 64, "Ed25519": 64, "Ed448": 114, "RS256": 128, "RS384": 128,
        "RS512": 128, "PS256": 128, "PS384": 128, "PS512": 128,
    ]

    private var hasCutSignature: Bool {
        let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Data(base64URL: parts[0]),
            let object = try? JSONSerialization.jsonObject(with: header) as? [String: Any],
            let name = object["alg"] as? String,
            // By bytes: to Swift, ES256K with a Kelvin sign is the same name.
            let least = Self.signatureByteCounts.first(where: {
                $0.key.utf8.elementsEqual(name.utf8)
            })
        else { return false }
        return parts[2].count * 3 / 4 < least.value
    }

    /// What may move the cursor, hide or reorder, LF apart.
    private static func isRaw(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF,
            0xE0000...0xE007F:
            true
        default: false
        }
    }

    private static func longestLine(_ text: [UInt8]) -> Int {
        text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self).count }.max() ?? 0
    }
}

extension Data {
    fileprivate init?(base64URL text: ArraySlice<UInt8>) {
        let standard = text.map { byte in
            byte == UInt8(ascii: "-")
                ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        self.init(base64Encoded: Data(standard + padding))
    }
}
