internal import CommandKit
internal import Platform
internal import Redis

/// What the environment and the profile say, for options that nobody gave: an option counts before
/// the environment, the environment before the profile, the profile before the default. A profile
/// that an option chose counts before the environment.
final class Settings {
    enum Origin: Equatable {
        case option(String)
        case environment(String)
        case profile(file: String, line: Int)
        case standard

        /// How an error or a table names it.
        var title: String {
            switch self {
            case .option(let name): "--\(name)"
            case .environment(let name): name
            case .profile(let file, let line): "\(file), line \(line)"
            case .standard: "default"
            }
        }
    }

    struct Value: Equatable {
        /// As it was given: paths may have any bytes.
        let bytes: [UInt8]
        let origin: Origin

        init(bytes: [UInt8], origin: Origin) {
            self.bytes = bytes
            self.origin = origin
        }

        init(text: String, origin: Origin) {
            self.init(bytes: Array(text.utf8), origin: origin)
        }

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// The file, where there is one.
    let file: ConfigurationFile?
    /// The profile that counts; nil where there is none.
    let profile: String?
    private let environment: Environment
    private let entries: [Setting: ConfigurationFile.Entry]

    static let standardProfile = "default"

    /// What decides where the settings are looked for.
    static let variables = [
        Definition("JWTCTL_PROFILE", "Profile to use, as for --profile."),
        Definition("JWTCTL_CONFIG", "Configuration file, as for --config."),
        Definition(
            "XDG_CONFIG_HOME", "Directory of jwtctl/config (default: ~/.config)."),
    ]

    /// A profile that is asked for has to be there; that named `default` counts unasked.
    init(_ options: GlobalOptions, _ system: System) throws {
        environment = system.environment
        try Self.requireText(environment)
        let path = Self.place(options, environment)
        file = try path.flatMap { try ConfigurationFile(path: $0.bytes) }
        if let path, path.origin != .standard, file == nil {
            throw Failure(
                .failure, "config", "no configuration file \(Source.path(path.bytes).title)")
        }
        place = file == nil ? nil : path
        let name = options.profile ?? environment["JWTCTL_PROFILE"]
        if let name {
            chosenProfile = Value(
                text: name,
                origin: options.profile == nil ? .environment("JWTCTL_PROFILE") : .option("profile")
            )
        } else if file?.profiles[Self.standardProfile] != nil {
            chosenProfile = Value(text: Self.standardProfile, origin: .standard)
        }
        guard let name else {
            let isThere = file?.profiles[Self.standardProfile] != nil
            profile = isThere ? Self.standardProfile : nil
            entries = file?.profiles[Self.standardProfile] ?? [:]
            return
        }
        guard let entries = file?.profiles[name] else {
            throw Self.unknownProfile(name, file, path?.bytes)
        }
        profile = name
        self.entries = entries
    }

    /// Where the configuration file is, whether it exists or not; nil without a home directory.
    static func place(_ options: GlobalOptions, _ environment: Environment) -> Value? {
        if let path = options.configFile { return Value(bytes: path, origin: .option("config")) }
        let variable = "JWTCTL_CONFIG"
        if let path = environment.bytes(of: variable) {
            return Value(bytes: path, origin: .environment(variable))
        }
        return standardPath(environment).map { Value(bytes: $0, origin: .standard) }
    }

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

    /// `$XDG_CONFIG_HOME/jwtctl/config`, where that variable is an absolute path, else below ~/.config
    /// (XDG Base Directory Specification).
    private static func standardPath(_ environment: Environment) -> [UInt8]? {
        let name = "/jwtctl/config"
        if let home = environment.bytes(of: "XDG_CONFIG_HOME"), home.first == UInt8(ascii: "/") {
            return home + Array(name.utf8)
        }
        return environment.bytes(of: "HOME").map { $0 + Array("/.config\(name)".utf8) }
    }

