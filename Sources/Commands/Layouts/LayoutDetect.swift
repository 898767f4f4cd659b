internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import TokenStore

/// Options of `layout detect`.
struct LayoutDetectOptions: CommandOptions {
    var global = GlobalOptions()
    /// The number of keys whose names are read at most.
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
    // The keys in Redis do not depend on the selected layout.
    global.layout = Array(Presets.native.utf8)
    global.layoutVariables = []
    let backend = try Backend(Console(global, system: system))
    try backend.requireCurrent(options.global)
    let found = try backend.store.detect(
        try LayoutDetector(files: files), sample: Int(options.sample))
    let list = console.writer(columns(found)) { Item.line($0.name, keys: nil) }
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

/// The columns. A confidence is about names and values: see `LayoutDetector`.
private func columns(_ detection: Detection) -> [Column<DetectedLayout>] {
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
