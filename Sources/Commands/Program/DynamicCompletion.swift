internal import CommandKit
internal import Platform
internal import Redis
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
