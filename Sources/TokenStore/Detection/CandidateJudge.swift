package import Layouts
internal import Redis

/// Decides which layouts a Redis has. `LayoutDetector` names candidates by the names of keys; here
/// a few keys of each candidate are read, and their values must fit. Nothing is written.
struct CandidateJudge {
    private let client: Client
    private let entries: [LayoutDetector.Entry]
    private let patterns: [KeyPattern]
    /// The first refusal to look into a key.
    private var refusal: StoreError?

    /// How many candidates of one layout are read: those with the most keys. Candidates of a layout
    /// differ in their variables, such as a prefix.
    private static let candidateLimit = 6

    init(_ detector: LayoutDetector, _ client: Client) {
        self.client = client
        entries = detector.entries
        patterns = detector.patterns
    }

    /// A layout that was found, with what `doubtRivals` compares.
    private struct Judged {
        var found: DetectedLayout
        let candidate: LayoutDetector.Candidate
        let layout: Layout
        /// Whether a key of its cutoffs holds a cutoff: no other layout has such keys.
        let hasCutoff: Bool
    }

    /// The layouts to which the candidates belong, the surest first.
    mutating func layouts(
        of candidates: [LayoutDetector.Candidate]
    ) throws(StoreError) -> (layouts: [DetectedLayout], refusal: StoreError?) {
        var perLayout: [Int: Int] = [:]
        let chosen = candidates.sorted { $0.keyCount > $1.keyCount }.filter {
            perLayout[$0.layout, default: 0] += 1
            return perLayout[$0.layout, default: 0] <= Self.candidateLimit
        }
        var judged: [Judged] = []
        for candidate in chosen {
            if let one = try judge(candidate) { judged.append(one) }
        }
        doubtRivals(&judged)
        let found = judged.map(\.found).sorted {
            ($0.confidence, $0.keyCount, $1.name) > ($1.confidence, $1.keyCount, $0.name)
        }
        return (found, refusal)
    }

    // MARK: a candidate

    /// What the keys of one role hold, counted.
    private struct Tally {
        /// How distinct the names of the keys are, by the most distinct pattern.
        var tier = KeyPattern.Tier.shape
        var weight = 0
        /// Whether the names have token ids in them.
        var namesID = false
        /// Whether a value was found that hardly another application writes.
        var isTelling = false
        /// Keys by the verdict about their values.
        var fits = 0
        var neutral = 0
        var differs = 0
        var mistyped = 0
        var refused = 0
        /// The units of the scores that were met: 1 for seconds, 1000 for milliseconds, 0 for a
        /// mixture.
        var units: Set<Int64> = []

        /// Keys that could be read.
        var seen: Int { fits + neutral + differs + mistyped }

        /// How sure it is that these keys are the layout's; nil if they belong to something else.
        /// Names of the layout's own count without fitting values, common names only with a
        /// majority of them.
        var confidence: DetectedLayout.Confidence? {
            if seen == 0 { return refused > 0 && tier == .own ? .medium : nil }
            if mistyped * 2 > seen { return nil }
            let isDistinct = weight >= 8
            switch tier {
            case .own, .open:
                if differs * 2 > seen { return tier == .own ? .medium : .low }
                if tier == .own { return fits > 0 || isDistinct ? .high : .medium }
                return fits > 0 && (isTelling || isDistinct) ? .high : .medium
            case .weak, .shape:
                guard fits * 2 > seen else { return nil }
                return isTelling ? .medium : .low
            }
        }

        /// Takes the names of the pattern's keys into account.
        mutating func add(_ pattern: KeyPattern) {
            tier = KeyPattern.Tier(rawValue: min(tier.rawValue, pattern.tier.rawValue)) ?? tier
            weight = max(weight, pattern.weight)
            if pattern.template.holes.contains(.id) { namesID = true }
        }
    }

