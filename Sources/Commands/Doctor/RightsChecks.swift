internal import Redis
internal import TokenStore

/// Checks of the Redis user's permissions.
enum RightsChecks {
    /// One finding for each operation that lacks permissions, and one for each that lacks commands;
    /// then one for all commands that could not be tested.
    static func findings(
        of answers: [(need: Need, permission: Permission)], user: String, _ cli: RedisCLICommand
    ) -> [Finding] {
        var found: [Finding] = []
        for work in Work.allCases {
            var (lacking, rights, missing): ([String], [String], [String]) = ([], [], [])
            for (need, permission) in answers where need.work == work {
                switch permission {
                case .refused(let text):
                    lacking.addOnce(need.command)
                    rights.addOnce(right(text, need))
                case .missing: missing.addOnce(need.command)
                case .granted, .unknown: break
                }
            }
            if !lacking.isEmpty {
                found.append(
                    .rightsLacking(work, commands: lacking, rights: rights, user: user, cli))
            }
            if !missing.isEmpty { found.append(.commandsMissing(work, commands: missing)) }
        }
        var untested: [String] = []
        for (need, permission) in answers where permission == .unknown {
            untested.addOnce(need.command)
        }
        if !untested.isEmpty {
            found.append(.rightsUntested(commands: untested, user: user, cli))
        }
        let commands = Set(answers.map(\.need.command)).count
        return found.isEmpty ? [.rightsSuffice(user: user, commands: commands)] : found
    }

    /// The missing permission, which `Diagnostics` reads from the server's text. That names one
    /// key or channel; the layout's pattern covers all of them.
    private static func right(_ text: String, _ need: Need) -> String {
        let right = Diagnostics.right(text, need.rehearsal.command.key)
        guard let first = right.first, "~&".contains(first) else { return right }
        return need.pattern ?? right
    }
}

extension [String] {
    fileprivate mutating func addOnce(_ text: String) {
        if !contains(text) { append(text) }
    }
}
