internal import CommandKit

/// The configuration file: `help config-file`, and a manual page of its own.
extension Topics {
    static let configFile = Topic(
        name: "config-file", title: "CONFIGURATION FILE",
        summary: "Profiles and layouts that are named once.",
        body: [
            """
            Settings that are the same for every command stand in a file of profiles: \
            $XDG_CONFIG_HOME/jwtctl/config, or ~/.config/jwtctl/config, or the one that --config \
            or JWTCTL_CONFIG names. --profile or JWTCTL_PROFILE chooses a profile; that named \
            default counts where none is chosen.
            """,
            """
            An option counts before the environment, the environment before the profile, the \
            profile before the default. A profile that --profile names counts before the \
            environment; where the two name different servers, layouts, namespaces or keys, a \
            command that changes something is refused. REDIS_URL, which others set too, counts \
            only where nothing else names a Redis. "jwtctl config show" tells what holds, and who \
            says so.
            """,
            .literal(configExample),
            """
            A line is a section in brackets, NAME = VALUE, or a comment after # or ;. Relative paths \
            start from the folder of the file. What is not known is an error with its line, never \
            passed over. A file with a Redis password in it that everybody can read is refused: \
            chmod 600 it, or name the place of the password by redis-password.
            """,
            .heading("Settings of a profile"),
            .definitions(Setting.allCases.map { Definition($0.rawValue, $0.summary) }),
            .heading("Settings of a layout"),
            .definitions([
                Definition("file", "The file of the layout; see jwtctl-layout(5)."),
                Definition("preset", "The name of a preset, in place of a file."),
                Definition("var.NAME", "The value of a variable of the layout."),
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
