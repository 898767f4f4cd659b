internal import CommandKit
internal import Layouts
internal import Platform
internal import Redis
internal import Synchronization
internal import TokenStore

/// The shells for which there is a completion script. The raw value is the operand of `completion`.
enum Shell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// The completion script, generated from the same description as the parser.
    func script(_ program: ProgramDescription) -> String {
        switch self {
        case .bash: BashCompletion.render(program)
        case .zsh: ZshCompletion.render(program)
        case .fish: FishCompletion.render(program)
        }
    }

    /// The name of the script below `completions/`, where each shell's convention wants it.
    var fileName: String {
        switch self {
        case .bash: "jwtctl.bash"
        case .zsh: "_jwtctl"
        case .fish: "jwtctl.fish"
        }
    }
}

/// Options of `completion`.
struct CompletionOptions: CommandOptions {
    var global = GlobalOptions()
    var shell = Shell.bash
}

/// `completion`: prints the script of a shell. The script calls `jwtctl __complete` for candidates
/// that depend on files or Redis, which `DynamicCompletion` answers.
let completionCommand: CommandKit.Command<CompletionOptions> = Command(
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

/// The manual pages and completion scripts, which are committed. They are made from the same
/// description as the parser; a test fails if one is stale or orphaned, and `make generate`
/// rewrites them.
package enum GeneratedFiles {
    /// The date in the manual pages. It is fixed, so that pages change only with their content.
    private static let date = "November 30, 2026"

    /// Every file, with its path from the top of the project.
    package static func all() -> [(path: String, content: String)] {
        let program = jwtctlProgram.describe()
        return ManualPages(program, date: date).all().map { ("man/\($0.file)", $0.source) }
            + Shell.allCases.map { ("completions/\($0.fileName)", $0.script(program)) }
    }

    /// Rewrites the files below `folder`. Refused in CI, which must only detect stale files.
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

/// Answers the completion scripts. After any failure the answer is shorter or empty: a shell must
/// neither hang nor print errors because Redis does not respond.
enum DynamicCompletion {
    /// Prints the candidates for the word that is being completed. Only a failed output is thrown.
    static func answer(_ request: CompletionRequest, _ system: System) throws(OutputError) {
        var candidates: [Completion.Choice] = []
        do {
            candidates = try Self.candidates(request, system)
        } catch {
            candidates = []
        }
        try system.output.write(CompletionRequest.answer(candidates))
    }

    /// The candidates of one kind. The kinds are those that options and operands name with
    /// `.dynamic`. The line is incomplete, so of its options only those are read that can be
    /// understood.
    private static func candidates(
        _ request: CompletionRequest, _ system: System
    ) throws -> [Completion.Choice] {
        let line = request.words.dropLast().map { expanded($0, system.environment) }
        let options = GlobalOptions.group.read(unfinished: line)
        switch request.kind {
        case "users":
            return try UserSearch.run(
                options, system.environment, beginning: request.words.last ?? []
            ).map { Completion.Choice($0) }
        case "layouts": return try layouts(options, system)
        case "profiles":
            return try configuration(options, system).map(profiles) ?? []
        case "members": return ResultMembers.of(jwtctlProgram.path(unfinished: line))
        case "claims": return ResultMembers.claims
        default: return []
        }
    }

    /// The word with `~/` expanded, as a shell does before it runs a command. Completion scripts
    /// pass words as they were typed.
    private static func expanded(_ word: [UInt8], _ environment: Environment) -> [UInt8] {
        guard word.starts(with: "~/".utf8), let home = environment.bytes(of: "HOME") else {
            return word
        }
        return home + word.dropFirst()
    }

    /// The configuration file. `Settings` cannot be used, since they fail if the chosen profile
    /// does not exist yet.
    private static func configuration(
        _ options: GlobalOptions, _ system: System
    ) throws -> ConfigurationFile? {
        try Settings.place(options, system.environment).flatMap {
            try ConfigurationFile(path: $0.bytes)
        }
    }

    /// The presets, and the layouts of the configuration file if it can be read.
    private static func layouts(
        _ options: GlobalOptions, _ system: System
    ) throws -> [Completion.Choice] {
        let presets = try Presets.names.map { name in
            let layout = try LayoutReader.preset(name, for: .show)
            return Completion.Choice(name, summary: layout.summary)
        }
        do {
            let own = try configuration(options, system)?.layouts ?? [:]
            return presets
                + own.keys.sorted().map {
                    Completion.Choice($0, summary: "from the configuration file")
                }
        } catch {
            return presets
        }
    }

    /// The profiles in the order of the file, each with its Redis.
    private static func profiles(_ file: ConfigurationFile) -> [Completion.Choice] {
        file.profileNames.map { name in
            Completion.Choice(name, summary: file.profiles[name]?[.redis].map(place) ?? "")
        }
    }

    /// The hosts and database of a URL, without its password. A value that is not a Redis URL may
    /// be a password, so it is not shown.
    private static func place(_ url: ConfigurationFile.Entry) -> String {
        do throws(RedisURLError) {
            return try RedisURL.parse(url.text).description
        } catch {
            return ""
        }
    }
}

/// A search for users on its own thread. The time limit covers everything: reading files, name
/// resolution, the TLS handshake and all replies of Redis.
///
/// A search that takes too long continues until the process ends.
final class UserSearch: Sendable {
    /// The time that a shell waits after TAB, in milliseconds.
    private static let timeout: Int64 = 300
    /// The most users that are offered.
    private static let limit = 200
    /// The number of pages of keys that are scanned, which is small for a Redis of any size.
    private static let pageLimit = 4

    /// The users found so far, shared by both threads.
    private let found = Mutex<Set<String>>([])
    /// Raised when the search has ended.
    private let isDone: Semaphore

    /// Makes a search that has not begun.
    private init() throws(SystemError) { isDone = try Semaphore() }

    /// The users whose names begin with `prefix`, sorted. `options` choose Redis and layout.
    static func run(
        _ options: GlobalOptions, _ environment: Environment, beginning prefix: [UInt8]
    ) throws(SystemError) -> [String] {
        let search = try UserSearch()
        let thread = try Thread {
            search.look(options, environment, for: prefix)
            search.isDone.signal()
        }
        thread.detach()
        _ = search.isDone.wait(milliseconds: timeout)
        return search.found.withLock { $0.sorted() }
    }

    /// Scans for users on the thread of the search.
    private func look(
        _ options: GlobalOptions, _ environment: Environment, for prefix: [UInt8]
    ) {
        var options = options
        options.timeout = Self.timeout
        options.asksPassword = false
        let console = Console(options, system: Self.system(environment))
        do {
            try Backend(console).store.forEachUser(pageLimit: Self.pageLimit) { page in
                self.add(page.map(\.user.description).filter { Self.fits($0, prefix) })
            }
        } catch {
            // The users found so far are the answer.
        }
    }

    /// Adds users and returns whether there is room for more.
    private func add(_ users: [String]) -> Bool {
        found.withLock { found in
            found.formUnion(users)
            return found.count < Self.limit
        }
    }

    /// Whether the user is a candidate. A name with a dash in front is left out, since the command
    /// would take it for an option. A prefix with quotes is left to the shell to compare.
    private static func fits(_ user: String, _ prefix: [UInt8]) -> Bool {
        let isQuoted = prefix.contains { "\"'\\".utf8.contains($0) }
        return !user.hasPrefix("-") && (isQuoted || user.utf8.starts(with: prefix))
    }

    /// Streams in memory, so that nothing is printed. Standard input counts as used: a password on
    /// it is for the command itself.
    private static func system(_ environment: Environment) -> System {
        let input = InputStream(bytes: [])
        _ = input.take()
        return System(
            input: input, output: OutputStream(), diagnostics: OutputStream(),
            environment: environment, clock: .system, terminal: Terminal(columns: 80))
    }
}
