/// What can be said once for all commands: by an option, the environment or a profile.
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
    case timeout
    case wait

    /// The variable that says it; nil where only options and profiles do.
    var variable: String? {
        switch self {
        case .redis: "JWTCTL_REDIS_URL"
        case .layout: "JWTCTL_LAYOUT"
        case .namespace: "JWTCTL_NAMESPACE"
        case .key: "JWTCTL_KEY"
        case .secret: "JWTCTL_SECRET"
        case .actor: "JWTCTL_ACTOR"
        case .timeout: "JWTCTL_TIMEOUT"
        default: nil
        }
    }

    /// The settings of which one is enough.
    var rivals: [Setting] { [.key, .secret].contains(self) ? [.key, .secret] : [self] }

    /// The variable that counts where nobody else says it: others than us set it.
    var fallback: String? { self == .redis ? "REDIS_URL" : nil }

    /// What holds where nobody says it; nil for nothing, or for what depends on the machine.
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

    /// What it means, for the manual.
    var summary: String {
        switch self {
        case .redis: "The Redis URL, as for --redis."
        case .redisPassword: "Where the Redis password stands: a path, env:NAME or fd:N."
        case .redisCACert: "Authorities that may sign Redis' certificate, as for --redis-cacert."
        case .redisCert: "The client's certificate, as for --redis-cert."
        case .redisKey: "The key of that certificate, as for --redis-key."
        case .redisServerName:
            "The name that Redis' certificate must have, as for --redis-server-name."
        case .layout: "How state lies in Redis: a preset, a file, or a [layout NAME] of this file."
        case .layoutCheck:
            "off if the layout is known to be the right one: no command asks or warns about it then, "
                + "and a token that is not on the whitelist counts as revoked."
        case .namespace: "What the keys of the native layout begin with."
        case .key: "Where the key stands: a path, env:NAME or fd:N, as for --key."
        case .secret: "Where the HMAC secret stands, as for --secret; never the secret itself."
        case .issuer: "Tokens of another issuer are refused by verify, revoke and restore."
        case .maxLifetime:
            "The longest life of any token, such as 30d: cutoffs go away after it instead of never."
        case .denyMargin: "How long a blacklist entry outlives its token, for readers with leeway."
        case .requireListed: "true where only tokens on their user's list are active."
        case .actor: "Who changes things, for the audit trail."
        case .timeout: "How long Redis may stay silent."
        case .wait: "How many replicas have to confirm a change, as for --wait; 0 for none."
        }
    }

    /// Whether it names a file, which is then looked for beside the configuration's own.
    var isPath: Bool {
        switch self {
        case .redisCACert, .redisCert, .redisKey, .key, .secret, .redisPassword: true
        default: false
        }
    }
}
