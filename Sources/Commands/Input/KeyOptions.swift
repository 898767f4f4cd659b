package import CommandKit
internal import Glibc
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
    /// Whether keys are accepted that are shorter than RFC 7518 requires for their algorithm.
    var allowsWeakKey = false

    /// The options in the order in which help shows them.
    static let group = OptionGroup(
        title: "Keys", defaults: KeyOptions(),
        options: [
            .source(
                "key", short: "k", summary: "Key in PEM, DER or JWK form, or a JWKS.", into: \.key
            )
            .essential()
            .detail(
                "A SOURCE is a path, env:NAME, fd:N or -. A public key given here is never used "
                    + "as an HMAC secret."),
            .source(
                "secret", short: "s", summary: "HMAC secret (no other kind of key).",
                into: \.secret
            )
            .essential()
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
        .source(
            "passphrase", summary: "Passphrase of an encrypted key (default: ask for it).",
            into: path())
    }

    /// The variables that name a key where no option does.
    static let environment = [
        Definition("JWTCTL_KEY", "Where to read the key, as for --key."),
        Definition("JWTCTL_SECRET", "Where to read the HMAC secret, as for --secret."),
    ]

    /// The key to sign or verify with; nil if none was named on the command line, in the
    /// environment or in the profile. The first of these levels that names one decides.
    func load(_ console: Console) throws -> KeySet? {
        guard key == nil || secret == nil else { throw UsageError.conflicting("--key", "--secret") }
        guard passphrase == nil || secret == nil else {
            throw UsageError.conflicting("--passphrase", "--secret")
        }
        let loader = KeyLoader(passphrase: passphrase, encoding: secretEncoding, console: console)
        if let key { return try loader.key(key, SourceRole("key", option: "--key")) }
        if let secret { return try loader.secret(secret) }
        let settings = try console.settings()
        try console.requireOneValue(of: [.key, .secret])
        for level in settings.levels {
            switch (level(.key), level(.secret)) {
            case (let key?, let secret?):
                throw UsageError.conflicting(key.origin.title, secret.origin.title)
            case (let key?, nil):
                let role = SourceRole("key", option: "--key", origin: key.origin.title)
                return try loader.key(try Settings.source(key), role)
            case (nil, let secret?):
                return try loader.secret(
                    try Settings.source(secret), origin: secret.origin.title)
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
            throw Failure(.failure, "key", "the key set has \(keys.keys.count) keys", hint: hint)
        }
        return try Signer(key: key, algorithm: algorithm, allowWeak: allowsWeakKey)
    }
}

/// Reads keys from where the user says they are, and asks for what opens them.
struct KeyLoader {
    /// The source of the passphrase of an encrypted key; nil asks the person at the terminal, once
    /// it is clear that the key is encrypted.
    let passphrase: Source?
    /// The encoding of an HMAC secret in its source.
    let encoding: SecretEncoding
    /// Takes warnings about permissions.
    let console: Console

    /// The largest key file in bytes: a JWKS of some hundred keys.
    private static let limit = 1024 * 1024

    /// The keys of `source`, one or a set. They may be encrypted.
    func key(_ source: Source, _ role: SourceRole) throws -> KeySet {
        let content = try source.read(role, limit: Self.limit, system: console.system)
        let keys = try wording(source, role) {
            do throws(KeyError) {
                return try KeyParser.parse(content)
            } catch {
                guard error == .passphraseNeeded else { throw error }
                return try KeyParser.parse(content, passphrase: try askPassphrase(for: source))
            }
        }
        try warn(source, isPrivate: keys.keys.contains { $0.isSecret || $0.hasPrivateHalf })
        return keys
    }

    /// The HMAC secret of `source`, decoded. `origin` is the setting that names it; nil is the
    /// option. The warning about the file comes first, even if the secret cannot be decoded.
    func secret(_ source: Source, origin: String? = nil) throws -> KeySet {
        let role = SourceRole("secret", option: "--secret", origin: origin)
        let content = try source.read(role, limit: Self.limit, system: console.system)
        try warn(source, isPrivate: true)
        return try wording(source, role) { KeySet(try Secret.parse(content, encoding: encoding)) }
    }

    /// The passphrase, without the newline that ends a file or a line typed.
    private func askPassphrase(for key: Source) throws -> SecretBytes {
        if let passphrase {
            let role = SourceRole("passphrase", option: "--passphrase")
            return try passphrase.read(role, limit: 64 * 1024, system: console.system)
                .withoutFinalNewline()
        }
        do throws(SystemError) {
            return try Terminal.askSecret("Passphrase for \(key.title): ").withoutFinalNewline()
        } catch {
            throw KeyError.passphraseNeeded
        }
    }

    /// Runs `body`, whose errors are to name the source.
    private func wording(
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
    private func warn(_ source: Source, isPrivate: Bool) throws {
        switch source.exposure() {
        case .writable?:
            try console.note(
                "warning: \(source.title) is writable by all users; run chmod go-w on it")
        case .readable? where isPrivate:
            try console.note(
                "warning: \(source.title) is readable by all users; run chmod 600 on it")
        default: break
        }
    }
}

/// The purpose of a source and the setting that names it, for errors that must not repeat the
/// source.
struct SourceRole {
    /// The kind of content, such as `key`.
    let what: String
    /// The option, variable or line that names it.
    let origin: String
    /// The option that takes such a source.
    let option: String

    /// If `origin` is nil the option itself names the source.
    init(_ what: String, option: String, origin: String? = nil) {
        self.what = what
        self.option = option
        self.origin = origin ?? option
    }

    /// The failure for a source that does not exist. It names the setting instead of the source: a
    /// secret that was given in its place must not get into logs.
    func failure(_ source: Source) -> Failure {
        guard case .path(let path) = source else {
            return Failure(
                .failure, "input", "the variable that \(origin) names is not set", hint: hint)
        }
        if Self.schemes.contains(where: { path.starts(with: $0.utf8) }) {
            return Failure(
                .failure, "input", "cannot read the \(what): \(origin) names a URL, not a file",
                hint: "jwtctl fetches nothing: \(option) <(curl -fsS URL)")
        }
        if Self.isContent(path) {
            return Failure(
                .failure, "input", "\(origin) takes a SOURCE, not the \(what)",
                hint: "put the \(what) in a variable or a file; " + hint)
        }
        let near = Self.nearest(to: path)
            .map { "did you mean '\(VisibleText.escape($0, columns: 120))'? " }
        return Failure(
            .failure, "input",
            "cannot read the \(what) that \(origin) names: \(Self.words(path))",
            hint: (near ?? "") + hint)
    }

    /// The system's reason for not opening the file.
    private static func words(_ path: [UInt8]) -> String {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
            return "it did not exist a moment ago"
        } catch {
            return error.message
        }
    }

    /// The hint on the forms of a source.
    private var hint: String {
        "a SOURCE is a path, env:NAME, fd:N or -, never the \(what) "
            + (what.hasSuffix("s") ? "themselves" : "itself")
    }

    /// The beginnings of URLs of key sets, which people expect to be fetched.
    private static let schemes = ["https://", "http://", "HTTPS://", "HTTP://"]

    /// Whether the text is clearly a key or an object, not its place.
    private static func isContent(_ text: [UInt8]) -> Bool {
        text.contains(0x0A) || text.first == UInt8(ascii: "{")
            || String(decoding: text, as: UTF8.self).contains("BEGIN ")
    }

    // MARK: - Slips in names of files

    /// The number of names that are read from a folder.
    private static let folderLimit = 4096

    /// The path of the file with the most similar name in the same folder; nil if there is none. It
    /// is an existing name, never a part of `path`, which may be a secret.
    private static func nearest(to path: [UInt8]) -> String? {
        let slash = path.lastIndex(of: UInt8(ascii: "/"))
        let folder = slash.map { Array(path[...$0]) } ?? []
        let name = path[(slash.map { $0 + 1 } ?? 0)...]
        guard let typed = String(validating: name, as: UTF8.self) else { return nil }
        let near = Suggestions.nearest(to: typed, among: names(in: folder)).first
        return near.map { String(decoding: folder, as: UTF8.self) + $0 }
    }

    /// The first names in a folder; none where it cannot be read.
    private static func names(in path: [UInt8]) -> [String] {
        let path = path.isEmpty ? Array("./".utf8) : path
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        guard let folder = unsafe opendir(terminated) else { return [] }
        defer { _ = unsafe closedir(folder) }
        var names: [String] = []
        while names.count < folderLimit, let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if let text = String(validating: name, as: UTF8.self) { names.append(text) }
        }
        return names
    }
}
