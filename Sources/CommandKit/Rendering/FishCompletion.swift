/// Completions for fish.
package enum FishCompletion {
    /// The whole script: the tables of the program, and a driver that is the same for every
    /// program.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        let tables = CompletionTables(program)
        let subcommands = tables.places.filter { !$0.subcommands.isEmpty }
        return """
            # Completions for \(name) in fish. Generated: change the program instead.

            # The subcommands of the command $argv[1], each with a tab before its description.
            function __\(name)_subcommands
                switch $argv[1]
            \(subcommands.map { printing($0.subcommands, for: $0) }.joined())    end
            end

            # The command's own options in the same form. Returns 1 where there is no such command.
            function __\(name)_own_options
                switch $argv[1]
            \(tables.places.map { printing($0.options, for: $0) }.joined())        case '*'
                        return 1
                end
            end

            # The options of all commands.
            function __\(name)_global_options
                \(lines(tables.globalOptions.map(\.line), depth: 1))
            end

            # The kind and list for the value of the option $argv[2] of the command $argv[1].
            # Returns 1 for an option without a value.
            function __\(name)_value
                switch "$argv[1] $argv[2]"
            \(tables.values.map(rule).joined())        case '*'
                        return 1
                end
            end

            # The kind and list for the operand number $argv[2] of the command $argv[1].
            function __\(name)_operand
                switch "$argv[1] $argv[2]"
            \(tables.operands.map(rule).joined())        case '*'
                        echo none
                end
            end


            """ + driver.replacing("@NAME@", with: name)
    }

    /// A `case` that prints the candidates of one place. Without candidates it prints nothing, which
    /// still tells the command from an unknown one.
    private static func printing(
        _ candidates: [Completion.Choice], for place: CompletionTables.Place
    ) -> String {
        let start = "        case \(quote(place.path))\n"
        guard !candidates.isEmpty else { return start }
        return start + "            \(lines(candidates.map(\.line), depth: 3))\n"
    }

    /// A `case` that prints the kind and the list of a completion, one item to a line. A rule for all
    /// commands begins with `*`, and comes after those of single commands: the first match counts.
    private static func rule(_ rule: CompletionTables.Rule) -> String {
        let patterns = rule.words.map { quote("\(rule.path ?? "*") \($0)") }
        let answer = [rule.completion.kind] + rule.completion.list
        return """
                    case \(patterns.joined(separator: " "))
                        printf '%s\\n' \(answer.map(quote).joined(separator: " "))

            """
    }

    /// A command that prints these lines, indented by `depth` times four blanks.
    private static func lines(_ lines: [String], depth: Int) -> String {
        let margin = String(repeating: "    ", count: depth)
        return (["printf '%s\\n'"] + lines.map(quote)).joined(separator: " \\\n    \(margin)")
    }

    /// The text in single quotes, inside which fish knows two escapes. A tab is written outside of
    /// them.
    private static func quote(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            switch character {
            case "'", "\\": quoted += "\\\(character)"
            case "\t": quoted += "'\\t'"
            default: quoted.append(character)
            }
        }
        return quoted + "'"
    }

    /// Finds the place of the cursor in the command line and offers candidates.
    ///
    /// Functions of fish return text: `__NAME_place` prints the prefix of all candidates, their kind
    /// and their list on lines of their own, and its callers take them apart. The loop over the
    /// words before the cursor (`commandline -opc`, which fish has unquoted) is that of the drivers
    /// for bash and zsh. The candidates are not compared with the typed word (`commandline -ct`):
    /// fish does that itself, and may also match them by their middle.
    ///
    /// There are two lines `complete`, because fish offers either candidates or files for a rule:
    /// the first one has all lists, in our order (`-k`) and without files (`-f`), and the second one
    /// adds files (`-F`) where the kind asks for them.
    private static let driver = #"""
        # Prints what can be completed at the cursor, one item per line: the prefix of all
        # candidates, such as '--output=', their kind, and their list.
        function __@NAME@_place
            set -l path
            set -l skip
            set -l only_operands
            set -l operands 0
            set -l given
            set -l subcommands (__@NAME@_subcommands '')
            for word in (commandline -opc)[2..]
                if set -q skip[1]
                    set skip
                else if set -q only_operands[1]; or not string match -qr '^-.' -- $word
                    if set -q subcommands[1]
                        set -a path $word
                        __@NAME@_own_options "$path" >/dev/null; or return
                        set subcommands (__@NAME@_subcommands "$path")
                    else
                        set operands (math $operands + 1)
                    end
                else if test "$word" = --
                    set only_operands 1
                else
                    set -a given (string split -m 1 = -- $word)[1]
                    __@NAME@_value "$path" $word >/dev/null; and set skip $word
                end
            end

            set -l current (commandline -ct)
            if set -q skip[1]
                printf '\n'
                __@NAME@_value "$path" $skip
            else if set -q only_operands[1]; or not string match -q -- '-*' $current
                printf '\n'
                if set -q subcommands[1]
                    printf '%s\n' words $subcommands
                else
                    __@NAME@_operand "$path" $operands
                end
            else if set -l option (string match -r -- '^(--.*?)=' $current)
                printf '%s\n' $option[1]
                __@NAME@_value "$path" $option[2]
            else if set -l option (string match -r -- '^(-[^-]).' $current)
                and __@NAME@_value "$path" $option[2] >/dev/null
                printf '%s\n' $option[2]
                __@NAME@_value "$path" $option[2]
            else
                printf '%s\n' '' words
                for entry in (__@NAME@_own_options "$path") (__@NAME@_global_options)
                    set -l parts (string split -m 1 \t -- $entry)
                    set -l names (string split ' ' -- $parts[1])
                    if test $names[-1] = ...
                        set -e names[-1]
                    else if string match -qr "^("(string join '|' -- $names)')$' -- $given
                        continue
                    end
                    printf '%s\n' $names\t$parts[2]
                end
            end
        end

        function __@NAME@_candidates
            set -l place (__@NAME@_place)
            set -l prefix $place[1]
            set -l current (string replace -- "$prefix" '' (commandline -ct))
            switch "$place[2]"
                case words
                    set place $place[3..]
                case dynamic dynamic-or-file
                    set -l words (commandline -opc)
                    set place (@NAME@ __complete $place[3] -- $words[2..] "$current" 2>/dev/null)
                case directory
                    set place (__fish_complete_directories "$current")
                case at-file
                    string match -q '@*' -- "$current"; or return
                    set prefix $prefix@
                    set place (__fish_complete_path (string sub -s 2 -- $current))
                case '*'
                    return
            end
            for line in $place
                printf '%s%s\n' $prefix $line
            end
        end

        function __@NAME@_wants_files
            contains -- (__@NAME@_place)[2] file dynamic-or-file
        end

        complete -c @NAME@ -f -k -a '(__@NAME@_candidates)'
        complete -c @NAME@ -n __@NAME@_wants_files -F

        """#
}
