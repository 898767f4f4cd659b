/// The part of the completion scripts that depends on the program: its commands, options, and what
/// can be completed after them.
///
/// The scripts of all shells are the same tables with a driver for the shell, so the shells agree.
/// A rule for the option `-o, --output FORMAT` of every command is, in bash and zsh,
///
///     *' -o' | *' --output') kind='words' list=('text' 'json') ;;
///
/// and in fish, where the kind is the first line that is printed,
///
///     case '* -o' '* --output'
///         printf '%s\n' 'words' 'text' 'json'
///
/// Candidates and their meanings are separated by a tab, here as in the answers of `__complete`.
/// Hidden options are in no table.
struct CompletionTables {
    /// The candidates after a command, or after the program itself.
    struct Place {
        /// The command's names with blanks between them; empty for the program.
        let path: String
        /// The names of the commands below this one.
        let subcommands: [Completion.Choice]
        /// The command's own options, in the form of `globalOptions`.
        let options: [Completion.Choice]
    }

    /// The completion of the value of an option, or of an operand.
    struct Rule {
        /// The command; nil for all commands.
        let path: String?
        /// The spellings of the option, or the number of the operand from 0; `*` for all numbers.
        let words: [String]
        let completion: Completion
    }

    /// The program, then its commands.
    let places: [Place]
    /// The options of all commands, with one candidate for each: its spellings, separated by
    /// blanks, then `...` if the option may be repeated.
    let globalOptions: [Completion.Choice]
    /// The options with a value. Rules of one command come before those of all commands.
    let values: [Rule]
    /// The operands that have candidates.
    let operands: [Rule]

    init(_ program: ProgramDescription) {
        let globals = program.globalOptions.visible
        let names = Set(globals.map(\.name))
        let commands = program.commands.flatMap(\.flattened)
        places =
            [
                Place(
                    path: "", subcommands: Self.candidates(program.commands),
                    options: [Completion.Choice("--version", summary: "Show the version.")])
            ]
            + commands.map { command in
                Place(
                    path: command.words,
                    subcommands: Self.candidates(command.subcommands),
                    options: command.visibleOptions.filter { !names.contains($0.name) }
                        .flatMap(Self.candidates))
            }
        globalOptions =
            globals.flatMap(Self.candidates)
            + [Completion.Choice("-h --help", summary: "Show help.")]
        // A global option may take other values in some commands.
        let own = commands.flatMap { command in
            command.visibleOptions
                .filter { option in
                    !globals.contains {
                        $0.name == option.name && $0.completion == option.completion
                    }
                }
                .compactMap { Self.rule($0, of: command.words) }
        }
        values = own + globals.compactMap { Self.rule($0, of: nil) }
        operands = commands.flatMap { command in
            command.operands.enumerated().map { index, operand in
                Rule(
                    path: command.words, words: [operand.arity.isRepeated ? "*" : String(index)],
                    completion: operand.completion)
            }
            .filter { $0.completion != .none }
        }
    }

    /// The commands as candidates, with their summaries as meanings.
    private static func candidates(_ commands: [CommandDescription]) -> [Completion.Choice] {
        commands.map { Completion.Choice($0.name, summary: $0.summary) }
    }

    /// The option as a candidate, and its `no-` form as a second one. Both spellings of an option are
    /// one candidate: once one of them is on the line, the drivers offer neither.
    private static func candidates(_ option: OptionDescription) -> [Completion.Choice] {
        let names = option.spellings + (option.isRepeatable ? ["..."] : [])
        let given = Completion.Choice(names.joined(separator: " "), summary: option.summary)
        guard option.isNegatable else { return [given] }
        return [
            given,
            Completion.Choice("--no-\(option.name)", summary: "Opposite of --\(option.name)."),
        ]
    }

    /// The rule of an option; nil for a flag.
    private static func rule(_ option: OptionDescription, of path: String?) -> Rule? {
        guard option.metavar != nil else { return nil }
        return Rule(path: path, words: option.spellings, completion: option.completion)
    }
}

