internal import CommandKit
internal import Platform
internal import Redis

/// The settings of the environment and the profile, for options that are not given.
///
/// An option overrides the environment, the environment overrides the profile, and the profile
/// overrides the default. A profile that `--profile` selects overrides the environment, too.
///
/// A class, because a console keeps one that is read once and shared by everything in the command.
final class Settings {
    /// The place that a value comes from.
    enum Origin: Equatable {
        /// An option, without its dashes.
        case option(String)
        /// A variable of the environment.
        case environment(String)
        /// A line of the profile; `file` is the title of the configuration file.
        case profile(file: String, line: Int)
        /// The built-in default.
        case standard

        /// The name of the origin in errors and in `config show`.
        var title: String {
            switch self {
            case .option(let name): "--\(name)"
            case .environment(let name): name
            case .profile(let file, let line): "\(file), line \(line)"
            case .standard: "default"
            }
        }
    }

    /// The value of a setting, not parsed yet.
    struct Value: Equatable {
        /// The value as it was given. A path may contain any bytes.
        let bytes: [UInt8]
        let origin: Origin

        /// The value as text. Bytes that are not UTF-8 are replaced; `requireText` has refused them
        /// where that matters.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// The configuration file; nil if there is none.
    let file: ConfigurationFile?
    /// The path of the configuration file and its origin; nil if there is no file.
    let place: Value?
    /// The profile and the origin of its choice; nil if there is none.
    let chosenProfile: Value?
    /// The environment of the process, read when a setting is asked for.
    private let environment: Environment
    /// The settings of that profile.
    private let entries: [Setting: ConfigurationFile.Entry]

    /// The name of the profile in effect; nil if there is none.
    var profile: String? { chosenProfile?.text }

    /// The variables that decide where the settings are read from, for the manual pages.
    static let variables = [
        Definition("JWTCTL_PROFILE", "Profile to use, as for --profile."),
        Definition("JWTCTL_CONFIG", "Configuration file, as for --config."),
        Definition(
            "XDG_CONFIG_HOME", "Directory of jwtctl/config (default: ~/.config)."),
    ]

    /// Finds and reads the configuration file. A file or profile that an option or a variable names
    /// must exist; the default file and the profile named `default` are used only if they do.
    init(_ options: GlobalOptions, _ system: System) throws {
        environment = system.environment
        try Self.requireText(environment)
        let path = Self.place(options, environment)
        file = try path.flatMap { try ConfigurationFile(path: $0.bytes) }
        // Only the default file may be missing.
        if let path, path.origin != .standard, file == nil {
            throw Failure(
                .failure, "config", "no configuration file \(Source.path(path.bytes).title)")
        }
        place = file == nil ? nil : path
        chosenProfile = Self.choice(options, environment, file)
        guard let name = chosenProfile?.text else {
            entries = [:]
            return
        }
        guard let entries = file?.profiles[name] else {
            throw Self.unknownProfile(name, file, path?.bytes)
        }
        self.entries = entries
    }

    /// The profile that an option or a variable selects, whether it exists or not; else the one
    /// named `default` if the file has it.
    private static func choice(
        _ options: GlobalOptions, _ environment: Environment, _ file: ConfigurationFile?
    ) -> Value? {
        if let name = options.profile { return Value(text: name, origin: .option("profile")) }
        if let value = Value(ofVariable: "JWTCTL_PROFILE", environment) { return value }
        let standard = "default"
        return file?.profiles[standard] == nil ? nil : Value(text: standard, origin: .standard)
    }

    /// The path of the configuration file, whether it exists or not; nil without a home directory.
    static func place(_ options: GlobalOptions, _ environment: Environment) -> Value? {
        if let path = options.configFile { return Value(bytes: path, origin: .option("config")) }
        return Value(ofVariable: "JWTCTL_CONFIG", environment)
            ?? standardPath(environment).map { Value(bytes: $0, origin: .standard) }
    }

    /// The error about a profile that does not exist, with a similar name or the names that exist.
    private static func unknownProfile(
        _ name: String, _ file: ConfigurationFile?, _ path: [UInt8]?
    ) -> Failure {
        let shown = VisibleText.escape(name, columns: 40)
        guard let file else {
            let place = path.map { Source.path($0).title } ?? "the configuration file"
            return Failure(
                .failure, "config", "no profile '\(shown)': \(place) does not exist")
        }
        let names = file.profileNames.map { VisibleText.escape($0, columns: 40) }
        return Failure(
            .failure, "config", "\(file.title) has no profile '\(shown)'",
            hint: Suggestions.nearest(to: name, among: file.profileNames).first
                .map { "did you mean '\(VisibleText.escape($0, columns: 40))'?" }
                ?? (names.isEmpty ? nil : "available: \(names.joined(separator: ", "))"))
    }

    /// `$XDG_CONFIG_HOME/jwtctl/config` if that variable is an absolute path, else the same below
    /// `~/.config`: the XDG Base Directory Specification says to ignore relative paths.
    private static func standardPath(_ environment: Environment) -> [UInt8]? {
        let name = "/jwtctl/config"
        if let home = environment.bytes(of: "XDG_CONFIG_HOME"), home.first == UInt8(ascii: "/") {
            return home + Array(name.utf8)
        }
        return environment.bytes(of: "HOME").map { $0 + Array("/.config\(name)".utf8) }
    }

    /// Refuses variables that are not UTF-8. If such a URL or namespace counted as not set, the
    /// command would work on another server or with other keys.
    private static func requireText(_ environment: Environment) throws(Failure) {
        let names =
            Setting.allCases.filter { !$0.isPath && $0 != .layout }.flatMap {
                [$0.variable, $0.fallback]
            }
            .compactMap(\.self) + ["JWTCTL_PROFILE"]
        for name in names {
            guard let bytes = environment.bytes(of: name) else { continue }
            guard String(validating: bytes, as: UTF8.self) != nil else {
                throw Failure(
                    .usage, "usage", "\(name): \(Diagnostics.words(InvalidValue.notUTF8))")
            }
        }
    }

