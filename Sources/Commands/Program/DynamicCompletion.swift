internal import CommandKit
internal import Platform
internal import Redis
internal import Synchronization
internal import TokenStore

/// Answers to completion scripts. On any failure the answer is shorter or empty: a shell must
/// neither hang nor print errors because Redis does not respond.
enum DynamicCompletion {
    static func answer(_ request: CompletionRequest, _ system: System) throws(OutputError) {
        var candidates: [Completion.Choice] = []
        do {
            candidates = try Self.candidates(request, system)
        } catch {
            candidates = []
        }
        try system.output.write(CompletionRequest.answer(candidates))
    }

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
    /// pass words as they are typed.
    private static func expanded(_ word: [UInt8], _ environment: Environment) -> [UInt8] {
        guard word.starts(with: "~/".utf8), let home = environment.bytes(of: "HOME") else {
            return word
        }
        return home + word.dropFirst()
    }

    /// The configuration file without `Settings`, which fail if the chosen profile does not exist.
    private static func configuration(
        _ options: GlobalOptions, _ system: System
    ) throws -> ConfigurationFile? {
        try Settings.place(options, system.environment).flatMap {
            try ConfigurationFile(path: $0.bytes)
        }
    }

    /// Presets, and the layouts of the configuration file if it can be read.
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

    /// Profiles in the order of the file, each with its Redis.
    private static func profiles(_ file: ConfigurationFile) -> [Completion.Choice] {
        file.profileNames.map { name in
            Completion.Choice(name, summary: file.profiles[name]?[.redis].map(place) ?? "")
        }
    }

    /// Hosts and database. A value that is not a Redis URL may be a password, so it is not shown.
    private static func place(_ url: ConfigurationFile.Entry) -> String {
        do throws(RedisURLError) {
            return try RedisURL.parse(url.text).description
        } catch {
            return ""
        }
    }
}

/// A search for users on a thread of its own. The time limit covers everything: reading files, name
/// service, TLS handshake and all replies of Redis.
///
/// A search that takes too long keeps running until the process ends.
final class UserSearch: Sendable {
    /// How long a shell waits after TAB, in milliseconds.
    private static let timeout: Int64 = 300
    private static let limit = 200
    /// How many pages of keys are scanned: few enough for a Redis of any size.
    private static let pageLimit = 4

    private let found = Mutex<Set<String>>([])
    private let isDone: Semaphore

    private init() throws(SystemError) { isDone = try Semaphore() }

    /// Users whose names begin with `prefix`, sorted. `options` choose Redis and layout.
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

    /// Whether there is room for more.
    private func add(_ users: [String]) -> Bool {
        found.withLock { found in
            found.formUnion(users)
            return found.count < Self.limit
        }
    }

    /// A user whose name begins with a dash is left out: the command would take it for an option. A
    /// prefix with quotes is compared by the shell only.
    private static func fits(_ user: String, _ prefix: [UInt8]) -> Bool {
        let isQuoted = prefix.contains { "\"'\\".utf8.contains($0) }
        return !user.hasPrefix("-") && (isQuoted || user.utf8.starts(with: prefix))
    }

    /// Streams in memory, so that nothing is printed. Standard input counts as taken: a password on
    /// it is for the command itself.
    private static func system(_ environment: Environment) -> System {
        let input = InputStream(bytes: [])
        _ = input.take()
        return System(
            input: input, output: OutputStream(), diagnostics: OutputStream(),
            environment: environment, clock: .system, terminal: Terminal(columns: 80))
    }
}
