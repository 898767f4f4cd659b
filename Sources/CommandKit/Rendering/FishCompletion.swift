/// Completions for fish.
package enum FishCompletion {
    /// The whole script. A command's lines hold only where `__NAME_at` finds it on the line.
    package static func render(_ program: ProgramDescription) -> String {
        let name = program.name
        var script = """
            # Completions for \(name) in fish. Generated: change the program instead.

            # The command and nested command that have been typed so far.
            function __\(name)_path
                set -l words (commandline -opc)
                set -e words[1]
                set -l path
                set -l skip 0
                for word in $words
                    if test $skip = 1
                        set skip 0
                        continue
                    end
                    switch $word
            \(skips(program))            case '-*'
                        case '*'
                            set -a path $word
                            contains -- "$path" \(groups(program)); or break
                    end
                end
                echo "$path"
            end

            function __\(name)_at
                test (__\(name)_path) = "$argv[1]"
            end

            function __\(name)_dynamic
                set -l words (commandline -opc) (commandline -ct)
                \(name) __complete $argv[1] -- $words[2..] 2>/dev/null
            end

            complete -c \(name) -f
            complete -c \(name) -s h -l help -d 'Show help'
            complete -c \(name) -n '__\(name)_at ""' -l version -d 'Show the version'

            """
        for option in program.globalOptions.visible {
            script += self.option(option, at: "", of: name)
        }
        script += commands(program.commands, at: "", of: name)
        for command in program.commands.flatMap(\.flattened) where !command.isHidden {
            let path = command.path.joined(separator: " ")
            script += "\n"
            script += commands(command.subcommands.filter { !$0.isHidden }, at: path, of: name)
            for option in command.visibleOptions {
                script += self.option(option, at: path, of: name)
            }
            for operand in command.operands {
                script += operandLine(operand.completion, at: path, of: name)
            }
        }
        return script
    }

    /// Global options with a separate value hide the word after them.
    private static func skips(_ program: ProgramDescription) -> String {
        let names = program.globalOptions.visible.filter { $0.metavar != nil }
            .flatMap(\.spellings)
        guard !names.isEmpty else { return "" }
        return """
                        case \(names.joined(separator: " "))
                            set skip 1

            """
    }

    /// Commands after which another command's name follows.
    private static func groups(_ program: ProgramDescription) -> String {
        let groups = program.commands.flatMap(\.flattened).filter { !$0.subcommands.isEmpty }
        return groups.isEmpty
            ? "''" : groups.map { quote($0.path.joined(separator: " ")) }.joined(separator: " ")
    }

    /// The commands that may follow `path`.
    private static func commands(
        _ commands: [CommandDescription], at path: String, of name: String
    ) -> String {
        commands.map { command in
            "complete -c \(name) -n '__\(name)_at \"\(path)\"' -a \(command.name)"
                + " -d \(quote(command.summary))\n"
        }
        .joined()
    }

    /// A line for an option, and one for its `--no-` form.
    private static func option(
        _ option: OptionDescription, at path: String, of name: String
    ) -> String {
        let start = "complete -c \(name) -n '__\(name)_at \"\(path)\"'"
        let short = option.short.map { " -s \($0)" } ?? ""
        var line = start + short + " -l \(option.name) -d \(quote(option.summary))"
        if option.metavar != nil {
            switch option.completion {
            case .none: line += " -x"
            case .file: line += " -r -F"
            case .directory: line += " -x -a '(__fish_complete_directories)'"
            case .dynamicOrFile:
                line += " -r -F -a \(candidates(option.completion, of: name))"
            case .choices, .dynamic: line += " -x -a \(candidates(option.completion, of: name))"
            }
        }
        line += "\n"
        if option.isNegatable {
            line += start + " -l no-\(option.name) -d \(quote("Opposite of --\(option.name)."))\n"
        }
        return line
    }

    /// fish does not count operands: it offers what any of them may be.
    private static func operandLine(
        _ completion: Completion, at path: String, of name: String
    ) -> String {
        let start = "complete -c \(name) -n '__\(name)_at \"\(path)\"'"
        return switch completion {
        case .none: ""
        case .file: start + " -F\n"
        case .directory: start + " -a '(__fish_complete_directories)'\n"
        case .dynamicOrFile: start + " -F -a \(candidates(completion, of: name))\n"
        case .choices, .dynamic: start + " -a \(candidates(completion, of: name))\n"
        }
    }

    /// Text that fish expands at the time of completion.
    private static func candidates(_ completion: Completion, of name: String) -> String {
        switch completion {
        case .choices(let choices): quote(choices.map(\.value).joined(separator: " "))
        case .dynamic(let kind), .dynamicOrFile(let kind): quote("(__\(name)_dynamic \(kind))")
        default: "''"
        }
    }

    /// Single quotes, in which fish knows two escapes.
    private static func quote(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "'"
    }
}
