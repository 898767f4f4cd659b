internal import CommandKit
internal import JSON
internal import Platform
internal import TokenStore

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

/// What completion scripts ask for. Whatever goes wrong, the answer is just empty: a shell must
/// never hang or chatter because Redis is away.
enum DynamicCompletion {
    private static let limit = 200

    static func answer(_ request: CompletionRequest, _ system: System) throws(OutputError) {
        var candidates: [Completion.Choice] = []
        do {
            switch request.kind {
            case "users": candidates = try users(system)
            case "layouts": candidates = try layouts(system)
            case "profiles": candidates = try profiles(system)
            default: break
            }
        } catch {
            candidates = []
        }
        try system.output.write(CompletionRequest.answer(candidates))
    }

    /// Those of the configuration too, if it can be read.
    private static func layouts(_ system: System) throws -> [Completion.Choice] {
        let presets = try Presets.names.map { name in
            let layout = try LayoutReader.preset(name, for: .show)
            return Completion.Choice(name, summary: layout.summary)
        }
        do {
            let file = try Settings(GlobalOptions(), system).file
            return presets
                + (file?.layouts ?? [:]).keys.sorted().map {
                    Completion.Choice($0, summary: "from the configuration file")
                }
        } catch {
            return presets
        }
    }

    private static func profiles(_ system: System) throws -> [Completion.Choice] {
        try Settings(GlobalOptions(), system).file?.profileNames.map { Completion.Choice($0) } ?? []
    }

    /// Pages of keys that are looked through: cheap on any Redis.
    private static let pageLimit = 4

    /// Some users. One whose name begins with a dash is left out: the shell would hand it over as an
    /// option.
    private static func users(_ system: System) throws -> [Completion.Choice] {
        var options = GlobalOptions()
        options.timeout = 300
        let session = try Session(Console(options, system: system))
        var names: [String] = []
        try session.store.forEachUser(pageLimit: pageLimit) { page in
            names += page.map(\.user.description).filter { !$0.hasPrefix("-") }
            return names.count < limit
        }
        return names.sorted().prefix(limit).map { Completion.Choice($0) }
    }
}
