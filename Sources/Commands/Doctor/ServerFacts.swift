internal import CommandKit
internal import Platform
internal import Redis

/// Facts outside the servers that decide how bad a finding is: options, layout, clock.
struct DoctorContext: Sendable {
    let hasPassword: Bool
    /// Whether `--redis-insecure` was given.
    let isUnverified: Bool
    let allowsReplica: Bool
    /// The Redis user.
    let user: String
    /// This machine's clock, in unix seconds.
    let now: Int64
    /// Whether a token is accepted once its keys are gone. Under a whitelist it is rejected.
    let failsOpen: Bool
    /// Whether several servers hold the data, with Sentinel or as a Cluster.
    let isGroup: Bool
}

/// The answers of one server about itself, and how it was reached.
struct ServerFacts {
    let report: ServerReport
    /// The answer to INFO; nil if it was refused.
    let info: InfoReport?
    /// The answers to CONFIG GET by name; nil if it was refused.
    let settings: [String: String]?
    let infoRefusal: ServerError?
    let settingsRefusal: ServerError?
    let context: DoctorContext
    /// The number of replicas that the group reports, connected or not; nil if it reports none.
    let knownReplicas: Int?

    static let questions = [
        Command("INFO"), Command("CONFIG", "GET", "save"),
        Command("CONFIG", "GET", "appendfsync"), Command("CONFIG", "GET", "min-*-to-write"),
        Command("CONFIG", "GET", "stop-writes-on-bgsave-error"),
    ]

    /// `report` has the replies to `questions`, in their order.
    init(_ report: ServerReport, _ context: DoctorContext, knownReplicas: Int?) {
        self.knownReplicas = knownReplicas
        self.report = report
        self.context = context
        var refusals: [ServerError?] = report.replies.map { reply in
            if case .error(let error) = reply { error } else { nil }
        }
        infoRefusal = refusals.removeFirst()
        settingsRefusal = refusals.compactMap(\.self).first
        if case .string(let text)? = report.replies.first {
            info = InfoReport(text)
        } else {
            info = nil
        }
        var settings: [String: String] = [:]
        for case .array(let items) in report.replies.dropFirst() {
            for index in stride(from: 0, to: items.count - 1, by: 2) {
                if case .string(let name) = items[index], case .string(let value) = items[index + 1]
                {
                    settings[String(decoding: name, as: UTF8.self)] =
                        String(decoding: value, as: UTF8.self)
                }
            }
        }
        self.settings = settingsRefusal == nil ? settings : nil
    }

    var cli: RedisCLICommand {
        RedisCLICommand(endpoint: report.endpoint, isSecured: report.tls != nil)
    }

    /// Whether the server is still reading its data from disk.
    var isLoading: Bool { info?.flag("loading") ?? false }
}
