/// A layout whose keys were found in a Redis.
package struct DetectedLayout: Equatable, Sendable {
    /// What a key is for.
    package enum Role: String, CaseIterable, Sendable {
        case deny, allow, list, index, cutoff, version, ban, audit, variable
        /// Keys that go along with others, and prove nothing by themselves.
        case link, details
    }

    package enum Confidence: String, CaseIterable, Comparable, Sendable {
        case low, medium, high

        package static func < (one: Confidence, other: Confidence) -> Bool {
            allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
        }
    }

    /// What somebody who takes the layout has to know.
    package enum Remark: Equatable, Sendable {
        /// Scores in seconds and in milliseconds stand side by side.
        case mixedScores
        /// Scores are in another unit than the layout's, which has no variable for it.
        case otherScores
        /// Redis refused to show what lies under these keys: they are judged by their names.
        case refused
        /// Its readers go by the value, and another stands there.
        case otherValues
        /// The keys may be of this layout as well, where they mean the opposite.
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
    /// What `--layout-var` has to say, by name; texts that are not UTF-8 are left out.
    package private(set) var variables: [(name: String, value: String)] = []
    package var confidence: Confidence
    /// Keys in the sample; one may be for several things.
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
    /// Takes the values of variables that are not the layout's own.
    package mutating func adopt(_ values: [String: [UInt8]], of layout: Layout) {
        for variable in layout.variables {
            guard let bytes = values[variable.name],
                let text = String(validating: bytes, as: UTF8.self), text != variable.value
            else { continue }
            variables.append((variable.name, text))
        }
    }
}
