internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform

/// Options of `layout list`.
struct LayoutListOptions: CommandOptions {
    var global = GlobalOptions()
}

/// `layout list`: the presets, and the layouts of the configuration file. Needs no Redis.
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
                // A layout that is broken must not hide the others.
                let failure = Diagnostics.failure(for: error)
                try console.warn(
                    "cannot read the layout '\(VisibleText.escape(name))': \(failure.message)")
            }
        }
        try list.finish(empty: "")
        // The legend is for a person who sees the table, not for a file.
        guard console.isForPerson, system.output.isTerminal else { return .success }
        try system.output.flush()
        let legend = Layout.letters.map { "\($0.letter) \($0.meaning)" }.joined(separator: ", ")
        for line in TextWrapper.wrap("CAN: \(legend)", width: 72) { try console.note(line) }
        return .success
    })

/// A layout with the name that selects it, which for a layout of the configuration file is that of
/// its section.
private struct NamedLayout {
    let name: String
    let layout: Layout
}

/// The columns. The table leaves some out if the terminal is narrow.
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
    /// The variables with their values; null for those that must be given.
    fileprivate var givenVariables: JSONObject {
        JSONObject(
            variables.map { variable in
                (
                    JSONString(variable.name),
                    missingVariables.contains(variable.name) ? .null : .string(variable.value)
                )
            })
    }

    /// A letter for each capability that not every layout has; a dash if this one does not have it.
    fileprivate var letters: String {
        String(Self.letters.map { can($0.capability) ? $0.letter : "-" })
    }

    /// The letters of the column CAN, in its order.
    fileprivate static let letters: [(letter: Character, capability: Capability, meaning: String)] =
        [
            ("t", .listTokens, "list tokens and users"), ("b", .listRevoked, "list revoked"),
            ("l", .logoutAll, "logout-all"), ("e", .logoutEveryone, "logout-all --everyone"),
            ("r", .restore, "restore"), ("i", .record, "issue records"), ("p", .prune, "prune"),
            ("a", .audit, "audit"),
        ]
}

/// Options of `layout show`.
struct LayoutShowOptions: CommandOptions {
    var global = GlobalOptions()
    /// The operand; nil for the layout in effect.
    var layout: [UInt8]?
}

/// `layout show`: explains a layout. Its JSON is a layout file. Needs no Redis.
let layoutShowCommand = Command(
    name: "show", summary: "Explain a layout and print its JSON.",
    discussion: [
        """
        Describes the keys, what they hold and when they expire, what makes a token revoked or \
        active, how tokens and users are identified, and what is not supported. Then prints the \
        layout itself as JSON. Without an operand, shows the layout chosen with --layout.
        """,
        """
        With --json, prints the JSON alone. Saved to a file and given to --layout, it is the same \
        layout; edit it to make your own. Values given with --layout-var become part of it.
        """,
    ],
    defaults: LayoutShowOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [
        .raw("LAYOUT", .optional, summary: "Name or file of a layout.") {
            options, bytes throws(InvalidValue) in options.layout = bytes
        }
        .shownAs("[NAME|FILE]").completing(.dynamicOrFile("layouts"))
    ],
    examples: [
        Example(
            command: "jwtctl layout show spring-raw-jdk",
            summary: "Show what this application stores in Redis.",
            output: [
                "spring-raw-jdk: Spring Boot blacklist of whole tokens, keys serialized by Java",
                "...",
                "Keys in Redis",
                "  deny        string ${id}, serialized as a Java string",
                "              A token is revoked while the key exists, whatever its value.",
                "              Value: 'blacklisted'.",
                "...",
            ]),
        Example(
            command: "jwtctl layout show blacklist-jti --json > mine.json",
            summary: "Start a layout file of your own."),
    ],
    exitStatuses: ExitStatus.docs(.failure), environment: [layoutVariable],
    seeAlso: ["layouts", "jwtctl-layout(5)"],
    run: { options, system in
        let console = Console(options.global, system: system)
        var global = options.global
        if let layout = options.layout { global.layout = layout }
        let layout = try LayoutChoice.layout(
            global, try console.settings(), system, for: .show)
        try console.result(layout.definition, id: layout.name) {
            LayoutDescription(layout, width: console.tableWidth, console.style).text
        }
        return .success
    })

/// The variable that selects a layout if there is no operand.
private let layoutVariable = Definition(
    "JWTCTL_LAYOUT", "Layout of the keys in Redis, as for --layout.")
