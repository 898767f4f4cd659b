internal import CommandKit
internal import JSON
internal import Platform
internal import Redis

/// A setting that can be given once for all commands: by an option, a variable of the environment
/// or a profile. The raw value is its name in a profile, and that of its option if it has one.
///
/// `Settings` finds the value in effect; the manual pages list the cases.
enum Setting: String, CaseIterable {
    case redis
    case redisPassword = "redis-password"
    case redisCACert = "redis-cacert"
    case redisCert = "redis-cert"
    case redisKey = "redis-key"
    case redisServerName = "redis-server-name"
    case layout
    case layoutCheck = "layout-check"
    case namespace
    case key
    case secret
    case issuer
    case maxLifetime = "max-lifetime"
    case denyMargin = "deny-margin"
    case requireListed = "require-listed"
    case actor
    case auditLog = "audit-log"
    case timeout
    case wait

    /// The variable of the environment; nil if only options and profiles can set it.
    var variable: String? {
        switch self {
        case .redis: "JWTCTL_REDIS_URL"
        case .layout: "JWTCTL_LAYOUT"
        case .namespace: "JWTCTL_NAMESPACE"
        case .key: "JWTCTL_KEY"
        case .secret: "JWTCTL_SECRET"
        case .actor: "JWTCTL_ACTOR"
        case .auditLog: "JWTCTL_AUDIT_LOG"
        case .timeout: "JWTCTL_TIMEOUT"
        default: nil
        }
    }

    /// The settings of which only one may be given, this one included. A key and a secret are two
    /// answers to one question, so one of the environment and one of a profile contradict each
    /// other.
    var rivals: [Setting] { [.key, .secret].contains(self) ? [.key, .secret] : [self] }

    /// A variable that other programs use, which applies only if nothing else sets the value.
    var fallback: String? { self == .redis ? "REDIS_URL" : nil }

    /// The default; nil if there is none, or if it depends on the machine.
    var standard: String? {
        switch self {
        case .redis: "redis://127.0.0.1:6379/0"
        case .layout: "native"
        case .layoutCheck: "on"
        case .namespace: "jwt"
        case .denyMargin: "60s"
        case .requireListed: "false"
        case .timeout: "5s"
        default: nil
        }
    }

    /// The meaning, for the manual pages.
    var summary: String {
        switch self {
        case .redis: "Redis URL, as for --redis."
        case .redisPassword: "Where to read the Redis password: a path, env:NAME or fd:N."
        case .redisCACert: "CA certificate file or directory to trust, as for --redis-cacert."
        case .redisCert: "Client certificate for TLS, as for --redis-cert."
        case .redisKey: "Key of the client certificate, as for --redis-key."
        case .redisServerName:
            "Name that Redis' certificate must have, as for --redis-server-name."
        case .layout:
            "Layout of the keys in Redis: a preset, a file, or a [layout NAME] of this file."
        case .layoutCheck:
            "off if the layout is known to be the right one: then no command asks or warns about it, "
                + "and a token that is not on the whitelist counts as revoked."
        case .namespace: "Prefix of the keys of the native layout."
        case .key: "Where to read the key: a path, env:NAME or fd:N, as for --key."
        case .secret: "Where to read the HMAC secret, as for --secret; never the secret itself."
        case .issuer: "Required issuer: verify, revoke and restore refuse tokens of another."
        case .maxLifetime:
            "Longest lifetime of any token, such as 30d. Cutoffs expire after it instead of never."
        case .denyMargin:
            "Time to keep a blacklist entry after its token expires, for services with leeway."
        case .requireListed: "true if only tokens on the token list of their user are active."
        case .actor: "Name recorded in the audit log."
        case .auditLog:
            "File that each change is appended to, in addition to an audit log in Redis."
        case .timeout: "Give up if Redis does not respond for this long."
        case .wait: "Number of replicas that must acknowledge a change, as for --wait; 0 for none."
        }
    }

    /// Whether it names a file or a source. In a profile, a relative path starts from the folder of
    /// the configuration file.
    var isPath: Bool {
        switch self {
        case .redisCACert, .redisCert, .redisKey, .key, .secret, .redisPassword, .auditLog: true
        default: false
        }
    }
}

/// `config show`: the effective value of each setting and where it comes from. Needs no Redis.
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
    defaults: PlainOptions(), options: [.group(GlobalOptions.group, at: \.global)],
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

/// Prints the configuration file, the profile and then each setting. Secrets and passwords are
/// masked.
private func runConfigShow(_ options: PlainOptions, _ system: System) throws -> ExitStatus {
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

/// A setting in the form in which it is printed.
private struct SettingRow {
    let name: String
    /// The value without its secrets; nil if it is not set.
    let value: String?
    /// The option, variable or line that sets it, `default` or `not set`.
    let origin: String
}

/// The columns of `config show`.
private var columns: [Column<SettingRow>] {
    [
        .word(.init("SETTING"), "setting") { $0.name },
        .text(.init("VALUE", .cut), "value") { $0.value },
        .word(.init("ORIGIN"), "origin") { $0.origin },
    ]
}

/// The value without its secrets. A setting that should be a file or a URL but is not may be a
/// secret as a whole, so it is hidden.
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
    // The file of the audit log is made by the first change, so it may be missing.
    guard setting.isPath, setting != .auditLog else { return URLPassword.masked(value.text) }
    do throws(InvalidValue) {
        if try Source(value.bytes).isShowable(system) { return value.text }
    } catch {
        // A value that is not a source is hidden, too.
    }
    return "(hidden: no such file)"
}

/// The options that correspond to settings.
extension GlobalOptions {
    /// The value that an option gives, with the option as its origin. It covers the options that
    /// every command has; `key` and others are options of some commands only.
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
