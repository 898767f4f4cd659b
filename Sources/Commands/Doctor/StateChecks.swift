internal import CommandKit
internal import JSON
internal import Layouts
internal import TokenStore

/// The checks of the keys in Redis for `doctor`: whether the layout fits them, and whether they are
/// sound. They judge a survey that was made before and send nothing.
enum StateChecks {
    /// Compares the selected layout with those that `detection` recognized in the same keys. A low
    /// confidence is not reported, because a few similar names prove nothing.
    static func layout(
        _ layout: Layout, _ survey: StateSurvey, _ detection: Detection
    ) -> [Finding] {
        let detected = detection.layouts.filter { $0.confidence > .low }
        let others = detected.filter { !$0.isSame(as: layout) }
        var found: [Finding] = []
        if survey.foundAnything || detected.contains(where: { $0.isSame(as: layout) }) {
            found.append(.layoutInUse(layout, survey))
            // The same layout under another namespace belongs to another issuer.
            found += others.filter { $0.name != layout.name }.map(Finding.otherLayout)
        } else if let other = others.first {
            found.append(.layoutNotFound(layout, survey, but: other))
        } else {
            found.append(.layoutUnused(layout, survey))
        }
        // A key that could not be read does not hide the findings about the others.
        if let refusal = survey.refusal ?? detection.refusal { found.append(.keysRefused(refusal)) }
        return found
    }

    /// Findings about the values of the keys. `now` is in unix seconds.
    static func values(
        _ survey: StateSurvey, _ layout: Layout, now: Int64, _ cli: RedisCLICommand
    ) -> [Finding] {
        blacklist(survey, layout, cli) + whitelist(survey, cli) + cutoffs(survey, now: now, cli)
            + audit(survey, cli)
    }

    /// Entries that never expire, or that are not of the layout's type. Under a layout without
    /// expiry (`needsExpiry` is false), nothing can be said about them.
    private static func blacklist(
        _ survey: StateSurvey, _ layout: Layout, _ cli: RedisCLICommand
    ) -> [Finding] {
        let found = [
            survey.endlessDenials.finding { .entriesWithoutTTL($0, of: survey.denials) },
            survey.mistypedDenials.finding { .entriesOfWrongType($0, cli) },
        ].compactMap(\.self)
        let isSound = found.isEmpty && survey.denials > 0 && layout.needsExpiry
        return isSound ? [.soundBlacklist(count: survey.denials)] : found
    }

    /// Token lists and session keys that are of the wrong type, in the wrong unit or out of date.
    private static func whitelist(_ survey: StateSurvey, _ cli: RedisCLICommand) -> [Finding] {
        let found = [
            survey.mistypedLists.finding { .listsOfWrongType($0, cli) },
            survey.foreignLists.finding { .scoresInOtherUnit($0) },
            survey.endlessLists.finding { .listsWithoutTTL($0, of: survey.lists) },
            survey.staleLists.finding { .expiredMembers($0, members: survey.expiredMembers) },
            survey.endlessSessions.finding { .sessionsWithoutTTL($0, of: survey.sessions) },
        ].compactMap(\.self)
        let isSound = found.isEmpty && survey.lists > 0
        return isSound ? [.soundLists(count: survey.lists)] : found
    }

    /// Cutoffs that are no times, or in the future.
    private static func cutoffs(
        _ survey: StateSurvey, now: Int64, _ cli: RedisCLICommand
    ) -> [Finding] {
        let found = [
            survey.corruptCutoffs.finding { .corruptCutoffs($0, cli) },
            survey.latestCutoff.map {
                .futureCutoffs(survey.futureCutoffs, latest: $0, now: now, cli)
            },
        ].compactMap(\.self)
        let isSound = found.isEmpty && survey.cutoffs > 0
        return isSound ? [.soundCutoffs(count: survey.cutoffs)] : found
    }

    /// Whether there is an audit log and it is a stream. Its absence is no finding, since the first
    /// change creates it.
    private static func audit(_ survey: StateSurvey, _ cli: RedisCLICommand) -> [Finding] {
        if let key = survey.mistypedAudit { return [.auditOfWrongType(key: key, cli)] }
        return survey.hasAudit ? [.soundAudit] : []
    }
}

