internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform

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
        active, how tokens and users are identified, whether the application accepts revoked \
        tokens while Redis cannot be reached, and what is not supported. Then prints the layout \
        itself as JSON. Without an operand, shows the layout chosen with --layout.
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
    exitStatuses: ExitStatus.docs(.failure),
    environment: [
        Definition("JWTCTL_LAYOUT", "Layout of the keys in Redis, as for --layout.")
    ],
    seeAlso: ["layouts", "jwtctl-layout(5)"],
    run: { options, system in
        let console = Console(options.global, system: system)
        var global = options.global
        if let layout = options.layout { global.layout = layout }
        let layout = try LayoutChoice.layout(
            global, try console.settings(), system, for: .show)
        try console.result(layout.definition, id: layout.name) {
            LayoutDescription(layout: layout, style: console.style, width: console.tableWidth).text
        }
        return .success
    })

/// A layout in words, for `layout show`, and its data after that. The stores describe themselves;
/// this is the order of the page: what a reader compares with the application first, then what
/// jwtctl does with it, and the long JSON at the end.
///
/// Text of a layout file is escaped, since the file may come from anyone.
private struct LayoutDescription {
    let layout: Layout
    let style: Style
    /// The columns of the terminal; nil for a pipe.
    let width: Int?

    /// The whole description, escaped and wrapped.
    var text: String {
        var page = DescriptionPage(width: width, style)
        page.line(style.bold(layout.name) + ": " + VisibleText.escape(layout.summary))
        if let origin = layout.origin { page.fact("from", VisibleText.escape(origin)) }
        page.fact("tested", proof)
        page.fact("token", "identified by " + words(layout.naming.id))
        page.fact("user", "identified by " + words(layout.naming.user))
        page.fact("outage", outage)
        variables(on: &page)
        page.heading("Keys in Redis")
        for store in layout.storeDescriptions {
            page.store(store.role, store.type, VisibleText.escape(store.key))
            for sentence in store.sentences { page.sentence(VisibleText.escape(sentence)) }
        }
        definitions(on: &page)
        abilities(on: &page)
        page.list("Notes", layout.notes.map { VisibleText.escape($0) })
        page.list("Warnings", warnings)
        page.heading("Layout file")
        page.line(JSONText.shown(.object(layout.definition), .pretty))
        return page.text
    }

    /// The way in which the layout was tested.
    private var proof: String {
        switch layout.proof {
        case .application: "with the application itself, on the same Redis"
        case .platform: "against bytes that its platform wrote"
        case .source: "from its source code alone"
        }
    }

    /// What happens while Redis cannot be reached, or how to find out.
    private var outage: String {
        layout.outageWords
            + (layout.onOutage == .unknown ? "; to find out, \(Layout.outageTrial)" : "")
    }

    /// The claims that name the token or user, in words.
    private func words(_ sources: [Naming.Source]) -> String {
        sources.map { source in
            switch source {
            case .token: "its full text"
            case .content: "sha256: and the hash of header and payload"
            case .claim(let path):
                "the claim \(VisibleText.escape(path.map(\.text).joined(separator: ".")))"
            }
        }.joined(separator: ", else by ")
    }

    /// The variables with their values.
    private func variables(on page: inout DescriptionPage) {
        guard !layout.variables.isEmpty else { return }
        page.heading("Variables (set with --layout-var NAME=VALUE)")
        page.facts(
            layout.variables.map { variable in
                (
                    VisibleText.escape(variable.name, columns: 30),
                    layout.missingVariables.contains(variable.name)
                        ? style.yellow("required") : JSONText.quoted(variable.value)
                )
            })
    }

    /// The texts that stand for others.
    private func definitions(on page: inout DescriptionPage) {
        guard !layout.definitions.isEmpty else { return }
        page.heading("Definitions")
        page.facts(
            layout.definitions.map { name, text in
                ("${\(VisibleText.escape(name, columns: 30))}", VisibleText.escape(text))
            })
    }

    /// The supported commands, and what to do instead of the others.
    private func abilities(on page: inout DescriptionPage) {
        let able = Capability.allCases.filter { layout.can($0) }.map(\.name)
        page.heading("Supported commands")
        page.sentence("verify, status, \(able.joined(separator: ", ")).", indent: 2)
        let unable = Capability.allCases.filter { !layout.can($0) }
        guard !unable.isEmpty else { return }
        page.heading("Not supported, and what to do instead")
        page.facts(unable.map { ($0.name, layout.wayAround($0)) })
    }

