/// Completions for zsh, as an autoloaded function in a file `_NAME`.
package enum ZshCompletion {
    /// The whole file: one function a command, which `_arguments` drives.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        let globals = program.globalOptions.visible.flatMap { specification($0, name) }
        var script = """
            #compdef \(name)
            # Completions for \(name) in zsh. Generated: change the program instead.

            # Asks the program for the values of kind $1; what is typed stands in words_so_far.
            _\(name)_dynamic() {
              local line value
              local -a candidates
              for line in ${(f)"$(\(name) __complete $1 -- "${(@)words_so_far}" 2>/dev/null)"}; do
                value=${${line%%$'\\t'*}//:/\\\\:}
                [[ $line == *$'\\t'* ]] && value+=:${line#*$'\\t'}
                candidates+=("$value")
              done
              _describe -t $1 $1 candidates
            }

            # The same, and paths.
            _\(name)_dynamic_or_file() {
              local found=1
              _\(name)_dynamic $1 && found=0
              _files && found=0
              return found
            }


            """
        for command in program.commands.flatMap(\.flattened) where !command.isHidden {
            script += function(command, name: name, globals: globals)
        }
        script += dispatcher(
            function: "_\(name)", commands: program.commands, name: name, globals: globals,
            prologue: "  local -a words_so_far=(\"${(@Q)words[2,CURRENT]}\")\n")
        script += """
            if [ "$funcstack[1]" = "_\(name)" ]; then
              _\(name) "$@"
            else
              compdef _\(name) \(name)
            fi

            """
        return script
    }

    /// Options that the parser itself understands.
    private static let standard = [
        "'(- *)'{-h,--help}'[Show help.]'", "'(- *)--version[Show the version.]'",
    ]

    /// `_jwtctl_list_tokens`.
    private static func functionName(_ path: [String], _ name: String) -> String {
        (["_\(name)"] + path).joined(separator: "_")
    }

    /// A command's function: its options and operands, or the choice of a member.
    private static func function(
        _ command: CommandDescription, name: String, globals: [String]
    ) -> String {
        let function = functionName(command.path, name)
        let shown = command.subcommands.filter { !$0.isHidden }
        guard shown.isEmpty else {
            return dispatcher(function: function, commands: shown, name: name, globals: globals)
        }
        var lines = standard + command.visibleOptions.flatMap { specification($0, name) }
        for operand in command.operands {
            let action = action(operand.completion, name)
            let label = escape(operand.name.lowercased())
            lines.append(
                quote((operand.arity.isRepeated ? "*" : "") + ":\(label):\(action)"))
        }
        return "\(function)() {\n  _arguments -s -S \\\n"
            + lines.map { "    \($0)" }.joined(separator: " \\\n") + "\n}\n\n"
    }

    /// A function that completes one of `commands` and then hands over to its function.
    private static func dispatcher(
        function: String, commands: [CommandDescription], name: String, globals: [String],
        prologue: String = ""
    ) -> String {
        let described = commands.map { "      \(quote("\($0.name):\($0.summary)"))\n" }.joined()
        let lines = standard + globals + ["'1: :->command'", "'*:: :->rest'"]
        let cases = commands.map { command in
            "        \(command.name)) \(functionName(command.path, name)) ;;\n"
        }
        return """
            \(function)() {
            \(prologue)  local context curcontext="$curcontext" state state_descr line
              local -A opt_args
              local -a commands
              _arguments -C -s -S \\
            \(lines.map { "    \($0)" }.joined(separator: " \\\n"))
              case $state in
                command)
                  commands=(
            \(described)      )
                  _describe -t commands command commands
                  ;;
                rest)
                  case $words[1] in
            \(cases.joined())      esac
                  ;;
              esac
            }


            """
    }

    /// The `_arguments` specifications of one option.
    private static func specification(_ option: OptionDescription, _ name: String) -> [String] {
        let short = option.short.map { "-\($0)" }
        let long = "--\(option.name)"
        let isMany = option.isRepeatable
        let summary = "[\(escape(option.summary))]"
        var value = ""
        if let metavar = option.metavar {
            value = ":\(escape(metavar.lowercased())):\(action(option.completion, name))"
        }
        let equals = option.metavar == nil ? "" : "="
        let star = isMany ? "*" : ""
        var lines: [String] = []
        if let short {
            let exclusion = isMany ? "'*'" : "'(\(short) \(long))'"
            let attached = option.metavar == nil ? "" : "+"
            lines.append(
                "\(exclusion){\(short)\(attached),\(long)\(equals)}\(quote(summary + value))")
        } else {
            lines.append(quote("\(star)\(long)\(equals)\(summary)\(value)"))
        }
        if option.isNegatable {
            lines.append(quote("--no-\(option.name)[\(escape("Opposite of --\(option.name)."))]"))
        }
        return lines
    }

    /// What `_arguments` does for a value. With a blank in front, a function is called without
    /// the options of `compadd`, so that the kind is its first argument.
    private static func action(_ completion: Completion, _ name: String) -> String {
        switch completion {
        case .none: " "
        case .file: "_files"
        case .directory: "_files -/"
        case .choices(let choices): "(\(choices.map(\.value).joined(separator: " ")))"
        case .dynamic(let kind): " _\(name)_dynamic \(kind)"
        case .dynamicOrFile(let kind): " _\(name)_dynamic_or_file \(kind)"
        }
    }

    /// For the parts of a specification, in which `:`, `[` and `]` have a meaning.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "\\:[]".contains(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }

    /// Single quotes, which end and begin again around a quote.
    private static func quote(_ text: String) -> String {
        var quoted = "'"
        for character in text { quoted += character == "'" ? "'\\''" : String(character) }
        return quoted + "'"
    }
}