    /// What is known about a candidate.
    private struct Evidence {
        /// Keys of each role.
        var counts: [DetectedLayout.Role: Int] = [:]
        var keyCount: Int
        var examples: [[UInt8]]
        var tallies: [DetectedLayout.Role: Tally] = [:]
        /// How often each value of a variable was met.
        var variables: [String: [[UInt8]: Int]] = [:]

        init(_ candidate: LayoutDetector.Candidate) {
            keyCount = candidate.keyCount
            examples = candidate.examples
            for (role, count) in zip(DetectedLayout.Role.allCases, candidate.counts)
            where count > 0 {
                counts[role] = count
            }
        }
    }

    private mutating func judge(
        _ candidate: LayoutDetector.Candidate
    ) throws(StoreError) -> Judged? {
        var evidence = Evidence(candidate)
        for (index, keys) in candidate.samples.sorted(by: { $0.key < $1.key }) {
            try look(into: keys, patterns[index], &evidence)
        }
        let entry = entries[candidate.layout]
        guard let found = verdict(entry.closed, candidate, evidence) else { return nil }
        return Judged(
            found: found, candidate: candidate, layout: entry.closed,
            hasCutoff: evidence.tallies[.cutoff].map { $0.fits > 0 } ?? false)
    }

    private mutating func look(
        into keys: [[UInt8]], _ pattern: KeyPattern, _ evidence: inout Evidence
    ) throws(StoreError) {
        let commands = keys.map(pattern.probe.commands)
        let exchange = client.collect(commands.flatMap(\.self))
        if let failure = exchange.failure { throw .redis(failure) }
        let role = pattern.role
        var tally = evidence.tallies[role] ?? Tally()
        tally.add(pattern)
        var start = 0
        for (key, asked) in zip(keys, commands) {
            let replies = exchange.replies[start..<start + asked.count]
            start += asked.count
            let finding = pattern.probe.judge(replies)
            let isSingle = pattern.template.holes.isEmpty || evidence.counts[role] == nil
            switch finding.verdict {
            case .fits(let isTelling):
                tally.fits += 1
                if isTelling { tally.isTelling = true }
            case .neutral: tally.neutral += 1
            case .differs: tally.differs += 1
            case .mistyped: tally.mistyped += 1
            case .gone: continue
            case .refused:
                // The sample does not have this key, so the refusal does not show that it exists.
                if isSingle { continue }
                tally.refused += 1
                if refusal == nil, case .error(let error)? = replies.first ?? nil {
                    refusal = .refused(error, command: asked[0].name, key: key)
                }
            }
            if isSingle, evidence.counts[role] == nil {
                evidence.counts[role] = 1
                evidence.keyCount += 1
                evidence.examples.append(key)
            }
            if let unit = finding.unit { tally.units.insert(unit) }
            for (name, value) in finding.variables {
                evidence.variables[name, default: [:]][value, default: 0] += 1
            }
        }
        evidence.tallies[role] = tally
    }

    private func verdict(
        _ layout: Layout, _ candidate: LayoutDetector.Candidate, _ evidence: Evidence
    ) -> DetectedLayout? {
        let tallies = evidence.tallies
        let proving = tallies.filter { role, tally in
            switch role {
            case .details, .audit: false
            case .link: tally.namesID
            default: true
            }
        }
        guard let confidence = proving.values.compactMap(\.confidence).max() else { return nil }
        var found = DetectedLayout(
            name: layout.name, confidence: confidence, keyCount: evidence.keyCount,
            examples: Array(evidence.examples.prefix(LayoutDetector.exampleLimit)))
        for role in DetectedLayout.Role.allCases {
            if let keys = evidence.counts[role] {
                found.counts.append(.init(role: role, keys: keys))
            }
        }
        var hints = candidate.variables
        for (name, seen) in evidence.variables where hints[name] == nil {
            hints[name] = seen.max { ($0.value, $1.key.count) < ($1.value, $0.key.count) }?.key
        }
        let units = tallies[.list]?.units ?? []
        if units.contains(0) || units.count > 1 {
            found.remarks.append(.mixedScores)
        } else if let unit = units.first, unit != layout.list?.unit {
            if let variable = layout.list?.unitVariable {
                hints[variable] = Array(LayoutGrammar.scores[unit == 1 ? 0 : 1].utf8)
            } else {
                found.remarks.append(.otherScores)
            }
        }
        if tallies.values.contains(where: { $0.refused > 0 }) { found.remarks.append(.refused) }
        if let deny = tallies[.deny], deny.differs * 2 > deny.seen, deny.seen > 0 {
            found.remarks.append(.otherValues)
        }
        found.adopt(hints, of: layout)
        return found
    }

