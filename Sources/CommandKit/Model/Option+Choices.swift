extension Option {
    /// One of the cases of an enum, or of those in `among`; help and shells list them.
    package static func choice<Value: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        among choices: [Value] = Array(Value.allCases),
        into path: @autoclosure @escaping PropertyPath<Target, Value>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in try ChoiceParser.parse(text, among: choices)
        }
        .completing(ChoiceParser.completion(choices))
    }

    /// The same, nil where the option is absent.
    package static func choice<Value: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        among choices: [Value] = Array(Value.allCases),
        into path: @autoclosure @escaping PropertyPath<Target, Value?>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in try ChoiceParser.parse(text, among: choices)
        }
        .completing(ChoiceParser.completion(choices))
    }
}

/// Shared by options and operands whose values are the cases of an enum.
enum ChoiceParser {
    /// Exact: neither case nor abbreviations are forgiven, but a near miss is suggested.
    static func parse<Value: RawRepresentable<String>>(
        _ text: String, among choices: [Value]
    ) throws(InvalidValue) -> Value {
        if let match = choices.first(where: { $0.rawValue == text }) { return match }
        let names = choices.map(\.rawValue)
        var expected = "one of " + names.joined(separator: ", ")
        if let near = Suggestions.nearest(to: text, among: names).first {
            expected += "; did you mean '\(near)'?"
        }
        throw .expected(expected)
    }

    /// The same list for help and shells.
    static func completion<Value: RawRepresentable<String>>(_ choices: [Value]) -> Completion {
        .choices(choices.map { Completion.Choice($0.rawValue) })
    }
}
