/// Why a command line cannot be understood.
///
/// Names are spelled as the user typed them (`--output`, `-o`). Texts from the command line are
/// kept unchanged; `message` escapes them.
package enum UsageError: Error, Equatable, Sendable {
    /// The suggestions have their dashes; there are at most three.
    case unknownOption(String, suggestions: [String])
    /// The line ends after the option, or goes on with another option.
    case missingValue(option: String, metavar: String)
    /// A flag was given a value: `--flag=value` or `-f=value`.
    case takesNoValue(option: String)
    /// An option was given two values, although it takes one. Which is meant is not guessed.
    case repeated(option: String)
    /// This use of the command needs the option, which is written as `--name METAVAR`.
    case missingOption(String)
    /// Two options that exclude each other.
    case conflicting(String, String)
    /// There are fewer operands than the command needs; this is the first missing one.
    case missingOperand(String)
    /// There are more operands than the command takes; this is the first extra one.
    case unexpectedArgument(String)
    /// The text is refused. `expected` completes "'TEXT' is not …".
    case invalidValue(text: String, expected: String)
    /// The value is not UTF-8. `what` is the option as typed, or the operand's name.
    case notUTF8(what: String)
    /// The suggestions are the commands for a word that people often try, or else those with
    /// similar names.
    case unknownCommand(String, suggestions: [String])
    /// A group of commands was given without a member.
    case missingCommand(choices: [String])
    /// The word after `help` is neither a command nor a topic.
    case unknownTopic(String, suggestions: [String])
    /// A rule of one command was broken; the text is the whole message.
    case other(String)

    /// The error in one line, in lower case, without prefix and final period.
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

    /// The most columns of the user's text that are repeated: a pasted token or a page of text must
    /// not come back whole in a message.
    private static let longestEcho = 32

    /// The text in quotes, escaped and shortened.
    private static func quote(_ text: String) -> String {
        "'\(VisibleText.escape(text, columns: longestEcho))'"
    }

    /// The end of a message that suggests other names.
    private static func question(_ suggestions: [String]) -> String {
        suggestions.isEmpty ? "" : "; did you mean \(list(suggestions))?"
    }

    /// The names as in `'a', 'b' or 'c'`.
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
    /// The whole message, for errors that "is not" does not fit. It must not repeat a secret.
    case message(String)
    /// The bytes are not UTF-8, so they are not text.
    case notUTF8
}

extension String {
    /// The text of an argument. `CommandLine` would silently replace bytes that are not UTF-8.
    package init(argument bytes: [UInt8]) throws(InvalidValue) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        self = text
    }
}
