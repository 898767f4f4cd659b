internal import CommandKit
internal import JSON
internal import Platform

struct ConfigShowOptions: CommandOptions {
    var global = GlobalOptions()
}

let configShowCommand = Command(
    name: "show", summary: "Show the settings that hold, and who says so.",
    discussion: [
        """
        An option counts before the environment, the environment before the profile, the profile \
        before the default. A profile chosen with --profile counts before the environment. Passwords are masked; keys and secrets are only named by where they \
        stand. "jwtctl help config-file" describes the file.
        """
    ],
    defaults: ConfigShowOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(command: "jwtctl config show", summary: "What holds here?"),
        Example(
            command: "jwtctl config show -o csv", summary: "The same for a spreadsheet."),
    ],
    exitStatuses: ExitStatus.docs(.failure), environment: Settings.variables,
    seeAlso: ["environment", "jwtctl-config(5)"], run: runConfigShow)

private func runConfigShow(_ options: ConfigShowOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let settings = try console.settings()
    var list = ResultList(
        console, columns: [.init("SETTING"), .init("VALUE", shrinking: true), .init("ORIGIN")])
    func show(_ name: String, _ value: Settings.Value?) throws {
        let text = value.map { URLPassword.masked($0.text) }
        let origin = value?.origin.title ?? "not set"
        try list.append(
            [
                "setting": .string(name), "value": text.map { .string($0) } ?? .null,
                "origin": .string(origin),
            ], id: name,
            cells: [name, text.map { VisibleText.escape($0) } ?? "-", origin])
    }
    try show("config", settings.place)
    try show("profile", settings.chosenProfile)
    for setting in Setting.allCases {
        let standard = setting.standard.map { Settings.Value(text: $0, origin: .standard) }
        try show(
            setting.rawValue, options.global.value(of: setting) ?? settings[setting] ?? standard)
    }
    try list.finish(empty: "")
    return .success
}

extension GlobalOptions {
    /// What an option says about a setting.
    fileprivate func value(of setting: Setting) -> Settings.Value? {
        let text: String? =
            switch setting {
            case .redis: redisURL
            case .redisPassword: redisPassword?.title
            case .redisCACert: redisCACert.map { String(decoding: $0, as: UTF8.self) }
            case .redisCert: redisCert.map { String(decoding: $0, as: UTF8.self) }
            case .redisKey: redisKey.map { String(decoding: $0, as: UTF8.self) }
            case .redisServerName: redisServerName
            case .layout: layout.map { String(decoding: $0, as: UTF8.self) }
            case .namespace: namespace
            case .timeout: timeout.map { "\($0)ms" }
            default: nil
            }
        return text.map { Settings.Value(text: $0, origin: .option(setting.rawValue)) }
    }
}
