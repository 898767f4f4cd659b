internal import CommandKit

/// The guide for an incident: the commands to type, and how to read their results.
extension Topics {
    /// `help runbook`, and the page jwtctl-runbook(7). Each section is one situation, in the words
    /// of the person who has it.
    static let runbook = Topic(
        name: "runbook", title: "RUNBOOK",
        summary: "What to type in an incident.",
        body: [
            """
            Each section is one situation: the lines to type, in order, and what each outcome \
            means. After an interrupted or failed command, run the same line again: it finishes \
            the work and reports what was already done. Only logout-all does more the second time: \
            it also ends the sessions that began since the first. Give it --issued-before TIME to \
            keep those.
            """,
            .heading("Before you need it"),
            """
            Put the Redis URL, the layout and the key into a profile (see jwtctl-config(5)), here \
            prod. Then check that a revocation would work and would last:
            """,
            .literal([
                "export JWTCTL_PROFILE=prod", "jwtctl config show", "jwtctl layout detect",
                "jwtctl doctor",
            ]),
            """
            "doctor" writes nothing. Each finding says what it means for a revocation and what to \
            do about it. Without a profile jwtctl uses redis://127.0.0.1:6379 and its native \
            layout. Every change first prints a line that begins with "target:". If that is not \
            the Redis of your services, nothing was revoked for them.
            """,
            .heading("An account was taken over"),
            """
            Look at the user, see what a logout would do, and log the user out everywhere. The user \
            is the sub claim of the tokens, often not the login name:
            """,
            .literal([
                "jwtctl decode --field payload.sub \"$TOKEN\"", "jwtctl status --user alice",
                "jwtctl logout-all --dry-run alice",
                "jwtctl logout-all --reason \"account taken over, ticket 4711\" alice",
            ]),
            """
            Then see that your service refuses what was revoked, with the token of a test account, \
            which is logged out too:
            """,
            .literal([
                "jwtctl prove --logout-all \"$TEST_LOGIN\" -- \\",
                "  curl -fsS -o /dev/null -H @- https://api.example.com/me",
            ]),
            // The order makes an interruption harmless: stopped after any of its 49 commands for 40
            // tokens, it left none valid; with the list deleted first, each of 41 places left some
            // (measured on a Cluster).
            """
            "logout-all" raises the user's cutoff first, which rejects every token issued so far, \
            recorded or not. It then blacklists the recorded tokens. A cutoff cannot be undone; the \
            user logs in again. Status 0 means that Redis acknowledged every step. Some layouts \
            cannot reach all tokens: then the output says which ones stay valid and until when, \
            and the JSON output has "complete": false. To keep the user's own session, add --keep \
            TOKEN: tokens that were issued later and never recorded then stay valid, and the output \
            says so.
            """,
            """
            A user name that Redis does not know is not an error: the cutoff is set anyway, and \
            the command asks whether the name is spelled correctly. "jwtctl list users --match \
            '*alice*'" finds the spelling.
            """,
            .heading("A token turned up in a log"),
            """
            Paste the whole line. jwtctl finds the token in it, checks its signature with the \
            configured key, and revokes it. Without a key, pass only the token:
            """,
            .literal(["jwtctl revoke --reason \"leaked into the access log\" < line.txt"]),
            """
            For a whole log, take the lines with tokens, look at the counts, then revoke:
            """,
            .literal([
                "grep eyJ access.log > leaked.txt", "jwtctl revoke --dry-run --from leaked.txt",
                "jwtctl revoke --reason \"leaked into the access log\" --from leaked.txt \\",
                "  --failed retry.txt --yes",
            ]),
            """
            --failed writes each line that needs a retry to a file, below its reason; "jwtctl \
            revoke --from retry.txt" tries again.
            """,
            .heading("You have only the id"),
            """
            The id (jti) does not say when its token expires. Find its user, whose token list has \
            the expiry, or give one:
            """,
            .literal([
                "jwtctl find 4f3c2a",
                "jwtctl revoke --user alice 4f3c2a",
                "jwtctl revoke --ttl 24h 4f3c2a",
            ]),
            """
            Choose a --ttl at least as long as your tokens are valid: when the blacklist entry \
            expires before the token, the token works again.
            """,
            .heading("Reject everything issued before a given time"),
            .literal(["jwtctl logout-all --everyone --issued-before 2026-01-31T14:00:00Z"]),
            """
            This sets one cutoff for all users, which cannot be undone. It asks for confirmation; a \
            script passes --yes. Services must check the cutoff (see jwtctl-services(7)).
            """,
            .heading("A signing key leaked"),
            // A cutoff compares the iat, which the thief of a key writes. So the key comes first.
            """
            No revocation helps: whoever has the key can sign new tokens with any id and any iat. \
            First make a new key, sign with it, and remove the old one from every service:
            """,
            .literal([
                "jwtctl key generate --alg ES256 --out new.pem",
                "jwtctl key public --format jwks new.pem > jwks.json",
            ]),
            """
            A service without the old key rejects all tokens that it signed. Only if some services \
            must keep it for a while, reject what was issued until now. This also ends the sessions \
            that the new key has signed so far:
            """,
            .literal(["jwtctl logout-all --everyone --reason \"signing key replaced\""]),
            .heading("Redis is down, or fails halfway"),
            """
            Status 8 means that the state is unknown: nothing is reported as revoked or as valid \
            unless Redis said so. Bulk commands print how many items were done, how many are \
            unknown and how many were not attempted. Run the same line again when Redis is back:
            """,
            .literal([
                "jwtctl doctor",
                "jwtctl revoke --from leaked.txt --yes --failed retry.txt",
            ]),
            """
            Behind Sentinels, and in a Cluster with replicas, a change counts as done once a \
            replica has it. A change that no replica confirmed is in effect on the primary, but a \
            fail-over may lose it: the status is 8 and a second run confirms it.
            """,
            .heading("Undo a revocation"),
            .literal([
                "jwtctl audit --id 4f3c2a",
                "jwtctl restore --reason \"wrong laptop\" \"$TOKEN\"",
            ]),
            """
            restore asks for confirmation. With only the id, name the user, too: "jwtctl restore \
            --user alice --reason TEXT 4f3c2a". A token that a cutoff rejects cannot be restored \
            (status 6): its user has to log in again.
            """,
            .heading("A customer gets a 401"),
            .literal([
                "jwtctl verify --aud api --explain \"$TOKEN\"",
                "jwtctl list tokens alice",
            ]),
            """
            --explain shows each check with the value found and the value wanted, the keys that \
            were tried, and who revoked the token, when and why.
            """,
        ],
        page: Topic.Page(name: "jwtctl-runbook", section: 7),
        seeAlso: [
            "audit", "doctor", "list", "logout-all", "restore", "revoke", "status", "verify",
            "jwtctl-services(7)",
        ])
}

