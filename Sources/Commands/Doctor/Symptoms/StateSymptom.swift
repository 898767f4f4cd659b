internal import CommandKit
internal import JSON
internal import TokenStore

/// What is wrong with the state itself.
enum StateSymptom: Symptom {
    case soundBlacklist(count: Int)
    case endlessDenials(StateSurvey.Tally, of: Int)
    case mistypedDenials(StateSurvey.Tally, RedisLine)
    case soundLists(count: Int)
    case endlessLists(StateSurvey.Tally, of: Int)
    case staleLists(StateSurvey.Tally, members: Int64)
    case mistypedLists(StateSurvey.Tally, RedisLine)
    case foreignLists(StateSurvey.Tally)
    case endlessSessions(StateSurvey.Tally, of: Int)
    case soundCutoffs(count: Int)
    case corruptCutoffs(StateSurvey.Tally, RedisLine)
    /// `ahead` is in seconds, `until` in unix seconds.
    case futureCutoffs(StateSurvey.Tally, until: Int64, ahead: Int64, RedisLine)
    case mistypedAudit(key: [UInt8], RedisLine)
    case soundAudit

    /// Seconds that `logout-all --skew` may raise a cutoff into the future.
    private static let skew: Int64 = 3600

    var finding: Finding {
        switch self {
        case .soundBlacklist(let count):
            return Finding(
                .blacklist, "sound_blacklist", .ok,
                count == 1 ? "1 entry, which expires" : "\(count) entries, all expire")
        case .endlessDenials(let tally, let count):
            return Finding(
                .blacklist, "entries_without_ttl", .warning,
                "no expiry: \(tally.count) of \(Count.words(count, "entry", "entries"))\(tally.shown)",
                means: "Unless revoked with --forever, they stay after their tokens have expired, "
                    + "and fill the memory.",
                remedy: "jwtctl list revoked -o jsonl | grep '\"ttl\":null'", data: tally.data)
        case .mistypedDenials(let tally, let line):
            return Finding(
                .blacklist, "entries_of_wrong_type", .error,
                "wrong type: \(Count.words(tally.count, "entry", "entries"))\(tally.shown)",
                means:
                    "The state of these tokens is unknown, and services may accept them.",
                remedy: line(tally.command("TYPE")), data: tally.data)
        case .soundLists(let count):
            return Finding(
                .whitelist, "sound_lists", .ok,
                Count.words(count, "list", "lists") + ", no stale entries")
        case .endlessLists(let tally, let count):
            return Finding(
                .whitelist, "lists_without_ttl", .warning,
                "no expiry: \(tally.count) of \(Count.words(count, "list", "lists"))\(tally.shown)",
                means: "They stay after all their tokens have expired, and fill the memory.",
                remedy: "jwtctl prune", data: tally.data)
        case .staleLists(let tally, let members):
            var data = tally.data
            data.set("expired", .integer(members))
            return Finding(
                .whitelist, "expired_members", .note,
                Count.words(Int(members), "expired token", "expired tokens") + " on "
                    + Count.words(tally.count, "list", "lists") + tally.shown,
                means: "They are rejected anyway; changes to a list remove its expired tokens.",
                remedy: "jwtctl prune", data: data)
        case .mistypedLists(let tally, let line):
            return Finding(
                .whitelist, "lists_of_wrong_type", .error,
                "wrong type: \(Count.words(tally.count, "list", "lists"))\(tally.shown)",
                means: "The tokens of these users cannot be listed, and logout-all cannot revoke "
                    + "all of them.",
                remedy: line(tally.command("TYPE")), data: tally.data)
        case .foreignLists(let tally):
            return Finding(
                .whitelist, "scores_in_other_unit", .error,
                "scores not in the layout's unit: "
                    + Count.words(tally.count, "list", "lists") + tally.shown,
                means:
                    "Seconds or milliseconds: in the wrong unit, a token would have expired long "
                    + "ago, or never expire. These users' tokens are neither listed nor revoked.",
                remedy: "jwtctl layout detect", data: tally.data)
        case .endlessSessions(let tally, let count):
            return Finding(
                .whitelist, "sessions_without_ttl", .note,
                "no expiry: \(tally.count) of "
                    + Count.words(count, "session", "sessions") + tally.shown,
                means: "They stay active until they are revoked.", data: tally.data)
        case .soundCutoffs(let count):
            return Finding(
                .cutoffs, "sound_cutoffs", .ok,
                "\(Count.words(count, "cutoff", "cutoffs")), none in the future")
        case .corruptCutoffs(let tally, let line):
            return Finding(
                .cutoffs, "corrupt_cutoffs", .error,
                "not a time: \(Count.words(tally.count, "cutoff", "cutoffs"))\(tally.shown)",
                means: "The state of every token of these users is unknown; services may accept "
                    + "them all. Delete the key, and log the user out again.",
                remedy: line(tally.command("DEL")), data: tally.data)
        case .futureCutoffs(let tally, let end, let ahead, let line):
            var data = tally.data
            data.set("until", .integer(end))
            return Finding(
                .cutoffs, "future_cutoffs", ahead > Self.skew ? .error : .warning,
                "in the future, up to \(TimeText.table(end)): "
                    + Count.words(tally.count, "cutoff", "cutoffs") + tally.shown,
                means: "Until then, new tokens of these users are rejected immediately: they "
                    + "cannot log in.", remedy: line(tally.command("DEL")), data: data)
        case .mistypedAudit(let key, let line):
            return Finding(
                .audit, "audit_of_wrong_type", .warning,
                "'\(KeyText.shown(key, columns: 60))' is not a stream",
                means: "Revocations work, but there is no record of who made them.",
                remedy: line("TYPE " + ShellText.quote(String(decoding: key, as: UTF8.self))),
                data: ["key": .string(String(decoding: key, as: UTF8.self))])
        case .soundAudit: return Finding(.audit, "sound_audit", .ok, "audit log present")
        }
    }

