internal import CommandKit

enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    func script(_ program: ProgramDescription) -> String {
        switch self {
        case .bash: BashCompletion.render(program)
        case .zsh: ZshCompletion.render(program)
        case .fish: FishCompletion.render(program)
        }
    }

    /// The file's name below `completions/`.
    var fileName: String {
        switch self {
        case .bash: "jwtctl.bash"
        case .zsh: "_jwtctl"
        case .fish: "jwtctl.fish"
        }
    }
}

struct CompletionOptions: CommandOptions {
    var global = GlobalOptions()
    var shell = Shell.bash
}

let completionCommand: Command<CompletionOptions> = Command(
    name: "completion", summary: "Print the completion script for a shell.",
    discussion: [
        """
        An installed jwtctl includes its completions. Without an installation, load them in the \
        configuration of the shell: 'source <(jwtctl completion bash)' in ~/.bashrc, or 'jwtctl \
        completion fish | source' for fish.
        """
    ],
    defaults: CompletionOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [.choice("SHELL", summary: "Shell: bash, zsh or fish.", into: \.shell)],
    examples: [
        Example(
            command: "jwtctl completion bash > /etc/bash_completion.d/jwtctl",
            summary: "Install the script for all users of bash.")
    ],
    exitStatuses: ExitStatus.docs(.failure),
    run: { options, system in
        try Console(options.global, system: system).print(
            options.shell.script(jwtctlProgram.describe()))
        return .success
    })
