/// What help, manual and completions say about an operand.
package struct OperandDescription: Sendable, Equatable {
    /// How many times an operand may stand there.
    package enum Arity: Sendable, Equatable {
        case required
        case optional
        case repeated(minimum: Int)

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

    /// In capitals.
    package var name: String
    /// How many words it takes; see `ArgumentParser` on how several share them.
    package var arity: Arity
    /// One sentence.
    package var summary: String
    /// What shells offer.
    package var completion = Completion.none
    /// Replaces the usual form in the usage line, such as `[-- COMMAND...]`.
    package var usage: String?

    /// As in the usage line.
    package var usageForm: String {
        if let usage { return usage }
        return switch arity {
        case .required: name
        case .optional: "[\(name)]"
        case .repeated(let minimum): minimum > 0 ? "\(name)..." : "[\(name)...]"
        }
    }
}

/// An operand: how it reads and what it does to `Target`.
package struct Operand<Target: Sendable>: Sendable {
    var description: OperandDescription
    /// Called once for each word that falls to this operand, in order.
    let apply: @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void

    /// What shells offer.
    package func completing(_ completion: Completion) -> Operand {
        var copy = self
        copy.description.completion = completion
        return copy
    }

    /// Shows `usage` in the usage line in place of the usual form.
    package func shownAs(_ usage: String) -> Operand {
        var copy = self
        copy.description.usage = usage
        return copy
    }

    private init(
        _ name: String, _ arity: OperandDescription.Arity, _ summary: String,
        apply: @escaping @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void
    ) {
        description = OperandDescription(name: name, arity: arity, summary: summary)
        self.apply = apply
    }
}

extension Operand {
    /// Exactly one, made by `parse` from UTF-8 text.
    package static func required<Value>(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Operand {
        Operand(name, .required, summary) { target, bytes throws(InvalidValue) in
            target[keyPath: path()] = try parse(String(argument: bytes))
        }
    }

    /// Exactly one, as text.
    package static func required(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String>
    ) -> Operand {
        required(name, summary: summary, into: path()) { text throws(InvalidValue) in text }
    }

    /// One of the cases of an enum.
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

    /// One or none, made by `parse` from UTF-8 text.
    package static func optional<Value>(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, Value?>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Operand {
        Operand(name, .optional, summary) { target, bytes throws(InvalidValue) in
            target[keyPath: path()] = try parse(String(argument: bytes))
        }
    }

    /// One or none, as text.
    package static func optional(
        _ name: String, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, String?>
    ) -> Operand {
        optional(name, summary: summary, into: path()) { text throws(InvalidValue) in text }
    }

    /// At least `minimum`, each made by `parse` from UTF-8 text.
    package static func repeated<Value>(
        _ name: String, minimum: Int = 0, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [Value]>,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value
    ) -> Operand {
        Operand(name, .repeated(minimum: minimum), summary) { target, bytes throws(InvalidValue) in
            target[keyPath: path()].append(try parse(String(argument: bytes)))
        }
    }

    /// At least `minimum`, as text.
    package static func repeated(
        _ name: String, minimum: Int = 0, summary: String,
        into path: @autoclosure @escaping PropertyPath<Target, [String]>
    ) -> Operand {
        repeated(name, minimum: minimum, summary: summary, into: path()) {
            text throws(InvalidValue) in text
        }
    }

    /// Bytes that need not be UTF-8, however often `arity` says.
    package static func raw(
        _ name: String, _ arity: OperandDescription.Arity, summary: String,
        store: @escaping @Sendable (inout Target, [UInt8]) throws(InvalidValue) -> Void
    ) -> Operand {
        Operand(name, arity, summary, apply: store)
    }
}
