internal import CommandKit
internal import JSON
internal import Redis

/// Whether the Sentinels could replace the primary.
enum SentinelSymptom: Symptom {
    case agree(SentinelReport)
    case unreached(SentinelReport)
    case objection(String)
    case tooFew(SentinelReport)

    init(_ report: SentinelReport) {
        if let objection = report.objection {
            self = .objection(objection)
        } else if report.reached < report.named {
            self = .unreached(report)
        } else if let known = report.known, known < 3 {
            self = .tooFew(report)
        } else {
            self = .agree(report)
        }
    }

    var finding: Finding {
        switch self {
        case .agree(let report):
            return Finding(
                .sentinels, "sentinels_agree", .ok,
                Count.words(report.known ?? report.reached, "Sentinel", "Sentinels")
                    + (report.quorum.map { ", quorum \($0)" } ?? ""), data: report.data)
        case .unreached(let report):
            return Finding(
                .sentinels, "sentinels_unreached", report.reached == 0 ? .error : .warning,
                "\(report.reached) of \(report.named) Sentinels in the URL answered",
                means: "With fewer Sentinels, a failed primary may not be replaced.",
                remedy: "start the others, or remove them from the URL", data: report.data)
        case .objection(let text):
            return Finding(
                .sentinels, "no_quorum", .error, VisibleText.escape(text, columns: 120),
                means: "If the primary fails, it is not replaced, and nothing can be revoked.",
                remedy: "start the missing Sentinels", data: ["reply": .string(text)])
        case .tooFew(let report):
            return Finding(
                .sentinels, "few_sentinels", .warning,
                Count.words(report.known ?? 0, "Sentinel", "Sentinels") + ", at least 3 needed",
                means: "If one fails together with the primary, the primary may not be replaced.",
                remedy: "run three Sentinels, each on its own machine", data: report.data)
        }
    }
}

extension SentinelReport {
    fileprivate var data: JSONObject {
        [
            "named": .integer(Int64(named)), "reached": .integer(Int64(reached)),
            "known": TimeText.number(known.map(Int64.init)),
            "quorum": TimeText.number(quorum.map(Int64.init)),
        ]
    }
}
