internal import CommandKit
internal import TokenStore

/// The pages of help about no single command.
enum Topics {
    static var all: [Topic] {
        [exitStatus, environment, time, keys, layouts, layoutFile, configFile, redis, upgrading]
    }

    private static let exitStatus = Topic(
        name: "exit-status", title: "EXIT STATUS", summary: "What the exit statuses mean.",
        body: [
            .definitions(
                ExitStatus.all.map { Definition(String($0.status.rawValue), $0.meaning) } + [
                    Definition("130, 141, 143", "Ended by SIGINT, SIGPIPE or SIGTERM.")
                ]),
            """
            After a malformed token or a bad signature nothing else is judged. After that every \
            failed check is reported, and the lowest of 3 to 7 is the status. If all else holds and \
            Redis cannot be asked, it is 8.
            """,
            """
            One item gives its own status; several give 10 if any failed, and 8 if Redis broke the \
            run.
            """,
        ])

    private static let environment = Topic(
        name: "environment", title: "ENVIRONMENT", summary: "Which variables are read.",
        body: [
            .definitions(
                Session.environment + KeyOptions.environment + [
                    Definition("NO_COLOR", "No colour, unless --color always."),
                    Definition("COLUMNS", "The width of tables where no terminal tells."),
                    Definition("TMPDIR", "Where demo keeps its private Redis."),
                ]),
            """
            An option goes before its variable. JWTCTL_KEY and JWTCTL_SECRET name a SOURCE, never \
            the secret itself.
            """,
        ])

    private static let time = Topic(
        name: "time", title: "TIME", summary: "How times and durations are written.",
        body: [
            .definitions([
                Definition("90s 15m 12h 30d 1h30m", "Durations; a bare number is refused."),
                Definition("2026-01-31T12:00:00Z", "RFC 3339, with any zone."),
                Definition("2026-01-31", "The day's beginning in UTC."),
                Definition("@1767225600", "Seconds since 1970."),
                Definition("now, +1h, -2d", "Relative to the present."),
            ]),
            """
            exp and nbf are judged by this machine's clock; everything that is stored or compared \
            in Redis uses Redis' clock. A token is dead from the second of its exp on.
            """,
        ])

    private static let keys = Topic(
        name: "keys", title: "KEYS", summary: "Which keys are read, and how they are chosen.",
        body: [
            """
            --secret SOURCE is an HMAC secret and nothing else; --key SOURCE is a key in PEM, DER or \
            JWK form, or a JWKS, and never becomes an HMAC secret. A SOURCE is a path, env:NAME, \
            fd:N or - for standard input; the secret itself never stands on the command line. What \
            the content is decides how it is read, never the file's name.
            """,
            .definitions([
                Definition("PKCS#8", "Private, in PEM or DER; encrypted with --passphrase SOURCE."),
                Definition("SPKI", "Public, in PEM or DER."),
                Definition("PKCS#1, SEC1", "The older forms of RSA and EC keys, in PEM or DER."),
                Definition(
                    "X.509",
                    "A certificate, or several: the key of each is tried, but not that of an authority "
                        + "that signed another one in the file. Dates are not checked, nor who signed. "
                        + "Beside a private key one certificate has to be the key's own."),
                Definition("OpenSSH", "Private, Ed25519, without a passphrase."),
                Definition(
                    "JWK",
                    "With kid, alg, use and key_ops honoured; kty oct is a secret. Where the numbers are "
                        + "missing, the first certificate of x5c is used. The numbers of an EC "
                        + "key have their full length: Authlib's P-521 keys often lack the leading "
                        + "zeros, against RFC 7518, and are refused."),
                Definition(
                    "JWKS",
                    "A set: unknown or broken members are skipped. Secrets never mix with "
                        + "public keys. Keys may share a kid: each that fits the token is tried. "
                        + "An object of PEM texts by their kid, as Google publishes, is a set too."),
            ]),
            """
            PEM may be on one line, or have its line ends as \\n. A key may come in base64 or hex, \
            without armour. What is not read is refused with the line that converts it.
            """,
            """
            A path may be a pipe, so that a set can come from a URL with the system's curl; it has \
            to come within 30 seconds and to be at most 1 MiB:
            """,
            .literal([
                "jwtctl verify --key <(curl -fsS https://auth.example.com/jwks.json) \"$TOKEN\"",
                "curl -fsS https://auth.example.com/jwks.json | jwtctl verify --key - \"$TOKEN\"",
            ]),
            """
            The algorithm comes from the key or from --alg, never from the token alone. RSA keys \
            under 2048 bits, secrets shorter than the hash and secrets of one byte repeated are \
            refused unless --allow-weak-key. In a JWKS the token's kid chooses; a token without one \
            is tried against each key that fits.
            """,
            .definitions([
                Definition("HS256 HS384 HS512", "A secret of at least 32, 48 or 64 bytes."),
                Definition("RS256 RS384 RS512 PS256 PS384 PS512", "RSA of 2048 to 8192 bits."),
                Definition("ES256 ES384 ES512 ES256K", "P-256, P-384, P-521 or secp256k1."),
                Definition("EdDSA Ed25519 Ed448", "Edwards curves."),
            ]),
            """
            Strictness: a token is at most 256 KiB and its header 8 KiB; JSON is RFC 8259 in UTF-8 \
            without repeated names; base64url has no padding. crit, b64 and zip are refused; jwk, \
            jku, x5u and x5c in a header are never trusted and never fetched. alg none can be \
            decoded, and never verified or issued.
            """,
        ])

