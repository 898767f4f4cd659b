internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// Options of `key show` and `key thumbprint`, which only read a key.
struct KeyReadOptions: CommandOptions {
    var global = GlobalOptions()
    /// The key or the set to read.
    var input = KeyFileOptions()
}

/// `key show`: what a key can do, without any part of its secret.
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
        let list = console.writer([Column<KeyCard>.all { $0.json }], of: keys.extent) {
            Item.line($0.thumbprint.text, keys: nil)
        } text: {
            $0.text(console.style)
        }
        for key in keys.keys { try list.append(try KeyCard(key)) }
        try list.finish(empty: "")
        // Members that are no usable keys are warnings, so that the others are shown.
        for skipped in keys.skipped {
            let name = skipped.keyID.map { " (kid \($0))" } ?? ""
            try console.warn(
                VisibleText.escape(
                    "member \(skipped.index)\(name) of the set is not used: \(skipped.reason)",
                    columns: 200))
        }
        return .success
    })

/// The facts about one key. Those that can fail are collected before any of them is printed.
private struct KeyCard {
    let key: Key
    /// The thumbprint of RFC 7638.
    let thumbprint: JSONString
    /// Whether the public half belongs to the private one; nil if there is only one half.
    let halvesMatch: Bool?

    /// Collects what can fail. The halves of a private key are compared by signing once.
    init(_ key: Key) throws {
        self.key = key
        thumbprint = try key.thumbprint()
        halvesMatch = key.hasPrivateHalf ? try key.halvesMatch() : nil
    }

    /// Algorithms with which it can sign; empty for a public key.
    private var signing: [Algorithm] { key.algorithms(to: .sign) }
    /// Algorithms whose signatures it can verify.
    private var verifying: [Algorithm] { key.algorithms(to: .verify) }

    /// Algorithms for which it is too weak, so that they need `--allow-weak-key`.
    private var weak: [Algorithm] {
        let strong = signing + verifying
        let all = [Key.Use.sign, .verify].flatMap { key.algorithms(to: $0, allowWeak: true) }
        return all.reduce(into: []) {
            if !strong.contains($1), !$0.contains($1) { $0.append($1) }
        }
    }

    /// The algorithms as a JSON array, in their order.
    private static func names(_ algorithms: [Algorithm]) -> JSONValue {
        .array(algorithms.map { .string($0.rawValue) })
    }

    /// The object of the key in the JSON result. Null means that the key does not have or say it.
    var json: JSONObject {
        let facts = key.facts
        return [
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

    /// The key for a person: its title, then a line for each fact that it has. `kid`, `use` and `alg`
    /// come from the file and are escaped; a key that no algorithm accepts says so.
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
        add("strength", "\(key.facts.strength) bits" + (key.isSecret ? " if it is random" : ""))
        add("halves", halvesMatch.map { $0 ? "match" : style.red("DO NOT MATCH") })
        return lines.joined(separator: "\n") + "\n"
    }
}

/// `key thumbprint`: the thumbprint of RFC 7638, section 3, as base64url text.
let keyThumbprintCommand = Command(
    name: "thumbprint", summary: "Print the JWK thumbprint of a key.",
    discussion: [
        """
        Prints the RFC 7638 thumbprint with SHA-256. It is the same for both halves of a key pair \
        and in every format. jwtctl writes it as kid unless another kid is given. For a JWKS, \
        prints one line for each key.
        """,
        """
        Anyone who sees the thumbprint of an HMAC secret can use it to check guesses of the \
        secret: do not publish it unless the secret is random.
        """,
    ],
    defaults: KeyReadOptions(),
    options: [
        .group(KeyFileOptions.group, at: \.input), .group(GlobalOptions.group, at: \.global),
    ],
    operands: [KeyFileOptions.operand(at: \.input)],
    examples: [
        Example(
            command: "jwtctl key thumbprint public.pem", summary: "Print a key's thumbprint.",
            output: ["TZ6WeG-WD9RxJ4Hi64tMJRsIhOMu2Ed8dt1Bf771zvA"]),
        Example(
            command:
                "jwtctl issue --no-record --key private.pem --header \"kid=$(jwtctl key thumbprint private.pem)\"",
            summary: "Issue a token with the thumbprint as its kid."),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["issue", "keys"],
    check: { options throws(UsageError) in try options.input.check() },
    run: { options, system in
        let console = Console(options.global, system: system)
        let keys = try options.input.load(console)
        // All are computed before the first is printed, so that an error leaves no partial list.
        let thumbprints = try keys.keys.map { (key: $0, thumbprint: try $0.thumbprint()) }
        let columns: [Column<(key: Key, thumbprint: JSONString)>] = [
            .member("thumbprint") { .string($0.thumbprint) },
            .member("kid") { $0.key.keyID.map { .string($0) } ?? .null },
        ]
        let list = console.writer(columns, of: keys.extent) {
            Item.line($0.thumbprint.text, keys: nil)
        } text: {
            $0.thumbprint.text + "\n"
        }
        for row in thumbprints { try list.append(row) }
        try list.finish(empty: "")
        return .success
    })
