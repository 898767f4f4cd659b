internal import JSON

/// What came of one check, in words and as data.
struct Finding: Sendable {
    /// How bad it is for a revocation.
    enum Severity: String, CaseIterable, Comparable, Sendable {
        /// As it should be.
        case ok
        /// Worth knowing, or could not be found out.
        case note
        /// A revocation may fail or vanish one day.
        case warning
        /// A revocation fails, or vanishes.
        case error

        static func < (one: Severity, other: Severity) -> Bool {
            allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
        }
    }

    /// What is looked at.
    enum Area: String, Sendable {
        case program, key, connection, server, clock, tls, rights, memory, persistence, replicas,
            sentinels
        case cluster, layout, blacklist, whitelist, cutoffs, audit
    }

    let area: Area
    /// Stable, in snake case, for scripts.
    let id: String
    let severity: Severity
    /// Harmless to look at: what others wrote is escaped.
    let message: String
    /// What it means for a revocation, in sentences; nil where all is well.
    let means: String?
    /// A line to copy, or what to do.
    let remedy: String?
    let data: JSONObject
    /// Which of several servers it is about.
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

/// What a check can come to: facts alone. Its words are in one place for each area.
protocol Symptom {
    var finding: Finding { get }
}

extension Symptom {
    /// What goes with CONFIG SET.
    static var untilRestart: String {
        "The command below lasts until a restart: set it in redis.conf, too."
    }
}