    /// The dangers that the data of the layout implies. They are derived, so that a layout file of
    /// the user's own has them as well as a preset; what only its author knows is in its notes.
    private var warnings: [String] {
        var words: [String] = []
        if !layout.missingVariables.isEmpty {
            words.append(
                "This layout requires "
                    + layout.missingVariables.map {
                        "--layout-var \(VisibleText.escape($0))=VALUE"
                    }.joined(separator: " ") + ".")
        }
        // A base64url text may end in spare bits of any value where a decoder is lenient (RFC 4648,
        // section 3.5), and of an ECDSA signature (r, s) the twin (r, n - s) is valid, too. A
        // whitelist does not contain the other encodings, so they are rejected.
        if layout.naming.isByText, !layout.requiresListing {
            words.append(
                "Tokens are identified by their text: a different encoding of the same token "
                    + "(other spare bits at the end of its base64url, or the other valid ECDSA "
                    + "signature) has a different name, is not revoked with it, and may still be "
                    + "accepted.")
        }
        for rival in layout.mistakenFor {
            words.append(
                "The keys look like those of \(VisibleText.escape(rival.name)), where they mean the "
                    + "opposite: \(VisibleText.escape(rival.difference)).")
        }
        if layout.holdsTokens {
            words.append(
                "Redis holds whole tokens: anyone who can read it can log in as their users.")
        }
        if layout.deniesByBareID {
            words.append(
                "Keys are bare ids, which cannot be told from other keys: an id that an attacker "
                    + "chose could name one of those. So tokens are verified before revoking.")
        }
        if layout.keepsEntriesForever {
            words.append("The blacklist grows forever: its entries never expire.")
        }
        return words
    }
}

/// What happens while Redis cannot be reached, for `layout show` and `doctor`.
extension Layout {
    /// The fact with its source, escaped.
    var outageWords: String {
        let words =
            switch onOutage {
            case .open: "revoked tokens are accepted while Redis cannot be reached"
            case .closed: "tokens are refused while Redis cannot be reached"
            case .unknown:
                "unknown whether revoked tokens are accepted while Redis cannot be reached"
            }
        return words + (onOutageSource.map { " (\(VisibleText.escape($0)))" } ?? "")
    }

    /// How to find out what the application does.
    static let outageTrial = "in a test system, stop Redis and send a revoked token"
}

extension Capability {
    /// The command that needs the capability.
    fileprivate var name: String {
        switch self {
        case .revoke: "revoke"
        case .restore: "restore"
        case .record: "issue --record"
        case .listTokens: "list tokens"
        case .listUsers: "list users"
        case .listRevoked: "list revoked"
        case .logoutAll: "logout-all"
        case .logoutEveryone: "logout-all --everyone"
        case .prune: "prune"
        case .audit: "audit"
        }
    }
}

/// The lines of a description, wrapped and indented.
private struct DescriptionPage {
    private let width: Int
    private let style: Style
    /// The lines so far.
    private(set) var text = ""

    /// A page for a terminal with this many columns. Wide terminals are not filled, and a pipe
    /// counts as 80 columns.
    init(width: Int?, _ style: Style) {
        self.width = min(width ?? 80, 80)
        self.style = style
    }

    /// Adds a line as it is.
    mutating func line(_ line: String) { text += line + "\n" }

    /// Adds a heading after an empty line.
    mutating func heading(_ title: String) { text += "\n" + style.bold(title) + "\n" }

    /// Adds a fact: a name, and a value in the next column.
    mutating func fact(_ name: String, _ value: String, width: Int = 8) {
        let padding = String(repeating: " ", count: max(width - name.utf8.count, 0) + 2)
        let words = TextWrapper.hanging(
            value, indent: 2 + name.utf8.count + padding.utf8.count, width: self.width)
        text += "  " + style.dim(name) + padding + words + "\n"
    }

    /// Adds facts whose values share a column.
    mutating func facts(_ facts: [(name: String, value: String)]) {
        let width = facts.map(\.name.utf8.count).max() ?? 0
        for fact in facts { self.fact(fact.name, fact.value, width: width) }
    }

    /// Adds the first line about a store: role, type and key.
    mutating func store(_ role: String, _ type: String, _ key: String) {
        let padding = String(repeating: " ", count: max(12 - role.utf8.count, 1))
        text += "  \(role)\(padding)\(style.dim(type)) \(style.bold(key))\n"
    }

    /// Adds a sentence below a store, or with another indent.
    mutating func sentence(_ words: String, indent: Int = 14) {
        let margin = String(repeating: " ", count: indent)
        text += margin + TextWrapper.hanging(words, indent: indent, width: width) + "\n"
    }

    /// Adds sentences below a heading; nothing if there are none.
    mutating func list(_ title: String, _ items: [String]) {
        guard !items.isEmpty else { return }
        heading(title)
        for item in items { sentence(item, indent: 2) }
    }
}
