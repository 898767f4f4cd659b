internal import CommandKit
internal import Layouts

/// The help topics that belong to no single command. Each is printed by `help NAME`, and is a
/// section of the program's manual page or a page of its own.
///
/// A text is written once, and both the terminal and the manual pages are rendered from it. Where
/// its lines are broken here means nothing. Names of keys may be spelled out in the files
/// `Topics….swift` and in the presets only, which a test demands.
enum Topics {
    /// Every topic, in the order in which help lists them.
    static var all: [Topic] {
        [
            runbook, services, exitStatus, environment, time, keys, layouts, layoutFile, configFile,
            redis, upgrading,
        ]
    }

    /// The exit statuses, from the table that commands use themselves. After a signal, a shell
    /// reports 128 and its number.
    private static let exitStatus = Topic(
        name: "exit-status", title: "EXIT STATUS", summary: "Exit statuses and their meanings.",
        body: [
            .definitions(
                ExitStatus.all.map { Definition(String($0.status.rawValue), $0.meaning) } + [
                    Definition("130, 141, 143", "Terminated by SIGINT, SIGPIPE or SIGTERM.")
                ]),
            // `Verdict` decides by these rules.
            """
            If a token is malformed or its signature is bad, nothing else is checked. Otherwise \
            every failed check is reported, and the status is the lowest that applies from 3 to 7. \
            If all other checks pass but Redis cannot be asked, the status is 8.
            """,
            """
            A single item gives its own status. Several items give 10 if any failed, or 8 if Redis \
            failed during the run.
            """,
        ])

    /// The variables that commands read; the lists of `Backend` and `KeyOptions` are used by their
    /// commands, too.
    private static let environment = Topic(
        name: "environment", title: "ENVIRONMENT", summary: "Environment variables.",
        body: [
            .definitions(
                Backend.environment + KeyOptions.environment + [
                    Definition("NO_COLOR", "Turns colour off, unless --color always is given."),
                    Definition("COLUMNS", "Width of tables, if the terminal does not report it."),
                    Definition("TMPDIR", "Directory for the temporary Redis of demo."),
                ]),
            """
            An option overrides its variable. JWTCTL_KEY and JWTCTL_SECRET name a SOURCE, never \
            the secret itself.
            """,
        ])

    /// The forms of times and durations that options accept.
    private static let time = Topic(
        name: "time", title: "TIME", summary: "Formats of times and durations.",
        body: [
            .terms(
                """
                90s 15m 12h 30d 1h30m:: Durations (the unit is required).
                2026-01-31T12:00:00Z:: RFC 3339, with any time zone.
                2026-01-31:: Start of that day in UTC.
                @1767225600:: Seconds since 1970.
                now, +1h, -2d:: Relative to the present.
                """),
            // The later clock counts for exp, so that no expired token is accepted because one of
            // the two is slow.
            """
            exp and nbf are checked against this machine's clock; if Redis' clock is ahead, exp is \
            checked against that one. All times that are stored or compared in Redis come from \
            Redis' clock. A token is expired as soon as exp is reached.
            """,
        ])

