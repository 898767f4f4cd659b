internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct LayoutListOptions: CommandOptions {
    var global = GlobalOptions()
}

let layoutListCommand = Command(
    name: "list", summary: "List the layouts that come with the program.",
    discussion: [
        """
        Shows for each how it was proved: with the application itself on the same Redis, against \
        bytes that its platform wrote, or from its source alone; what can be done with it beside \
        verify, status and revoke; and the variables that have to be given by --layout-var.
        """,
        """
        In the table CAN has a letter for each: t list tokens and users, b list revoked, l \
        logout-all, e logout-all --everyone, r restore, i issue records tokens, p prune, a audit.
        """,
    ],
    defaults: LayoutListOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(command: "jwtctl layout list", summary: "Which applications are known?"),
        Example(
            command: "jwtctl layout list -o id", summary: "The names that --layout takes."),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["layouts"],
    run: { options, system in
        let console = Console(options.global, system: system)
        var list = ResultList(
            console,
            columns: [
                .init("NAME"), .init("PROVED"), .init("CAN"), .init("NEEDS"),
                .init("WHAT", shrinking: true),
            ])
        for name in Presets.names {
            let layout = try LayoutReader.preset(name, for: .show)
            try list.append(
                layout.card, id: layout.name,
                cells: [
                    layout.name, layout.proof.rawValue, layout.letters,
                    layout.missingVariables.joined(separator: " "), layout.summary,
                ])
        }
        try list.finish(empty: "")
        return .success
    })

extension Layout {
    fileprivate var card: JSONObject {
        [
            "name": .string(name), "doc": .string(summary), "proof": .string(proof.rawValue),
            "source": origin.map { .string($0) } ?? .null,
            "can": .array(
                Capability.allCases.filter { can($0) }.map { .string($0.rawValue) }),
            "needs": .array(missingVariables.map { .string($0) }),
            "variables": .object(
                JSONObject(
                    variables.map { variable in
                        (
                            JSONString(variable.name),
                            missingVariables.contains(variable.name)
                                ? .null : .string(variable.value)
                        )
                    })),
            "notes": .array(notes.map { .string($0) }),
        ]
    }

    /// One for each thing that some layouts can't do, a dash where this one can't.
    fileprivate var letters: String {
        let all: [(Character, Capability)] = [
            ("t", .listTokens), ("b", .listRevoked), ("l", .logoutAll), ("e", .logoutEveryone),
            ("r", .restore), ("i", .record), ("p", .prune), ("a", .audit),
        ]
        return String(all.map { can($1) ? $0 : "-" })
    }
}