    /// Everything that a survey says.
    static func symptoms(
        of survey: StateSurvey, now: Int64, layout: Layout, _ line: RedisLine
    ) -> [StateSymptom] {
        var found: [StateSymptom] = []
        if survey.endlessDenials.count > 0 {
            found.append(.endlessDenials(survey.endlessDenials, of: survey.denials))
        }
        if survey.mistypedDenials.count > 0 {
            found.append(.mistypedDenials(survey.mistypedDenials, line))
        }
        if found.isEmpty, survey.denials > 0, layout.needsExpiry {
            found.append(.soundBlacklist(count: survey.denials))
        }
        found += whitelist(of: survey, line)
        if survey.corruptCutoffs.count > 0 {
            found.append(.corruptCutoffs(survey.corruptCutoffs, line))
        }
        if let latest = survey.latestCutoff {
            found.append(
                .futureCutoffs(survey.futureCutoffs, until: latest, ahead: latest - now, line))
        } else if survey.corruptCutoffs.count == 0, survey.cutoffs > 0 {
            found.append(.soundCutoffs(count: survey.cutoffs))
        }
        if let key = survey.mistypedAudit {
            found.append(.mistypedAudit(key: key, line))
        } else if survey.hasAudit {
            found.append(.soundAudit)
        }
        return found
    }

    private static func whitelist(
        of survey: StateSurvey, _ line: RedisLine
    ) -> [StateSymptom] {
        var found: [StateSymptom] = []
        if survey.mistypedLists.count > 0 {
            found.append(.mistypedLists(survey.mistypedLists, line))
        }
        if survey.foreignLists.count > 0 { found.append(.foreignLists(survey.foreignLists)) }
        if survey.endlessLists.count > 0 {
            found.append(.endlessLists(survey.endlessLists, of: survey.lists))
        }
        if survey.staleLists.count > 0 {
            found.append(.staleLists(survey.staleLists, members: survey.expiredMembers))
        }
        if survey.endlessSessions.count > 0 {
            found.append(.endlessSessions(survey.endlessSessions, of: survey.sessions))
        }
        if found.isEmpty, survey.lists > 0 { found.append(.soundLists(count: survey.lists)) }
        return found
    }
}

extension StateSurvey.Tally {
    /// The first of the keys: other people's text, and ids that are nobody else's business are cut.
    fileprivate var shown: String {
        examples.first.map { ", such as '\(KeyText.shown($0, columns: 48))'" } ?? ""
    }

    /// A command on the first of them; where keys hold whole tokens, what finds it.
    fileprivate func command(_ name: String) -> String {
        let key = String(decoding: examples.first ?? [], as: UTF8.self)
        return areCut
            ? "--scan --pattern \(ShellText.quote(key + "*"))" : "\(name) \(ShellText.quote(key))"
    }

    fileprivate var data: JSONObject {
        [
            "count": .integer(Int64(count)),
            "examples": .array(examples.map { .string(String(decoding: $0, as: UTF8.self)) }),
        ]
    }
}
