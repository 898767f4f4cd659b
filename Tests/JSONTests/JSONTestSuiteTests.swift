import JSON
import TestSupport
import Testing

/// nst/JSONTestSuite: what must be accepted, what must be refused, and our choice for the rest.
@Suite(.enabled(if: Vectors.arePresent)) struct JSONTestSuiteTests {
    /// The texts on which RFC 8259 leaves the choice, and that we accept. All others are refused.
    private static let acceptedOptional: Set = [
        "i_number_double_huge_neg_exp.json", "i_number_real_underflow.json",
        "i_number_too_big_neg_int.json", "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    ]

    /// Texts that RFC 8259 section 4 allows and that we refuse: they have a name twice.
    private static let refusedValid: Set = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    private func isAccepted(_ name: String) throws -> Bool {
        let text = try Vectors.bytes("jsontestsuite/test_parsing/\(name)")
        do {
            _ = try JSONParser.parse(text)
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: [("y_", 95), ("n_", 188), ("i_", 35)])
    func everyFileGetsItsVerdict(prefix: String, expectedCount: Int) throws {
        let names = try Vectors.names(in: "jsontestsuite/test_parsing")
            .filter { $0.hasPrefix(prefix) }
        for name in names {
            let expected =
                prefix == "y_"
                ? !Self.refusedValid.contains(name) : Self.acceptedOptional.contains(name)
            #expect(try isAccepted(name) == expected, "\(name)")
        }
        print("JSONTestSuite \(prefix): \(names.count) of \(expectedCount)")
        #expect(names.count == expectedCount)
    }

    @Test func textsOnWhichParsersDisagreeAreReadOneWayOrRefused() throws {
        let accepted: [String: String] = [
            "number_-9223372036854775808.json": "[-9223372036854775808]",
            "number_-9223372036854775809.json": "[-9223372036854775809]",
            "number_1.0.json": "[1.0]",
            "number_1.000000000000000005.json": "[1.000000000000000005]",
            "number_1000000000000000.json": "[1000000000000000]",
            "number_10000000000000000999.json": "[10000000000000000999]",
            "number_1e-999.json": "[1E-999]",
            "number_1e6.json": "[1E6]",
            "number_9223372036854775807.json": "[9223372036854775807]",
            "number_9223372036854775808.json": "[9223372036854775808]",
            "object_key_nfc_nfd.json": "{\"\u{e9}\":\"NFC\",\"e\u{301}\":\"NFD\"}",
            "object_key_nfd_nfc.json": "{\"e\u{301}\":\"NFD\",\"\u{e9}\":\"NFC\"}",
            "string_with_escaped_NULL.json": #"["A\u0000B"]"#,
        ]
        let names = try Vectors.names(in: "jsontestsuite/test_transform")
        for name in names {
            let text = try Vectors.bytes("jsontestsuite/test_transform/\(name)")
            let value = try? JSONParser.parse(text)
            let written = value.map { Array($0.encoded()) }
            #expect(written == accepted[name].map { Array($0.utf8) }, "\(name)")
        }
        print("JSONTestSuite transform: \(names.count) of 22")
        #expect(names.count == 22)
    }
}
