internal import CommandKit
internal import Platform

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

/// The manual pages and completions, made from the same description as the parser.
package enum GeneratedFiles {
    /// The date of the manual: fixed, so that pages change only with their content.
    private static let date = "November 30, 2026"

    /// Every file by its path from the top of the project.
    package static func all() -> [(path: String, content: String)] {
        let program = jwtctlProgram.describe()
        return ManualPages(program, date: date).all().map { ("man/\($0.file)", $0.source) }
            + Shell.allCases.map { ("completions/\($0.fileName)", $0.script(program)) }
    }

    /// Rewrites the files below `folder`; refused in CI, which must only find stale ones.
    static func write(to folder: String, _ system: System) throws {
        guard system.environment["CI"] == nil else {
            throw Failure(.refused, "ci", "generated files are not rewritten in CI")
        }
        for file in all() {
            let path = Array("\(folder)/\(file.path)".utf8)
            let target = try Descriptor.create(path)
            let stream = OutputStream(borrowing: target.number)
            try stream.write(file.content)
            try stream.flush()
        }
    }
}
