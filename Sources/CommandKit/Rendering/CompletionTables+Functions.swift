extension CompletionTables {
    /// The tables as functions that bash and zsh read alike; their names begin with `prefix`.
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

    private static func describeCase(_ place: Place) -> String {
        let parts = [("subcommands", place.subcommands), ("own_options", place.options)]
            .filter { !$1.isEmpty }
            .map { name, candidates in
                "            \(name)=(\n\(elements(candidates, indent: 4))            )\n"
            }
        return "        \(quote(place.path)))\n" + parts.joined() + "            ;;\n"
    }

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

    /// The values are quoted since shellcheck takes a bare `file` for a forgotten command.
    private static func assignment(_ completion: Completion) -> String {
        let list = completion.list.map(quote).joined(separator: " ")
        return "kind=\(quote(completion.kind)) list=(\(list))"
    }

    private static func elements(_ candidates: [Completion.Choice], indent: Int) -> String {
        let margin = String(repeating: "    ", count: indent)
        return candidates.map { "\(margin)\(quote($0.line))\n" }.joined()
    }

    /// A word of bash and zsh for any text: `'a'`, or `$'a\tb'` for what needs escapes.
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
