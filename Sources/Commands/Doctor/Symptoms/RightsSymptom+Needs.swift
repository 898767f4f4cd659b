internal import Redis
internal import TokenStore

extension RightsSymptom {
    /// What the permissions come to: one symptom for each work that lacks something.
    static func symptoms(
        of answers: [(need: Need, permission: Permission)], user: String, _ line: RedisLine
    ) -> [RightsSymptom] {
        var found: [RightsSymptom] = []
        for work in Work.allCases {
            var lacking: [String] = []
            var rights: [String] = []
            var missing: [String] = []
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
                    .lacking(work, commands: lacking, rights: rights, user: user, line))
            }
            if !missing.isEmpty { found.append(.missing(work, commands: missing)) }
        }
        var untested: [String] = []
        for (need, permission) in answers where permission == .unknown {
            untested.addOnce(need.command)
        }
        if found.isEmpty, untested.isEmpty {
            found.append(.suffice(user: user, commands: Set(answers.map(\.need.command)).count))
        }
        if !untested.isEmpty { found.append(.untested(commands: untested, user: user, line)) }
        return found
    }

    /// As `Diagnostics` reads it out of the server's words; what is about a key or a channel is the
    /// layout's own pattern.
    private static func right(_ text: String, _ need: Need) -> String {
        let right = Diagnostics.right(text, need.rehearsal.command.key)
        guard let first = right.first, "~&".contains(first), let pattern = need.pattern else {
            return right
        }
        return pattern
    }
}

extension [String] {
    fileprivate mutating func addOnce(_ text: String) {
        if !contains(text) { append(text) }
    }
}
