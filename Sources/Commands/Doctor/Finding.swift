internal import JSON
internal import Redis

/// The result of one check, in words and as data.
///
/// Each finding is a factory in `Findings/`, named after its `id` and called where the fact is
/// found.
struct Finding: Sendable {
    /// The effect on revocations.
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

    /// The area that was checked.
    enum Area: String, Sendable {
        case program, key, connection, server, clock, tls, rights, memory, persistence, replicas,
            sentinels
        case cluster, layout, blacklist, whitelist, cutoffs, audit
    }

    let area: Area
    /// Name for scripts, stable, in snake case.
    let id: String
    let severity: Severity
    /// The fact. Text from a server, a key or a file is escaped.
    let message: String
    /// The consequences for revocations, in sentences; nil if there is no problem.
    let means: String?
    /// A command to copy, or an instruction.
    let remedy: String?
    let data: JSONObject
    /// The server that it concerns; nil unless there are several.
    var server: String?

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

    var json: JSONObject {
        var object: JSONObject = [
            "check": .string(area.rawValue), "finding": .string(id),
            "severity": .string(severity.rawValue), "message": .string(message),
            "means": means.map { .string($0) } ?? .null,
            "remedy": remedy.map { .string($0) } ?? .null,
            "server": server.map { .string($0) } ?? .null,
        ]
        object.set("data", .object(data))
        return object
    }
}

/// A `redis-cli` command line for one server, which an administrator can copy as a remedy.
struct RedisCLICommand: Sendable {
    let endpoint: Endpoint
    let isSecured: Bool
    var database = 0
    /// Whether redis-cli has to follow redirections: a key may be on another node.
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
