/// The facts about an operand that help, manual and completions show.
package struct OperandDescription: Sendable, Equatable {
    /// The number of words that an operand takes.
    package enum Arity: Sendable, Equatable {
        case required
        case optional
        case repeated(minimum: Int)

        /// The fewest words.
        var minimum: Int {
            switch self {
            case .required: 1
            case .optional: 0
            case .repeated(let minimum): minimum
            }
        }

        var isRepeated: Bool {
            if case .repeated = self { return true }
            return false
        }
    }

    /// The name, in capitals.
    package var name: String
    /// The number of words; `ArgumentParser` describes how several operands share them.
    package var arity: Arity
    /// One sentence.
    package var summary: String
    /// The candidates that shells offer.
    package var completion = Completion.none
    /// Replaces the usual form in the usage line, such as `[-- COMMAND...]`.
    package var usage: String?

    /// The form in the usage line.
    package var usageForm: String {
        if let usage { return usage }
        return switch arity {
        case .required: name
        case .optional: "[\(name)]"
        case .repeated(let minimum): minimum > 0 ? "\(name)..." : "[\(name)...]"
        }
    }
}

/// An operand: its description, and its effect on `Target`.
package struct Operand<Target: Sendable>: Sendable {
    var description: OperandDescription
    /// Called once for each word that belongs to this operand, in order.
    let apply: @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void

    /// Sets the candidates that shells offer.
    package func completing(_ completion: Completion) -> Operand {
        var copy = self
        copy.description.completion = completion
        return copy
    }

    /// Replaces the usual form in the usage line.
    package func shownAs(_ usage: String) -> Operand {
        var copy = self
        copy.description.usage = usage
        return copy
    }

    /// All operands are made by the factories below.
    private init(
        _ name: String, _ arity: OperandDescription.Arity, _ summary: String,
        apply: @escaping @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void
    ) {
        description = OperandDescription(name: name, arity: arity, summary: summary)
        self.apply = apply
    }
}

extension Operand {
    /// Exactly one word, UTF-8 text that `parse` turns into a value.
    package static func required<Value>(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Operand {
        Operand(name, .required, summary) { target, bytes throws(InvalidValue) in
            target[keyPath: path()] = try parse(String(argument: bytes))
        }
    }

    /// Exactly one word, the raw value of a case of an enum.
    package static func choice<Value: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>
    ) -> Operand {
        let choices = Array(Value.allCases)
        return required(name, summary: summary, into: path()) { text throws(InvalidValue) in
            try ChoiceParser.parse(text, among: choices)
        }
        .completing(ChoiceParser.completion(choices))
    }

    /// At least `minimum` words, UTF-8 texts that `parse` turns into values.
    package static func repeated<Value>(
        _ name: String, minimum: Int = 0, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Operand {
        Operand(name, .repeated(minimum: minimum), summary) { target, bytes throws(InvalidValue) in
            target[keyPath: path()].append(try parse(String(argument: bytes)))
        }
    }

    /// At least `minimum` words, as text.
    package static func repeated(
        _ name: String, minimum: Int = 0, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [String]>
    ) -> Operand {
        repeated(name, minimum: minimum, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// Bytes that need not be UTF-8, such as a path, in the number that `arity` says.
    package static func raw(
        _ name: String, _ arity: OperandDescription.Arity, summary: String,
        store: @escaping @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void
    ) -> Operand {
        Operand(name, arity, summary, apply: store)
    }
}
