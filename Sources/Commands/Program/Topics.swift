internal import CommandKit
internal import TokenStore

/// The pages of help about no single command.
enum Topics {
    static var all: [Topic] {
        [
            runbook, services, exitStatus, environment, time, keys, layouts, layoutFile, configFile,
            redis, upgrading,
        ]
    }

    private static let exitStatus = Topic(
        name: "exit-status", title: "EXIT STATUS", summary: "Exit statuses and their meanings.",
        body: [
            .definitions(
                ExitStatus.all.map { Definition(String($0.status.rawValue), $0.meaning) } + [
                    Definition("130, 141, 143", "Terminated by SIGINT, SIGPIPE or SIGTERM.")
                ]),
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

    private static let time = Topic(
        name: "time", title: "TIME", summary: "Formats of times and durations.",
        body: [
            .definitions([
                Definition("90s 15m 12h 30d 1h30m", "Durations (the unit is required)."),
                Definition("2026-01-31T12:00:00Z", "RFC 3339, with any time zone."),
                Definition("2026-01-31", "Start of that day in UTC."),
                Definition("@1767225600", "Seconds since 1970."),
                Definition("now, +1h, -2d", "Relative to the present."),
            ]),
            """
            exp and nbf are checked against this machine's clock; if Redis' clock is ahead, exp is \
            checked against that one. All times that are stored or compared in Redis come from \
            Redis' clock. A token is expired as soon as exp is reached.
            """,
        ])

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
            .definitions([
                Definition(
                    "PKCS#8",
                    "Private key, in PEM or DER. If it is encrypted, give --passphrase SOURCE."),
                Definition("SPKI", "Public key, in PEM or DER."),
                Definition("PKCS#1, SEC1", "Older forms of RSA and EC keys, in PEM or DER."),
                Definition(
                    "X.509",
                    "One or more certificates. The key of each is tried, except that of an authority "
                        + "that signed another one in the file. Dates and issuers are not checked. "
                        + "If the file has a private key too, one certificate must belong to it."),
                Definition("OpenSSH", "Ed25519 private key without a passphrase."),
                Definition(
                    "JWK",
                    "kid, alg, use and key_ops are honoured; kty oct is a secret. If the key "
                        + "parameters are missing, the first certificate of x5c is used. The "
                        + "parameters of an EC key must have their full length: Authlib's P-521 "
                        + "keys often lack leading zeros, contrary to RFC 7518, and are refused."),
                Definition(
                    "JWKS",
                    "A set of keys. Unknown or broken members are skipped. Secrets and public keys "
                        + "cannot be mixed. Keys may share a kid: each that fits the token is "
                        + "tried. An object that maps each kid to a PEM, as Google publishes, is "
                        + "read as a set."),
            ]),
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
            """
            The algorithm comes from the key or from --alg, never from the token alone. RSA keys \
            under 2048 bits, secrets shorter than the hash, and secrets of one repeated byte are \
            refused unless --allow-weak-key is given. In a JWKS the token's kid selects the key; a \
            token without a kid is tried with each key that fits.
            """,
            .definitions([
                Definition("HS256 HS384 HS512", "Secrets of at least 32, 48 or 64 bytes."),
                Definition("RS256 RS384 RS512 PS256 PS384 PS512", "RSA keys of 2048 to 8192 bits."),
                Definition("ES256 ES384 ES512 ES256K", "P-256, P-384, P-521 or secp256k1."),
                Definition("EdDSA Ed25519 Ed448", "Edwards curves."),
            ]),
            """
            Limits: a token is at most 256 KiB and its header at most 8 KiB. JSON must follow RFC \
            8259, in UTF-8 and without repeated names; base64url must have no padding. crit, b64 \
            and zip are refused. jwk, jku, x5u and x5c in a header are never trusted and never \
            fetched. A token with alg none can be decoded, but never verified or issued.
            """,
        ],
        page: Topic.Page(name: "jwtctl-keys", section: 7),
        seeAlso: ["key", "issue", "verify"])

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
            .definitions([
                Definition(
                    "jwt:deny:JTI",
                    "A string: the token is revoked. It expires 60 seconds after the token. Services "
                        + "only need EXISTS."),
                Definition(
                    "jwt:{USER}:tokens", "A sorted set: the user's jtis, scored by their exp."),
                Definition("jwt:{USER}:meta", "A hash: the iat and label of each jti, as JSON."),
                Definition(
                    "jwt:{USER}:cutoff",
                    "The cutoff, in Unix seconds: a token of the user whose iat is at or before it, "
                        + "or missing, is revoked."),
                Definition("jwt:cutoff", "The cutoff for all users."),
                Definition("jwt:audit", "A stream: the audit log, with one entry for each change."),
                Definition(
                    "jwt:revoked", "A channel on which JTI, user:USER or * is published."),
            ]),
            """
            In JTI and USER every byte except A-Z a-z 0-9 . _ ~ @ + - is percent-encoded: no id can \
            be mistaken for another, or for a pattern.
            """,
        ],
        page: Topic.Page(name: "jwtctl-layouts", section: 7),
        seeAlso: ["layout", "jwtctl-layout(5)", "jwtctl-services(7)"])

    /// What a preset says of itself; all of them can be read.
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

    /// The rights of a user who may run every command; tested against a server.
    static let accessRule =
        "ACL SETUSER jwtctl on >SECRET resetkeys ~jwt:* resetchannels &jwt:revoked -@all "
        + "+get +mget +set +del +pttl +persist +expireat +type +hget +hmget +hset +hdel +zadd +zrem "
        + "+zrange +zrangebyscore +zcount +zscore +xadd +xrange +xrevrange +xread +publish +eval +time +scan "
        + "+select +getrange +info"

    /// What the same user needs where several servers hold the data; tested against such.
    static let groupAccessRule =
        "ACL SETUSER jwtctl +cluster|slots +asking +role +wait"

    /// What `doctor` can tell more with.
    static let doctorRule = "ACL SETUSER jwtctl +config|get +acl|dryrun"

    /// What `--fsync` needs, on servers that have it.
    static let diskAccessRule = "ACL SETUSER jwtctl +waitaof"

    /// The rights of a user who may only look; tested against a server. `%R` is of Redis 7.
    static let readingRule =
        "ACL SETUSER jwtctl-reader on >SECRET resetkeys %R~jwt:* resetchannels -@all "
        + "+get +mget +getrange +pttl +hmget +zrange +zcount +zscore +xrange +xrevrange +xread "
        + "+time +scan +select"

    /// The commands in `accessRule`, as rights: `+get`.
    static var grantedCommands: [String] {
        accessRule.split(separator: " ").filter { $0.first == "+" }.map { String($0) }
    }

    private static let redis = Topic(
        name: "redis", title: "REDIS", summary: "Redis URLs, TLS, replicas and permissions.",
        body: [
            .definitions([
                Definition("redis://HOST:6379/0", "Over TCP, with the database number at the end."),
                Definition(
                    "redis://USER:PASSWORD@HOST", "With a user; write special characters as %XX."),
                Definition("redis://:PASSWORD@HOST", "With a password only."),
                Definition(
                    "redis://USER:@HOST", "With a user whose password comes from another source."),
                Definition("rediss://HOST:6380/0", "Over TLS 1.2 or 1.3; otherwise the same."),
                Definition("unix:///run/redis/redis.sock?db=0", "Over a unix socket."),
                Definition(
                    "redis://A:7000,B:7000,C:7000",
                    "A Cluster, by one or more of its nodes. It has only database 0."),
                Definition(
                    "redis+sentinel://S1,S2:26379,S3/mymaster/0",
                    "The primary that these Sentinels call mymaster."),
                Definition("redis-sentinel://S1,S2/0#mymaster", "The same in Lettuce's form."),
                Definition(
                    "rediss+sentinel://S1,S2,S3/mymaster",
                    "With TLS to the Sentinels and the servers."),
            ]),
            """
            Put the password in REDISCLI_AUTH, or in a file that --redis-password names: every \
            user of the machine can read a command line. --askpass asks for it on the terminal.
            """,
            """
            --timeout (default: 5s) limits connecting and each wait for a reply. A wrong password \
            ends the run. A replica is refused unless --allow-replica is given, because its data \
            may be old.
            """,
            """
            valkey:// and valkeys:// mean the same as redis:// and rediss://. With TLS, the \
            server's certificate must match the name or address in the URL. It must be signed by \
            an authority that the system trusts; with --redis-cacert PATH (a file or directory), \
            by one found there. If the server requires a client certificate, give --redis-cert \
            PATH and --redis-key PATH (not encrypted). Through a tunnel, give --redis-server-name \
            NAME: the name in the certificate of the server at the other end. Only \
            --redis-insecure disables this check.
            """,
            .literal([
                "jwtctl list users --redis rediss://redis.example.com:6380 \\",
                "  --redis-cacert /etc/redis/ca.crt \\",
                "  --redis-cert /etc/jwtctl/client.crt --redis-key /etc/jwtctl/client.key",
            ]),
            """
            In a Cluster and behind Sentinels, jwtctl waits while the servers change (a fail-over, \
            a slot that is migrating, a node that is starting), and gives up when nothing has \
            changed for --timeout. The user and password of a Sentinel URL are for the data \
            servers; for the Sentinels add \
            ?sentinel_username=USER&sentinel_password=PASSWORD. After its last write a command \
            asks the Sentinels again. If the primary was replaced meanwhile, it repeats its work \
            before it reports success.
            """,
            .literal([
                "jwtctl --redis redis://10.0.0.1:7000,10.0.0.2:7000 list users",
                "jwtctl --redis redis+sentinel://10.0.0.1,10.0.0.2,10.0.0.3/mymaster list users",
                "jwtctl --redis redis://127.0.0.1:7000 --redis-nat 10.0.0.1=127.0.0.1 list users",
            ]),
            """
            If a server announces an address of another network (NAT, containers, port \
            forwarding), --redis-nat HOST:PORT=HOST:PORT, or HOST=HOST, gives the address to \
            connect to. It may be repeated. With TLS it can also give the name in the certificate: \
            --redis-nat 10.0.0.1=redis-1.example.com.
            """,
            """
            --wait N[,DURATION] makes a command that writes wait for N replicas to acknowledge; in \
            a Cluster, for N of each primary that was written to. DURATION defaults to that of \
            --timeout. Behind Sentinels, and for primaries of a Cluster that have replicas, N \
            defaults to 1: a fail-over loses what no replica has. --wait 0, or wait = 0 in a \
            profile, turns it off.
            """,
            """
            A change that is not confirmed in time is in effect on the primary, but a fail-over \
            may lose it. The status is 8, JSON has "confirmed": false, and the items of bulk work \
            count as unknown and are written to --failed. The same happens while the Sentinels \
            consider the primary down. After the first wait that is not met, the rest is written \
            without waiting, and one wait at the end covers all of it.
            """,
            """
            --fsync makes a command that writes wait until the server has its changes on disk, in \
            the append-only file; with --wait N, until N replicas have them on disk too. Without \
            --wait, replicas need not have them on disk. If that does not happen in time, the \
            status is 8 and the message says that the changes are not on disk. --fsync requires \
            Redis 7.2, or Valkey, with appendonly on; another server is refused before anything \
            is written.
            """,
            """
            A command that writes warns once if Redis evicts keys when memory is short, since \
            a revocation may be among them; -q silences the warning. --require-durable refuses \
            instead, with status 9 and before anything is written: if keys are evicted, if there \
            is no append-only file or it could not be written, or if Redis refuses INFO. In a \
            Cluster it asks every primary; the warning asks one. "jwtctl doctor" reports other \
            problems, and what to do about them.
            """,
            """
            jwtctl works with Redis 6.0 and later, and with Valkey. Where something requires a \
            later version, the documentation says so.
            """,
            """
            A scan (list users, list revoked, prune) visits every primary, and checks before and \
            after it which server has which slots. A key whose slot is migrating at that moment \
            may be missed; with -o jsonl, one may be printed twice.
            """,
            """
            A Redis user for jwtctl, with no more permissions than it needs. For Redis 6.0, leave \
            out resetchannels and &jwt:revoked, which it does not know, and add +hello if needed:
            """,
            .literal([accessRule]),
            "In a Cluster, behind Sentinels and for --wait it also needs:",
            .literal([groupAccessRule]),
            "For --fsync it also needs:",
            .literal([diskAccessRule]),
            """
            With these permissions doctor checks more; without them it reports what it left out:
            """,
            .literal([doctorRule]),
            "A user for verify, status, list, audit and layout detect only (Redis 7 or later):",
            .literal([readingRule]),
            """
            Keep maxmemory-policy at noeviction: any other policy may evict blacklist entries, and \
            a revoked token works again when its entry is evicted. Turn on appendonly: without it \
            a restart may lose revocations that were acknowledged.
            """,
        ],
        page: Topic.Page(name: "jwtctl-redis", section: 7),
        seeAlso: ["doctor", "jwtctl-config(5)"])
}
