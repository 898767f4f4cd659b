internal import Redis
internal import TokenStore

/// Checks of the Redis user's permissions.
enum RightsChecks {
    /// One finding for each operation that lacks permissions, and one for each that lacks commands;
    /// then one for all commands that could not be tested.
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

    /// The missing permission, which `Diagnostics` reads from the server's text. That names one
    /// key or channel; the layout's pattern covers all of them.
    private static func right(_ text: String, _ required: RequiredCommand) -> String {
        let right = Diagnostics.right(text, required.probe.command.key)
        guard let first = right.first, "~&".contains(first) else { return right }
        return required.pattern ?? right
    }
}

extension [String] {
    fileprivate mutating func addOnce(_ text: String) {
        if !contains(text) { append(text) }
    }
}
