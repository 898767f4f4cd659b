package import Redis

/// Finds the layouts that may have named the keys of a sample. It knows nothing but the layouts'
/// own data, so that a new preset is detected without further work. It reads only names;
/// `CandidateJudge` then looks at the values of some keys.
package struct LayoutDetector {
    /// A layout to look for: with the defaults of its variables, and with the variables open.
    package struct Entry {
        package let closed: Layout
        let open: Layout
    }

    /// Keys that fit one layout with the same values of its variables.
    package struct Candidate {
        package let layout: Int
        package let variables: [String: [UInt8]]
        package var keyCount = 0
        /// The number of the key that was counted last: one key may be in several stores.
        var lastKey = -1
        /// By the place of the role among all.
        package var counts = [Int](repeating: 0, count: DetectedLayout.Role.allCases.count)
        /// Some of the keys by the number of their pattern, for a look at their values.
        package var samples: [Int: [[UInt8]]] = [:]
        package var examples: [[UInt8]] = []
    }

    private struct Place: Hashable {
        let layout: Int
        let variables: [String: [UInt8]]
    }

    /// The number of keys whose values are read for each store of a candidate.
    private static let probeLimit = 24
    /// The number of different values of a layout's variables that are counted apart. A variable
    /// that happens to match ids would otherwise make a candidate of each key.
    private static let placeLimit = 64
    package static let exampleLimit = 3

    package private(set) var entries: [Entry] = []
    package private(set) var patterns: [KeyPattern] = []
    /// The patterns for a key, by their tier and the key's first byte.
    private var byFirstByte: [[[Int]]] = []
    /// Keys with one name for all, which a sample could miss.
    private var singles: [(key: [UInt8], pattern: Int)] = []
    package private(set) var candidates: [Candidate] = []
    private var places: [Place: Int] = [:]
    /// For each layout the candidate of which no variable is open.
    private var plainPlaces: [Int?] = []
    private var placeCounts: [Int: Int] = [:]
    /// Keys whose names were read.
    package private(set) var sampled = 0

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
        let stores = StoreSignature.all(entry.open, closed: isUsable ? entry.closed : nil)
        for store in stores {
            func pattern(_ template: Template) -> KeyPattern? {
                KeyPattern(
                    template, layout: index, role: store.role, probe: store.probe,
                    naming: entry.closed.naming)
            }
            if let closed = store.closed, closed.holes.isEmpty {
                // Known by its name alone: a list for all, or everybody's cutoff.
                guard let single = pattern(store.open) ?? pattern(closed) else { continue }
                singles.append((closed.literal, patterns.count))
                patterns.append(single)
                continue
            }
            let open = store.closed == store.open ? nil : store.open
            let templates = [store.joined(entry.closed), store.closed, open]
            patterns += templates.compactMap { $0.flatMap(pattern) }
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

    /// The number of a candidate; nil if there are too many of its layout.
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

    /// Adds the keys that have one name for all tokens. A sample of many keys would miss them.
    package mutating func lookAtSingles() {
        for single in singles where !single.key.isEmpty {
            guard let place = place(patterns[single.pattern].layout, [:]) else { continue }
            candidates[place].samples[single.pattern] = [single.key]
        }
    }

    /// Adds keys to the sample, by their names alone.
    package mutating func look(at keys: [[UInt8]]) {
        for key in keys {
            read(key, sampled)
            sampled += 1
        }
    }
}

// MARK: by names alone

extension LayoutDetector {
    /// The weight of a name that is convincing without a look at any value.
    private static let distinctWeight = 7

    /// The layouts whose own words are in most keys of the sample. Only names are compared; nothing
    /// is asked. There are several if they share the words, and none if no name is convincing.
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
                name: closed.name, confidence: .medium, keyCount: candidate.keyCount,
                examples: candidate.examples)
            found.adopt(candidate.variables, of: closed)
            return found
        }
    }
}
