internal import CommandKit
internal import JSON
internal import TokenStore

/// Whether the keys that are read and written are those of the services.
enum LayoutSymptom: Symptom {
    case inUse(Layout, StateSurvey)
    /// Nothing of it, nor of another: nobody has revoked or recorded anything yet.
    case unused(Layout, StateSurvey)
    /// Another is in use.
    case other(Layout, DetectedLayout, StateSurvey)
    /// Another is in use too.
    case besides(DetectedLayout)
    /// Some keys, or all, could not be looked into.
    case refused(Failure)

    var finding: Finding {
        switch self {
        case .inUse(let layout, let survey):
            return Finding(
                .layout, "layout_in_use", .ok,
                "\(layout.title) is in use\(survey.counts), \(survey.extent)",
                data: Self.data(layout, survey))
        case .unused(let layout, let survey):
            return Finding(
                .layout, "layout_unused", survey.isWhole ? .ok : .note,
                survey.isWhole
                    ? "nothing revoked or recorded yet with \(layout.title)"
                    : "no keys of \(layout.title) \(survey.extent)",
                means: survey.isWhole
                    ? nil : "The sample may have missed them, or services use another layout.",
                remedy: survey.isWhole ? nil : "jwtctl doctor --deep",
                data: Self.data(layout, survey))
        case .other(let layout, let other, let survey):
            return Finding(
                .layout, "layout_not_found", .warning,
                "no keys of \(layout.title), but \(other.keyCount) of \(other.name), "
                    + survey.extent,
                means: "A revocation under keys that no service reads has no effect.",
                remedy: "jwtctl doctor " + other.choice,
                data: Self.data(layout, survey, other))
        case .besides(let other):
            return Finding(
                .layout, "other_layout", .note,
                "also found \(Count.words(other.keyCount, "key", "keys")) of \(other.name)",
                means: "Services that read those keys do not see revocations made here.",
                remedy: "jwtctl doctor " + other.choice, data: ["other": .string(other.name)])
        case .refused(let failure):
            return Finding(
                .layout, "keys_refused", .note, failure.message,
                means: "The values of these keys were not checked.", remedy: failure.hint,
                data: ["code": .string(failure.code)])
        }
    }

    private static func data(
        _ layout: Layout, _ survey: StateSurvey, _ other: DetectedLayout? = nil
    ) -> JSONObject {
        [
            "layout": .string(layout.name), "sampled": .integer(Int64(survey.sampled)),
            "whole": .bool(survey.isWhole), "blacklist": .integer(Int64(survey.denials)),
            "lists": .integer(Int64(survey.lists)), "sessions": .integer(Int64(survey.sessions)),
            "cutoffs": .integer(Int64(survey.cutoffs)),
            "other": other.map { .string($0.name) } ?? .null,
        ]
    }
}

extension StateSurvey {
    /// How much the findings rest on.
    var extent: String {
        let keys = Count.words(sampled, "key", "keys")
        return isWhole ? "\(keys) in total" : "in a sample of \(keys)"
    }

    /// What was looked into.
    fileprivate var counts: String {
        let parts = [
            (denials, "blacklist entry", "blacklist entries"), (lists, "list", "lists"),
            (sessions, "session", "sessions"), (cutoffs, "cutoff", "cutoffs"),
        ].filter { $0.0 > 0 }.map { Count.words($0.0, $0.1, $0.2) }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}

extension Layout {
    fileprivate var title: String {
        let shown = VisibleText.escape(name, columns: 40)
        return namespace.map { "\(shown) (namespace \($0))" } ?? shown
    }
}

extension DetectedLayout {
    /// The options that choose it.
    fileprivate var choice: String {
        (["--layout \(ShellText.quote(name))"] + [options].filter { !$0.isEmpty })
            .joined(separator: " ")
    }
}