/// The guide for developers of a service that checks tokens.
extension Topics {
    /// `help services`, and the page jwtctl-services(7).
    static let services = Topic(
        name: "services", title: "SERVICES",
        summary: "How a service checks for revoked tokens.",
        body: [
            """
            A service checks signature and claims as before, and then asks Redis three questions. \
            With the native layout under the namespace jwt:
            """,
            .terms(
                """
                EXISTS jwt:deny:<jti>:: 1: the token is revoked.
                GET jwt:{<sub>}:cutoff:: The user's cutoff in Unix seconds: a token whose iat, in
                    whole seconds, is at or before it, or missing, is revoked.
                GET jwt:cutoff:: The cutoff of all users, compared in the same way.
                """),
            """
            Send all three in one pipeline. In jti and sub, percent-encode every byte outside \
            A-Z a-z 0-9 . _ ~ @ + - as %XX. The braces around the user are part of the key: in a \
            Cluster they keep a user's keys on one node.
            """,
            // Otherwise a revoked token could be used by whoever can cut the service off from
            // Redis.
            """
            If Redis does not answer, the state of the token is unknown: reject it. A token \
            without a jti has the id "sha256:" followed by the hex SHA-256 of HEADER.PAYLOAD as \
            sent.
            """,
            """
            A service that signs tokens may record them (see jwtctl-layouts(7) for the keys). \
            Tokens that were never recorded are reached by "logout-all" all the same, through the \
            cutoff. Services that cache answers can subscribe to the channel jwt:revoked.
            """,
            .heading("Python (redis-py)"),
            .literal(Self.lines(python)),
            .heading("JavaScript (ioredis)"),
            .literal(Self.lines(javaScript)),
            .heading("Java (Jedis)"),
            .literal(Self.lines(java)),
            .heading("Prove it"),
            """
            Revoke a token of your own and watch the service refuse it. "verify" asks the same \
            three questions and shows the keys:
            """,
            .literal([
                "TOKEN=$(jwtctl issue --sub test --expires-in 5m)",
                "curl -fsS -H \"Authorization: Bearer $TOKEN\" https://api.example.com/me",
                "jwtctl revoke \"$TOKEN\"",
                "curl -sS -o /dev/null -w '%{http_code}\\n' -H \"Authorization: Bearer $TOKEN\" \\",
                "  https://api.example.com/me",
                "jwtctl verify --explain \"$TOKEN\"",
            ]),
        ],
        page: Topic.Page(name: "jwtctl-services", section: 7),
        seeAlso: ["verify", "revoke", "logout-all", "jwtctl-layouts(7)", "jwtctl-runbook(7)"])

