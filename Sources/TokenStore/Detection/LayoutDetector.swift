internal import JSON
package import Redis

/// Finds out by whose data a key could have been named. Everything it goes by comes from the
/// layouts' own data; the sample is bounded, and nothing is written.
package struct LayoutDetector {
    /// A layout that is looked for: as it is by default, and with its variables open.
    private struct Entry {
        let closed: Layout
        let open: Layout
    }

    /// Keys that fit one layout with the same values of its variables.
    private struct Candidate {
        let layout: Int
        let variables: [String: [UInt8]]
        var keyCount = 0
        /// The number of the key that was counted last: one key may be in several stores.
        var lastKey = -1
        /// By the place of the role among all.
        var counts = [Int](repeating: 0, count: DetectedLayout.Role.allCases.count)
        /// Some of them, to be looked into: the pattern and the key.
        var samples: [Int: [[UInt8]]] = [:]
        var examples: [[UInt8]] = []
    }

    private struct Place: Hashable {
        let layout: Int
        let variables: [String: [UInt8]]
    }

    /// Keys that are looked into for each store of a candidate.
    private static let probeLimit = 24
    /// Values of a layout's variables that are told apart.
    private static let placeLimit = 64
    /// Of those, how many are looked into: the most frequent.
    private static let candidateLimit = 6
    private static let exampleLimit = 3

    private var entries: [Entry] = []
    private var patterns: [KeyPattern] = []
    /// Patterns by tier and first byte: those that begin with it, and those that begin with any.
    private var byFirstByte: [[[Int]]] = []
    /// Keys with one name for all, which a sample could miss.
    private var singles: [(key: [UInt8], pattern: Int)] = []
    private var candidates: [Candidate] = []
    private var places: [Place: Int] = [:]
    /// For each layout the candidate of which no variable is open.
    private var plainPlaces: [Int?] = []
    private var placeCounts: [Int: Int] = [:]
    /// Keys whose names were read.
    private var sampled = 0

    /// `texts` are the data of the layouts to look for.
    package init(_ names: [String] = Presets.names, files: [[UInt8]] = []) throws(LayoutError) {
        for name in names {
            let closed = try LayoutReader.preset(name, for: .show)
            add(Entry(closed: closed, open: try LayoutReader.preset(name, for: .find)))
        }
        for text in files {
            let closed = try LayoutReader.read(text, for: .show)
            add(Entry(closed: closed, open: try LayoutReader.read(text, for: .find)))
        }
        byFirstByte = KeyPattern.Tier.allCases.map { tier in
            (0..<256).map { byte in
                patterns.indices.filter {
                    patterns[$0].tier == tier
                        && (patterns[$0].firstByte ?? UInt8(byte)) == UInt8(byte)
                }
            }
        }
        plainPlaces = entries.map { _ in nil }
    }

    // MARK: what is looked for

    private mutating func add(_ entry: Entry) {
        let index = entries.count
        entries.append(entry)
        let isUsable = entry.closed.missingVariables.isEmpty
        let stores = SoughtStore.all(entry.open, closed: isUsable ? entry.closed : nil)
        for store in stores {
            let naming = entry.closed.naming
            if let closed = store.closed, closed.holes.isEmpty {
                // Known by its name alone: a list for all, or everybody's cutoff.
                guard
                    let pattern = KeyPattern(
                        store.open, layout: index, role: store.role, probe: store.probe,
                        naming: naming)
                        ?? KeyPattern(
                            closed, layout: index, role: store.role, probe: store.probe,
                            naming: naming)
                else { continue }
                singles.append((closed.literal, patterns.count))
                patterns.append(pattern)
                continue
            }
            if let joined = store.joined(entry.closed),
                let pattern = KeyPattern(
                    joined, layout: index, role: store.role, probe: store.probe, naming: naming)
            {
                patterns.append(pattern)
            }
            for template in [store.closed, store.open].compactMap(\.self) {
                if template == store.closed, template == store.open, template.parts.isEmpty {
                    continue
                }
                if let pattern = KeyPattern(
                    template, layout: index, role: store.role, probe: store.probe, naming: naming)
                {
                    patterns.append(pattern)
                }
                if store.closed == store.open { break }
            }
        }
    }

    // MARK: reading names

    /// `number` is that of the key in the sample.
    private mutating func read(_ key: [UInt8], _ number: Int) {
        guard let first = key.first else { return }
        var sampled = SampledKey(key)
        for tier in byFirstByte {
            var hasMatch = false
            for index in tier[Int(first)] {
                guard let holes = patterns[index].match(&sampled) else { continue }
                note(key, number, index, holes)
                hasMatch = true
            }
            if hasMatch { return }
        }
    }

    private mutating func note(
        _ key: [UInt8], _ number: Int, _ index: Int, _ holes: [Template.Hole: [UInt8]]
    ) {
        let pattern = patterns[index]
        guard let place = place(pattern.layout, KeyPattern.variables(holes)) else { return }
        candidates[place].counts[pattern.rolePlace] += 1
        if candidates[place].lastKey != number { candidates[place].keyCount += 1 }
        candidates[place].lastKey = number
        if candidates[place].samples[index, default: []].count < Self.probeLimit {
            candidates[place].samples[index, default: []].append(key)
        }
        if candidates[place].examples.count < Self.exampleLimit {
            let example = pattern.masked(holes)
            if !candidates[place].examples.contains(example) {
                candidates[place].examples.append(example)
            }
        }
    }

    /// The number of a candidate; nil where there are too many of its layout.
    private mutating func place(_ layout: Int, _ found: [String: [UInt8]]) -> Int? {
        // The layout's own values are no others, whichever pattern has found them.
        let closed = entries[layout].closed
        let isPlain = found.allSatisfy { name, value in
            closed.variable(name)?.utf8.elementsEqual(value) ?? false
        }
        let variables = isPlain ? [:] : found
        if variables.isEmpty, let known = plainPlaces[layout] { return known }
        let place = Place(layout: layout, variables: variables)
        if let known = places[place] { return known }
        guard placeCounts[layout, default: 0] < Self.placeLimit else { return nil }
        placeCounts[layout, default: 0] += 1
        candidates.append(Candidate(layout: layout, variables: variables))
        places[place] = candidates.count - 1
        if variables.isEmpty { plainPlaces[layout] = candidates.count - 1 }
        return candidates.count - 1
    }

    /// Looks at no more than `limit` keys of `client`.
    package mutating func run(_ client: Client, sample limit: Int) throws(StoreError) -> Detection {
        var scan = client.scan(count: 500)
        // Only names that come twice are kept out; a page's own are never the same.
        while sampled < limit {
            let page = try scan.nextKeys()
            guard let page else { return try conclude(client, isWhole: true) }
            look(at: Array(page.prefix(limit - sampled)))
        }
        return try conclude(client, isWhole: false)
    }

    /// Takes some keys into the sample, by their names alone.
    mutating func look(at keys: [[UInt8]]) {
        for key in keys {
            read(key, sampled)
            sampled += 1
        }
    }

    /// Looks into some of those keys that fit, and judges. `isWhole` says that there are no others.
    mutating func conclude(_ client: Client, isWhole: Bool) throws(StoreError) -> Detection {
        var result = Detection()
        result.sampled = sampled
        result.isWhole = isWhole
        for single in singles where !single.key.isEmpty {
            guard let place = place(patterns[single.pattern].layout, [:]) else { continue }
            candidates[place].samples[single.pattern] = [single.key]
        }
        try judge(client, &result)
        return result
    }

    // MARK: looking into keys

    private func judge(_ client: Client, _ result: inout Detection) throws(StoreError) {
        var perLayout: [Int: Int] = [:]
        let chosen = candidates.sorted { $0.keyCount > $1.keyCount }.filter {
            perLayout[$0.layout, default: 0] += 1
            return perLayout[$0.layout, default: 0] <= Self.candidateLimit
        }
        var judged: [Judged] = []
        for candidate in chosen {
            if let one = try judge(candidate, client, &result) { judged.append(one) }
        }
        settleRivals(&judged)
        result.layouts = judged.map(\.found)
        result.layouts.sort {
            ($0.confidence, $0.keyCount, $1.name) > ($1.confidence, $1.keyCount, $0.name)
        }
    }

    /// A layout that was found, and what its keys are looked at for.
    private struct Judged {
        var found: DetectedLayout
        let candidate: Candidate
        let layout: Layout
        /// Whether a cutoff stands where only a layout with cutoffs has one.
        let hasCutoff: Bool
    }

    /// Keys that a blacklist and a whitelist would both own mean the opposite in the two, and who
    /// deletes a blacklist makes revoked tokens valid again. Names that say what they are decide.
    private func settleRivals(_ judged: inout [Judged]) {
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

    /// Whether what stands before the id calls the key a blacklist's.
    private static func saysRevoked(_ key: [UInt8]) -> Bool {
        let end = NameShape.startOfRandomEnd(of: key) ?? key.count
        let name = String(decoding: key[..<end], as: UTF8.self).lowercased()
        return ["blacklist", "blocklist", "deny", "revoked", "invalid"].contains {
            name.contains($0)
        }
    }

    private struct Tally {
        var tier = KeyPattern.Tier.shape
        var weight = 0
        var namesID = false
        var isTelling = false
        var fits = 0
        var neutral = 0
        var differs = 0
        var mistyped = 0
        var refused = 0
        var units: Set<Int64> = []

        var seen: Int { fits + neutral + differs + mistyped }

        /// nil where these keys are somebody else's.
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
    }

    private func judge(
        _ candidate: Candidate, _ client: Client, _ result: inout Detection
    ) throws(StoreError) -> Judged? {
        let entry = entries[candidate.layout]
        var counts: [DetectedLayout.Role: Int] = [:]
        for (role, count) in zip(DetectedLayout.Role.allCases, candidate.counts) where count > 0 {
            counts[role] = count
        }
        var keyCount = candidate.keyCount
        var examples = candidate.examples
        var tallies: [DetectedLayout.Role: Tally] = [:]
        var variables: [String: [[UInt8]: Int]] = [:]
        for (index, keys) in candidate.samples.sorted(by: { $0.key < $1.key }) {
            let pattern = patterns[index]
            let commands = keys.map(pattern.probe.commands)
            let exchange = client.collect(commands.flatMap(\.self))
            if let failure = exchange.failure { throw .redis(failure) }
            var tally = tallies[pattern.role] ?? Tally()
            tally.tier =
                KeyPattern.Tier(rawValue: min(tally.tier.rawValue, pattern.tier.rawValue))
                ?? tally.tier
            tally.weight = max(tally.weight, pattern.weight)
            if pattern.template.holes.contains(.id) { tally.namesID = true }
            var start = 0
            for (key, asked) in zip(keys, commands) {
                let replies = exchange.replies[start..<start + asked.count]
                start += asked.count
                let finding = pattern.probe.judge(replies)
                let isSingle = pattern.template.holes.isEmpty || counts[pattern.role] == nil
                switch finding.verdict {
                case .fits(let isTelling):
                    tally.fits += 1
                    if isTelling { tally.isTelling = true }
                case .neutral: tally.neutral += 1
                case .differs: tally.differs += 1
                case .mistyped: tally.mistyped += 1
                case .gone: continue
                case .refused:
                    // A name that nobody has seen in use says nothing.
                    if isSingle { continue }
                    tally.refused += 1
                    if result.refusal == nil, case .error(let error)? = replies.first ?? nil {
                        result.refusal = .refused(
                            error, command: asked[0].name, key: key)
                    }
                }
                if isSingle, counts[pattern.role] == nil {
                    counts[pattern.role] = 1
                    keyCount += 1
                    examples.append(key)
                }
                if let unit = finding.unit { tally.units.insert(unit) }
                for (name, value) in finding.variables {
                    variables[name, default: [:]][value, default: 0] += 1
                }
            }
            tallies[pattern.role] = tally
        }
        guard
            var found = verdict(entry, candidate, counts, examples, tallies, variables)
        else { return nil }
        found.keyCount = keyCount
        return Judged(
            found: found, candidate: candidate, layout: entry.closed,
            hasCutoff: tallies[.cutoff].map { $0.fits > 0 } ?? false)
    }

    private func verdict(
        _ entry: Entry, _ candidate: Candidate, _ counts: [DetectedLayout.Role: Int],
        _ examples: [[UInt8]], _ tallies: [DetectedLayout.Role: Tally],
        _ values: [String: [[UInt8]: Int]]
    ) -> DetectedLayout? {
        let proving = tallies.filter { role, tally in
            switch role {
            case .details, .audit: false
            case .link: tally.namesID
            default: true
            }
        }
        guard let confidence = proving.values.compactMap(\.confidence).max() else { return nil }
        var found = DetectedLayout(
            name: entry.closed.name, variables: [], confidence: confidence, keyCount: 0, counts: [],
            examples: Array(examples.prefix(Self.exampleLimit)), remarks: [])
        for role in DetectedLayout.Role.allCases {
            if let keys = counts[role] { found.counts.append(.init(role: role, keys: keys)) }
        }
        var hints = candidate.variables
        for (name, seen) in values where hints[name] == nil {
            hints[name] = seen.max { ($0.value, $1.key.count) < ($1.value, $0.key.count) }?.key
        }
        let units = tallies[.list]?.units ?? []
        if units.contains(0) || units.count > 1 {
            found.remarks.append(.mixedScores)
        } else if let unit = units.first, unit != entry.closed.list?.unit {
            if let variable = Self.scoreVariable(entry.closed) {
                hints[variable] = Array(LayoutGrammar.scores[unit == 1 ? 0 : 1].utf8)
            } else {
                found.remarks.append(.otherScores)
            }
        }
        if tallies.values.contains(where: { $0.refused > 0 }) { found.remarks.append(.refused) }
        if let deny = tallies[.deny], deny.differs * 2 > deny.seen, deny.seen > 0 {
            found.remarks.append(.otherValues)
        }
        found.adopt(hints, of: entry.closed)
        return found
    }

    /// The variable that says in which unit scores are.
    private static func scoreVariable(_ layout: Layout) -> String? {
        for store in layout.definition["stores"]?.arrayValue ?? [] {
            guard let text = store.objectValue?["score"]?.stringValue?.text, text.hasPrefix("${"),
                text.hasSuffix("}")
            else { continue }
            return String(text.dropFirst(2).dropLast())
        }
        return nil
    }
}

extension TokenStore {
    /// Looks around in the Redis for the keys of every layout that `detector` knows, at no more
    /// than `sample` of its keys. Never writes.
    package func detect(
        _ detector: LayoutDetector, sample: Int
    ) throws(StoreError) -> Detection {
        var detector = detector
        return try detector.run(client, sample: sample)
    }
}

extension LayoutDetector {
    /// Bytes of its own that a name has to have where nothing but names is gone by.
    private static let distinctWeight = 7

    /// The layouts whose own words stand in most of `sample`, by the names of its keys alone: nothing
    /// is asked. Several where the same keys may be of any of them; none where no word tells.
    package static func likeliest(in sample: KeySample) -> [DetectedLayout] {
        guard !sample.keys.isEmpty else { return [] }
        do throws(LayoutError) {
            var detector = try LayoutDetector()
            detector.look(at: sample.keys)
            return detector.likeliest()
        } catch {
            // The presets' own data is sound.
            return []
        }
    }

    private func likeliest() -> [DetectedLayout] {
        let named = candidates.filter { candidate in
            candidate.samples.keys.contains { index in
                let pattern = patterns[index]
                return pattern.tier.rawValue < KeyPattern.Tier.weak.rawValue
                    && pattern.weight >= Self.distinctWeight
                    && ![.link, .details, .audit].contains(pattern.role)
            }
        }
        let most = named.map(\.keyCount).max()
        return named.filter { $0.keyCount == most }.map { candidate in
            let closed = entries[candidate.layout].closed
            var found = DetectedLayout(
                name: closed.name, variables: [], confidence: .medium,
                keyCount: candidate.keyCount, counts: [], examples: candidate.examples, remarks: [])
            found.adopt(candidate.variables, of: closed)
            return found
        }
    }
}

extension DetectedLayout {
    /// Takes the values of variables that are not the layout's own.
    fileprivate mutating func adopt(_ values: [String: [UInt8]], of layout: Layout) {
        for variable in layout.variables {
            guard let bytes = values[variable.name],
                let text = String(validating: bytes, as: UTF8.self), text != variable.value
            else { continue }
            variables.append((variable.name, text))
        }
    }
}
