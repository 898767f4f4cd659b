internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import Redis
internal import TokenStore

/// The checks of the Redis user's permissions for `doctor`.
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
            "user": user.map { .string($0) } ?? .null,
        ]
    }
}