    /// A namespace or a URL in another encoding would be taken for none, and the work done on
    /// another server or under other keys.
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

    /// How an error names an origin to whoever may not know the file: by the profile too.
    func title(of origin: Origin) -> String {
        guard case .profile = origin, let profile else { return origin.title }
        return "profile \(VisibleText.escape(profile, columns: 40)) (\(origin.title))"
    }

    /// The file, and who named it; nil where there is none.
    let place: Value?
    /// The profile, and who chose it.
    private(set) var chosenProfile: Value?

    /// Who says something, the first of them deciding.
    var levels: [(Setting) -> Value?] {
        isProfileExplicit
            ? [profileValue, environmentValue] : [environmentValue, profileValue]
    }

    /// Whether an option chose the profile: a variable that was exported for something else must not
    /// lead the command elsewhere.
    private var isProfileExplicit: Bool { chosenProfile?.origin == .option("profile") }

    /// What the environment or the profile says, else a variable that others set.
    subscript(_ setting: Setting) -> Value? {
        levels.lazy.compactMap { $0(setting) }.first
            ?? setting.fallback.flatMap { name in
                environment.bytes(of: name).map { Value(bytes: $0, origin: .environment(name)) }
            }
    }

    /// Why a command that changes something cannot know which value is meant; nil where it can.
    func conflict(over setting: Setting) -> Failure? {
        guard isProfileExplicit, let given = environmentValue(setting),
            let variable = setting.variable
        else { return nil }
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

    /// A Redis can be named in many ways.
    private static func isSame(_ value: Value, _ other: Value, _ setting: Setting) -> Bool {
        if value.bytes == other.bytes { return true }
        guard setting == .redis else { return false }
        do throws(RedisURLError) {
            return try RedisURL.parse(value.text).isSamePlace(as: RedisURL.parse(other.text))
        } catch {
            return false
        }
    }

    func environmentValue(_ setting: Setting) -> Value? {
        setting.variable.flatMap { name in
            environment.bytes(of: name).map { Value(bytes: $0, origin: .environment(name)) }
        }
    }

    func profileValue(_ setting: Setting) -> Value? {
        guard let file, let entry = entries[setting] else { return nil }
        return Value(
            bytes: setting.isPath ? located(entry.text, file) : Array(entry.text.utf8),
            origin: .profile(file: file.title, line: entry.line))
    }

    /// A relative path starts from the folder of the file that it stands in.
    private func located(_ text: String, _ file: ConfigurationFile) -> [UInt8] {
        let isElsewhere =
            text.hasPrefix("/") || text.hasPrefix("env:") || text.hasPrefix("fd:") || text == "-"
        return isElsewhere ? Array(text.utf8) : file.located(text)
    }

    /// A setting as the parser of its option reads it; an error names the place.
    func parsed<Result>(
        _ setting: Setting, _ parse: (String) throws(InvalidValue) -> Result
    ) throws(Failure) -> Result? {
        try self[setting].map { value throws(Failure) in try Self.parsed(value, parse) }
    }

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

    /// A SOURCE, such as that of a key.
    static func source(_ value: Value) throws(Failure) -> Source {
        try parsed(value) { _ throws(InvalidValue) in try Source(value.bytes) }
    }

    /// Whether a person is asked before keys of a layout that another looks like are deleted.
    func checksLayout() throws(Failure) -> Bool { try flag(.layoutCheck, "on", "off") ?? true }

    /// Whether only tokens on their user's list are active.
    func requiresListing() throws(Failure) -> Bool {
        try flag(.requireListed, "true", "false") ?? false
    }

    private func flag(
        _ setting: Setting, _ yes: String, _ no: String
    ) throws(Failure) -> Bool? {
        try parsed(setting) { text throws(InvalidValue) in
            guard [yes, no].contains(text) else { throw .expected("\(yes) or \(no)") }
            return text == yes
        }
    }
}