extension CommandDescription {
    /// The path as it is typed.
    fileprivate var words: String { path.joined(separator: " ") }
}

extension Completion {
    /// The name of the completion in the scripts. The drivers offer nothing for `none`, paths for
    /// `file` and `directory`, paths after an `@` for `at-file`, and the list for `words`. For
    /// `dynamic` they ask the program, which gets the words of the line, and for `dynamic-or-file`
    /// they offer paths as well.
    var kind: String {
        switch self {
        case .none: "none"
        case .file: "file"
        case .directory: "directory"
        case .fileAfterAt: "at-file"
        case .choices: "words"
        case .dynamic: "dynamic"
        case .dynamicOrFile: "dynamic-or-file"
        }
    }

    /// The candidates, or the kind of candidates to ask the program for.
    var list: [String] {
        switch self {
        case .none, .file, .directory, .fileAfterAt: []
        case .choices(let choices): choices.map(\.line)
        case .dynamic(let name), .dynamicOrFile(let name): [name]
        }
    }
}

extension CompletionTables {
    /// The tables as shell functions for both bash and zsh. Their names begin with `prefix`.
    func functions(_ prefix: String) -> String {
        """
        # Sets subcommands, own_options and global_options for the command $1. Each element has a
        # tab before its description. Returns 1 if there is no such command.
        \(prefix)_describe() {
            subcommands=() own_options=()
            global_options=(
        \(Self.elements(globalOptions, indent: 2))    )
            case $1 in
        \(places.map(Self.describeCase).joined())        *) return 1 ;;
            esac
        }

        # Sets kind and list for the value of the option $2 of the command $1. Returns 1 for an
        # option without a value.
        \(prefix)_value() {
            case "$1 $2" in
        \(values.map(Self.ruleCase).joined())        *) return 1 ;;
            esac
        }

        # Sets kind and list for the operand number $2 of the command $1.
        \(prefix)_operand() {
            kind='none'
            case "$1 $2" in
        \(operands.map(Self.ruleCase).joined())        *) ;;
            esac
        }


        """
    }

    /// A `case` that sets the candidates of one place.
    private static func describeCase(_ place: Place) -> String {
        let parts = [("subcommands", place.subcommands), ("own_options", place.options)]
            .filter { !$1.isEmpty }
            .map { name, candidates in
                "            \(name)=(\n\(elements(candidates, indent: 4))            )\n"
            }
        return "        \(quote(place.path)))\n" + parts.joined() + "            ;;\n"
    }

    /// A `case` that sets the completion of a rule.
    private static func ruleCase(_ rule: Rule) -> String {
        let patterns = rule.words.map { word in
            switch (rule.path, word) {
            case (nil, _): "*\(quote(" \(word)"))"
            case (let path?, "*"): "\(quote("\(path) "))*"
            case (let path?, _): quote("\(path) \(word)")
            }
        }
        return "        \(patterns.joined(separator: " | "))) \(assignment(rule.completion)) ;;\n"
    }

    /// Sets the kind and the list. Values are quoted, since shellcheck takes a bare `file` for a
    /// forgotten command.
    private static func assignment(_ completion: Completion) -> String {
        let list = completion.list.map(quote).joined(separator: " ")
        return "kind=\(quote(completion.kind)) list=(\(list))"
    }

    /// The elements of a shell array, one to a line.
    private static func elements(_ candidates: [Completion.Choice], indent: Int) -> String {
        let margin = String(repeating: "    ", count: indent)
        return candidates.map { "\(margin)\(quote($0.line))\n" }.joined()
    }

    /// A word of bash and zsh for any text: `'a'`, or `$'a\tb'` if it needs escapes.
    private static func quote(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\", "'": escaped += "\\\(character)"
            case "\t": escaped += "\\t"
            default: escaped.append(character)
            }
        }
        return escaped == text ? "'\(text)'" : "$'\(escaped)'"
    }
}
