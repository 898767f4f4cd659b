extension Option {
    /// A flag: off by default, on when given. `--no-NAME` takes it back if `negatable`.
    package static func flag(
        _ name: String, short: Character? = nil, negatable: Bool = false, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Bool>
    ) -> Option {
        var description = OptionDescription(name: name, short: short, summary: summary)
        description.isNegatable = negatable
        return Option(entries: [
            OptionEntry(
                description: description,
                action: .flag(
                    set: { target in target[keyPath: path()] = true },
                    clear: { target in target[keyPath: path()] = false }),
                readDefault: { target in target[keyPath: path()].defaultText })
        ])
    }

    /// A flag that puts one value into a property: `--json` for the output format JSON.
    package static func flag<Value: Sendable>(
        _ name: String, short: Character? = nil, summary: String, setting value: Value,
        into path: @autoclosure @escaping PropertyPath<Target, Value>
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(name: name, short: short, summary: summary),
                action: .flag(set: { target in target[keyPath: path()] = value }, clear: { _ in }),
                readDefault: { _ in .none })
        ])
    }

    /// A flag that counts how often it stands there: `-vv`.
    package static func count(
        _ name: String, short: Character? = nil, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Int>
    ) -> Option {
        var description = OptionDescription(name: name, short: short, summary: summary)
        description.isRepeatable = true
        return Option(entries: [
            OptionEntry(
                description: description,
                action: .flag(set: { target in target[keyPath: path()] += 1 }, clear: { _ in }),
                readDefault: { _ in .none })
        ])
    }

    /// A value that `parse` makes from UTF-8 text.
    package static func value<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Option {
        raw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in try parse(String(argument: bytes))
        }
    }

    /// Text as it stands.
    package static func text(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// Text as it stands, nil where the option is absent.
    package static func text(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Option {
        value(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// A value made from bytes that need not be UTF-8, such as a path or what contains one.
    package static func raw<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable ([UInt8]) throws(InvalidValue) -> Value
    ) -> Option {
        Option(entries: [
            OptionEntry(
                description: OptionDescription(
                    name: name, short: short, metavar: metavar, summary: summary),
                action: .value { target, bytes throws(InvalidValue) in
                    target[keyPath: path()] = try parse(bytes)
                },
                readDefault: { target in .init(describing: target[keyPath: path()]) })
        ])
    }

    /// A path, byte for byte; nil where the option is absent. Shells offer files.
    package static func path(
        _ name: String, short: Character? = nil, metavar: String = "FILE", summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [UInt8]?>
    ) -> Option {
        raw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in bytes
        }
        .completing(.file)
    }

    /// Each occurrence appends what `parse` makes of its text.
    package static func repeated<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Option {
        repeatedRaw(name, short: short, metavar: metavar, summary: summary, into: path()) {
            bytes throws(InvalidValue) in try parse(String(argument: bytes))
        }
    }

    /// Each occurrence appends its text as it stands.
    package static func repeated(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [String]>
    ) -> Option {
        repeated(name, short: short, metavar: metavar, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// Each occurrence appends what `parse` makes of its bytes.
    package static func repeatedRaw<Value>(
        _ name: String, short: Character? = nil, metavar: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable ([UInt8]) throws(InvalidValue) -> Value
    ) -> Option {
        var description = OptionDescription(
            name: name, short: short, metavar: metavar, summary: summary)
        description.isRepeatable = true
        return Option(entries: [
            OptionEntry(
                description: description,
                action: .value { target, bytes throws(InvalidValue) in
                    target[keyPath: path()].append(try parse(bytes))
                },
                readDefault: { target in target[keyPath: path()].defaultText })
        ])
    }
}
