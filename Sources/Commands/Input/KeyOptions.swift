package import CommandKit
package import JOSE
internal import Platform

extension Algorithm: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(rawValue) }
}

/// The options that say with which key to sign or verify.
struct KeyOptions: Sendable {
    /// A key of any kind. If this and `secret` are nil, the environment or the profile may name
    /// one.
    var key: Source?
    /// An HMAC secret.
    var secret: Source?
    /// The encoding of the secret in its source.
    var secretEncoding = SecretEncoding.text
    /// The passphrase of an encrypted key; nil asks a person.
    var passphrase: Source?
    /// The only algorithm that is used; nil allows those of the key.
    var algorithm: Algorithm?
    var allowsWeakKey = false

    /// The options in the order in which help shows them.
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

    /// The variables that name a key where no option does.
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

    /// The key to sign or verify with. Throws if none is named.
    func require(_ console: Console) throws -> KeySet {
        if let keys = try load(console) { return keys }
        throw Failure(
            .usage, "usage", "no key given",
            hint: "give --key FILE (PEM, DER, JWK, JWKS) or --secret FILE (HMAC)")
    }

    /// The verifier for `keys`, with these options.
    func verifier(_ keys: KeySet) -> SignatureVerifier {
        SignatureVerifier(keys: keys, algorithm: algorithm, allowWeak: allowsWeakKey)
    }

    /// The signer for the only key of a set. `hint` is for a set with several keys.
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

    /// Loads an HMAC secret. `origin` is the option, variable or line that names the source.
    private func loadSecret(
        _ source: Source, _ origin: String, _ console: Console
    ) throws -> KeySet {
        let role = SourceRole("secret", option: "--secret", origin: origin)
        return try KeyLoader.loadSecret(source, role, secretEncoding, system: console.system) {
            try console.note($0)
        }
    }
}

/// Reads keys from where the user says they are, and asks for what opens them.
enum KeyLoader {
    /// The largest key file in bytes: a JWKS of some hundred keys.
    private static let limit = 1024 * 1024

    /// The keys of `source`, which may be encrypted: `passphrase` tells where to find what opens
    /// them, else the person at the terminal is asked.
    static func load(
        _ source: Source, _ role: SourceRole, passphrase: Source?, system: System,
        note: (String) throws -> Void
    ) throws -> KeySet {
        let content = try source.read(role, limit: limit, system: system)
        let keys = try wording(source, role) {
            do throws(KeyError) {
                return try KeyParser.parse(content)
            } catch {
                guard error == .passphraseNeeded else { throw error }
                let secret = try ask(passphrase, for: source, system: system)
                return try KeyParser.parse(content, passphrase: secret)
            }
        }
        let isPrivate = keys.keys.contains { $0.isSecret || $0.hasPrivateHalf }
        try warn(source, isPrivate: isPrivate, note)
        return keys
    }

    /// The HMAC secret of `source`, decoded. `note` takes a warning about its permissions.
    static func loadSecret(
        _ source: Source, _ role: SourceRole, _ encoding: SecretEncoding, system: System,
        note: (String) throws -> Void
    ) throws -> KeySet {
        let content = try source.read(role, limit: limit, system: system)
        try warn(source, isPrivate: true, note)
        return try wording(source, role) { KeySet(try Secret.parse(content, encoding: encoding)) }
    }

    /// The passphrase, without the newline that ends a file or a line typed.
    private static func ask(
        _ passphrase: Source?, for key: Source, system: System
    ) throws -> SecretBytes {
        if let passphrase {
            let role = SourceRole("passphrase", option: "--passphrase")
            return try passphrase.read(role, limit: 64 * 1024, system: system)
                .withoutFinalNewline()
        }
        do throws(SystemError) {
            return try Terminal.askSecret("Passphrase for \(key.title): ").withoutFinalNewline()
        } catch {
            throw KeyError.passphraseNeeded
        }
    }

    /// Runs `body`, whose errors are to name the source.
    private static func wording(
        _ source: Source, _ role: SourceRole, _ body: () throws -> KeySet
    ) throws -> KeySet {
        do {
            return try body()
        } catch KeyError.empty {
            throw source.emptiness(role.what)
        } catch let error as KeyError {
            throw Diagnostics.key(error, source: source.title)
        }
    }

    /// Warns where others can read a private key or change any key. It is only a warning: mounted
    /// secrets often have open permissions.
    private static func warn(
        _ source: Source, isPrivate: Bool, _ note: (String) throws -> Void
    ) throws {
        switch source.exposure() {
        case .writable?:
            try note("warning: \(source.title) is writable by all users; run chmod go-w on it")
        case .readable? where isPrivate:
            try note("warning: \(source.title) is readable by all users; run chmod 600 on it")
        default: break
        }
    }
}
