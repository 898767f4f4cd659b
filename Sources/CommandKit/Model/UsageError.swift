/// A command line that cannot be understood.
///
/// Names are as the user spelled them (`--output`, `-o`). Texts from the command line are kept as
/// given and made harmless in `message`.
package enum UsageError: Error, Equatable, Sendable {
    /// Suggestions are with dashes; at most three are given.
    case unknownOption(String, suggestions: [String])
    /// The line ended, or went on with another option.
    case missingValue(option: String, metavar: String)
    /// `--flag=value` or `-f=value`.
    case takesNoValue(option: String)
    /// A single value was given twice: which one is meant is not guessed.
    case repeated(option: String)
    /// An option that this use of the command needs, as `--name METAVAR`.
    case missingOption(String)
    /// Two options that exclude each other.
    case conflicting(String, String)
    /// Fewer operands than the command needs; the first that is missing.
    case missingOperand(String)
    /// More operands than the command takes; the first that is too many.
    case unexpectedArgument(String)
    /// `expected` completes "'TEXT' is not …".
    case invalidValue(text: String, expected: String)
    /// `what` is the option as spelled, or the operand's name.
    case notUTF8(what: String)
    /// Suggestions are words that people try first, then names that look alike.
    case unknownCommand(String, suggestions: [String])
    /// A group of commands was named without one of its members.
    case missingCommand(choices: [String])
    /// After `help`, where commands and topics are searched.
    case unknownTopic(String, suggestions: [String])
    /// A rule of one command; the text is the whole message.
    case other(String)

    /// One line, lower case, without prefix and final period.
    package var message: String {
        switch self {
        case .unknownOption(let name, let suggestions):
            "unknown option \(Self.quote(name))" + Self.question(suggestions)
        case .missingValue(let option, let metavar): "missing value for '\(option) \(metavar)'"
        case .takesNoValue(let option): "'\(option)' takes no value"
        case .repeated(let option): "'\(option)' is given more than once"
        case .missingOption(let option): "missing option '\(option)'"
        case .conflicting(let one, let other): "'\(one)' cannot be used with '\(other)'"
        case .missingOperand(let name): "missing operand '\(name)'"
        case .unexpectedArgument(let text): "unexpected argument \(Self.quote(text))"
        case .invalidValue(let text, let expected): "\(Self.quote(text)) is not \(expected)"
        case .notUTF8(let what): "the value of '\(what)' is not valid UTF-8"
        case .unknownCommand(let name, let suggestions):
            "unknown command \(Self.quote(name))" + Self.question(suggestions)
        case .missingCommand(let choices):
            choices.isEmpty ? "missing command" : "missing command; one of \(Self.list(choices))"
        case .unknownTopic(let name, let suggestions):
            "no command or topic \(Self.quote(name))" + Self.question(suggestions)
        case .other(let message): message
        }
    }

    /// A pasted token or a page of text must not come back whole in an error message.
    private static let longestEcho = 32

    /// Quoted, harmless and short.
    private static func quote(_ text: String) -> String {
        "'\(VisibleText.escape(text, columns: longestEcho))'"
    }

    /// The end of a message that asks whether another name was meant.
    private static func question(_ suggestions: [String]) -> String {
        suggestions.isEmpty ? "" : "; did you mean \(list(suggestions))?"
    }

    /// `'a', 'b' or 'c'`.
    private static func list(_ names: [String]) -> String {
        let quoted = names.map { "'\($0)'" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}

/// Why a parse closure refuses the text of an option or operand.
package enum InvalidValue: Error, Equatable, Sendable {
    /// Completes "'TEXT' is not …", such as `a duration; write 15m, 12h or 30d`.
    case expected(String)
    /// The whole message, where "is not" does not fit. Must not repeat a secret.
    case message(String)
    /// The bytes are not UTF-8, so they are not text.
    case notUTF8
}

extension String {
    /// The text of an argument; `CommandLine` would silently repair what is not UTF-8.
    package init(argument bytes: [UInt8]) throws(InvalidValue) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        self = text
    }
}
