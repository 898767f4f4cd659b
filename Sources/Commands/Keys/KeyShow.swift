internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

let keyShowCommand = Command(
    name: "show", summary: "Show a key's type, strength and algorithms.",
    discussion: [
        """
        Shows the key's type and size, the algorithms it can be used with, its strength, kid and \
        thumbprint, and whether the halves of a private key match. No part of a private key or \
        secret is shown.
        """,
        """
        Strength is the work of the best known attack, as a power of two: NIST requires 112 bits \
        until 2030 and 128 bits after that. For a secret it is correct only if the secret is random.
        """,
    ],
    defaults: KeyReadOptions(),
    options: [
        .group(KeyFileOptions.group, at: \.input), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key show private.pem", summary: "Show what a key is.",
            output: [
                "Ed25519 private key",
                "  thumbprint  TZ6WeG-WD9RxJ4Hi64tMJRsIhOMu2Ed8dt1Bf771zvA",
                "  signs       EdDSA Ed25519",
                "  verifies    EdDSA Ed25519",
                "  strength    128 bits",
                "  halves      match",
            ]),
        Example(
            command: "jwtctl key show jwks.json --json",
            summary: "Show every key of a set as JSON."),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["verify", "keys"],
    check: { options throws(UsageError) in try options.input.check() },
    run: { options, system in
        let console = Console(options.global, system: system)
        let keys = try options.input.load(console)
        var list = KeyResults(console, isSet: keys.isSet)
        for key in keys.keys {
            let card = try KeyCard(key)
            try list.append(card.json, id: card.thumbprint.text) { card.text(console.style) }
        }
        try list.finish()
        for skipped in keys.skipped {
            let name = skipped.keyID.map { " (kid \($0))" } ?? ""
            try console.warn(
                VisibleText.escape(
                    "member \(skipped.index)\(name) of the set is not used: \(skipped.reason)",
                    columns: 200))
        }
        return .success
    })

/// What there is to say of one key.
private struct KeyCard {
    let key: Key
    let facts: Key.Facts
    let thumbprint: JSONString
    let signing: [Algorithm]
    let verifying: [Algorithm]
    /// What only `--allow-weak-key` would admit.
    let weak: [Algorithm]
    /// nil where there is but one half.
    let halvesMatch: Bool?

    init(_ key: Key) throws {
        self.key = key
        facts = key.facts
        thumbprint = try key.thumbprint()
        signing = key.algorithms(to: .sign)
        verifying = key.algorithms(to: .verify)
        let strong = signing + verifying
        weak =
            (key.algorithms(to: .sign, allowWeak: true)
            + key.algorithms(to: .verify, allowWeak: true))
            .reduce(into: []) { if !strong.contains($1), !$0.contains($1) { $0.append($1) } }
        halvesMatch = key.hasPrivateHalf ? try key.halvesMatch() : nil
    }

    private static func names(_ algorithms: [Algorithm]) -> JSONValue {
        .array(algorithms.map { .string($0.rawValue) })
    }

    var json: JSONObject {
        [
            "kty": .string(facts.type), "crv": facts.curve.map { .string($0) } ?? .null,
            "bits": .integer(Int64(facts.bits)),
            "private": .bool(key.hasPrivateHalf || key.isSecret),
            "kid": key.keyID.map { .string($0) } ?? .null,
            "use": key.declaredUse.map { .string($0) } ?? .null,
            "alg": key.declaredAlgorithm.map { .string($0) } ?? .null,
            "thumbprint": .string(thumbprint), "signs": Self.names(signing),
            "verifies": Self.names(verifying), "weak_for": Self.names(weak),
            "strength": .integer(Int64(facts.strength)),
            "halves_match": halvesMatch.map { .bool($0) } ?? .null,
        ]
    }

    func text(_ style: Style) -> String {
        var lines = [VisibleText.escape(key.description, columns: 200)]
        func add(_ name: String, _ value: String?) {
            guard let value else { return }
            let padding = String(repeating: " ", count: max(12 - name.utf8.count, 1))
            lines.append("  " + style.dim(name) + padding + value)
        }
        func list(_ algorithms: [Algorithm]) -> String? {
            algorithms.isEmpty ? nil : algorithms.map(\.rawValue).joined(separator: " ")
        }
        add("thumbprint", thumbprint.text)
        add("use", key.declaredUse.map { VisibleText.escape($0.text, columns: 60) })
        add("alg", key.declaredAlgorithm.map { VisibleText.escape($0.text, columns: 60) })
        add("signs", list(signing))
        add("verifies", list(verifying) ?? (list(weak) == nil ? "nothing" : nil))
        add(
            "weak for",
            list(weak).map { style.yellow($0) + " (only with --allow-weak-key)" })
        add("strength", "\(facts.strength) bits" + (key.isSecret ? " if it is random" : ""))
        add("halves", halvesMatch.map { $0 ? "match" : style.red("DO NOT MATCH") })
        return lines.joined(separator: "\n") + "\n"
    }
}
