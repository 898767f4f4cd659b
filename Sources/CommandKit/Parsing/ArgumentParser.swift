/// Applies the words of one command to its options struct.
///
/// Options take effect in the order of the command line, so a later flag overrides an earlier one.
/// Operands are assigned at the end, because their shares depend on their number. Then the
/// command's own `check` runs.
struct ArgumentParser<Options: Sendable> {
    /// The result: the options, a request for help or the version, or an error.
    enum Outcome {
        case options(Options)
        case help(HelpDetail)
        case version
        case failure(UsageError)
    }

    private let command: Command<Options>
    /// The options in one list. The scanner's tokens refer to it by index.
    private let entries: [OptionEntry<Options>]

    init(_ command: Command<Options>) {
        self.command = command
        entries = command.options.flatMap(\.entries)
    }

    /// Parses the words. A request for help or the version wins over any error before or after it.
    /// Otherwise `failure`, an error in what came before, or the first error is returned.
    func parse(_ arguments: [[UInt8]], failure: UsageError?) -> Outcome {
        var scanner = ArgumentScanner(
            arguments, options: entries.map(\.description), failure: failure)
        var options = command.defaults
        var operands: [[UInt8]] = []
        var given: Set<Int> = []
        while let token = scanner.next() {
            switch token {
            case .help(let detail): return .help(detail)
            case .version: return .version
            case .operand(let bytes): operands.append(bytes)
            case .option(let index, let spelled, let use):
                let entry = entries[index]
                // A flag may be given again; its last form counts.
                if case .value = use, !entry.description.isRepeatable,
                    !given.insert(index).inserted
                {
                    scanner.note(.repeated(option: "--\(entry.description.name)"))
                }
                do throws(InvalidValue) {
                    try entry.apply(&options, use)
                } catch {
                    scanner.note(Self.usageError(error, bytes: use.bytes, what: spelled))
                }
            }
        }
        if let failure = scanner.failure { return .failure(failure) }
        do throws(UsageError) {
            try assign(operands, to: &options)
            try command.check(&options)
        } catch {
            return .failure(error)
        }
        return .options(options)
    }

    /// Assigns the operands from left to right. Each takes as many words as it may, but leaves the
    /// minimum of those after it.
    private func assign(_ words: [[UInt8]], to options: inout Options) throws(UsageError) {
        var rest = words[...]
        for (index, operand) in command.operands.enumerated() {
            let arity = operand.description.arity
            let reserved = command.operands[(index + 1)...]
                .reduce(0) { $0 + $1.description.arity.minimum }
            let available = max(rest.count - reserved, min(rest.count, arity.minimum))
            guard available >= arity.minimum else {
                throw .missingOperand(operand.description.name)
            }
            for bytes in rest.prefix(arity.isRepeated ? available : min(available, 1)) {
                do throws(InvalidValue) {
                    try operand.apply(&options, bytes)
                } catch {
                    throw Self.usageError(error, bytes: bytes, what: operand.description.name)
                }
                rest.removeFirst()
            }
        }
        if let extra = rest.first {
            throw .unexpectedArgument(String(decoding: extra, as: UTF8.self))
        }
    }

    /// Adds to a refusal what the closure did not know: the text, and the option or operand.
    private static func usageError(
        _ error: InvalidValue, bytes: [UInt8], what: String
    ) -> UsageError {
        switch error {
        case .expected(let expected):
            .invalidValue(text: String(decoding: bytes, as: UTF8.self), expected: expected)
        case .message(let message): .other(message)
        case .notUTF8: .notUTF8(what: what)
        }
    }
}

/// Splits arguments into options with their values and operands, by the rules of `getopt_long`
/// without abbreviations. It knows the names of options, not their effects.
///
/// It continues after an error, so that a later `--help` is found. The first error is kept in
/// `failure`.
struct ArgumentScanner {
    /// The meaning of the next argument, or of the next letter in a bundle such as `-abc`.
    enum Token: Equatable {
        /// `-h` or `--help`.
        case help(HelpDetail)
        case version
        /// `index` is that in `options`; `spelled` is the option as typed, without a value.
        case option(index: Int, spelled: String, use: OptionUse)
        /// An argument that is not an option.
        case operand([UInt8])
    }

    /// The options in the order of the caller's list, to which tokens refer by index.
    private let options: [OptionDescription]
    /// The arguments that were not read yet.
    private var rest: ArraySlice<[UInt8]>
    /// The letters of a bundle that were not read yet.
    private var bundle: ArraySlice<UInt8> = []
    /// The first error.
    private(set) var failure: UsageError?
    /// Whether `--` was read.
    private(set) var onlyOperands = false

    /// `failure` is an error in what came before these arguments.
    init(_ arguments: [[UInt8]], options: [OptionDescription], failure: UsageError? = nil) {
        self.options = options
        rest = arguments[...]
        self.failure = failure
    }