extension StateSurvey.Tally {
    /// The finding that `make` builds of the counted keys; nil if there are none.
    fileprivate func finding(_ make: (Self) -> Finding) -> Finding? {
        count > 0 ? make(self) : nil
    }
}

extension DetectedLayout {
    /// Whether it is the selected layout with the same values of its variables. A variable that
    /// detection does not report has the layout's default value.
    fileprivate func isSame(as layout: Layout) -> Bool {
        guard name == layout.name else { return false }
        return layout.definingVariables.allSatisfy { variable in
            let found = variables.first { $0.name == variable.name }
            return layout.variable(variable.name) == (found?.value ?? variable.value)
        }
    }
}

extension Layout {
    /// The variables of a preset with their default values. A layout from a file needs none,
    /// because the detector reads the same file.
    fileprivate var definingVariables: [(name: String, value: String)] {
        do throws(LayoutError) {
            return try LayoutReader.preset(name, for: .show).variables
        } catch {
            return []
        }
    }
}

/// Blacklist entries.
extension Finding {
    /// Every entry that was read expires. `count` is their number.
    static func soundBlacklist(count: Int) -> Finding {
        Finding(
            .blacklist, "sound_blacklist", .ok,
            count == 1
                ? "1 entry, which expires" : "\(NumberText.grouped(count)) entries, all expire")
    }

    /// `tally` counts the entries without expiry, of `count` that were read.
    static func entriesWithoutTTL(_ tally: StateSurvey.Tally, of count: Int) -> Finding {
        Finding(
            .blacklist, "entries_without_ttl", .warning,
            "no expiry: " + tally.words(of: count, "entry", "entries"),
            means: "Unless revoked with --forever, they stay after their tokens have expired, "
                + "and fill the memory.",
            remedy: "jwtctl list revoked -o jsonl | grep '\"ttl\":null'", data: tally.data)
    }

    /// Entries that services cannot read, since their command fails on another type.
    static func entriesOfWrongType(_ tally: StateSurvey.Tally, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .blacklist, "entries_of_wrong_type", .error,
            "wrong type: " + tally.words("entry", "entries"),
            means: "The state of these tokens is unknown, and services may accept them.",
            remedy: cli(tally.command("TYPE")), data: tally.data)
    }
}

/// Token lists and session keys.
extension Finding {
    /// Every list that was read is of the right type, expires, and has no expired tokens. `count`
    /// is their number.
    static func soundLists(count: Int) -> Finding {
        Finding(
            .whitelist, "sound_lists", .ok,
            Count.words(count, "list", "lists") + ", no stale entries")
    }

    /// Lists without expiry although all their tokens have one, of `count` that were read.
    static func listsWithoutTTL(_ tally: StateSurvey.Tally, of count: Int) -> Finding {
        Finding(
            .whitelist, "lists_without_ttl", .warning,
            "no expiry: " + tally.words(of: count, "list", "lists"),
            means: "They stay after all their tokens have expired, and fill the memory.",
            remedy: "jwtctl prune", data: tally.data)
    }

    /// `tally` counts the lists, `members` the expired tokens on them.
    static func expiredMembers(_ tally: StateSurvey.Tally, members: Int64) -> Finding {
        var data = tally.data
        data.set("expired", .integer(members))
        return Finding(
            .whitelist, "expired_members", .note,
            Count.words(Int(members), "expired token", "expired tokens") + " on "
                + tally.words("list", "lists"),
            means: "They are rejected anyway; changes to a list remove its expired tokens.",
            remedy: "jwtctl prune", data: data)
    }

