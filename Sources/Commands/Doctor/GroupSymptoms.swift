internal import CommandKit
internal import JSON
internal import Redis
internal import TokenStore

/// Whether Redis answers, and how soon.
enum ConnectionSymptom: Symptom {
    /// `roundTrip` is in microseconds.
    case answers(place: String, roundTrip: Int64)
    case unreachable(Failure)

    /// Microseconds from which on every check of a token is felt.
    private static let patience: Int64 = 50_000

    var finding: Finding {
        switch self {
        case .answers(let place, let roundTrip):
            let isSlow = roundTrip > Self.patience
            let tenths = (roundTrip + 50) / 100
            return Finding(
                .connection, isSlow ? "slow" : "answers", isSlow ? .note : .ok,
                "\(VisibleText.escape(place)) answers in \(tenths / 10).\(tenths % 10) ms",
                means: isSlow ? "Every check of a token takes as long, in every service." : nil,
                data: ["round_trip_us": .integer(roundTrip)])
        case .unreachable(let failure):
            return Finding(
                .connection, "unreachable", .error, failure.message,
                means: "Nothing can be revoked, and every state is unknown.",
                remedy: failure.hint, data: ["code": .string(failure.code)])
        }
    }
}

/// Whether this machine's clock and Redis' agree; times are in seconds.
enum ClockSymptom: Symptom {
    case agrees
    case differs(by: Int64, margin: Int64)

    var finding: Finding {
        switch self {
        case .agrees: return Finding(.clock, "agrees", .ok, "this machine's and Redis' agree")
        case .differs(let seconds, let margin):
            let isDangerous = abs(seconds) > margin
            return Finding(
                .clock, "clock_differs", isDangerous ? .error : .warning,
                "this machine's is \(Duration.words(abs(seconds))) "
                    + "\(seconds > 0 ? "ahead of" : "behind") Redis'",
                means: isDangerous
                    ? "A service whose clock is as far behind accepts a token after its blacklist "
                        + "entry has gone. One of the two clocks is wrong."
                    : "Tokens end earlier or later for services than for Redis.",
                remedy: "chronyc tracking", data: ["seconds": .integer(seconds)])
        }
    }
}

/// Whether all slots of a Cluster are served.
enum ClusterSymptom: Symptom {
    case whole(primaries: Int)
    case unserved(slots: Int)

    var finding: Finding {
        switch self {
        case .whole(let primaries):
            Finding(
                .cluster, "whole", .ok, "\(primaries) primaries serve all slots",
                data: ["primaries": .integer(Int64(primaries))])
        case .unserved(let slots):
            Finding(
                .cluster, "unserved_slots", .error, "nobody serves \(slots) of 16384 slots",
                means: "Tokens whose keys lie there can be neither revoked nor checked.",
                remedy: "redis-cli --cluster check HOST:PORT",
                data: ["slots": .integer(Int64(slots))])
        }
    }
}

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

/// What the user may do there.
enum RightsSymptom: Symptom {
    case suffice(user: String, commands: Int)
    /// `rights` are as ACL SETUSER takes them.
    case lacking(Work, commands: [String], rights: [String], user: String, RedisLine)
    case missing(Work, commands: [String])
    /// Those that could only be found out by doing them.
    case untested(commands: [String], user: String, RedisLine)

    var finding: Finding {
        switch self {
        case .suffice(let user, let commands):
            return Finding(
                .rights, "rights_suffice", .ok,
                "\(VisibleText.escape(user, columns: 40)) may run the \(commands) commands that "
                    + "the layout needs",
                data: ["user": .string(user), "commands": .integer(Int64(commands))])
        case .lacking(let work, let commands, let rights, let user, let line):
            return Finding(
                .rights, "rights_lacking", work.severity,
                "\(VisibleText.escape(user, columns: 40)) may not \(work.rawValue): no right to "
                    + commands.joined(separator: ", "), means: work.loss,
                remedy: line(
                    "ACL SETUSER \(ShellText.quote(user)) "
                        + rights.map(ShellText.quote).joined(separator: " ")),
                data: Self.data(work, commands, user))
        case .missing(let work, let commands):
            return Finding(
                .rights, "commands_missing", work.severity,
                "the server does not know \(commands.joined(separator: ", ")), for \(work.rawValue)",
                means: work.loss, remedy: "look for rename-command in redis.conf",
                data: Self.data(work, commands, nil))
        case .untested(let commands, let user, let line):
            return Finding(
                .rights, "rights_untested", .note,
                "whether \(VisibleText.escape(user, columns: 40)) may run "
                    + commands.joined(separator: ", ") + " was not found out",
                means: "It would take doing it, or the right to ACL DRYRUN, of Redis 7.",
                remedy: line("ACL SETUSER \(ShellText.quote(user)) '+acl|dryrun'"),
                data: [
                    "commands": .array(commands.map { .string($0) }), "user": .string(user),
                ])
        }
    }

    private static func data(_ work: Work, _ commands: [String], _ user: String?) -> JSONObject {
        [
            "command": .string(work.rawValue),
            "lacking": .array(commands.map { .string($0) }),
            "user": user.map { .string($0) } ?? .null,
        ]
    }
}

extension Work {
    /// Without the first of them a revocation fails.
    fileprivate var severity: Finding.Severity {
        switch self {
        case .verify, .revoke, .logoutAll: .error
        case .restore, .issue, .list, .prune, .audit: .warning
        }
    }

    /// What can't be done for want of a right.
    fileprivate var loss: String {
        switch self {
        case .verify: "The state of a token is unknown."
        case .revoke: "Nothing can be revoked."
        case .logoutAll: "The sessions of a user can't be ended."
        case .restore: "A revocation can't be taken back."
        case .issue: "A token can't be recorded."
        case .list: "Nobody can see who is logged in, or what is revoked."
        case .prune: "Lists that nobody touches keep their expired tokens."
        case .audit: "Nobody can see who revoked what, and services with a cache are not told."
        }
    }
}
