/// A layout whose keys were found in a Redis.
package struct DetectedLayout: Equatable, Sendable {
    /// What a key is for.
    package enum Role: String, CaseIterable, Sendable {
        case deny, allow, list, index, cutoff, version, ban, audit, variable
        /// Keys that accompany others, and prove nothing by themselves.
        case link, details
    }

    package enum Confidence: String, CaseIterable, Comparable, Sendable {
        case low, medium, high

        package static func < (one: Confidence, other: Confidence) -> Bool {
            allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
        }
    }

    /// What a person has to know before choosing the layout.
    package enum Remark: Equatable, Sendable {
        /// Some scores are in seconds, others in milliseconds.
        case mixedScores
        /// Scores are not in the layout's unit, which no variable changes.
        case otherScores
        /// Redis refused to show the values of these keys, so that only their names were judged.
        case refused
        /// Services of this layout compare the value, and these keys have another one.
        case otherValues
        /// The keys may as well be those of this layout, where they mean the opposite.
        case ambiguous(with: String, difference: String?)
    }

    package struct Count: Equatable, Sendable {
        package let role: Role
        /// Keys in the sample.
        package let keys: Int

        package init(role: Role, keys: Int) {
            self.role = role
            self.keys = keys
        }
    }

    package let name: String
    /// The values for `--layout-var`, without those that are not UTF-8.
    package private(set) var variables: [(name: String, value: String)] = []
    package var confidence: Confidence
    /// The number of keys in the sample. A key may count for several roles.
    package let keyCount: Int
    package var counts: [Count] = []
    /// Keys with ids and users cut short.
    package let examples: [[UInt8]]
    package var remarks: [Remark] = []

    package init(name: String, confidence: Confidence, keyCount: Int, examples: [[UInt8]]) {
        self.name = name
        self.confidence = confidence
        self.keyCount = keyCount
        self.examples = examples
    }

    package static func == (one: DetectedLayout, other: DetectedLayout) -> Bool {
        one.name == other.name && one.confidence == other.confidence && one.counts == other.counts
            && one.variables.map(\.name) == other.variables.map(\.name)
            && one.variables.map(\.value) == other.variables.map(\.value)
            && one.keyCount == other.keyCount && one.examples == other.examples
            && one.remarks == other.remarks
    }
}

extension DetectedLayout {
    /// Adds the values of variables that differ from the layout's own.
    package mutating func adopt(_ values: [String: [UInt8]], of layout: Layout) {
        for variable in layout.variables {
            guard let bytes = values[variable.name],
                let text = String(validating: bytes, as: UTF8.self), text != variable.value
            else { continue }
            variables.append((variable.name, text))
        }
    }
}
