internal import CommandKit
internal import JOSE
internal import JSON

/// Whether the key that was named is good for anything.
enum KeySymptom: Symptom {
    case none
    case unusable(Failure)
    case sound(Key.Facts, title: String, hasHalves: Bool)
    /// No algorithm admits it without `--allow-weak-key`.
    case weak(Key.Facts, title: String, isAllowed: Bool)
    /// It does not fit the algorithm that was chosen.
    case unfit(Algorithm, title: String, reason: String)
    case mismatched(title: String)
    case skipped(member: Int, reason: String)

    /// Bits that NIST SP 800-57 asks for until 2030.
    private static let strength = 112

    static func symptoms(of keys: KeySet, _ options: KeyOptions) throws -> [KeySymptom] {
        try keys.keys.map { try symptom(of: $0, options) }
            + keys.skipped.map { .skipped(member: $0.index, reason: $0.reason.text) }
    }

    private static func symptom(of key: Key, _ options: KeyOptions) throws -> KeySymptom {
        let title = VisibleText.escape(key.description, columns: 100)
        if key.hasPrivateHalf, try !key.halvesMatch() { return .mismatched(title: title) }
        if let algorithm = options.algorithm,
            let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: true)
        {
            return .unfit(algorithm, title: title, reason: refusal.description)
        }
        let facts = key.facts
        let admitted = Set(key.algorithms(to: .verify) + key.algorithms(to: .sign))
        let isAdmitted = options.algorithm.map(admitted.contains) ?? !admitted.isEmpty
        return isAdmitted && facts.strength >= strength
            ? .sound(facts, title: title, hasHalves: key.hasPrivateHalf)
            : .weak(facts, title: title, isAllowed: options.allowsWeakKey)
    }

    var finding: Finding {
        switch self {
        case .none:
            return Finding(
                .key, "no_key", .note, "no key is configured",
                means: "Tokens can be revoked by their ids; without a key nobody checks whether a "
                    + "token that is handed in is genuine.",
                remedy: "give --key FILE or --secret FILE, or set JWTCTL_KEY or JWTCTL_SECRET")
        case .unusable(let failure):
            return Finding(
                .key, "key_unusable", .error, failure.message,
                means: "No token can be checked, and so none be revoked by itself.",
                remedy: failure.hint, data: ["code": .string(failure.code)])
        case .sound(let facts, let title, let hasHalves):
            return Finding(
                .key, "key_sound", .ok,
                title + (facts.type == "oct" ? "" : ", \(facts.strength) bits of strength")
                    + (hasHalves ? "; its halves match" : ""), data: Self.data(facts))
        case .weak(let facts, let title, let isAllowed):
            return Finding(
                .key, "key_weak", isAllowed ? .warning : .error, "\(title) is too weak",
                means: "Whoever breaks it signs tokens that nobody has revoked.",
                remedy: "jwtctl key generate --alg ES256 --out NEW.pem", data: Self.data(facts))
        case .unfit(let algorithm, let title, let reason):
            return Finding(
                .key, "key_unfit", .error,
                "\(title) does not fit \(algorithm.rawValue): "
                    + VisibleText.escape(reason, columns: 100),
                means: "No token can be checked, and so none be revoked by itself.",
                remedy: "leave --alg out, or give the key that belongs to it")
        case .mismatched(let title):
            return Finding(
                .key, "halves_differ", .error, "the halves of \(title) do not belong together",
                means: "What the private half signs, services with the public half refuse.",
                remedy: "jwtctl key public PRIVATE.pem")
        case .skipped(let member, let reason):
            return Finding(
                .key, "key_skipped", .warning,
                "member \(member) of the set is not used: \(VisibleText.escape(reason, columns: 100))",
                means: "Tokens signed with it can't be checked.", remedy: "jwtctl key show JWKS",
                data: ["member": .integer(Int64(member))])
        }
    }

    private static func data(_ facts: Key.Facts) -> JSONObject {
        [
            "kty": .string(facts.type), "bits": .integer(Int64(facts.bits)),
            "strength": .integer(Int64(facts.strength)),
        ]
    }
}
