internal import CommandKit
internal import JSON
internal import Platform
internal import Redis

struct ConfigShowOptions: CommandOptions {
    var global = GlobalOptions()
}

let configShowCommand = Command(
    name: "show", summary: "Show the effective settings and their sources.",
    discussion: [
        """
        An option overrides the environment, the environment overrides the profile, and the \
        profile overrides the default. A profile selected with --profile overrides the \
        environment. Passwords are masked. A value that should name a file but does not is hidden, \
        since it may be the secret itself. "jwtctl help config-file" describes the file.
        """
    ],
    defaults: ConfigShowOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    examples: [
        Example(
            command: "jwtctl config show", summary: "Show the settings in effect here.",
            output: [
                "SETTING            VALUE                             ORIGIN",
                "...",
                "redis              redis://:***@redis.internal:6379  JWTCTL_REDIS_URL",
                "...",
                "layout             native                            default",
                "...",
                "secret             secret.txt                        JWTCTL_SECRET",
                "...",
            ]),
        Example(
            command: "jwtctl config show -o csv", summary: "Write them as CSV, for a spreadsheet."),
    ],
    exitStatuses: ExitStatus.docs(.failure), environment: Settings.variables,
    seeAlso: ["environment", "jwtctl-config(5)"], run: runConfigShow)

private func runConfigShow(_ options: ConfigShowOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let settings = try console.settings()
    let list = console.writer(columns) { Item.line($0.name, keys: nil) }
    func show(_ name: String, _ value: Settings.Value?, _ setting: Setting? = nil) throws {
        try list.append(
            SettingRow(
                name: name, value: value.map { shown($0, setting, system) },
                origin: value?.origin.title ?? "not set"))
    }
    try show("config", settings.place)
    try show("profile", settings.chosenProfile)
    for setting in Setting.allCases {
        let standard = setting.standard.map { Settings.Value(text: $0, origin: .standard) }
        try show(
            setting.rawValue, options.global.value(of: setting) ?? settings[setting] ?? standard,
            setting)
    }
    try list.finish(empty: "")
    return .success
}

/// A setting, as it is shown.
private struct SettingRow {
    let name: String
    /// The value without its secrets; nil where it is not set.
    let value: String?
    let origin: String
}

private var columns: [Column<SettingRow>] {
    [
        .word(.init("SETTING"), "setting") { $0.name },
        .text(.init("VALUE", .cut), "value") { $0.value },
        .word(.init("ORIGIN"), "origin") { $0.origin },
    ]
}

/// A value without its secrets. What stands in the place of a file or a URL and is none may be a
/// secret as a whole.
private func shown(_ value: Settings.Value, _ setting: Setting?, _ system: System) -> String {
    guard let setting else { return value.text }
    if setting == .redis {
        do throws(RedisURLError) {
            _ = try RedisURL.parse(value.text)
        } catch {
            return "(hidden: not a Redis URL)"
        }
        return URLPassword.masked(value.text)
    }
    guard setting.isPath else { return URLPassword.masked(value.text) }
    do throws(InvalidValue) {
        if try Source(value.bytes).isShowable(system) { return value.text }
    } catch {
        // What is no source is hidden, too.
    }
    return "(hidden: no such file)"
}

extension GlobalOptions {
    /// What an option says about a setting.
    fileprivate func value(of setting: Setting) -> Settings.Value? {
        let text: String? =
            switch setting {
            case .redis: redisURL
            case .redisPassword:
                redisPassword.map { String(decoding: $0.spelling, as: UTF8.self) }
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
