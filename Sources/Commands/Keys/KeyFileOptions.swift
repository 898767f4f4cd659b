internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// Which key the commands of `key` work on.
struct KeyFileOptions: Sendable {
    var file: Source?
    var secret: Source?
    var secretEncoding = SecretEncoding.text
    var passphrase: Source?
    /// The `kid` of the one key of a set that is meant.
    var selected: String?

    static let group = OptionGroup(
        title: "Input key", defaults: KeyFileOptions(),
        options: [
            .text(
                "select", metavar: "KID", summary: "Use only the key with this kid (JWKS).",
                into: \.selected),
            .raw(
                "secret", short: "s", metavar: "SOURCE",
                summary: "HMAC secret, instead of FILE.", into: \.secret
            ) { bytes throws(InvalidValue) in try Source(bytes) }.completing(.file),
            .choice(
                "secret-encoding", metavar: "ENCODING", summary: "Encoding of the secret.",
                into: \.secretEncoding),
            KeyOptions.passphraseOption(into: \.passphrase),
        ])

    static func operand<Options>(
        at path: @autoclosure @escaping PropertyPath<Options, KeyFileOptions>
    ) -> Operand<Options> {
        .raw(
            "FILE", .optional, summary: "The key: a path, env:NAME, fd:N, or - for standard input."
        ) { options, bytes throws(InvalidValue) in
            options[keyPath: path()].file = try Source(bytes)
        }
        .completing(.file)
    }

    func check() throws(UsageError) {
        if file != nil, secret != nil { throw .conflicting("FILE", "--secret") }
        if file == nil, secret == nil { throw .missingOperand("FILE") }
    }

    /// The keys that are meant, one or more.
    func load(_ console: Console) throws -> KeySet {
        let keys = try loadAll(system: console.system) { try console.note($0) }
        guard let selected else { return keys }
        guard let chosen = keys.selecting(JSONString(selected)) else {
            throw Failure(
                .failure, "key", "no key has the kid '\(VisibleText.escape(selected, columns: 60))'"
            )
        }
        return chosen
    }

    /// The same, for keys that are to be written: a pair whose halves do not belong together would
    /// only go wrong later, at somebody else's.
    func loadSound(_ console: Console) throws -> KeySet {
        let keys = try load(console)
        for key in keys.keys where key.hasPrivateHalf {
            guard try key.halvesMatch() else { throw SigningError.selfCheckFailed }
        }
        return keys
    }

    private func loadAll(system: System, note: (String) throws -> Void) throws -> KeySet {
        if let secret {
            let role = SourceRole("secret", option: "--secret")
            return try KeyLoader.loadSecret(
                secret, role, secretEncoding, system: system, note: note)
        }
        guard let file else { preconditionFailure("checked while parsing") }
        let role = SourceRole("key", option: "jwtctl key show", origin: "FILE")
        return try KeyLoader.load(file, role, passphrase: passphrase, system: system, note: note)
    }
}
