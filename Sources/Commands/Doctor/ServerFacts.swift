internal import CommandKit
internal import Platform
internal import Redis

/// What one server has told about itself, and how it was reached.
struct ServerFacts {
    let report: ServerReport
    /// nil where INFO was refused.
    let info: InfoReport?
    /// The answers to CONFIG GET by name; nil where it was refused.
    let settings: [String: String]?
    /// Why INFO, and CONFIG GET, were refused.
    let infoRefusal: ServerError?
    let settingsRefusal: ServerError?
    let session: ServerExamination.Session
    /// How many replicas the group says that it has, connected or not; nil where it does not say.
    let knownReplicas: Int?

    static let questions = [
        Command("INFO"), Command("CONFIG", "GET", "save"),
        Command("CONFIG", "GET", "appendfsync"), Command("CONFIG", "GET", "min-*-to-write"),
        Command("CONFIG", "GET", "stop-writes-on-bgsave-error"),
    ]

    init(
        _ report: ServerReport, _ session: ServerExamination.Session, knownReplicas: Int? = nil
    ) {
        self.knownReplicas = knownReplicas
        self.report = report
        self.session = session
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

    var line: RedisLine { RedisLine(endpoint: report.endpoint, isSecured: report.tls != nil) }

    /// Whether it still reads its data from disk.
    var isLoading: Bool { info?.flag("loading") ?? false }
}
