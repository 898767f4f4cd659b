package import CommandKit
package import JOSE
internal import Platform

extension Algorithm: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(rawValue) }
}

/// The options that say with which key to sign or verify.
struct KeyOptions: Sendable {
    var key: Source?
    var secret: Source?
    var secretEncoding = SecretEncoding.text
    var passphrase: Source?
    var algorithm: Algorithm?
    var allowsWeakKey = false

    static let group = OptionGroup(
        title: "Keys", defaults: KeyOptions(),
        options: [
            .raw(
                "key", short: "k", metavar: "SOURCE",
                summary: "Key in PEM, DER or JWK form, or a JWKS.", into: \.key
            ) { bytes throws(InvalidValue) in try Source(bytes) }
            .completing(.file).essential()
            .detail(
                "A SOURCE is a path, env:NAME, fd:N or -. A public key given here is never used "
                    + "as an HMAC secret."),
            .raw(
                "secret", short: "s", metavar: "SOURCE",
                summary: "HMAC secret (no other kind of key).",
                into: \.secret
            ) { bytes throws(InvalidValue) in try Source(bytes) }
            .completing(.file).essential()
            .detail(
                "Never put the secret itself on the command line: other users can see it."),
            .choice(
                "secret-encoding", metavar: "ENCODING", summary: "Encoding of the secret.",
                into: \.secretEncoding),
            passphraseOption(into: \.passphrase),
            .choice(
                "alg", short: "a", metavar: "ALG", summary: "Use this algorithm only.",
                into: \.algorithm),
            .flag(
                "allow-weak-key", summary: "Allow keys shorter than the standards require.",
                into: \.allowsWeakKey),
        ])

    /// `--passphrase`, for all that read keys.
    static func passphraseOption<Target>(
        into path: @autoclosure @escaping PropertyPath<Target, Source?>
    ) -> Option<Target> {
        .raw(
            "passphrase", metavar: "SOURCE",
            summary: "Passphrase of an encrypted key (default: ask for it).", into: path()
        ) { bytes throws(InvalidValue) in try Source(bytes) }
        .completing(.file)
    }

    static let environment = [
        Definition("JWTCTL_KEY", "Where to read the key, as for --key."),
        Definition("JWTCTL_SECRET", "Where to read the HMAC secret, as for --secret."),
    ]

    /// The key to sign or verify with; nil where none was named, on the command line in the
    /// environment or in the profile.
    func load(_ console: Console) throws -> KeySet? {
        guard key == nil || secret == nil else { throw UsageError.conflicting("--key", "--secret") }
        guard passphrase == nil || secret == nil else {
            throw UsageError.conflicting("--passphrase", "--secret")
        }
        if let key { return try loadKey(key, "--key", console) }
        if let secret { return try loadSecret(secret, "--secret", console) }
        let settings = try console.settings()
        try console.requireOneValue(of: [.key, .secret])
        for level in settings.levels {
            switch (level(.key), level(.secret)) {
            case (let key?, let secret?):
                throw UsageError.conflicting(key.origin.title, secret.origin.title)
            case (let key?, nil):
                return try loadKey(try Settings.source(key), key.origin.title, console)
            case (nil, let secret?):
                return try loadSecret(try Settings.source(secret), secret.origin.title, console)
            case (nil, nil): continue
            }
        }
        return nil
    }

    /// The same, where a key is needed.
    func require(_ console: Console) throws -> KeySet {
        if let keys = try load(console) { return keys }
        throw Failure(
            .usage, "usage", "no key given",
            hint: "give --key FILE (PEM, DER, JWK, JWKS) or --secret FILE (HMAC)")
    }

    /// What checks signatures with `keys`, by these options.
    func verifier(_ keys: KeySet) -> SignatureVerifier {
        SignatureVerifier(keys: keys, algorithm: algorithm, allowWeak: allowsWeakKey)
    }

    /// What signs with the only key of a set; `hint` says which to give where there are several.
    func signer(_ keys: KeySet, hint: String) throws -> Signer {
        guard let key = keys.keys.first, keys.keys.count == 1 else {
            throw Failure(
                .failure, "key", "the key set has \(keys.keys.count) keys", hint: hint)
        }
        return try Signer(key: key, algorithm: algorithm, allowWeak: allowsWeakKey)
    }

    /// `origin` is the option, variable or line that names the source.
    private func loadKey(
        _ source: Source, _ origin: String, _ console: Console
    ) throws -> KeySet {
        let role = SourceRole("key", option: "--key", origin: origin)
        return try KeyLoader.load(source, role, passphrase: passphrase, system: console.system) {
            try console.note($0)
        }
    }

    private func loadSecret(
        _ source: Source, _ origin: String, _ console: Console
    ) throws -> KeySet {
        let role = SourceRole("secret", option: "--secret", origin: origin)
        return try KeyLoader.loadSecret(source, role, secretEncoding, system: console.system) {
            try console.note($0)
        }
    }
}