    /// The arguments that were not read yet.
    var remaining: [[UInt8]] { Array(rest) }

    /// Keeps `error` if it is the first one.
    mutating func note(_ error: UsageError) {
        if failure == nil { failure = error }
    }

    /// The next token; nil at the end. Arguments that cause an error are skipped.
    mutating func next() -> Token? {
        while true {
            if let letter = bundle.popFirst() {
                if let token = short(letter) { return token }
                continue
            }
            guard let argument = rest.popFirst() else { return nil }
            if onlyOperands || argument.count < 2 || argument[0] != Self.dash {
                return .operand(argument)
            }
            if argument[1] != Self.dash {
                bundle = argument[1...]
            } else if argument.count == 2 {
                onlyOperands = true
            } else if let token = long(argument[2...]) {
                return token
            }
        }
    }

    private static let dash = UInt8(ascii: "-")
    private static let equals = UInt8(ascii: "=")

    /// `--name`, `--name=value` or `--no-name`; nil after an error.
    private mutating func long(_ body: ArraySlice<UInt8>) -> Token? {
        let parts = body.split(
            separator: Self.equals, maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        let attached = parts.count > 1 ? Array(parts[1]) : nil
        let spelled = "--\(name)"
        guard let index = options.firstIndex(where: { $0.longNames.contains(name) }) else {
            return builtIn(name, value: attached)
        }
        let option = options[index]
        if let metavar = option.metavar {
            guard let bytes = attached ?? separateValue() else {
                note(.missingValue(option: spelled, metavar: metavar))
                return nil
            }
            return .option(index: index, spelled: spelled, use: .value(bytes))
        }
        guard attached == nil else {
            note(.takesNoValue(option: spelled))
            return nil
        }
        return .option(index: index, spelled: spelled, use: option.name == name ? .on : .off)
    }

    /// Names that the command does not have: `help` and `version`, or else an error. A command may
    /// define options with these two names itself.
    private mutating func builtIn(_ name: String, value: [UInt8]?) -> Token? {
        switch name {
        case "help" where value == nil: return .help(.long)
        case "version" where value == nil: return .version
        case "help", "version": note(.takesNoValue(option: "--\(name)"))
        default:
            let names = options.filter { !$0.isHidden }.flatMap(\.longNames) + ["help", "version"]
            let near = Suggestions.nearest(to: name, among: names).map { "--\($0)" }
            note(.unknownOption("--\(name)", suggestions: near))
        }
        return nil
    }

    /// One letter of `-abc`; nil after an error. A letter that takes a value takes the rest of the
    /// bundle, with or without `=`.
    private mutating func short(_ letter: UInt8) -> Token? {
        guard letter < 0x80 else {
            bundle = []
            note(.unknownOption("-\(VisibleText.escape([letter]))", suggestions: []))
            return nil
        }
        let character = Character(UnicodeScalar(letter))
        let spelled = "-\(character)"
        guard let index = options.firstIndex(where: { $0.short == character }) else {
            if character == "h" { return .help(.short) }
            // The rest may be the value of the unknown option: skip it.
            bundle = []
            note(.unknownOption(spelled, suggestions: []))
            return nil
        }
        guard let metavar = options[index].metavar else {
            if bundle.first == Self.equals {
                bundle = []
                note(.takesNoValue(option: spelled))
                return nil
            }
            return .option(index: index, spelled: spelled, use: .on)
        }
        if !bundle.isEmpty {
            let value = bundle.first == Self.equals ? bundle.dropFirst() : bundle
            bundle = []
            return .option(index: index, spelled: spelled, use: .value(Array(value)))
        }
        guard let bytes = separateValue() else {
            note(.missingValue(option: spelled, metavar: metavar))
            return nil
        }
        return .option(index: index, spelled: spelled, use: .value(bytes))
    }

    /// The next argument as a value; nil if there is none. `-2d` is a value, but `--` and the exact
    /// name of an option are not: the value was probably forgotten. `--opt=--json` gives such a
    /// value on purpose.
    private mutating func separateValue() -> [UInt8]? {
        guard let candidate = rest.first, !spellsOption(candidate) else { return nil }
        return rest.popFirst()
    }

    /// Whether an argument is exactly an option of this command, rather than text that begins with
    /// a dash.
    private func spellsOption(_ argument: [UInt8]) -> Bool {
        guard argument.count >= 2, argument[0] == Self.dash else { return false }
        let text = String(decoding: argument, as: UTF8.self)
        if ["--", "--help", "--version", "-h"].contains(text) { return true }
        if argument[1] == Self.dash {
            let name = text.dropFirst(2).prefix { $0 != "=" }
            return options.contains { $0.longNames.contains(String(name)) }
        }
        let body = text.dropFirst()
        return body.count == 1 && options.contains { $0.short == body.first }
    }
}
