/// Completions for bash 4 and later; needs no other package.
package enum BashCompletion {
    /// The whole script: three tables as `case` statements, and a driver that is always the same.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        let commands = program.commands.flatMap(\.flattened).filter { !$0.isHidden }
        var root = CommandDescription(path: [], summary: program.summary)
        root.sections = [program.globalOptions]
        root.subcommands = program.commands
        let all = [root] + commands
        return """
            # shellcheck shell=bash
            # Completions for \(name) in bash. Generated: change the program instead.

            # Sets commands and options to what may follow the command $1.
            __\(name)_describe() {
                case $1 in
            \(all.map(describeCase).joined())        *) return 1 ;;
                esac
            }

            # Sets kind and list to what the option $2 of the command $1 takes; 1 where it takes nothing.
            __\(name)_value() {
                case "$1:$2" in
            \(valueCases(all, globals: program.globalOptions))        *) return 1 ;;
                esac
            }

            # Sets kind and list to what the operand number $2 of the command $1 is.
            __\(name)_operand() {
                kind=none
                case "$1:$2" in
            \(operandCases(all))        *) ;;
                esac
            }


            """ + driver.replacing("@NAME@", with: name)
    }

    /// Commands and options that may follow a path.
    private static func describeCase(_ command: CommandDescription) -> String {
        let options = command.visibleOptions.flatMap { option in
            option.spellings + (option.isNegatable ? ["--no-\(option.name)"] : [])
        }
        let subcommands = command.subcommands.filter { !$0.isHidden }.map(\.name)
        let standard = ["-h", "--help"] + (command.path.isEmpty ? ["--version"] : [])
        return """
                    '\(command.path.joined(separator: " "))')
                        commands='\(subcommands.joined(separator: " "))'
                        options='\((options + standard).joined(separator: " "))'
                        ;;

            """
    }

    /// Options with a value, so that the word after them is never taken for a command.
    private static func valueCases(
        _ commands: [CommandDescription], globals: OptionSection
    ) -> String {
        var text = ""
        for command in commands {
            // Between a group and its member only global options can stand.
            let options =
                command.subcommands.isEmpty ? command.visibleOptions : globals.visible
            for option in options where option.metavar != nil {
                let path = command.path.joined(separator: " ")
                let pattern = option.spellings.map { "'\(path):\($0)'" }.joined(separator: " | ")
                text += "        \(pattern)) \(assignment(option.completion)) ;;\n"
            }
        }
        return text
    }

    /// What operands are, counted from 0; a repeated one stands for all further numbers.
    private static func operandCases(_ commands: [CommandDescription]) -> String {
        var text = ""
        for command in commands {
            let path = command.path.joined(separator: " ")
            for (index, operand) in command.operands.enumerated() where operand.completion != .none
            {
                let pattern = operand.arity.isRepeated ? "'\(path):'*" : "'\(path):\(index)'"
                text += "        \(pattern)) \(assignment(operand.completion)) ;;\n"
            }
        }
        return text
    }

    /// The values are quoted since shellcheck takes a bare `file` for a forgotten command.
    private static func assignment(_ completion: Completion) -> String {
        switch completion {
        case .none: "kind='none'"
        case .file: "kind='file'"
        case .directory: "kind='directory'"
        case .choices(let choices):
            "kind='words' list='\(choices.map(\.value).joined(separator: " "))'"
        case .dynamic(let name): "kind='dynamic' list='\(name)'"
        case .dynamicOrFile(let name): "kind='dynamic-or-file' list='\(name)'"
        }
    }

    /// The part that is the same for every program.
    private static let driver = #"""
        # Adds the candidates on standard input that begin with $1; $2 stands before each on the line.
        __@NAME@_offer() {
            local candidate
            while IFS= read -r candidate; do
                candidate=${candidate%%$'\t'*}
                if [[ -n $candidate && $candidate == "$1"* ]]; then
                    candidate="$2$candidate"
                    printf -v candidate %q "${candidate#"$dropped"}"
                    COMPREPLY+=("$candidate")
                fi
            done
        }

        _@NAME@() {
            local words=() candidates=() word index current glue='' path='' operands=0 only_operands=''
            local commands='' options='' kind=none list='' prefix='' dropped='' skip=''
            COMPREPLY=()

            # Readline splits words at '=' and ':'; put them together again.
            for ((index = 1; index <= COMP_CWORD; index++)); do
                word=${COMP_WORDS[index]}
                if ((${#words[@]} > 0)) && [[ $glue || $word == [=:]* ]]; then
                    words[-1]+=$word
                else
                    words+=("$word")
                fi
                glue=''
                if [[ $word == *[=:] ]]; then glue=1; fi
            done
            current=${words[-1]}
            if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
                dropped=${current%"${current##*:}"}
            elif [[ $COMP_WORDBREAKS == *=* && $current == *=* ]]; then
                dropped=${current%%=*}=
            fi

            __@NAME@_describe ''
            for word in "${words[@]:0:${#words[@]}-1}"; do
                if [[ $skip ]]; then
                    skip=''
                elif [[ ! $only_operands && $word == -- ]]; then
                    only_operands=1
                elif [[ ! $only_operands && $word == -?* ]]; then
                    if __@NAME@_value "$path" "$word"; then skip=$word; fi
                elif [[ $commands ]]; then
                    path=${path:+$path }$word
                    __@NAME@_describe "$path" || return 0
                else
                    operands=$((operands + 1))
                fi
            done

            if [[ $skip ]]; then
                __@NAME@_value "$path" "$skip"
            elif [[ ! $only_operands && $current == --*=* ]]; then
                __@NAME@_value "$path" "${current%%=*}" || return 0
                prefix=${current%%=*}=
                current=${current#*=}
            elif [[ ! $only_operands && $current == -* ]]; then
                kind=words list=$options
            elif [[ $commands ]]; then
                kind=words list=$commands
            else
                __@NAME@_operand "$path" "$operands"
            fi

            case $kind in
                words)
                    read -ra candidates <<<"$list"
                    __@NAME@_offer "$current" "$prefix" < <(printf '%s\n' "${candidates[@]}")
                    ;;
                dynamic | dynamic-or-file)
                    __@NAME@_offer "$current" "$prefix" < <(
                        @NAME@ __complete "$list" -- "${words[@]}" 2>/dev/null
                    )
                    ;;
            esac
            case $kind in
                file | directory | dynamic-or-file)
                    local action=-f
                    if [[ $kind == directory ]]; then action=-d; fi
                    if [[ $COMP_WORDBREAKS == *=* ]]; then prefix=''; fi
                    mapfile -t candidates < <(compgen "$action" -P "$prefix" -- "$current")
                    COMPREPLY+=("${candidates[@]}")
                    compopt -o filenames 2>/dev/null
                    ;;
            esac
        }

        complete -F _@NAME@ @NAME@

        """#
}