    /// The lines of an example.
    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The check in Python, as short as a reader can copy it safely: an error of Redis is thrown,
    /// so that the token is rejected. A missing iat counts as the cutoff itself, which is revoked.
    /// `quote` leaves letters, digits and the characters of `safe` as they are.
    private static let python = """
        from urllib.parse import quote

        def is_revoked(redis, claims):
            jti, sub = (quote(claims[c], safe="._~@+-") for c in ("jti", "sub"))
            pipe = redis.pipeline(transaction=False)
            pipe.exists(f"jwt:deny:{jti}")
            pipe.get(f"jwt:{{{sub}}}:cutoff").get("jwt:cutoff")
            denied, *cutoffs = pipe.execute()
            cutoff = max([int(c) for c in cutoffs if c], default=None)
            if denied or cutoff is None:
                return bool(denied)
            return int(claims.get("iat", cutoff)) <= cutoff
        """

    /// The check in JavaScript. A pipeline of ioredis returns errors as values, so they are thrown.
    /// `encodeURIComponent` encodes two characters that the keys do not, and leaves five that they
    /// do; the replacements correct both. An iat may have a fraction, and seconds are compared.
    private static let javaScript = """
        const hex = c => '%' + c.charCodeAt(0).toString(16).toUpperCase()
        const enc = s => encodeURIComponent(s).replace(/[!'()*]/g, hex)
          .replace(/%40/g, '@').replace(/%2B/g, '+')

        async function isRevoked(redis, { jti, sub, iat }) {
          const [[e1, denied], [e2, user], [e3, all]] = await redis.pipeline()
            .exists(`jwt:deny:${enc(jti)}`)
            .get(`jwt:{${enc(sub)}}:cutoff`).get('jwt:cutoff').exec()
          if (e1 || e2 || e3) throw e1 || e2 || e3
          const cutoffs = [user, all].filter(c => c !== null).map(Number)
          return denied === 1 ||
            cutoffs.some(c => iat === undefined || Math.floor(iat) <= c)
        }
        """

    /// The check in Java. `sync` throws if the connection is lost, and `get` for an error of Redis.
    /// Whole seconds of the iat are expected; a missing one is revoked by any cutoff.
    private static let java = """
        // enc percent-encodes as above.
        boolean isRevoked(Jedis redis, String jti, String sub, Long iat) {
            try (Pipeline p = redis.pipelined()) {
                Response<Boolean> denied = p.exists("jwt:deny:" + enc(jti));
                Response<String> user = p.get("jwt:{" + enc(sub) + "}:cutoff");
                Response<String> all = p.get("jwt:cutoff");
                p.sync();
                return denied.get() || Stream.of(user.get(), all.get())
                    .filter(Objects::nonNull)
                    .anyMatch(c -> iat == null || iat <= Long.parseLong(c));
            }
        }
        """
}
