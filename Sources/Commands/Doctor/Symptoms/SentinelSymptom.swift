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
                "\(report.known ?? report.reached) of them"
                    + (report.quorum.map { ", \($0) have to agree" } ?? ""), data: report.data)
        case .unreached(let report):
            return Finding(
                .sentinels, "sentinels_unreached", report.reached == 0 ? .error : .warning,
                "\(report.reached) of the \(report.named) that the URL names answer",
                means: "With fewer of them a primary that dies may not be replaced.",
                remedy: "start the others, or take them out of the URL", data: report.data)
        case .objection(let text):
            return Finding(
                .sentinels, "no_quorum", .error, VisibleText.escape(text, columns: 120),
                means: "A primary that dies is not replaced, and then nothing can be revoked.",
                remedy: "start the Sentinels that are missing", data: ["reply": .string(text)])
        case .tooFew(let report):
            return Finding(
                .sentinels, "few_sentinels", .warning,
                "there are \(report.known ?? 0), where it takes 3",
                means: "When one dies, a primary that dies with it may not be replaced.",
                remedy: "run three of them, each on a machine of its own", data: report.data)
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
