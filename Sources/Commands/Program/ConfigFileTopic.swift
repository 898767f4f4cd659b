internal import CommandKit

/// The configuration file: `help config-file`, and a manual page of its own.
extension Topics {
    static let configFile = Topic(
        name: "config-file", title: "CONFIGURATION FILE",
        summary: "Configuration file: profiles and layouts.",
        body: [
            """
            Put settings you always use in a configuration file: $XDG_CONFIG_HOME/jwtctl/config, \
            or ~/.config/jwtctl/config, or the file that --config or JWTCTL_CONFIG names. It \
            contains profiles. --profile or JWTCTL_PROFILE selects one; the profile named \
            "default" is used otherwise.
            """,
            """
            An option overrides the environment, the environment overrides the profile, and the \
            profile overrides the default. A profile selected with --profile overrides the \
            environment; if the two name different servers, layouts, namespaces or keys, a command \
            that changes something is refused. REDIS_URL, which other programs set too, is used \
            only if nothing else names a Redis. "jwtctl config show" lists the effective settings \
            and their sources.
            """,
            .literal(configExample),
            """
            A line is a section in brackets, NAME = VALUE, or a comment that begins with # or ;. \
            Relative paths start from the directory of the file. Unknown settings are errors, \
            reported with the line number. A file that contains a Redis password and is readable \
            by all users is refused: run chmod 600 on it, or name the source of the password with \
            redis-password.
            """,
            .heading("Settings of a profile"),
            .definitions(Setting.allCases.map { Definition($0.rawValue, $0.summary) }),
            .heading("Settings of a layout"),
            .definitions([
                Definition("file", "Layout file; see jwtctl-layout(5)."),
                Definition("preset", "Name of a preset, instead of a file."),
                Definition("var.NAME", "Value of a variable of the layout."),
            ]),
        ],
        page: Topic.Page(name: "jwtctl-config", section: 5),
        seeAlso: ["config", "jwtctl-layout(5)"])

    /// Shown, and read by a test.
    static let configExample = [
        "[profile default]",
        "redis = unix:///run/redis/redis.sock",
        "",
        "[profile prod]",
        "redis        = rediss+sentinel://s1,s2,s3/mymaster",
        "redis-password = env:PROD_REDIS_PASSWORD",
        "layout       = acme",
        "key          = /etc/jwtctl/prod.jwks",
        "issuer       = https://auth.example.com",
        "max-lifetime = 30d",
        "",
        "[layout acme]",
        "preset     = blacklist-jti",
        "var.prefix = acme:revoked:",
    ]
}
