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
        /// `index` is that in `options`; `spelled` is the option as typed; `negated` means the
        /// `no-` form.
        case flag(index: Int, spelled: String, negated: Bool)
        /// An option with its value; `spelled` is the option as typed, without the value.
        case value(index: Int, spelled: String, bytes: [UInt8])
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
            return .value(index: index, spelled: spelled, bytes: bytes)
        }
        guard attached == nil else {
            note(.takesNoValue(option: spelled))
            return nil
        }
        return .flag(index: index, spelled: spelled, negated: option.name != name)
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
            return .flag(index: index, spelled: spelled, negated: false)
        }
        if !bundle.isEmpty {
            let value = bundle.first == Self.equals ? bundle.dropFirst() : bundle
            bundle = []
            return .value(index: index, spelled: spelled, bytes: Array(value))
        }
        guard let bytes = separateValue() else {
            note(.missingValue(option: spelled, metavar: metavar))
            return nil
        }
        return .value(index: index, spelled: spelled, bytes: bytes)
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
