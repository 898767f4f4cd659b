internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct LayoutListOptions: CommandOptions {
    var global = GlobalOptions()
}

let layoutListCommand = Command(
    name: "list", summary: "List the layouts that --layout accepts by name.",
    discussion: [
        "Lists the presets, which come with jwtctl, and the layouts of the configuration file.",
        """
        Shows how each was tested (with the application itself on the same Redis, against bytes \
        that its platform wrote, or from its source code alone), what it supports in addition to \
        verify, status and revoke, and which variables --layout-var must set.
        """,
        """
        In the table, CAN has a letter for each command: t list tokens and users, b list revoked, \
        l logout-all, e logout-all --everyone, r restore, i issue records tokens, p prune, a audit.
        """,
    ],
    defaults: LayoutListOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(command: "jwtctl layout list", summary: "List the supported applications."),
        Example(
            command: "jwtctl layout list -o id | grep spring",
            summary: "Print only the names of layouts for Spring.",
            output: [
                "spring-raw-jdk",
                "spring-raw",
                "spring-oauth2-jwt",
                "spring-redishash",
                "spring-oauth2-redis",
            ]),
    ],
    exitStatuses: ExitStatus.docs(.failure), seeAlso: ["layouts", "config"],
    run: { options, system in
        let console = Console(options.global, system: system, .reports)
        let list = console.writer(columns) { Item.line($0.name, keys: nil) }
        func add(_ name: String, _ layout: Layout) throws {
            try list.append(NamedLayout(name: name, layout: layout))
        }
        for name in Presets.names { try add(name, try LayoutReader.preset(name, for: .show)) }
        let settings = try console.settings()
        for name in (settings.file?.layouts ?? [:]).keys.sorted() {
            var global = options.global
            global.layout = Array(name.utf8)
            do {
                try add(name, try LayoutChoice.layout(global, settings, system, for: .show))
            } catch let error as OutputError {
                throw error
            } catch {
                // One that is broken does not hide the others.
                let failure = Diagnostics.failure(for: error)
                try console.warn(
                    "cannot read the layout '\(VisibleText.escape(name))': \(failure.message)")
            }
        }
        try list.finish(empty: "")
        guard console.isForPerson, system.output.isTerminal else { return .success }
        try system.output.flush()
        let legend = Layout.letters.map { "\($0.letter) \($0.meaning)" }.joined(separator: ", ")
        for line in TextWrapper.wrap("CAN: \(legend)", width: 72) { try console.note(line) }
        return .success
    })

/// A layout with the name by which it is chosen.
private struct NamedLayout {
    let name: String
    let layout: Layout
}

private var columns: [Column<NamedLayout>] {
    [
        .text(.init("NAME"), "name") { $0.name },
        .member("doc") { .string($0.layout.summary) },
        .word(.init("TESTED", .omitted), "proof") { $0.layout.proof.rawValue },
        .member("source") { .string(orNull: $0.layout.origin) },
        .both(.init("CAN"), "can") {
            $0.layout.letters
        } value: {
            .array(Capability.allCases.filter($0.layout.can).map { .string($0.rawValue) })
        },
        .both(.init("NEEDS", .omitted), "needs") {
            VisibleText.escape($0.layout.missingVariables.joined(separator: " "))
        } value: {
            .array($0.layout.missingVariables.map { .string($0) })
        },
        .member("variables") { .object($0.layout.givenVariables) },
        .member("notes") { .array($0.layout.notes.map { .string($0) }) },
        .cell(.init("DESCRIPTION", .cut)) { VisibleText.escape($0.layout.summary) },
    ]
}

extension Layout {
    /// The variables with their values; those that have to be given are null.
    fileprivate var givenVariables: JSONObject {
        JSONObject(
            variables.map { variable in
                (
                    JSONString(variable.name),
                    missingVariables.contains(variable.name) ? .null : .string(variable.value)
                )
            })
    }

    /// One for each thing that some layouts can't do, a dash where this one can't.
    fileprivate var letters: String {
        String(Self.letters.map { can($0.capability) ? $0.letter : "-" })
    }

    fileprivate static let letters: [(letter: Character, capability: Capability, meaning: String)] =
        [
            ("t", .listTokens, "list tokens and users"), ("b", .listRevoked, "list revoked"),
            ("l", .logoutAll, "logout-all"), ("e", .logoutEveryone, "logout-all --everyone"),
            ("r", .restore, "restore"), ("i", .record, "issue records"), ("p", .prune, "prune"),
            ("a", .audit, "audit"),
        ]
}
