internal import CommandKit
internal import JSON
internal import Layouts
internal import TokenStore

/// The layout: whether jwtctl reads and writes the keys that the services use.
extension Finding {
    /// Redis holds keys of the selected layout.
    static func layoutInUse(_ layout: Layout, _ survey: StateSurvey) -> Finding {
        Finding(
            .layout, "layout_in_use", .ok,
            "\(layout.title) is in use\(survey.counts), \(survey.extent)",
            data: survey.data(layout))
    }

    /// Redis holds no keys of any known layout: nothing has been revoked or recorded yet. A sample
    /// that is not the whole Redis proves less, so that is only a note.
    static func layoutUnused(_ layout: Layout, _ survey: StateSurvey) -> Finding {
        survey.isWhole
            ? Finding(
                .layout, "layout_unused", .ok,
                "nothing revoked or recorded yet with \(layout.title)", data: survey.data(layout))
            : Finding(
                .layout, "layout_unused", .note, "no keys of \(layout.title) \(survey.extent)",
                means: "The sample may have missed them, or services use another layout.",
                remedy: "jwtctl doctor --deep", data: survey.data(layout))
    }

    /// Redis holds no keys of the selected layout, but of `other`: the likeliest sign of a wrong
    /// `--layout`.
    static func layoutNotFound(
        _ layout: Layout, _ survey: StateSurvey, but other: DetectedLayout
    ) -> Finding {
        Finding(
            .layout, "layout_not_found", .warning,
            "no keys of \(layout.title), but \(NumberText.grouped(other.keyCount)) of \(other.name), "
                + survey.extent,
            means: "A revocation under keys that no service reads has no effect.",
            remedy: "jwtctl doctor " + other.choice, data: survey.data(layout, other: other))
    }

    /// Redis holds keys of the selected layout and of `other`.
    static func otherLayout(_ other: DetectedLayout) -> Finding {
        Finding(
            .layout, "other_layout", .note,
            "also found \(Count.words(other.keyCount, "key", "keys")) of \(other.name)",
            means: "Services that read those keys do not see revocations made here.",
            remedy: "jwtctl doctor " + other.choice, data: ["other": .string(other.name)])
    }

    /// Redis refused to read keys, for example because of the user's permissions.
    static func keysRefused(_ error: StoreError) -> Finding {
        let failure = Diagnostics.failure(for: error)
        return Finding(
            .layout, "keys_refused", .note, failure.message,
            means: "The values of these keys were not checked.", remedy: failure.hint,
            data: ["code": .string(failure.code)])
    }
}

/// What the application does with tokens while Redis cannot be reached, as the layout says. Redis
/// is not asked.
extension Finding {
    /// The one of the findings below that applies.
    static func outage(_ layout: Layout) -> Finding {
        switch layout.onOutage {
        case .open: outageOpen(layout)
        case .closed: outageClosed(layout)
        case .unknown: outageUnknown(layout)
        }
    }

    /// The application accepts tokens that it cannot check.
    private static func outageOpen(_ layout: Layout) -> Finding {
        Finding(
            .layout, "outage_open", .warning, layout.outageWords,
            means: "No revocation has an effect until Redis is back: whoever can cause an outage "
                + "can use a revoked token.",
            remedy: "add replicas with Sentinel or a Cluster, or make the application refuse "
                + "tokens instead",
            data: layout.outageData)
    }

    /// The application refuses tokens that it cannot check.
    private static func outageClosed(_ layout: Layout) -> Finding {
        Finding(.layout, "outage_closed", .ok, layout.outageWords, data: layout.outageData)
    }

    /// The layout does not say it. That is a note, because only a person can find out.
    private static func outageUnknown(_ layout: Layout) -> Finding {
        Finding(
            .layout, "outage_unknown", .note, layout.outageWords,
            means: "If they are, no revocation has an effect until Redis is back. A layout file "
                + "can record what the application does (on_outage).",
            remedy: Layout.outageTrial, data: layout.outageData)
    }
}

/// The survey in words and as data.
extension StateSurvey {
    /// The number of keys that the findings are based on.
    fileprivate var extent: String {
        let keys = Count.words(sampled, "key", "keys")
        return isWhole ? "\(keys) in total" : "in a sample of \(keys)"
    }

    /// The numbers of entries, lists, sessions and cutoffs that were read, as the end of a
    /// sentence.
    fileprivate var counts: String {
        let parts = [
            (denials, "blacklist entry", "blacklist entries"), (lists, "list", "lists"),
            (sessions, "session", "sessions"), (cutoffs, "cutoff", "cutoffs"),
        ].filter { $0.0 > 0 }.map { Count.words($0.0, $0.1, $0.2) }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }

    /// The numbers for `Finding.data`. `other` is the layout whose keys were found instead.
    fileprivate func data(_ layout: Layout, other: DetectedLayout? = nil) -> JSONObject {
        [
            "layout": .string(layout.name), "sampled": .integer(Int64(sampled)),
            "whole": .bool(isWhole), "blacklist": .integer(Int64(denials)),
            "lists": .integer(Int64(lists)), "sessions": .integer(Int64(sessions)),
            "cutoffs": .integer(Int64(cutoffs)), "other": .string(orNull: other?.name),
        ]
    }
}

extension Layout {
    /// The facts about an outage for `Finding.data`.
    fileprivate var outageData: JSONObject {
        [
            "layout": .string(name), "on_outage": .string(onOutage.rawValue),
            "source": .string(orNull: onOutageSource),
        ]
    }

    /// The name of the layout with its namespace, if it has one.
    fileprivate var title: String {
        let shown = VisibleText.escape(name, columns: 40)
        return namespace.map { "\(shown) (namespace \($0))" } ?? shown
    }
}

extension DetectedLayout {
    /// The options that select it, quoted for a shell.
    fileprivate var choice: String {
        (["--layout \(ShellText.quote(name))"] + [options].filter { !$0.isEmpty })
            .joined(separator: " ")
    }
}
