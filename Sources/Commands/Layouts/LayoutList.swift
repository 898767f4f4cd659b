internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// `layout list`: the presets, and the layouts of the configuration file. Needs no Redis.
let layoutListCommand = Command(
    name: "list", summary: "List the layouts that --layout accepts by name.",
    discussion: [
        "Lists the presets, which come with jwtctl, and the layouts of the configuration file.",
        """
        Shows how each was tested (with the application itself on the same Redis, against bytes \
        that its platform wrote, or from its source code alone), what it supports in addition to \
        verify, status and revoke, and which variables --layout-var must set. In JSON, on_outage \
        says whether the application accepts tokens while Redis cannot be reached.
        """,
        """
        In the table, CAN has a letter for each command: t list tokens and users, b list revoked, \
        l logout-all, e logout-all --everyone, r restore, i issue records tokens, p prune, a audit.
        """,
    ],
    defaults: PlainOptions(), options: [.group(GlobalOptions.group, at: \.global)],
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
        // Variables without a value are no error here (`for: .show`): the list says which ones a
        // layout needs.
        let console = Console(options.global, system: system, .reports)
        let list = console.writer(listColumns) { Item.line($0.name, keys: nil) }
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
private var listColumns: [Column<NamedLayout>] {
    [
        .text(.init("NAME"), "name") { $0.name },
        .member("doc") { .string($0.layout.summary) },
        .word(.init("TESTED", .omitted), "proof") { $0.layout.proof.rawValue },
        .member("source") { .string(orNull: $0.layout.origin) },
        .member("on_outage") { .string($0.layout.onOutage.rawValue) },
        .member("on_outage_source") { .string(orNull: $0.layout.onOutageSource) },
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

    /// The letters of the column CAN, in its order. As words they would need a line for each
    /// layout; JSON has the names of all capabilities. The help of the command repeats this legend.
    fileprivate static let letters: [(letter: Character, capability: Capability, meaning: String)] =
        [
            ("t", .listTokens, "list tokens and users"), ("b", .listRevoked, "list revoked"),
            ("l", .logoutAll, "logout-all"), ("e", .logoutEveryone, "logout-all --everyone"),
            ("r", .restore, "restore"), ("i", .record, "issue records"), ("p", .prune, "prune"),
            ("a", .audit, "audit"),
        ]
}

/// Options of `layout detect`.
struct LayoutDetectOptions: CommandOptions {
    var global = GlobalOptions()
    /// The number of keys whose names are read at most. Scanning two million keys took 2 s
    /// (measured), so the default takes a fraction of a second.
    var sample: Int64 = 200_000
}

/// `layout detect`: recognizes layouts by the keys in a Redis. It reads only.
let layoutDetectCommand = Command(
    name: "detect", summary: "Find out which layouts a Redis uses.",
    discussion: [
        """
        Reads the names of a sample of keys, in small steps that do not block Redis. Where a name \
        fits a layout, it also reads the type and the first bytes of a few keys. Writes nothing. \
        It looks for every preset, and for the layout of a file given with --layout.
        """,
        """
        Confidence is high if both names and values are specific to the layout, medium if one of \
        the two is, low if only the shape of the ids and a common value match. If variables \
        differ from the layout's defaults, the options to use are shown. Ids and users are \
        shortened.
        """,
        """
        If keys could belong to a blacklist or to a whitelist, both have low confidence, and a \
        note says how to tell them apart: with the whitelist's layout, logout-all would delete the \
        blacklist and make revoked tokens valid again. Keys named blacklist, deny, revoked or \
        invalid are never taken for a whitelist.
        """,
        """
        A sample can miss a layout that has few keys among millions: use a larger --sample. Keys \
        with a fixed name are always looked up.
        """,
    ],
    defaults: LayoutDetectOptions(),
    options: [
        .value(
            "sample", metavar: "N", summary: "Look at N keys at most.", into: \.sample
        ) { text throws(InvalidValue) in try Count.parse(text, in: 1...Int64(Int32.max)) },
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(
            command: "jwtctl layout detect", summary: "Find the layout of an unknown Redis.",
            output: [
                "LAYOUT         CONFIDENCE  KEYS  ROLES   OPTIONS  EXAMPLE",
                "blacklist-jti  high           8  deny 8  -        blacklist:8ca6…",
                "jwtctl: looked at all keys (8)",
            ]),
        Example(
            command: "jwtctl layout detect --sample 10000000 --json",
            summary: "Look at every key of a large Redis."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Backend.environment,
    seeAlso: ["layouts", "jwtctl-layout(5)"], run: runLayoutDetect)

/// Samples the keys and prints a row for each layout that they fit. The selected layout does not
/// influence the result, except that a layout file is looked for as well.
private func runLayoutDetect(
    _ options: LayoutDetectOptions, _ system: System
) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    var global = options.global
    let files = try LayoutChoice.file(global, try console.settings(), system).map { [$0] } ?? []
    // The keys in Redis do not depend on the selected layout, and a preset that lacks a variable
    // must not keep `detect` from finding its value.
    global.layout = Array(Presets.native.utf8)
    global.layoutVariables = []
    let backend = try Backend(Console(global, system: system))
    try backend.requireCurrent(options.global)
    let found = try backend.store.detect(
        try LayoutDetector(files: files), sample: Int(options.sample))
    let list = console.writer(detectColumns(found)) { Item.line($0.name, keys: nil) }
    for layout in found.layouts { try list.append(layout) }
    try list.finish(empty: "no keys of a known layout in \(backend.server)")
    // The notes follow the rows, even if both streams go to the same file.
    try system.output.flush()
    try console.note(
        found.isWhole
            ? "looked at all keys (\(found.sampled))"
            : "looked at a sample of \(found.sampled) keys; use --sample N to look at more")
    for layout in found.layouts {
        for remark in layout.remarks { try console.note("\(layout.name): \(remark.words)") }
    }
    if let refusal = found.refusal {
        let failure = Diagnostics.failure(for: refusal)
        try console.warn(
            "some keys could not be read: \(failure.line)")
    }
    return .success
}

/// The layout on the command line. `doctor` and `Backend` suggest it, too.
extension DetectedLayout {
    /// The options that select the layout, except `--layout` itself, quoted for a shell.
    var options: String {
        variables.map { variable in
            name == Presets.native && variable.name == Layout.namespaceVariable
                ? "--namespace \(ShellText.quote(variable.value))"
                : "--layout-var \(variable.name)=\(ShellText.quote(variable.value))"
        }.joined(separator: " ")
    }
}

/// The columns. A confidence is about names and values: see `LayoutDetector`. What is true of the
/// whole scan, `sampled` and `whole`, is a member of each row, so that a row can be read alone.
private func detectColumns(_ detection: Detection) -> [Column<DetectedLayout>] {
    [
        .word(.init("LAYOUT"), "layout") { $0.name },
        .word(.init("CONFIDENCE"), "confidence") { $0.confidence.rawValue },
        .count("KEYS", "keys") { Int64($0.keyCount) },
        .both(.init("ROLES"), "counts") {
            $0.counts.map { "\($0.role.rawValue) \($0.keys)" }.joined(separator: ", ")
        } value: {
            let counts = $0.counts.map {
                (JSONString($0.role.rawValue), JSONValue.integer(Int64($0.keys)))
            }
            return .object(JSONObject(counts))
        },
        .member("variables") {
            let variables = $0.variables.map { (JSONString($0.name), JSONValue.string($0.value)) }
            return .object(JSONObject(variables))
        },
        .word(.init("OPTIONS"), "options") { $0.options },
        .both(.init("EXAMPLE", .cut), "examples") {
            $0.examples.first.map { VisibleText.escape($0, columns: 60) } ?? ""
        } value: {
            .array($0.examples.map { .string(String(decoding: $0, as: UTF8.self)) })
        },
        .member("remarks") { .array($0.remarks.map { .string($0.words) }) },
        .member("sampled") { _ in .integer(Int64(detection.sampled)) },
        .member("whole") { _ in .bool(detection.isWhole) },
    ]
}

extension DetectedLayout.Remark {
    /// The remark as a note about the layout.
    var words: String {
        switch self {
        case .mixedScores: "some scores are in seconds, others in milliseconds"
        case .otherScores: "scores are not in the layout's unit"
        case .refused: "keys that could not be read are judged by name only"
        case .ambiguous(let rival, let difference):
            "the keys may belong to the layout '\(rival)', where they mean the opposite: "
                + (difference
                    ?? "with a whitelist, a login writes a key for its token; with a blacklist, none")
        case .otherValues: "the keys hold other values than the layout writes"
        }
    }
}
