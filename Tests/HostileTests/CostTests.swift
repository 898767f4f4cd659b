import Foundation
import JSON
import OpenSSL
import TestSupport
import Testing

/// D3, D4: no token costs more than its size does. Each takes less than 50 ms of processor time in
/// an optimized build; the bound is ten times that, since the tests run without optimization, and
/// it is processor time, since they share the machine.
struct CostTests {
    static let bound = Duration.milliseconds(500)

    /// A text of `count` members or elements.
    private static func joined(_ count: Int, _ element: (Int) -> String) -> String {
        (0..<count).map(element).joined(separator: ",")
    }

    private static func digits(_ count: Int) -> String { String(repeating: "9", count: count) }

    struct Attack: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var header = #"{"alg":"HS256"}"#
        var payload = #"{"sub":"alice"}"#
        var arguments: [String] = []
        let status: Int32
    }

    static let attacks = [
        Attack(
            testDescription: "10,000 members",
            payload: "{" + joined(10_000) { #""m\#($0)":\#($0)"# } + "}", status: 0),
        Attack(
            testDescription: "10,000 members, the last twice",
            payload: "{" + joined(10_000) { #""m\#($0)":0"# } + #","m9999":1}"#, status: 3),
        Attack(
            testDescription: "10,000 names that differ at their end",
            payload: "{" + joined(9_000) { #""aaaaaaaaaaa\#($0)":0"# } + "}", status: 0),
        Attack(
            testDescription: "nested objects of one member",
            payload: String(repeating: #"{"a":"#, count: 30_000), status: 3),
        Attack(
            testDescription: "100,000 opening brackets",
            payload: #"{"a":"# + String(repeating: "[", count: 100_000), status: 3),
        Attack(
            testDescription: "numbers of 300 digits",
            payload: #"{"a":["# + joined(600) { _ in digits(300) } + "]}", status: 0),
        Attack(
            testDescription: "a number of 190,000 digits behind the point",
            payload: #"{"a":0."# + digits(190_000) + "}", status: 0),
        Attack(
            testDescription: "exp of 400 digits", payload: #"{"exp":\#(digits(400))}"#, status: 3),
        Attack(
            testDescription: "exp of 300 digits", payload: #"{"exp":\#(digits(300))}"#, status: 0),
        Attack(
            testDescription: "exp of 150,000 digits", payload: #"{"exp":\#(digits(150_000))}"#,
            status: 3),
        Attack(
            testDescription: "exp with 150,000 zeros",
            payload: #"{"exp":1.\#(String(repeating: "0", count: 150_000))}"#, status: 5),
        Attack(
            testDescription: "an exponent of 150,000 digits",
            payload: #"{"exp":1e-\#(digits(150_000))}"#, status: 5),
        Attack(
            testDescription: "a string of escapes",
            payload: #"{"note":""# + String(repeating: #"\u0041"#, count: 30_000) + #""}"#,
            status: 0),
        Attack(
            testDescription: "a string of quotes to be escaped",
            payload: #"{"note":""# + String(repeating: #"\""#, count: 90_000) + #""}"#, status: 0),
        Attack(
            testDescription: "a name of 180,000 characters",
            payload: #"{""# + String(repeating: "n", count: 180_000) + #"":1}"#, status: 0),
        Attack(
            testDescription: "combining marks",
            payload: #"{"note":"a"# + String(repeating: "\u{301}", count: 90_000) + #""}"#,
            status: 0),
        Attack(
            testDescription: "a sub of 90,000 bytes",
            payload: #"{"sub":""# + String(repeating: "a", count: 90_000) + #""}"#, status: 5),
        Attack(
            testDescription: "30,000 audiences, none of three",
            payload: #"{"aud":["# + joined(30_000) { "\"\($0 % 10)\"" } + "]}",
            arguments: ["--aud", "x", "--aud", "y", "--aud", "z"], status: 5),
        Attack(
            testDescription: "1,500 members of the header",
            header: #"{"alg":"HS256","# + joined(700) { #""m\#($0)":0"# } + "}", status: 0),
        Attack(
            testDescription: "1,000 names in crit",
            header: #"{"alg":"HS256","crit":["# + joined(1_000) { "\"\($0)\"" } + "]}", status: 4),
        Attack(
            testDescription: "a kid of 8,000 bytes",
            header: #"{"alg":"HS256","kid":""# + String(repeating: "k", count: 8_000) + #""}"#,
            status: 0),
        Attack(
            testDescription: "white space",
            payload: "{" + String(repeating: " ", count: 190_000) + "}",
            status: 0),
    ]

    @Test(arguments: attacks) func noTokenIsDear(attack: Attack) throws {
        let token = try Forge.token(header: attack.header, payload: attack.payload)
        for arguments in [["--json"], []] {
            var status: Int32?
            let cost = ProcessorTime.of {
                status =
                    Forge.tool.run(
                        ["verify", "--offline", "--secret", "env:KEY"] + attack.arguments
                            + arguments, environment: ["KEY": Forge.secret], input: token
                    ).status
            }
            #expect(status == attack.status)
            #expect(cost < Self.bound, "verify \(arguments): \(cost)")
        }
        for arguments in [["--json"], []] {
            let cost = ProcessorTime.of { _ = Forge.tool.run(["decode"] + arguments, input: token) }
            #expect(cost < Self.bound, "decode \(arguments): \(cost)")
        }
    }

    /// A set as large as `--key` reads, and a token whose key is in none of its places.
    @Test func aLargeSetIsNotTriedForANameThatItHasNot() throws {
        let jwk = try Keyring.jwk(rsa: Keyring.shared.rsa)
        let members = Self.joined(1_000) { jwk.dropLast() + #","kid":"\#($0)"}"# }
        let token = try Forge.token(
            header: #"{"alg":"RS256","kid":"x"}"#,
            sign: Keyring.sign(Keyring.shared.rsa, .rsaPKCS1(.sha256)))
        var reason: String?
        let cost = ProcessorTime.of {
            let result = Forge.tool.run(
                ["verify", "--offline", "--key", "env:KEY", "--json"],
                environment: ["KEY": #"{"keys":[\#(members)]}"#], input: token)
            reason = try? result.object()["reason"]?.stringValue?.text
        }
        #expect(reason == "no_key")
        #expect(cost < .seconds(1), "\(cost)")
    }
}