    /// The name of the origin for an error, with the profile's name: a person may know the profile,
    /// but not the file.
    func title(of origin: Origin) -> String {
        guard case .profile = origin, let profile else { return origin.title }
        return "profile \(VisibleText.escape(profile, columns: 40)) (\(origin.title))"
    }

    /// The profile and the environment, the one that overrides the other first.
    var levels: [(Setting) -> Value?] {
        isProfileExplicit
            ? [profileValue, environmentValue] : [environmentValue, profileValue]
    }

    /// Whether `--profile` selected the profile. Then a variable that was exported for something
    /// else must not lead the command to another server.
    private var isProfileExplicit: Bool { chosenProfile?.origin == .option("profile") }

    /// The value of a setting: from the environment or the profile, else from a variable of other
    /// programs. Options and the default are left to the caller.
    subscript(_ setting: Setting) -> Value? {
        levels.lazy.compactMap { $0(setting) }.first
            ?? setting.fallback.flatMap { Value(ofVariable: $0, environment) }
    }

    /// The reason why a command that changes something cannot tell which value is meant:
    /// `--profile` and a variable of the environment differ. Nil if they agree, or if only one of
    /// them is set.
    func conflict(over setting: Setting) -> Failure? {
        guard isProfileExplicit, let given = environmentValue(setting),
            let variable = setting.variable
        else { return nil }
        // A key in the environment and a secret in the profile contradict each other, too.
        let others = setting.rivals.compactMap(profileValue)
        guard !others.isEmpty,
            !others.contains(where: { Self.isSame($0, given, setting) })
        else { return nil }
        let name = VisibleText.escape(profile ?? "", columns: 40)
        return Failure(
            .usage, "conflicting_settings",
            "\(variable) conflicts with profile '\(name)'",
            hint: "unset \(variable) or give --\(setting.rawValue)")
    }

    /// Whether both values mean the same. URLs of one server can be spelled differently.
    private static func isSame(_ value: Value, _ other: Value, _ setting: Setting) -> Bool {
        if value.bytes == other.bytes { return true }
        guard setting == .redis else { return false }
        do throws(RedisURLError) {
            return try RedisURL.parse(value.text).isSamePlace(as: RedisURL.parse(other.text))
        } catch {
            return false
        }
    }

    /// The value from the environment alone.
    func environmentValue(_ setting: Setting) -> Value? {
        setting.variable.flatMap { Value(ofVariable: $0, environment) }
    }

    /// The value from the profile alone, with its path completed.
    func profileValue(_ setting: Setting) -> Value? {
        guard let file, let entry = entries[setting] else { return nil }
        return Value(
            bytes: setting.isPath ? located(entry.text, file) : Array(entry.text.utf8),
            origin: .profile(file: file.title, line: entry.line))
    }

    /// The path in a profile, relative to the folder of the configuration file. Sources that are
    /// not files (`env:`, `fd:`, `-`) stay as they are.
    private func located(_ text: String, _ file: ConfigurationFile) -> [UInt8] {
        let isElsewhere =
            text.hasPrefix("/") || text.hasPrefix("env:") || text.hasPrefix("fd:") || text == "-"
        return isElsewhere ? Array(text.utf8) : file.located(text)
    }

    /// The value as `parse` reads it, which is usually the parser of the option; nil if it is not
    /// set. An error names the origin.
    func parsed<Result>(
        _ setting: Setting, _ parse: (String) throws(InvalidValue) -> Result
    ) throws(Failure) -> Result? {
        try self[setting].map { value throws(Failure) in try Self.parsed(value, parse) }
    }

    /// The value as `parse` reads it. An error names the origin, and exits with the status of a
    /// usage error.
    static func parsed<Result>(
        _ value: Value, _ parse: (String) throws(InvalidValue) -> Result
    ) throws(Failure) -> Result {
        do throws(InvalidValue) {
            return try parse(value.text)
        } catch {
            throw Failure(
                .usage, "usage", "\(value.origin.title): \(Diagnostics.words(error))")
        }
    }

    /// The value as a source, such as that of a key or password.
    static func source(_ value: Value) throws(Failure) -> Source {
        try parsed(value) { _ throws(InvalidValue) in try Source(value.bytes) }
    }

    /// Whether a person must confirm before keys are deleted under a layout that can be mistaken
    /// for another one (`layout-check`).
    func checksLayout() throws(Failure) -> Bool { try flag(.layoutCheck, "on", "off") ?? true }

    /// Whether only tokens on their user's token list are active (`require-listed`).
    func requiresListing() throws(Failure) -> Bool {
        try flag(.requireListed, "true", "false") ?? false
    }

    /// The value of a setting that has two words; nil if it is not set.
    private func flag(
        _ setting: Setting, _ yes: String, _ no: String
    ) throws(Failure) -> Bool? {
        try parsed(setting) { text throws(InvalidValue) in
            guard [yes, no].contains(text) else { throw .expected("\(yes) or \(no)") }
            return text == yes
        }
    }
}

extension Settings.Value {
    /// A value from a place that holds text, such as the configuration file.
    init(text: String, origin: Settings.Origin) {
        self.init(bytes: Array(text.utf8), origin: origin)
    }

    /// The value of a variable of the environment; nil if it is empty or not set.
    fileprivate init?(ofVariable name: String, _ environment: Environment) {
        guard let bytes = environment.bytes(of: name) else { return nil }
        self.init(bytes: bytes, origin: .environment(name))
    }
}
