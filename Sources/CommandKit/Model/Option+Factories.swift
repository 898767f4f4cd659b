extension Option {
    /// A flag, off by default and on if given. If `negatable`, `--no-NAME` turns it off again.
    package static func flag(
        _ name: String, short: Character? = nil, negatable: Bool = false, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Bool>
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(
                    name: name, short: short, summary: summary, isNegatable: negatable),
                apply: { target, use throws(InvalidValue) in
                    target[keyPath: path()] = use == .on
                },
                readDefault: { target in target[keyPath: path()].defaultText })
        ])
    }

    /// A flag that sets a property to one value: `--json` for the output format JSON.
    package static func flag<Value: Sendable>(
        _ name: String, short: Character? = nil, summary: String, setting value: Value,
        into path: @autoclosure @escaping PropertyPath<Target, Value>
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(name: name, short: short, summary: summary),
                apply: { target, _ throws(InvalidValue) in target[keyPath: path()] = value },
                readDefault: { _ in .none })
        ])
    }

    /// A value, UTF-8 text that `parse` turns into a `Value`.
    package static func value<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Option {
        raw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in try parse(String(argument: bytes))
        }
    }

    /// A value that is text. The property has a default.
    package static func text(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// A value that is text; nil if the option is absent.
    package static func text(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// A value of bytes that need not be UTF-8, such as a path or text with one in it.
    package static func raw<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable ([UInt8]) throws(InvalidValue) -> Value
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(
                    name: name, short: short, metavar: metavar, summary: summary),
                apply: { target, use throws(InvalidValue) in
                    target[keyPath: path()] = try parse(use.bytes)
                },
                readDefault: { target in .init(describing: target[keyPath: path()]) })
        ])
    }

    /// A path, byte for byte; nil if the option is absent. Shells offer files.
    package static func path(
        _ name: String, short: Character? = nil, metavar: String = "FILE", summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [UInt8]?>
    ) -> Option {
        raw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in bytes
        }
        .completing(.file)
    }

    /// An option that may be repeated. Each occurrence appends the value that `parse` returns for
    /// its text.
    package static func repeated<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Option {
        repeatedRaw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in try parse(String(argument: bytes))
        }
    }

    /// An option that may be repeated. Each occurrence appends its text.
    package static func repeated(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [String]>
    ) -> Option {
        repeated(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// An option that may be repeated. Each occurrence appends the value that `parse` returns for
    /// its bytes.
    package static func repeatedRaw<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable ([UInt8]) throws(InvalidValue) -> Value
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(
                    name: name, short: short, metavar: metavar, summary: summary,
                    isRepeatable: true),
                apply: { target, use throws(InvalidValue) in
                    target[keyPath: path()].append(try parse(use.bytes))
                },
                readDefault: { target in target[keyPath: path()].defaultText })
        ])
    }
}

extension Option {
    /// A value that is the raw value of a case of an enum, or of one of those in `among`. Help and
    /// shells list them.
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

    /// Like the choice above, but nil if the option is absent.
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

/// Parses values that are the cases of an enum, for options and operands.
enum ChoiceParser {
    /// The case whose raw value is exactly `text`: neither another case of letters nor an
    /// abbreviation is accepted. The error lists the choices, and suggests a similar one.
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

    /// The choices for help and shells.
    static func completion<Value: RawRepresentable<String>>(_ choices: [Value]) -> Completion {
        .choices(choices.map { Completion.Choice($0.rawValue) })
    }
}

/// A type whose values help can show as the default of an option.
package protocol DefaultPrintable {
    /// `none` for a value that need not be shown, such as an empty list.
    var defaultText: OptionDescription.DefaultValue { get }
}

extension String: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { isEmpty ? .none : .text(self) }
}

extension Int: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(String(self)) }
}

extension Int64: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { .text(String(self)) }
}

extension Bool: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue { self ? .text("on") : .none }
}

extension Optional: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue {
        map { OptionDescription.DefaultValue(describing: $0) } ?? .none
    }
}

extension Array: DefaultPrintable {
    package var defaultText: OptionDescription.DefaultValue {
        if isEmpty { return .none }
        if let bytes = self as? [UInt8] { return .text(VisibleText.escape(bytes)) }
        var texts: [String] = []
        for element in self {
            guard case .text(let text) = OptionDescription.DefaultValue(describing: element) else {
                return .unprintable
            }
            texts.append(text)
        }
        return .text(texts.joined(separator: ", "))
    }
}

extension OptionDescription.DefaultValue {
    /// The default as help shows it. Called only by help and the generators; the dynamic cast is
    /// too slow for parsing.
    init<Value>(describing value: Value) {
        if let printable = value as? any DefaultPrintable {
            self = printable.defaultText
        } else if let raw = value as? any RawRepresentable, let text = raw.rawValue as? String {
            self = .text(text)
        } else {
            self = .unprintable
        }
    }
}
