import JSON
import TestSupport
import Testing

/// nst/JSONTestSuite: what must be accepted, what must be refused, and our choice for the rest.
@Suite(.enabled(if: Vectors.arePresent)) struct JSONTestSuiteTests {
    /// What becomes of a text.
    enum Outcome: Equatable {
        /// Written again, it is this.
        case read(String)
        case refused(JSONError.Kind)
    }

    /// The 35 texts on which RFC 8259 leaves the choice. Numbers are texts here, so one that is too
    /// precise or too small for a double is read as it stands; one beyond its range is not, since
    /// readers disagree between infinity and an error. Half a surrogate pair has no UTF-8 (section
    /// 8.2), a text is UTF-8 without a mark (section 8.1), and the depth limit is 64 (section 9).
    private static let optional: [String: Outcome] = [
        "number_double_huge_neg_exp": .read("[123.456e-789]"),
        "number_real_underflow": .read("[123e-10000000]"),
        "number_too_big_neg_int": .read("[-123123123123123123123123123123]"),
        "number_too_big_pos_int": .read("[100000000000000000000]"),
        "number_very_big_negative_int": .read(
            "[-237462374673276894279832749832423479823246327846]"),
        "number_huge_exp": .refused(.numberTooLarge),
        "number_neg_int_huge_exp": .refused(.numberTooLarge),
        "number_pos_double_huge_exp": .refused(.numberTooLarge),
        "number_real_neg_overflow": .refused(.numberTooLarge),
        "number_real_pos_overflow": .refused(.numberTooLarge),

        "object_key_lone_2nd_surrogate": .refused(.loneSurrogate),
        "string_1st_surrogate_but_2nd_missing": .refused(.loneSurrogate),
        "string_1st_valid_surrogate_2nd_invalid": .refused(.loneSurrogate),
        "string_incomplete_surrogate_and_escape_valid": .refused(.loneSurrogate),
        "string_incomplete_surrogate_pair": .refused(.loneSurrogate),
        "string_incomplete_surrogates_escape_valid": .refused(.loneSurrogate),
        "string_invalid_lonely_surrogate": .refused(.loneSurrogate),
        "string_invalid_surrogate": .refused(.loneSurrogate),
        "string_inverted_surrogates_U+1D11E": .refused(.loneSurrogate),
        "string_lone_second_surrogate": .refused(.loneSurrogate),

        "string_UTF-8_invalid_sequence": .refused(.invalidUTF8),
        "string_UTF8_surrogate_U+D800": .refused(.invalidUTF8),
        "string_invalid_utf-8": .refused(.invalidUTF8),
        "string_iso_latin_1": .refused(.invalidUTF8),
        "string_lone_utf8_continuation_byte": .refused(.invalidUTF8),
        "string_not_in_unicode_range": .refused(.invalidUTF8),
        "string_overlong_sequence_2_bytes": .refused(.invalidUTF8),
        "string_overlong_sequence_6_bytes": .refused(.invalidUTF8),
        "string_overlong_sequence_6_bytes_null": .refused(.invalidUTF8),
        "string_truncated-utf-8": .refused(.invalidUTF8),

        "string_UTF-16LE_with_BOM": .refused(.unexpectedByte(0xFF)),
        "string_utf16BE_no_BOM": .refused(.unexpectedByte(0)),
        "string_utf16LE_no_BOM": .refused(.unexpectedByte(0)),
        "structure_UTF-8_BOM_empty_object": .refused(.byteOrderMark),
        "structure_500_nested_arrays": .refused(.tooDeep),
    ]

    /// The 22 texts that parsers are known to read differently.
    private static let transformed: [String: Outcome] = [
        "number_-9223372036854775808": .read("[-9223372036854775808]"),
        "number_-9223372036854775809": .read("[-9223372036854775809]"),
        "number_1.0": .read("[1.0]"),
        "number_1.000000000000000005": .read("[1.000000000000000005]"),
        "number_1000000000000000": .read("[1000000000000000]"),
        "number_10000000000000000999": .read("[10000000000000000999]"),
        "number_1e-999": .read("[1E-999]"),
        "number_1e6": .read("[1E6]"),
        "number_9223372036854775807": .read("[9223372036854775807]"),
        "number_9223372036854775808": .read("[9223372036854775808]"),
        "object_key_nfc_nfd": .read("{\"\u{e9}\":\"NFC\",\"e\u{301}\":\"NFD\"}"),
        "object_key_nfd_nfc": .read("{\"e\u{301}\":\"NFD\",\"\u{e9}\":\"NFC\"}"),
        "object_same_key_different_values": .refused(.duplicateName("a")),
        "object_same_key_same_value": .refused(.duplicateName("a")),
        "object_same_key_unclear_values": .refused(.duplicateName("a")),
        "string_1_escaped_invalid_codepoint": .refused(.loneSurrogate),
        "string_2_escaped_invalid_codepoints": .refused(.loneSurrogate),
        "string_3_escaped_invalid_codepoints": .refused(.loneSurrogate),
        "string_1_invalid_codepoint": .refused(.invalidUTF8),
        "string_2_invalid_codepoints": .refused(.invalidUTF8),
        "string_3_invalid_codepoints": .refused(.invalidUTF8),
        "string_with_escaped_NULL": .read(#"["A\u0000B"]"#),
    ]

    /// Texts that RFC 8259 section 4 allows and that we refuse: they have a name twice.
    private static let refusedValid: Set = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    private func names(_ folder: String, _ prefix: String) throws -> [String] {
        try Vectors.names(in: "jsontestsuite/\(folder)").filter { $0.hasPrefix(prefix) }
    }

    private func outcome(_ folder: String, _ name: String) throws -> (Outcome, written: [UInt8]) {
        let text = try Vectors.bytes("jsontestsuite/\(folder)/\(name)")
        do throws(JSONError) {
            let written = try JSONParser.parse(text).encoded()
            return (.read(String(decoding: written, as: UTF8.self)), written)
        } catch {
            return (.refused(error.kind), [])
        }
    }

    @Test(arguments: [("y_", 95), ("n_", 188)])
    func everyFileGetsItsVerdict(prefix: String, expectedCount: Int) throws {
        let names = try names("test_parsing", prefix)
        for name in names {
            let expected = prefix == "y_" && !Self.refusedValid.contains(name)
            let outcome = try outcome("test_parsing", name).0
            let isAccepted = if case .read = outcome { true } else { false }
            #expect(isAccepted == expected, "\(name)")
        }
        print("JSONTestSuite \(prefix): \(names.count) of \(expectedCount)")
        #expect(names.count == expectedCount)
    }

    /// By bytes, since to Swift the two spellings of an accented letter are one string.
    private func check(_ folder: String, _ prefix: String, _ table: [String: Outcome]) throws {
        let names = try names(folder, prefix)
        for name in names {
            let expected = try #require(
                table[String(name.dropFirst(prefix.count).dropLast(5))], "\(name)")
            let (outcome, written) = try outcome(folder, name)
            #expect(outcome == expected, "\(name)")
            if case .read(let text) = expected { #expect(written == Array(text.utf8), "\(name)") }
        }
        print("JSONTestSuite \(folder) \(prefix): \(names.count) of \(table.count)")
        #expect(names.count == table.count)
    }

    @Test func whatTheRFCLeavesOpenIsSettled() throws {
        #expect(Self.optional.count == 35)
        try check("test_parsing", "i_", Self.optional)
    }

    @Test func textsOnWhichParsersDisagreeAreReadOneWayOrRefused() throws {
        #expect(Self.transformed.count == 22)
        try check("test_transform", "", Self.transformed)
    }

    /// Every accepted text: what is written reads as the same value, and is written the same again.
    @Test func writingIsAFixedPoint() throws {
        var count = 0
        for folder in ["test_parsing", "test_transform"] {
            for name in try names(folder, "") {
                let text = try Vectors.bytes("jsontestsuite/\(folder)/\(name)")
                guard let value = try? JSONParser.parse(text) else { continue }
                for style in [JSONStyle.compact, .pretty] {
                    for escaping in [JSONEscaping.minimal, .visible] {
                        let written = value.encoded(style, escaping: escaping)
                        let again = try JSONParser.parse(written)
                        #expect(again == value, "\(name)")
                        #expect(again.encoded(style, escaping: escaping) == written, "\(name)")
                    }
                }
                count += 1
            }
        }
        // 93 y_, five i_ and thirteen of the other folder.
        #expect(count == 111)
    }
}
