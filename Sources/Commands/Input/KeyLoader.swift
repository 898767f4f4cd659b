internal import CommandKit
internal import JOSE
internal import Platform

/// Reads keys from where the user says they are, and asks for what opens them.
enum KeyLoader {
    /// The largest key file: a JWKS of some hundred keys.
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

    /// The HMAC secret of `source`.
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

    /// Only a warning: mounted secrets often have open permissions.
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
