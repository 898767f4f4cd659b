internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// The configured key.
extension Finding {
    static let noKey = Finding(
        .key, "no_key", .note, "no key is configured",
        means: "Tokens can be revoked by id. Without a key, jwtctl cannot check whether a "
            + "token is genuine.",
        remedy: "give --key FILE or --secret FILE, or set JWTCTL_KEY or JWTCTL_SECRET")

    private static let nothingVerifies =
        "No token can be verified; tokens can only be revoked by id."

    static func keyUnusable(_ failure: Failure) -> Finding {
        Finding(
            .key, "key_unusable", .error, failure.message, means: nothingVerifies,
            remedy: failure.hint, data: ["code": .string(failure.code)])
    }

    static func keySound(_ key: Key) -> Finding {
        let facts = key.facts
        return Finding(
            .key, "key_sound", .ok,
            key.title + (facts.type == "oct" ? "" : ", \(facts.strength)-bit strength")
                + (key.hasPrivateHalf ? "; private and public key match" : ""),
            data: facts.data)
    }

    /// `isAllowed` says that `--allow-weak-key` was given.
    static func keyWeak(_ key: Key, isAllowed: Bool) -> Finding {
        Finding(
            .key, "key_weak", isAllowed ? .warning : .error, "\(key.title) is too weak",
            means: "An attacker who breaks it can sign new tokens, which are not revoked.",
            remedy: "jwtctl key generate --alg ES256 --out NEW.pem", data: key.facts.data)
    }

    static func keyUnfit(_ key: Key, for algorithm: Algorithm, reason: String) -> Finding {
        Finding(
            .key, "key_unfit", .error,
            "\(key.title) cannot be used with \(algorithm.rawValue): "
                + VisibleText.escape(reason, columns: 100), means: nothingVerifies,
            remedy: "omit --alg, or give a key for that algorithm")
    }

    static func halvesDiffer(_ key: Key) -> Finding {
        Finding(
            .key, "halves_differ", .error, "private and public key do not match: \(key.title)",
            means: "Services with the public key reject tokens signed with the private key.",
            remedy: "jwtctl key public PRIVATE.pem")
    }

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
    fileprivate var title: String { VisibleText.escape(description, columns: 100) }
}

extension Key.Facts {
    fileprivate var data: JSONObject {
        [
            "kty": .string(type), "bits": .integer(Int64(bits)),
            "strength": .integer(Int64(strength)),
        ]
    }
}

/// TLS between jwtctl and Redis. Ends of certificates are in unix seconds.
extension Finding {
    static let localTLS = Finding(
        .tls, "local", .ok, "no TLS, and none needed: Redis is on this machine")

    static func plainTLS(hasPassword: Bool) -> Finding {
        Finding(
            .tls, hasPassword ? "plain_password" : "plain", hasPassword ? .warning : .note,
            hasPassword ? "the password is sent unencrypted" : "no TLS",
            means: "Anyone who can read the network traffic can undo revocations.",
            remedy: "use rediss:// instead of redis://, once the server has TLS")
    }

    static let unverifiedTLS = Finding(
        .tls, "unverified", .warning,
        "--redis-insecure: the server's certificate is not checked",
        means: "An attacker on the network can report a revoked token as active.",
        remedy: "use --redis-cacert PATH instead")

    static func securedTLS(_ version: String, end: Int64?) -> Finding {
        Finding(
            .tls, "secured", .ok,
            VisibleText.escape(version, columns: 20)
                + (end.map { ", certificate expires \(TimeText.table($0))" } ?? ""),
            data: ["certificate_end": TimeText.number(end)])
    }

    /// `left` is in seconds.
    static func certificateEnding(_ end: Int64, left: Int64) -> Finding {
        Finding(
            .tls, "certificate_ending", .warning,
            "the server's certificate expires in \(Duration.words(left)), \(TimeText.table(end))",
            means: "After that, nothing can be revoked: jwtctl refuses the connection.",
            remedy: "renew the certificate", data: ["certificate_end": .integer(end)])
    }

    static func certificateExpired(_ end: Int64) -> Finding {
        Finding(
            .tls, "certificate_expired", .error,
            "the server's certificate expired \(TimeText.table(end))",
            means: "Without --redis-insecure, nothing can be revoked.",
            remedy: "renew the certificate", data: ["certificate_end": .integer(end)])
    }
}

/// Permissions of the Redis user.
extension Finding {
    static func rightsSuffice(user: String, commands: Int) -> Finding {
        Finding(
            .rights, "rights_suffice", .ok,
            "\(VisibleText.escape(user, columns: 40)) may run all \(commands) commands that "
                + "the layout needs",
            data: ["user": .string(user), "commands": .integer(Int64(commands))])
    }

    /// `rights` are the missing permissions as ACL SETUSER takes them.
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

    static func commandsMissing(_ operation: Operation, commands: [String]) -> Finding {
        Finding(
            .rights, "commands_missing", operation.severity,
            "the server does not support \(commands.joined(separator: ", ")), "
                + "needed for \(operation.rawValue)",
            means: operation.loss, remedy: "look for rename-command in redis.conf",
            data: operation.data(lacking: commands, user: nil))
    }

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
    /// The severity if it is not possible: an error for what a revocation cannot do without.
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

    fileprivate func data(lacking commands: [String], user: String?) -> JSONObject {
        [
            "command": .string(rawValue), "lacking": .array(commands.map { .string($0) }),
            "user": user.map { .string($0) } ?? .null,
        ]
    }
}