    /// The forms of keys, and the rules by which one is chosen.
    ///
    /// The forms are those of RFC 7468 (PEM), RFC 5958 (PKCS#8), RFC 5280 (SPKI, X.509), RFC 8017
    /// (PKCS#1), RFC 5915 (SEC1) and RFC 7517 (JWK). RFC 7518, section 6.2.1.2, demands the full
    /// length of the parameters of an EC key.
    private static let keys = Topic(
        name: "keys", title: "KEYS", summary: "Key formats, and how keys are chosen.",
        body: [
            """
            --secret SOURCE reads an HMAC secret and nothing else. --key SOURCE reads a key in PEM, \
            DER or JWK form, or a JWKS; its text is never used as an HMAC secret. A SOURCE is a \
            path, env:NAME, fd:N, or - for standard input. Never put the secret itself on the \
            command line: other users can see it. The format is detected from the content, not \
            from the name of the file.
            """,
            .terms(
                """
                PKCS#8:: Private key, in PEM or DER. If it is encrypted, give --passphrase SOURCE.
                SPKI:: Public key, in PEM or DER.
                PKCS#1, SEC1:: Older forms of RSA and EC keys, in PEM or DER.
                X.509:: One or more certificates. The key of each is tried, except that of an
                    authority that signed another one in the file. Dates and issuers are not
                    checked. If the file has a private key too, one certificate must belong to it.
                OpenSSH:: Ed25519 private key without a passphrase.
                JWK:: kid, alg, use and key_ops are honoured; kty oct is a secret. If the key
                    parameters are missing, the first certificate of x5c is used. The parameters of
                    an EC key must have their full length: Authlib's P-521 keys often lack leading
                    zeros, contrary to RFC 7518, and are refused.
                JWKS:: A set of keys. Unknown or broken members are skipped. Secrets and public keys
                    cannot be mixed. Keys may share a kid: each that fits the token is tried. An
                    object that maps each kid to a PEM, as Google publishes, is read as a set.
                """),
            """
            PEM may be on one line, or have \\n for its line ends. A key may also be bare base64 or \
            hex, without PEM header and footer. If a key has another form, the error shows the \
            command that converts it.
            """,
            """
            A path may be a pipe. jwtctl makes no HTTP requests: let curl fetch the key set and \
            pipe it in. It must arrive within 30 seconds and be at most 1 MiB:
            """,
            .literal([
                "jwtctl verify --key <(curl -fsS https://auth.example.com/jwks.json) \"$TOKEN\"",
                "curl -fsS https://auth.example.com/jwks.json | jwtctl verify --key - \"$TOKEN\"",
            ]),
            // RFC 8725, section 3.1: whoever makes a token must not choose how it is checked. The
            // sizes are the smallest of RFC 7518, sections 3.2 (HMAC) and 3.3 (RSA).
            """
            The algorithm comes from the key or from --alg, never from the token alone. RSA keys \
            under 2048 bits, secrets shorter than the hash, and secrets of one repeated byte are \
            refused unless --allow-weak-key is given. In a JWKS the token's kid selects the key; a \
            token without a kid is tried with each key that fits.
            """,
            .terms(
                """
                HS256 HS384 HS512:: Secrets of at least 32, 48 or 64 bytes.
                RS256 RS384 RS512 PS256 PS384 PS512:: RSA keys of 2048 to 8192 bits.
                ES256 ES384 ES512 ES256K:: P-256, P-384, P-521 or secp256k1.
                EdDSA Ed25519 Ed448:: Edwards curves.
                """),
            // crit is RFC 7515, section 4.1.11; b64 RFC 7797; zip RFC 7516, section 4.1.3. That a
            // key or address in a header is never followed is RFC 8725, section 3.10.
            """
            Limits: a token is at most 256 KiB and its header at most 8 KiB. JSON must follow RFC \
            8259, in UTF-8 and without repeated names; base64url must have no padding. crit, b64 \
            and zip are refused. jwk, jku, x5u and x5c in a header are never trusted and never \
            fetched. A token with alg none can be decoded, but never verified or issued.
            """,
        ],
        page: Topic.Page(name: "jwtctl-keys", section: 7),
        seeAlso: ["key", "issue", "verify"])

