internal import CommandKit

/// URLs of Redis, and the permissions that a Redis user needs.
extension Topics {
    /// The permissions of a user who may run every command. A test runs the commands as such a
    /// user, on a real server, and once more without each of the permissions: all are needed.
    ///
    /// * `getrange` reads no more of a value than its beginning.
    /// * `eval` is for steps that compare and write. Scripts are sent whole, since EVALSHA fails in
    ///   the middle of a pipeline after a restart or a fail-over.
    /// * `time`, because expiries and cutoffs follow Redis' clock.
    /// * `info` says whether the server evicts keys; `xread` is for `audit --follow`.
    /// * `scan` shows the names of all keys, whatever the pattern of the user (measured on 7.0).
    ///
    /// HELLO, with which each connection begins, needs no permission on Redis 7.0 (measured).
    static let accessRule =
        "ACL SETUSER jwtctl on >SECRET resetkeys ~jwt:* resetchannels &jwt:revoked -@all "
        + "+get +mget +set +del +pttl +persist +expireat +type +hmget +hset +hdel +zadd +zrem "
        + "+zrange +zrangebyscore +zcount +zscore +xadd +xrange +xrevrange +xread +publish +eval +time +scan "
        + "+select +getrange +info"

    /// The permissions that the same user needs if several servers hold the data: to find the nodes
    /// of a Cluster, to follow a slot that is migrating, to tell a primary from a replica, and to
    /// wait for replicas. Tested in the same way.
    static let groupAccessRule =
        "ACL SETUSER jwtctl +cluster|slots +asking +role +wait"

    /// The permissions with which `doctor` checks more: settings that INFO does not show, and
    /// permissions without running the commands. Managed services may refuse them to everyone.
    /// Tested in the same way.
    static let doctorRule = "ACL SETUSER jwtctl +config|get +acl|dryrun"

    /// The permission for `--fsync`, on servers that have WAITAOF.
    static let diskAccessRule = "ACL SETUSER jwtctl +waitaof"

    /// The permissions of a user who may only read. Tested in the same way. `%R` requires Redis 7.
    static let readingRule =
        "ACL SETUSER jwtctl-reader on >SECRET resetkeys %R~jwt:* resetchannels -@all "
        + "+get +mget +getrange +pttl +hmget +zrange +zcount +zscore +xrange +xrevrange +xread "
        + "+time +scan +select"

    /// The commands in `accessRule` in the form of permissions, such as `+get`.
    static var grantedCommands: [String] {
        accessRule.split(separator: " ").filter { $0.first == "+" }.map { String($0) }
    }

    /// `help redis`, and the page jwtctl-redis(7).
    static let redis = Topic(
        name: "redis", title: "REDIS", summary: "Redis URLs, TLS, replicas and permissions.",
        body: [
            .terms(
                """
                redis://HOST:6379/0:: Over TCP, with the database number at the end.
                redis://USER:PASSWORD@HOST:: With a user; write special characters as %XX.
                redis://:PASSWORD@HOST:: With a password only.
                redis://USER:@HOST:: With a user whose password comes from another source.
                rediss://HOST:6380/0:: Over TLS 1.2 or 1.3; otherwise the same.
                unix:///run/redis/redis.sock?db=0:: Over a unix socket.
                redis://A:7000,B:7000,C:7000:: A Cluster, by one or more of its nodes. It has only
                    database 0.
                redis+sentinel://S1,S2:26379,S3/mymaster/0:: The primary that these Sentinels call
                    mymaster.
                redis-sentinel://S1,S2/0#mymaster:: The same in Lettuce's form.
                rediss+sentinel://S1,S2,S3/mymaster:: With TLS to the Sentinels and the servers.
                """),
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
            // The Sentinels are asked after the last write because a primary that they replaced
            // went on acknowledging writes for 11 s, and then discarded them without an error
            // (measured).
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
            // A primary that was killed while its replica had just resynchronized lost up to
            // 449,000 acknowledged writes; of those that WAIT had confirmed, none was lost
            // (measured).
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
            // Of 50,000 blacklist entries among 80,000 cache keys that did not fit into memory,
            // allkeys-lru left 485 and volatile-lru 790 (measured).
            """
            Keep maxmemory-policy at noeviction: any other policy may evict blacklist entries, and \
            a revoked token works again when its entry is evicted. Turn on appendonly: without it \
            a restart may lose revocations that were acknowledged.
            """,
        ],
        page: Topic.Page(name: "jwtctl-redis", section: 7),
        seeAlso: ["doctor", "jwtctl-config(5)"])
}