    /// Lists that are not sorted sets, so that commands on them fail.
    static func listsOfWrongType(_ tally: StateSurvey.Tally, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .whitelist, "lists_of_wrong_type", .error,
            "wrong type: " + tally.words("list", "lists"),
            means: "The tokens of these users cannot be listed, and logout-all cannot revoke "
                + "all of them.",
            remedy: cli(tally.command("TYPE")), data: tally.data)
    }

    /// Lists whose scores are seconds where the layout has milliseconds, or the other way round.
    static func scoresInOtherUnit(_ tally: StateSurvey.Tally) -> Finding {
        Finding(
            .whitelist, "scores_in_other_unit", .error,
            "scores not in the layout's unit: " + tally.words("list", "lists"),
            means: "Seconds or milliseconds: in the wrong unit, a token would have expired long "
                + "ago, or never expire. These users' tokens are neither listed nor revoked.",
            remedy: "jwtctl layout detect", data: tally.data)
    }

    /// Session keys without expiry, of `count` that were read. An application may want that, so it
    /// is a note.
    static func sessionsWithoutTTL(_ tally: StateSurvey.Tally, of count: Int) -> Finding {
        Finding(
            .whitelist, "sessions_without_ttl", .note,
            "no expiry: " + tally.words(of: count, "session", "sessions"),
            means: "They stay active until they are revoked.", data: tally.data)
    }
}

/// Cutoffs and the audit log.
extension Finding {
    /// Every cutoff that was read is in the past. `count` is their number.
    static func soundCutoffs(count: Int) -> Finding {
        Finding(
            .cutoffs, "sound_cutoffs", .ok,
            "\(Count.words(count, "cutoff", "cutoffs")), none in the future")
    }

    /// Cutoffs that cannot be read as a time.
    static func corruptCutoffs(_ tally: StateSurvey.Tally, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .cutoffs, "corrupt_cutoffs", .error,
            "not a time: " + tally.words("cutoff", "cutoffs"),
            means: "The state of every token of these users is unknown; services may accept "
                + "them all. Delete the key, and log the user out again.",
            remedy: cli(tally.command("DEL")), data: tally.data)
    }

    /// Cutoffs in the future. Up to the longest `--skew` they may be intended, so that is a
    /// warning. `latest` and `now` are in unix seconds.
    static func futureCutoffs(
        _ tally: StateSurvey.Tally, latest: Int64, now: Int64, _ cli: RedisCLICommand
    ) -> Finding {
        var data = tally.data
        data.set("until", .integer(latest))
        return Finding(
            .cutoffs, "future_cutoffs",
            latest - now > LogoutAllOptions.longestSkew ? .error : .warning,
            "in the future, up to \(TimeText.table(latest)): " + tally.words("cutoff", "cutoffs"),
            means: "Until then, new tokens of these users are rejected immediately: they "
                + "cannot log in.", remedy: cli(tally.command("DEL")), data: data)
    }

    /// The key of the audit log holds something else, to which entries cannot be added.
    static func auditOfWrongType(key: [UInt8], _ cli: RedisCLICommand) -> Finding {
        let name = String(decoding: key, as: UTF8.self)
        return Finding(
            .audit, "audit_of_wrong_type", .warning,
            "'\(KeyText.shown(key, columns: 60))' is not a stream",
            means: "Revocations work, but there is no record of who made them.",
            remedy: cli("TYPE " + ShellText.quote(name)), data: ["key": .string(name)])
    }

    /// The audit log exists and is a stream.
    static let soundAudit = Finding(.audit, "sound_audit", .ok, "audit log present")
}

extension StateSurvey.Tally {
    /// The number of keys, out of `total` if it is given, and the name of the first one, shortened
    /// because it may contain ids of other people.
    fileprivate func words(of total: Int? = nil, _ one: String, _ many: String) -> String {
        let example = examples.first.map { ", such as '\(KeyText.shown($0, columns: 48))'" } ?? ""
        let part = total == nil ? "" : "\(NumberText.grouped(count)) of "
        return part + Count.words(total ?? count, one, many) + example
    }

    /// Arguments of redis-cli that run the command `name` on the first key. If keys contain whole
    /// tokens, only their beginning is known, so the arguments search for such keys.
    fileprivate func command(_ name: String) -> String {
        let key = String(decoding: examples.first ?? [], as: UTF8.self)
        return areCut
            ? "--scan --pattern \(ShellText.quote(key + "*"))" : "\(name) \(ShellText.quote(key))"
    }

    /// The number of keys and the first names, for `Finding.data`.
    fileprivate var data: JSONObject {
        [
            "count": .integer(Int64(count)),
            "examples": .array(examples.map { .string(String(decoding: $0, as: UTF8.self)) }),
        ]
    }
}
