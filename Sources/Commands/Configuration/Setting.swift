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
        case .timeout: "Give up if Redis does not respond for this long."
        case .wait: "Number of replicas that must acknowledge a change, as for --wait; 0 for none."
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