    private static let layouts = Topic(
        name: "layouts", title: "LAYOUTS", summary: "Which keys stand in Redis.",
        body: [
            """
            A layout says how an application keeps the state of its tokens in Redis: under which \
            keys, in which form and for how long. jwtctl reads and writes what the layout says; \
            under another one it would write what no service reads. Which one a Redis has tells:
            """,
            .literal(["jwtctl layout detect"]),
            """
            --layout NAME chooses one that comes with the program, --layout FILE one of your own \
            (whatever has a dot or a slash in it is a file); JWTCTL_LAYOUT does so for all \
            commands. Where a layout leaves something open, such as what keys begin with, \
            --layout-var NAME=VALUE says it.
            """,
            .literal([
                "jwtctl --layout spring-raw-jdk revoke --no-verify \"$TOKEN\"",
                "jwtctl --layout django-cache --layout-var key_prefix=shop verify \"$TOKEN\"",
                "jwtctl --layout ./acme.json list tokens alice",
            ]),
            """
            "jwtctl layout show NAME" says in words what one does and cannot do, and prints its \
            data; "jwtctl layout list" shows what each can do; jwtctl-layout(5), which is "jwtctl \
            help layout-file" too, is how to write one, with an example. These come with the \
            program; in brackets how each was proved, the application itself being the best:
            """,
            .definitions(
                Presets.names.map { name in
                    Definition(name, Topics.summary(ofLayout: name))
                }),
            """
            The native layout, for services that have none yet, under the namespace jwt unless \
            --namespace says otherwise:
            """,
            .definitions([
                Definition(
                    "jwt:deny:JTI",
                    "A string: the token is revoked. It expires 60 seconds after the token. Services "
                        + "need only EXISTS."),
                Definition(
                    "jwt:{USER}:tokens", "A sorted set of the user's jtis, scored by their exp."),
                Definition("jwt:{USER}:meta", "A hash: for each jti its iat and label, as JSON."),
                Definition(
                    "jwt:{USER}:cutoff",
                    "Unix seconds: a token of the user with iat at or before it, or without iat, is "
                        + "revoked."),
                Definition("jwt:cutoff", "The same for everybody."),
                Definition("jwt:audit", "A stream with one entry a change."),
                Definition(
                    "jwt:revoked", "A channel on which JTI, user:USER, or * is published."),
            ]),
            """
            In JTI and USER every byte outside A-Z a-z 0-9 . _ ~ @ + - is percent-encoded, so that \
            no id can be mistaken for another, or for a pattern.
            """,
        ])

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
        name: "redis", title: "REDIS", summary: "How Redis is reached.",
        body: [
            .definitions([
                Definition("redis://HOST:6379/0", "Over TCP; the database's number at the end."),
                Definition("redis://USER:PASSWORD@HOST", "With a user; special characters as %XX."),
                Definition("redis://:PASSWORD@HOST", "With a password alone."),
                Definition("redis://USER:@HOST", "With a user whose password stands elsewhere."),
                Definition("rediss://HOST:6380/0", "Over TLS 1.2 or 1.3, and otherwise the same."),
                Definition("unix:///run/redis/redis.sock?db=0", "Over a unix socket."),
                Definition(
                    "redis://A:7000,B:7000,C:7000",
                    "A Cluster, by one or several of its nodes; it has no database but 0."),
                Definition(
                    "redis+sentinel://S1,S2:26379,S3/mymaster/0",
                    "The primary that these Sentinels call mymaster."),
                Definition("redis-sentinel://S1,S2/0#mymaster", "The same, as Lettuce writes it."),
                Definition("rediss+sentinel://S1,S2,S3/mymaster", "With TLS to all of them."),
            ]),
            """
            The password is better kept in REDISCLI_AUTH, or in a file named by --redis-password: \
            a command line can be read by every user of the machine. --askpass asks for it.
            """,
            """
            --timeout (5s) covers connecting and each gap between replies. A wrong password ends \
            the run. A replica is refused unless --allow-replica: what it knows may be old.
            """,
            """
            valkey:// and valkeys:// are the same as redis:// and rediss://. With TLS the server \
            has to prove the name or address in the URL by a certificate that one of the system's \
            authorities has signed, or one of --redis-cacert PATH, a file or folder. Where the \
            server wants to know who we are, --redis-cert PATH and --redis-key PATH (not \
            encrypted) tell it. Through a tunnel, --redis-server-name NAME is the name that the \
            certificate of the server at its other end must have. Only --redis-insecure takes the \
            proof off.
            """,
            .literal([
                "jwtctl list users --redis rediss://redis.example.com:6380 \\",
                "  --redis-cacert /etc/redis/ca.crt \\",
                "  --redis-cert /etc/jwtctl/client.crt --redis-key /etc/jwtctl/client.key",
            ]),
            """
            In a Cluster, and behind Sentinels, what passes by itself (a fail-over, a slot on the \
            move, a node that starts) is waited out until nothing has moved for --timeout. User and \
            password of a Sentinel URL are for the servers with the data; those of the Sentinels \
            themselves follow as ?sentinel_username=USER&sentinel_password=PASSWORD. After its last \
            write a command asks the Sentinels again, and where the primary was replaced meanwhile \
            it does its work again before it reports success.
            """,
            .literal([
                "jwtctl --redis redis://10.0.0.1:7000,10.0.0.2:7000 list users",
                "jwtctl --redis redis+sentinel://10.0.0.1,10.0.0.2,10.0.0.3/mymaster list users",
                "jwtctl --redis redis://127.0.0.1:7000 --redis-nat 10.0.0.1=127.0.0.1 list users",
            ]),
            """
            --redis-nat HOST:PORT=HOST:PORT (or HOST=HOST) says where a server is reached that \
            announces an address of another network: behind NAT, in containers, through forwarded \
            ports. It may be given several times. With TLS it can name what a certificate is for: \
            --redis-nat 10.0.0.1=redis-1.example.com.
            """,
            """
            --wait N[,DURATION] has a command that writes wait until N replicas have it too, in a \
            Cluster N of each primary that was written to. The duration is that of --timeout unless \
            given. Behind Sentinels, and for primaries of a Cluster that have replicas, 1 is the \
            default: a fail-over loses what no replica has. --wait 0, or wait = 0 in a profile, \
            turns it off.
            """,
            """
            A change that is not confirmed in time is on the primary and in effect, but a fail-over \
            may lose it. The status is 8, JSON has "confirmed": false, items of bulk work count as \
            unknown and are in --failed. So it is while the Sentinels hold the primary for down. \
            After the first wait that is not met the rest is written without waiting, and all of it \
            is waited for once at the end.
            """,
            """
            --fsync has it wait until the server has what was written in its append-only file, on \
            disk; with --wait N, in those of N replicas too. Without --wait replicas need not have it on disk. If that does not come in time, the \
            status is 8 and the message "written, not on disk". It takes Redis 7.2, or Valkey, with \
            appendonly on; another server is refused before anything is written.
            """,
            """
            A command that writes warns once where Redis evicts keys when memory is short, since a \
            revocation may be among them; -q silences it. --require-durable refuses instead, with \
            status 9 and before anything is written: where keys are evicted, where there is no \
            append-only file or it could not be written, and where INFO, which tells, is refused. In \
            a Cluster it asks every primary, the warning one of them. "jwtctl doctor" says what else \
            may be wrong, and what to do.
            """,
            """
            Redis 6.0 and later will do, and Valkey. Where something takes a later one, it is said.
            """,
            """
            A scan (list users, list revoked, prune) visits every primary and looks before and \
            after who serves what. A key whose slot is on the move at that very moment may be \
            missed, and with -o jsonl one may come twice.
            """,
            """
            A user for jwtctl with no more rights than it needs; Redis 6.0 knows neither \
            resetchannels nor &jwt:revoked, takes the rest without them, and may want +hello:
            """,
            .literal([accessRule]),
            "In a Cluster, behind Sentinels and for --wait it also needs:",
            .literal([groupAccessRule]),
            "For --fsync:",
            .literal([diskAccessRule]),
            "doctor says more where it may ask for more; without these it tells what it left out:",
            .literal([doctorRule]),
            "One for verify, status, list, audit and layout detect alone, on Redis 7 or later:",
            .literal([readingRule]),
            """
            Keep maxmemory-policy at noeviction: any other policy may drop blacklist entries, and \
            an evicted entry is a revoked token that works again. Turn on appendonly: without it a \
            restart may lose revocations that were acknowledged.
            """,
        ])
}
