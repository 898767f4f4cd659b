internal import CommandKit
internal import JSON
internal import TokenStore

/// Blacklist entries.
extension Finding {
    static func soundBlacklist(count: Int) -> Finding {
        Finding(
            .blacklist, "sound_blacklist", .ok,
            count == 1
                ? "1 entry, which expires" : "\(NumberText.grouped(count)) entries, all expire")
    }

    static func entriesWithoutTTL(_ tally: StateSurvey.Tally, of count: Int) -> Finding {
        Finding(
            .blacklist, "entries_without_ttl", .warning,
            "no expiry: " + tally.words(of: count, "entry", "entries"),
            means: "Unless revoked with --forever, they stay after their tokens have expired, "
                + "and fill the memory.",
            remedy: "jwtctl list revoked -o jsonl | grep '\"ttl\":null'", data: tally.data)
    }

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
    static func soundLists(count: Int) -> Finding {
        Finding(
            .whitelist, "sound_lists", .ok,
            Count.words(count, "list", "lists") + ", no stale entries")
    }

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

    static func listsOfWrongType(_ tally: StateSurvey.Tally, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .whitelist, "lists_of_wrong_type", .error,
            "wrong type: " + tally.words("list", "lists"),
            means: "The tokens of these users cannot be listed, and logout-all cannot revoke "
                + "all of them.",
            remedy: cli(tally.command("TYPE")), data: tally.data)
    }

    static func scoresInOtherUnit(_ tally: StateSurvey.Tally) -> Finding {
        Finding(
            .whitelist, "scores_in_other_unit", .error,
            "scores not in the layout's unit: " + tally.words("list", "lists"),
            means: "Seconds or milliseconds: in the wrong unit, a token would have expired long "
                + "ago, or never expire. These users' tokens are neither listed nor revoked.",
            remedy: "jwtctl layout detect", data: tally.data)
    }

    static func sessionsWithoutTTL(_ tally: StateSurvey.Tally, of count: Int) -> Finding {
        Finding(
            .whitelist, "sessions_without_ttl", .note,
            "no expiry: " + tally.words(of: count, "session", "sessions"),
            means: "They stay active until they are revoked.", data: tally.data)
    }
}

/// Cutoffs and the audit log.
extension Finding {
    static func soundCutoffs(count: Int) -> Finding {
        Finding(
            .cutoffs, "sound_cutoffs", .ok,
            "\(Count.words(count, "cutoff", "cutoffs")), none in the future")
    }

    static func corruptCutoffs(_ tally: StateSurvey.Tally, _ cli: RedisCLICommand) -> Finding {
        Finding(
            .cutoffs, "corrupt_cutoffs", .error,
            "not a time: " + tally.words("cutoff", "cutoffs"),
            means: "The state of every token of these users is unknown; services may accept "
                + "them all. Delete the key, and log the user out again.",
            remedy: cli(tally.command("DEL")), data: tally.data)
    }

    /// `latest` and `now` are in unix seconds.
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

    static func auditOfWrongType(key: [UInt8], _ cli: RedisCLICommand) -> Finding {
        let name = String(decoding: key, as: UTF8.self)
        return Finding(
            .audit, "audit_of_wrong_type", .warning,
            "'\(KeyText.shown(key, columns: 60))' is not a stream",
            means: "Revocations work, but there is no record of who made them.",
            remedy: cli("TYPE " + ShellText.quote(name)), data: ["key": .string(name)])
    }

    static let soundAudit = Finding(.audit, "sound_audit", .ok, "audit log present")
}

extension StateSurvey.Tally {
    /// The number of keys, out of `total`, and the first of them. Its name may contain other
    /// people's ids, so it is shortened.
    fileprivate func words(of total: Int? = nil, _ one: String, _ many: String) -> String {
        let example = examples.first.map { ", such as '\(KeyText.shown($0, columns: 48))'" } ?? ""
        let part = total == nil ? "" : "\(NumberText.grouped(count)) of "
        return part + Count.words(total ?? count, one, many) + example
    }

    /// Arguments of redis-cli that run the command `name` on the first key. Of keys with whole
    /// tokens only the start is known, so there the arguments search for it.
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
