internal import JSON
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

/// A `redis-cli` command line for one server, which an administrator can copy as a remedy. It
/// contains neither a user nor a password.
struct RedisCLICommand: Sendable {
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
