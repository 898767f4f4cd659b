internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct LayoutShowOptions: CommandOptions {
    var global = GlobalOptions()
    var layout: [UInt8]?
}

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

private let layoutVariable = Definition(
    "JWTCTL_LAYOUT", "Layout of the keys in Redis, as for --layout.")
