/// Splits arguments into options with their values and operands, by the rules of `getopt_long`
/// without abbreviations. Knows what options are called, not what they do.
///
/// It goes on after an error, so that a later `--help` is seen; the first error stays in `failure`.
struct ArgumentScanner {
    /// What the next argument, or the next letter of a bundle, turned out to be.
    enum Token: Equatable {
        case help(HelpDetail)
        case version
        /// `index` counts in `options`; `spelled` is as typed, without the value.
        case flag(index: Int, spelled: String, negated: Bool)
        case value(index: Int, spelled: String, bytes: [UInt8])
        case operand([UInt8])
    }

    /// In the order of the caller's own list; tokens refer to it by index.
    private let options: [OptionDescription]
    /// Arguments that are still to come.
    private var rest: ArraySlice<[UInt8]>
    /// Short options of a bundle that are still to come.
    private var bundle: ArraySlice<UInt8> = []
    private(set) var failure: UsageError?
    /// Whether `--` has been met.
    private(set) var onlyOperands = false

    /// `failure` is an error from before these arguments; it stays the first.
    init(_ arguments: [[UInt8]], options: [OptionDescription], failure: UsageError? = nil) {
        self.options = options
        rest = arguments[...]
        self.failure = failure
    }

    /// What has not been looked at.
    var remaining: [[UInt8]] { Array(rest) }

    /// Keeps `error` unless an earlier one stands.
    mutating func note(_ error: UsageError) {
        if failure == nil { failure = error }
    }

    /// The next token, or nil at the end.
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

    /// `--name`, `--name=value`, `--no-name`; nil where an error was noted.
    private mutating func long(_ body: ArraySlice<UInt8>) -> Token? {
        let parts = body.split(
            separator: Self.equals, maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(decoding: parts[0], as: UTF8.self)
        let attached = parts.count > 1 ? Array(parts[1]) : nil
        let spelled = "--\(name)"
        guard let index = options.firstIndex(where: { $0.longNames.contains(name) }) else {
            return builtIn(name, attached: attached != nil)
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
        let negated = option.name != name && !option.aliases.contains(name)
        return .flag(index: index, spelled: spelled, negated: negated)
    }

    /// Names that no option has: help and version, else the error. An option may take the names
    /// over.
    private mutating func builtIn(_ name: String, attached: Bool) -> Token? {
        switch name {
        case "help" where !attached: return .help(.long)
        case "version" where !attached: return .version
        case "help", "version": note(.takesNoValue(option: "--\(name)"))
        default:
            let names = options.filter { !$0.isHidden }.flatMap(\.longNames) + ["help", "version"]
            let near = Suggestions.nearest(to: name, among: names).map { "--\($0)" }
            note(.unknownOption("--\(name)", suggestions: near))
        }
        return nil
    }

    /// One letter of `-abc`; a letter that takes a value takes what is left of the bundle, with or
    /// without `=`.
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
            // The rest of the bundle may be the value of what is not known: leave it.
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

    /// The next argument as a value: `-2d` is one, but what spells an option or is `--` is not, as
    /// the value was then forgotten (`--opt=--json` says that it is meant).
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
