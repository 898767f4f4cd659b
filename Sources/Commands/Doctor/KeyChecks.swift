internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
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

/// The checks of the Redis user's permissions for `doctor`. What is not allowed is grouped by the
/// operation that needs it: a person cares about revoking, not about ZREM.
enum RightsChecks {
    /// One finding for each operation that lacks permissions, and one for each that lacks commands;
    /// then one for all commands that could not be tested.
    ///
    /// `answers` has every command that the layout needs, with what Redis says about it.
    static func findings(
        of answers: [(required: RequiredCommand, permission: Permission)], user: String,
        _ cli: RedisCLICommand
    ) -> [Finding] {
        var found: [Finding] = []
        for operation in Operation.allCases {
            var (lacking, rights, missing): ([String], [String], [String]) = ([], [], [])
            for (required, permission) in answers where required.operation == operation {
                switch permission {
                case .refused(let text):
                    lacking.addOnce(required.command)
                    rights.addOnce(right(text, required))
                case .missing: missing.addOnce(required.command)
                case .granted, .unknown: break
                }
            }
            if !lacking.isEmpty {
                // Redis takes no pattern beside the one of all keys.
                if rights.contains("~*") { rights.removeAll { $0.first == "~" && $0 != "~*" } }
                found.append(
                    .rightsLacking(operation, commands: lacking, rights: rights, user: user, cli))
            }
            if !missing.isEmpty { found.append(.commandsMissing(operation, commands: missing)) }
        }
        var untested: [String] = []
        for (required, permission) in answers where permission == .unknown {
            untested.addOnce(required.command)
        }
        if !untested.isEmpty {
            found.append(.rightsUntested(commands: untested, user: user, cli))
        }
        let commands = Set(answers.map(\.required.command)).count
        return found.isEmpty ? [.rightsSuffice(user: user, commands: commands)] : found
    }

    /// The missing permission in the form of ACL SETUSER, which `Diagnostics` reads from the
    /// server's text. That text names one key or channel; the layout's pattern covers all of them.
    private static func right(_ text: String, _ required: RequiredCommand) -> String {
        let right = Diagnostics.right(text, required.probe.command.key)
        guard let first = right.first, "~&".contains(first) else { return right }
        return required.pattern ?? right
    }
}

extension [String] {
    /// Appends the text unless it is already there. The order stays, since it is that of the
    /// report.
    fileprivate mutating func addOnce(_ text: String) {
        if !contains(text) { append(text) }
    }
}

/// Permissions of the Redis user.
extension Finding {
    /// `commands` is the number of different commands.
    static func rightsSuffice(user: String, commands: Int) -> Finding {
        Finding(
            .rights, "rights_suffice", .ok,
            "\(VisibleText.escape(user, columns: 40)) may run all \(commands) commands that "
                + "the layout needs",
            data: ["user": .string(user), "commands": .integer(Int64(commands))])
    }

    /// `rights` are the missing permissions in the form of ACL SETUSER, such as `+del`.
    static func rightsLacking(
        _ operation: Operation, commands: [String], rights: [String], user: String,
        _ cli: RedisCLICommand
    ) -> Finding {
        Finding(
            .rights, "rights_lacking", operation.severity,
            "\(VisibleText.escape(user, columns: 40)) cannot \(operation.rawValue): "
                + "no permission for " + commands.joined(separator: ", "), means: operation.loss,
            remedy: cli(
                "ACL SETUSER \(ShellText.quote(user)) "
                    + rights.map(ShellText.quote).joined(separator: " ")),
            data: operation.data(lacking: commands, user: user))
    }

    /// The server does not know the commands: they were renamed, or it is older than they are.
    static func commandsMissing(_ operation: Operation, commands: [String]) -> Finding {
        Finding(
            .rights, "commands_missing", operation.severity,
            "the server does not support \(commands.joined(separator: ", ")), "
                + "needed for \(operation.rawValue)",
            means: operation.loss, remedy: "look for rename-command in redis.conf",
            data: operation.data(lacking: commands, user: nil))
    }

    /// ACL DRYRUN was refused, and the commands cannot be tried because they would change
    /// something.
    static func rightsUntested(
        commands: [String], user: String, _ cli: RedisCLICommand
    ) -> Finding {
        Finding(
            .rights, "rights_untested", .note,
            "cannot tell whether \(VisibleText.escape(user, columns: 40)) may run "
                + commands.joined(separator: ", "),
            means: "Checking it requires ACL DRYRUN (Redis 7), or running the commands.",
            remedy: cli("ACL SETUSER \(ShellText.quote(user)) '+acl|dryrun'"),
            data: ["commands": .array(commands.map { .string($0) }), "user": .string(user)])
    }
}

extension Operation {
    /// The severity if the operation is not possible: an error for what revocation depends on.
    fileprivate var severity: Finding.Severity {
        switch self {
        case .verify, .revoke, .logoutAll: .error
        case .restore, .issue, .list, .prune, .audit: .warning
        }
    }

    /// The consequence if a permission or a command is missing.
    fileprivate var loss: String {
        switch self {
        case .verify: "The state of a token is unknown."
        case .revoke: "Nothing can be revoked."
        case .logoutAll: "Users cannot be logged out everywhere."
        case .restore: "Revocations cannot be undone."
        case .issue: "Tokens cannot be recorded."
        case .list: "Sessions and revoked tokens cannot be listed."
        case .prune: "Unused token lists keep their expired tokens."
        case .audit:
            "There is no record of who revoked what, and services with a cache are not notified."
        }
    }

    /// The operation and what it lacks, for `Finding.data`.
    fileprivate func data(lacking commands: [String], user: String?) -> JSONObject {
        [
            "command": .string(rawValue), "lacking": .array(commands.map { .string($0) }),
            "user": .string(orNull: user),
        ]
    }
}