    // MARK: rivals

    /// Keys that a blacklist and a whitelist would both own mean the opposite in the two, and
    /// deleting a blacklist makes revoked tokens valid again. Names with words for it decide.
    private func doubtRivals(_ judged: inout [Judged]) {
        judged.removeAll { one in
            let keys = keys(one, of: .allow)
            return !keys.isEmpty && keys.allSatisfy(Self.saysRevoked)
        }
        for allow in judged.indices {
            let keys = keys(judged[allow], of: .allow)
            guard !keys.isEmpty else { continue }
            for deny in judged.indices where judged[deny].layout.deny != nil {
                guard !keys.isDisjoint(with: self.keys(judged[deny], of: .deny)) else { continue }
                doubt(&judged[allow], for: judged[deny].layout)
                if !judged[deny].hasCutoff { doubt(&judged[deny], for: judged[allow].layout) }
            }
        }
    }

    private func doubt(_ one: inout Judged, for rival: Layout) {
        one.found.confidence = .low
        let known = one.layout.mistakenFor.first { $0.name == rival.name }
        one.found.remarks.append(.ambiguous(with: rival.name, difference: known?.difference))
    }

    private func keys(_ one: Judged, of role: DetectedLayout.Role) -> Set<[UInt8]> {
        Set(one.candidate.samples.filter { patterns[$0.key].role == role }.flatMap(\.value))
    }

    /// Whether the text before the id calls the key a blacklist's.
    private static func saysRevoked(_ key: [UInt8]) -> Bool {
        let end = NameShape.startOfRandomEnd(of: key) ?? key.count
        let name = String(decoding: key[..<end], as: UTF8.self).lowercased()
        return ["blacklist", "blocklist", "deny", "revoked", "invalid"].contains {
            name.contains($0)
        }
    }
}

// MARK: detecting

/// The layouts that were found in a Redis, and how much of it was looked at.
package struct Detection: Sendable {
    /// The surest first.
    package internal(set) var layouts: [DetectedLayout] = []
    /// Keys whose names were read.
    package internal(set) var sampled = 0
    /// Whether these were all.
    package internal(set) var isWhole = false
    /// The first refusal to read a key; nil if all could be read.
    package internal(set) var refusal: StoreError?
}

extension LayoutDetector {
    /// Judges the sample. `isWhole` is whether Redis has no other keys.
    mutating func conclude(_ client: Client, isWhole: Bool) throws(StoreError) -> Detection {
        lookAtSingles()
        var judge = CandidateJudge(self, client)
        let (layouts, refusal) = try judge.layouts(of: candidates)
        return Detection(layouts: layouts, sampled: sampled, isWhole: isWhole, refusal: refusal)
    }
}

extension TokenStore {
    /// Looks for the keys of every layout that `detector` knows, in at most `limit` of Redis' keys.
    /// Never writes.
    package func detect(
        _ detector: LayoutDetector, sample limit: Int
    ) throws(StoreError) -> Detection {
        var detector = detector
        var scan = client.scan(count: 500)
        // A key that comes twice counts twice, which a sample can bear.
        while detector.sampled < limit {
            guard let page = try scan.nextKeys() else {
                return try detector.conclude(client, isWhole: true)
            }
            detector.look(at: Array(page.prefix(limit - detector.sampled)))
        }
        return try detector.conclude(client, isWhole: false)
    }
}