    /// The presets, and the keys of the native layout. A test compares these keys with those that
    /// the layout makes.
    private static let layouts = Topic(
        name: "layouts", title: "LAYOUTS", summary: "Keys that layouts use in Redis.",
        body: [
            """
            A layout describes how an application stores its tokens in Redis: under which keys, in \
            which form and for how long. jwtctl reads and writes what the layout says; with the \
            wrong layout it would write keys that no service reads. To find the right one:
            """,
            .literal(["jwtctl layout detect"]),
            """
            --layout NAME selects a preset, which is a layout that comes with jwtctl. --layout FILE \
            selects one of your own: a name with a dot or a slash is a file. JWTCTL_LAYOUT sets the \
            layout for all commands. If a layout has variables, such as the prefix of its keys, \
            --layout-var NAME=VALUE sets them.
            """,
            .literal([
                "jwtctl --layout spring-raw-jdk revoke --no-verify \"$TOKEN\"",
                "jwtctl --layout django-cache --layout-var key_prefix=shop verify \"$TOKEN\"",
                "jwtctl --layout ./acme.json list tokens alice",
            ]),
            """
            "jwtctl layout show NAME" explains what a layout can and cannot do, and prints its \
            JSON. "jwtctl layout list" shows what each one can do. jwtctl-layout(5), also printed \
            by "jwtctl help layout-file", explains how to write one, with an example. These are \
            the presets; in brackets: how each was tested, strongest first: "application" (with \
            the application itself), "platform" (against bytes that its platform wrote) or \
            "source" (from its source code alone).
            """,
            .definitions(
                Presets.names.map { name in
                    Definition(name, Topics.summary(ofLayout: name))
                }),
            """
            The native layout is for services that have none yet. Its keys begin with the \
            namespace, which is jwt unless --namespace sets another:
            """,
            .terms(
                """
                jwt:deny:JTI:: A string: the token is revoked. It expires 60 seconds after the
                    token. Services only need EXISTS.
                jwt:{USER}:tokens:: A sorted set: the user's jtis, scored by their exp.
                jwt:{USER}:meta:: A hash: the iat and label of each jti, as JSON.
                jwt:{USER}:cutoff:: The cutoff, in Unix seconds: a token of the user whose iat is at
                    or before it, or missing, is revoked.
                jwt:cutoff:: The cutoff for all users.
                jwt:audit:: A stream: the audit log, with one entry for each change.
                jwt:revoked:: A channel on which JTI, user:USER or * is published.
                """),
            """
            In JTI and USER every byte except A-Z a-z 0-9 . _ ~ @ + - is percent-encoded: no id can \
            be mistaken for another, or for a pattern.
            """,
        ],
        page: Topic.Page(name: "jwtctl-layouts", section: 7),
        seeAlso: ["layout", "jwtctl-layout(5)", "jwtctl-services(7)"])

    /// The line about a preset. Every preset can be read, which a test makes sure of.
    private static func summary(ofLayout name: String) -> String {
        do throws(LayoutError) {
            let layout = try LayoutReader.preset(name, for: .show)
            let needs = layout.missingVariables
            return "\(layout.summary) (\(layout.proof.rawValue))."
                + (needs.isEmpty ? "" : " Needs --layout-var \(needs.joined(separator: ", ")).")
        } catch {
            preconditionFailure("the layout \(name) is sound: \(error)")
        }
    }
}

extension Prose {
    /// Definitions as AsciiDoc writes them: `TERM:: MEANING` at the margin begins one, and indented
    /// lines continue its meaning. The renderers break the lines anew.
    static func terms(_ text: String) -> Prose {
        var items: [String] = []
        for line in text.split(separator: "\n") {
            let words = String(line.drop { $0 == " " })
            if line.first == " ", let item = items.popLast() {
                items.append("\(item) \(words)")
            } else {
                items.append(words)
            }
        }
        return .definitions(
            items.map { item in
                guard let mark = item.firstRange(of: ":: ") else {
                    preconditionFailure("a definition without a term: \(item)")
                }
                return Definition(
                    String(item[..<mark.lowerBound]), String(item[mark.upperBound...]))
            })
    }
}

/// The configuration file: `help config-file`, and the page jwtctl-config(5).
extension Topics {
    /// The complete topic. The settings are listed from `Setting` itself.
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
            .terms(
                """
                file:: Layout file; see jwtctl-layout(5).
                preset:: Name of a preset, instead of a file.
                var.NAME:: Value of a variable of the layout.
                """),
        ],
        page: Topic.Page(name: "jwtctl-config", section: 5),
        seeAlso: ["config", "jwtctl-layout(5)"])

    /// The example in the page. A test reads it as a configuration file.
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
