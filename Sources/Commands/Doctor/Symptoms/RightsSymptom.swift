internal import CommandKit
internal import JSON
internal import TokenStore

/// What the user may do there.
enum RightsSymptom: Symptom {
    case suffice(user: String, commands: Int)
    /// `rights` are as ACL SETUSER takes them.
    case lacking(Work, commands: [String], rights: [String], user: String, RedisLine)
    case missing(Work, commands: [String])
    /// Those that could only be found out by doing them.
    case untested(commands: [String], user: String, RedisLine)

    var finding: Finding {
        switch self {
        case .suffice(let user, let commands):
            return Finding(
                .rights, "rights_suffice", .ok,
                "\(VisibleText.escape(user, columns: 40)) may run all \(commands) commands that "
                    + "the layout needs",
                data: ["user": .string(user), "commands": .integer(Int64(commands))])
        case .lacking(let work, let commands, let rights, let user, let line):
            return Finding(
                .rights, "rights_lacking", work.severity,
                "\(VisibleText.escape(user, columns: 40)) cannot \(work.rawValue): "
                    + "no permission for " + commands.joined(separator: ", "), means: work.loss,
                remedy: line(
                    "ACL SETUSER \(ShellText.quote(user)) "
                        + rights.map(ShellText.quote).joined(separator: " ")),
                data: Self.data(work, commands, user))
        case .missing(let work, let commands):
            return Finding(
                .rights, "commands_missing", work.severity,
                "the server does not support \(commands.joined(separator: ", ")), "
                    + "needed for \(work.rawValue)",
                means: work.loss, remedy: "look for rename-command in redis.conf",
                data: Self.data(work, commands, nil))
        case .untested(let commands, let user, let line):
            return Finding(
                .rights, "rights_untested", .note,
                "cannot tell whether \(VisibleText.escape(user, columns: 40)) may run "
                    + commands.joined(separator: ", "),
                means: "Checking it requires ACL DRYRUN (Redis 7), or running the commands.",
                remedy: line("ACL SETUSER \(ShellText.quote(user)) '+acl|dryrun'"),
                data: [
                    "commands": .array(commands.map { .string($0) }), "user": .string(user),
                ])
        }
    }

    private static func data(_ work: Work, _ commands: [String], _ user: String?) -> JSONObject {
        [
            "command": .string(work.rawValue),
            "lacking": .array(commands.map { .string($0) }),
            "user": user.map { .string($0) } ?? .null,
        ]
    }
}

extension Work {
    /// Without the first of them a revocation fails.
    fileprivate var severity: Finding.Severity {
        switch self {
        case .verify, .revoke, .logoutAll: .error
        case .restore, .issue, .list, .prune, .audit: .warning
        }
    }

    /// What can't be done for want of a right.
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
}
