internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

struct LayoutDetectOptions: CommandOptions {
    var global = GlobalOptions()
    var sample: Int64 = 200_000
}

let layoutDetectCommand = Command(
    name: "detect", summary: "Find out which layouts a Redis has.",
    discussion: [
        """
        Reads the names of some keys, in small steps that do not hold Redis up, and looks at the \
        type and the beginning of what lies under a few of those that a layout could have made. \
        Writes nothing. What it goes by is the data of the layouts, and that of a file given with \
        --layout.
        """,
        """
        The confidence is high where names and values are a layout's own, medium where one of the \
        two is, low where only the shape of ids and a common value speak for it. Where a variable \
        differs from the layout's, the options to give are shown. Ids and users are cut short.
        """,
        """
        Keys that a blacklist and a whitelist would both own are of low confidence for both, and \
        what tells the two apart is shown: under the whitelist's layout, logout-all would delete the \
        blacklist and make revoked tokens valid again. Keys whose name says blacklist, deny, revoked \
        or invalid are never a whitelist's.
        """,
        """
        A layout with few keys among millions may not be in the sample: --sample takes more. Keys \
        that have one name for all are always asked for.
        """,
    ],
    defaults: LayoutDetectOptions(),
    options: [
        .value(
            "sample", metavar: "N", summary: "Look at no more than N keys.", into: \.sample
        ) { text throws(InvalidValue) in try Count.parse(text, in: 1...Int64(Int32.max)) },
        .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(command: "jwtctl layout detect", summary: "Whose keys are these?"),
        Example(
            command: "jwtctl layout detect --sample 10000000 --json",
            summary: "Look at every key of a large Redis."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown), environment: Session.environment,
    seeAlso: ["layouts", "jwtctl-layout(5)"], run: runLayoutDetect)

private func runLayoutDetect(
    _ options: LayoutDetectOptions, _ system: System
) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    var global = options.global
    let files = try LayoutChoice.file(global, try console.settings(), system).map { [$0] } ?? []
    // What is there has nothing to do with what is chosen.
    global.layout = Array(Presets.native.utf8)
    global.layoutVariables = []
    let session = try Session(Console(global, system: system))
    try session.requireCurrent(options.global)
    let found = try session.store.detect(
        try LayoutDetector(files: files), sample: Int(options.sample))
    var list = ResultList(
        console,
        columns: [
            .init("LAYOUT"), .init("SURE"), .init("KEYS", right: true), .init("WHAT"),
            .init("OPTIONS"), .init("EXAMPLE", shrinking: true),
        ])
    for layout in found.layouts {
        let example = layout.examples.first.map { VisibleText.escape($0, columns: 60) }
        try list.append(
            layout.json(found), id: layout.name,
            cells: [
                layout.name, layout.confidence.rawValue, String(layout.keyCount),
                layout.counts.map { "\($0.role.rawValue) \($0.keys)" }.joined(separator: ", "),
                layout.options, example ?? "",
            ])
    }
    try list.finish(empty: "no keys of a known layout in \(session.server)")
    // The notes come after what they are about, also where both go into one file.
    try system.output.flush()
    try console.note(
        "looked at \(found.sampled) keys, "
            + (found.isWhole ? "which were all" : "a sample; --sample N takes more"))
    for layout in found.layouts {
        for remark in layout.remarks { try console.note("\(layout.name): \(remark.words)") }
    }
    if let refusal = found.refusal {
        let failure = Diagnostics.failure(for: refusal)
        try console.warn(
            "some keys could not be looked into: \(failure.line)")
    }
    return .success
}

extension DetectedLayout {
    /// What the command line has to have beside `--layout`.
    var options: String {
        variables.map { variable in
            name == Presets.native && variable.name == Layout.namespaceVariable
                ? "--namespace \(ShellText.quote(variable.value))"
                : "--layout-var \(variable.name)=\(ShellText.quote(variable.value))"
        }.joined(separator: " ")
    }

    fileprivate func json(_ detection: Detection) -> JSONObject {
        [
            "layout": .string(name), "confidence": .string(confidence.rawValue),
            "keys": .integer(Int64(keyCount)),
            "counts": .object(
                JSONObject(
                    counts.map { (JSONString($0.role.rawValue), .integer(Int64($0.keys))) })),
            "variables": .object(
                JSONObject(variables.map { (JSONString($0.name), .string($0.value)) })),
            "options": .string(options),
            "examples": .array(
                examples.map { .string(String(decoding: $0, as: UTF8.self)) }),
            "remarks": .array(remarks.map { .string($0.words) }),
            "sampled": .integer(Int64(detection.sampled)), "whole": .bool(detection.isWhole),
        ]
    }
}

extension DetectedLayout.Remark {
    var words: String {
        switch self {
        case .mixedScores: "scores in seconds and in milliseconds stand side by side"
        case .otherScores: "scores are in another unit than the layout's"
        case .refused: "keys that could not be looked into count by their names"
        case .ambiguous(let rival, let difference):
            "the same keys may be of the layout '\(rival)', where they mean the opposite: "
                + (difference
                    ?? "a login writes the key of its token in a whitelist, and none in a blacklist")
        case .otherValues: "other values lie under its keys than those it writes"
        }
    }
}
