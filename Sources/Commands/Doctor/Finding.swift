internal import CommandKit
internal import JSON
internal import Platform
internal import Redis

/// The result of one check of `doctor`, in words and as data.
///
/// Each finding is made by a static member named after its `id`, next to the checks that report it
/// or in one of the files `Finding+….swift`. `DoctorReport` prints it.
struct Finding: Sendable {
    /// The effect on revocations. Cases are in ascending order, which `<` relies on.
    enum Severity: String, CaseIterable, Comparable, Sendable {
        /// No problem.
        case ok
        /// A fact worth knowing, or one that could not be checked.
        case note
        /// Revocations may fail or get lost one day.
        case warning
        /// Revocations fail or get lost.
        case error

        static func < (one: Severity, other: Severity) -> Bool {
            allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
        }
    }

    /// The area that was checked, which is the first column of the table.
    enum Area: String, Sendable {
        case program, key, connection, server, clock, tls, rights, memory, persistence, replicas,
            sentinels
        case cluster, layout, blacklist, whitelist, cutoffs, audit
    }

    let area: Area
    /// The name for scripts: stable and in snake case.
    let id: String
    let severity: Severity
    /// The fact, in one line. Text from a server, a key or a file is already escaped.
    let message: String
    /// The consequences for revocations, in sentences; nil if there is no problem.
    let means: String?
    /// A command to copy, or an instruction; nil if there is nothing to do.
    let remedy: String?
    /// The facts for scripts, such as the numbers in the message. The members depend on `id`.
    /// Strings are not escaped, because JSON does that.
    let data: JSONObject
    /// The server that it concerns; nil unless there are several.
    var server: String?

    /// A finding that concerns no particular server; `ServerChecks` adds the server.
    init(
        _ area: Area, _ id: String, _ severity: Severity, _ message: String, means: String? = nil,
        remedy: String? = nil, data: JSONObject = [:]
    ) {
        self.area = area
        self.id = id
        self.severity = severity
        self.message = message
        self.means = means
        self.remedy = remedy
        self.data = data
    }

    /// The element of the array that `doctor --json` prints.
    var json: JSONObject {
        [
            "check": .string(area.rawValue), "finding": .string(id),
            "severity": .string(severity.rawValue), "message": .string(message),
            "means": .string(orNull: means), "remedy": .string(orNull: remedy),
            "server": .string(orNull: server), "data": .object(data),
        ]
    }
}

/// A `redis-cli` command line for one server, which an administrator can copy as a remedy. It
/// contains neither a user nor a password.
struct RedisCLICommand: Sendable {
    /// The address of the server, as jwtctl reached it.
    let endpoint: Endpoint
    /// Whether the server is reached by TLS.
    let isSecured: Bool
    /// The number of the database; 0 is the default of redis-cli and left out.
    var database = 0
    /// Whether redis-cli has to follow redirections, because a key may be on another node.
    var isCluster = false

    /// The command line that runs `words`. The caller quotes what a shell would interpret.
    func callAsFunction(_ words: String) -> String {
        let place =
            switch endpoint {
            case .tcp(let host, let port): "-h \(ShellText.quote(host)) -p \(port)"
            case .unix(let path): "-s \(ShellText.quote(path))"
            }
        let options = [
            isSecured ? "--tls" : "", isCluster ? "-c" : "", database == 0 ? "" : "-n \(database)",
            words,
        ]
        return (["redis-cli", place] + options.filter { !$0.isEmpty }).joined(separator: " ")
    }
}

/// The output of `doctor`, and the counts that decide its exit status. Findings are printed as they
/// come, so that the first are visible while Redis still works on the others.
struct DoctorReport {
    private let console: Console
    /// The writer for the chosen format, which prints an array in JSON.
    private let list: ResultWriter<Finding>
    /// The number of findings of each severity so far.
    private var counts: [Finding.Severity: Int] = [:]

    init(_ console: Console) {
        self.console = console
        list = console.writer([.all { $0.json }]) {
            Item.line($0.id, keys: nil)
        } text: {
            DoctorText.text($0, width: console.tableWidth, style: console.style)
        }
    }

    /// The worst severity so far.
    var worst: Finding.Severity { counts.keys.max() ?? .ok }

    /// Counts and prints a finding, the first below the header of the table. For a person it is
    /// flushed at once.
    mutating func add(_ finding: Finding) throws {
        if console.isForPerson, counts.isEmpty {
            try console.print(DoctorText.header(console.style))
        }
        counts[finding.severity, default: 0] += 1
        try list.append(finding)
        if console.isForPerson { try console.system.output.flush() }
    }

    /// Prints the summary for a person and ends the list.
    mutating func finish() throws {
        if console.isForPerson { try console.note(summary) }
        try list.finish(empty: "")
    }

    /// `1 error, 2 warnings`.
    private var summary: String {
        let parts = [Finding.Severity.error, .warning, .note].compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)\($0 == 1 ? "" : "s")" }
        }
        return parts.isEmpty ? "no problems found" : parts.joined(separator: ", ")
    }
}

/// The text of findings: each is a row of a table, with its meaning and remedy below it.
enum DoctorText {
    /// Columns of the area, with the space that follows it.
    private static let areaWidth = 13
    /// Columns of the severity, with the space that follows it.
    private static let severityWidth = 9
    /// The fewest columns that a finding gets. On a narrower terminal, lines are longer than it is
    /// wide.
    private static let narrowest = 32

    /// The line above the first finding.
    static func header(_ style: Style) -> String {
        style.bold(pad("CHECK", areaWidth)) + style.bold(pad("RESULT", severityWidth))
            + style.bold("FINDING") + "\n"
    }

    /// The lines of a finding. `width` is the number of columns of the terminal; nil does not wrap.
    static func text(_ finding: Finding, width: Int?, style: Style) -> String {
        let margin = String(repeating: " ", count: areaWidth + severityWidth)
        let room = width.map { max($0 - margin.utf8.count, narrowest) }
        let place = finding.server.map { VisibleText.escape($0) + ": " } ?? ""
        let paint = paint(finding.severity, style)
        var lines = wrap(place + finding.message, room)
        lines =
            [
                pad(finding.area.rawValue, areaWidth)
                    + paint(pad(finding.severity.title, severityWidth))
                    + (finding.severity == .ok ? style.dim(lines[0]) : lines[0])
            ] + lines.dropFirst().map { margin + (finding.severity == .ok ? style.dim($0) : $0) }
        if let means = finding.means { lines += wrap(means, room).map { margin + $0 } }
        // A remedy is not wrapped, so that it can be copied.
        if let remedy = finding.remedy { lines.append(margin + style.bold(remedy)) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The lines of the text; a single one if there is no limit.
    private static func wrap(_ text: String, _ room: Int?) -> [String] {
        room.map { TextWrapper.wrap(text, width: $0) } ?? [text]
    }

    /// The colour of the severity.
    private static func paint(_ severity: Finding.Severity, _ style: Style) -> (String) -> String {
        switch severity {
        case .ok: style.dim
        case .note: { $0 }
        case .warning: style.yellow
        case .error: style.red
        }
    }

    /// The text with spaces up to `width` columns, at least one.
    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.utf8.count, 1))
    }
}

extension Finding.Severity {
    /// The severity in the table. Problems are in capitals, since not every terminal has colours.
    fileprivate var title: String {
        switch self {
        case .ok, .note: rawValue
        case .warning, .error: rawValue.uppercased()
        }
    }
}
