internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct LayoutShowOptions: CommandOptions {
    var global = GlobalOptions()
    var layout: [UInt8]?
}

let layoutShowCommand = Command(
    name: "show", summary: "Explain a layout, and print its data.",
    discussion: [
        """
        Says in words which keys there are, what lies under them and for how long, what makes a \
        token revoked or alive, how tokens and users are named, and what cannot be done; then \
        prints the data itself. Without an operand it is the layout that --layout chooses.
        """,
        """
        With --json the data stands alone: saved in a file and given to --layout, it is the same \
        layout, and can be changed. Values given with --layout-var become part of it.
        """,
    ],
    defaults: LayoutShowOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [
        .raw("LAYOUT", .optional, summary: "The name of a layout, or a file.") {
            options, bytes throws(InvalidValue) in options.layout = bytes
        }
        .shownAs("[NAME|FILE]").completing(.dynamicOrFile("layouts"))
    ],
    examples: [
        Example(
            command: "jwtctl layout show spring-raw-jdk",
            summary: "What does that application keep in Redis?"),
        Example(
            command: "jwtctl layout show blacklist-jti --json > mine.json",
            summary: "A file to begin with."),
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
            LayoutWords(layout, console.style).text
        }
        return .success
    })

private let layoutVariable = Definition(
    "JWTCTL_LAYOUT", "How state lies in Redis, as for --layout.")
