internal import TokenStore

/// Checks of the keys in Redis: whether the layout fits them, and whether they are sound.
enum StateChecks {
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
    /// The variables of a preset with their default values. A layout from a file needs none: the
    /// detector reads the same file.
    fileprivate var definingVariables: [(name: String, value: String)] {
        do throws(LayoutError) {
            return try LayoutReader.preset(name, for: .show).variables
        } catch {
            return []
        }
    }
}
