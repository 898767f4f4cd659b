/// Whether the user may run a command on its key.
package enum Permission: Equatable, Sendable {
    case granted
    /// The server's own words, which name what is missing.
    case refused(text: String)
    /// The server has no such command, or has it under another name.
    case missing
    /// It could not be found out without doing it.
    case unknown
}

/// A command of which the right is to be found out.
package struct Rehearsal: Sendable {
    package let command: Command
    /// Whether sending it changes nothing whatever the server makes of it: it reads, it is
    /// malformed, or its key is not there.
    package let isHarmless: Bool

    package init(_ command: Command, isHarmless: Bool) {
        self.command = command
        self.isHarmless = isHarmless
    }
}

extension Client {
    /// Who we are to the servers.
    package var user: String { target.user ?? "default" }

    /// Whether each command would be permitted. ACL DRYRUN (Redis 7) tells without doing anything;
    /// where that may not be asked the harmless ones are sent, since Redis looks at rights before
    /// it looks at arguments and keys, and of the others nothing is known.
    package func permissions(
        for rehearsals: [Rehearsal]
    ) throws(RedisError) -> [Permission] {
        let trials = rehearsals.map { rehearsal in
            Command(
                arguments: ["ACL", "DRYRUN", .text(user)] + rehearsal.command.arguments)
        }
        guard let first = trials.first else { return [] }
        if case .error = try pipeline([first])[0] { return try sent(rehearsals) }
        return try pipeline(trials).map { reply in
            switch reply {
            case .status: .granted
            case .string(let text): .refused(text: String(decoding: text, as: UTF8.self))
            case .error(let error) where error.text.hasSuffix("not found"): .missing
            default: .unknown
            }
        }
    }

    private func sent(_ rehearsals: [Rehearsal]) throws(RedisError) -> [Permission] {
        var permissions = [Permission](repeating: .unknown, count: rehearsals.count)
        let harmless = rehearsals.indices.filter { rehearsals[$0].isHarmless }
        let replies = try pipeline(harmless.map { rehearsals[$0].command })
        for (index, reply) in zip(harmless, replies) {
            switch reply {
            case .error(let error) where error.kind == .noPermission:
                permissions[index] = .refused(text: error.text)
            case .error(let error) where error.kind == .unknownCommand:
                permissions[index] = .missing
            default: permissions[index] = .granted
            }
        }
        return permissions
    }
}
