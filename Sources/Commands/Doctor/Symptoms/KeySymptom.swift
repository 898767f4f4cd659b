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
                means: "Tokens can be revoked by id. Without a key, jwtctl cannot check whether a "
                    + "token is genuine.",
                remedy: "give --key FILE or --secret FILE, or set JWTCTL_KEY or JWTCTL_SECRET")
        case .unusable(let failure):
            return Finding(
                .key, "key_unusable", .error, failure.message,
                means: "No token can be verified; tokens can only be revoked by id.",
                remedy: failure.hint, data: ["code": .string(failure.code)])
        case .sound(let facts, let title, let hasHalves):
            return Finding(
                .key, "key_sound", .ok,
                title + (facts.type == "oct" ? "" : ", \(facts.strength)-bit strength")
                    + (hasHalves ? "; private and public key match" : ""), data: Self.data(facts))
        case .weak(let facts, let title, let isAllowed):
            return Finding(
                .key, "key_weak", isAllowed ? .warning : .error, "\(title) is too weak",
                means: "An attacker who breaks it can sign new tokens, which are not revoked.",
                remedy: "jwtctl key generate --alg ES256 --out NEW.pem", data: Self.data(facts))
        case .unfit(let algorithm, let title, let reason):
            return Finding(
                .key, "key_unfit", .error,
                "\(title) cannot be used with \(algorithm.rawValue): "
                    + VisibleText.escape(reason, columns: 100),
                means: "No token can be verified; tokens can only be revoked by id.",
                remedy: "omit --alg, or give a key for that algorithm")
        case .mismatched(let title):
            return Finding(
                .key, "halves_differ", .error, "private and public key do not match: \(title)",
                means: "Services with the public key reject tokens signed with the private key.",
                remedy: "jwtctl key public PRIVATE.pem")
        case .skipped(let member, let reason):
            return Finding(
                .key, "key_skipped", .warning,
                "member \(member) of the key set is ignored: "
                    + VisibleText.escape(reason, columns: 100),
                means: "Tokens signed with it cannot be verified.", remedy: "jwtctl key show JWKS",
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
