internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// The checks of the configured key for `doctor`. They need no Redis.
enum KeyChecks {
    /// The security strength in bits that NIST SP 800-57 Part 1 requires through 2030.
    private static let requiredStrength = 112

    /// One finding for each key of the set, and one for each member of a JWKS that is no usable
    /// key. A key that cannot be read is a finding; contradictory options and a failed output are
    /// thrown.
    static func findings(_ options: KeyOptions, _ console: Console) throws -> [Finding] {
        do {
            guard let keys = try options.load(console) else { return [.noKey] }
            return try keys.keys.map { try finding(of: $0, options) }
                + keys.skipped.map { .keySkipped(member: $0.index, reason: $0.reason.text) }
        } catch let error as OutputError {
            throw error
        } catch {
            let failure = Diagnostics.failure(for: error)
            if failure.status == .usage { throw error }
            return [.keyUnusable(failure)]
        }
    }

    /// The most important finding about a key, worst first: halves that do not match, a key that
    /// does not fit `--alg`, a weak key.
    private static func finding(of key: Key, _ options: KeyOptions) throws -> Finding {
        if key.hasPrivateHalf, try !key.halvesMatch() { return .halvesDiffer(key) }
        if let algorithm = options.algorithm,
            let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: true)
        {
            return .keyUnfit(key, for: algorithm, reason: refusal.description)
        }
        let admitted = Set(key.algorithms(to: .verify) + key.algorithms(to: .sign))
        let isAdmitted = options.algorithm.map(admitted.contains) ?? !admitted.isEmpty
        return isAdmitted && key.facts.strength >= requiredStrength
            ? .keySound(key) : .keyWeak(key, isAllowed: options.allowsWeakKey)
    }
}

/// The configured key.
extension Finding {
    /// No key is configured, which is fine for revoking tokens by id.
    static let noKey = Finding(
        .key, "no_key", .note, "no key is configured",
        means: "Tokens can be revoked by id. Without a key, jwtctl cannot check whether a "
            + "token is genuine.",
        remedy: "give --key FILE or --secret FILE, or set JWTCTL_KEY or JWTCTL_SECRET")

    /// The consequence of a key that cannot be used at all.
    private static let nothingVerifies =
        "No token can be verified; tokens can only be revoked by id."

    /// The key cannot be read; `failure` says why.
    static func keyUnusable(_ failure: Failure) -> Finding {
        Finding(
            .key, "key_unusable", .error, failure.message, means: nothingVerifies,
            remedy: failure.hint, data: ["code": .string(failure.code)])
    }

    /// A key that is strong enough for its algorithms. An HMAC secret has no other strength than
    /// its length, which is in its title.
    static func keySound(_ key: Key) -> Finding {
        let facts = key.facts
        return Finding(
            .key, "key_sound", .ok,
            key.title + (facts.type == "oct" ? "" : ", \(facts.strength)-bit strength")
                + (key.hasPrivateHalf ? "; private and public key match" : ""),
            data: facts.data)
    }

    /// `isAllowed` says that `--allow-weak-key` was given, which makes it a warning.
    static func keyWeak(_ key: Key, isAllowed: Bool) -> Finding {
        Finding(
            .key, "key_weak", isAllowed ? .warning : .error, "\(key.title) is too weak",
            means: "An attacker who breaks it can sign new tokens, which are not revoked.",
            remedy: "jwtctl key generate --alg ES256 --out NEW.pem", data: key.facts.data)
    }

    /// The key cannot be used with the algorithm of `--alg`. `reason` may contain text from the key
    /// file.
    static func keyUnfit(_ key: Key, for algorithm: Algorithm, reason: String) -> Finding {
        Finding(
            .key, "key_unfit", .error,
            "\(key.title) cannot be used with \(algorithm.rawValue): "
                + VisibleText.escape(reason, columns: 100), means: nothingVerifies,
            remedy: "omit --alg, or give a key for that algorithm")
    }

    /// The public half of a key pair does not verify what the private half signs.
    static func halvesDiffer(_ key: Key) -> Finding {
        Finding(
            .key, "halves_differ", .error, "private and public key do not match: \(key.title)",
            means: "Services with the public key reject tokens signed with the private key.",
            remedy: "jwtctl key public PRIVATE.pem")
    }

    /// `member` is the position in the JWKS.
    static func keySkipped(member: Int, reason: String) -> Finding {
        Finding(
            .key, "key_skipped", .warning,
            "member \(member) of the key set is ignored: "
                + VisibleText.escape(reason, columns: 100),
            means: "Tokens signed with it cannot be verified.", remedy: "jwtctl key show JWKS",
            data: ["member": .integer(Int64(member))])
    }
}

extension Key {
    /// The kind and size of the key, escaped, since it may contain text from the key file.
    fileprivate var title: String { VisibleText.escape(description, columns: 100) }
}

extension Key.Facts {
    /// The key's public facts for `Finding.data`. They say nothing about the secret itself.
    fileprivate var data: JSONObject {
        [
            "kty": .string(type), "bits": .integer(Int64(bits)),
            "strength": .integer(Int64(strength)),
        ]
    }
}
