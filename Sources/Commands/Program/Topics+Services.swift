internal import CommandKit

/// How a service checks a token, for those who write one.
extension Topics {
    static let services = Topic(
        name: "services", title: "SERVICES",
        summary: "How a service checks for revoked tokens.",
        body: [
            """
            A service checks signature and claims as before, and then asks Redis three questions. \
            With the native layout under the namespace jwt:
            """,
            .definitions([
                Definition("EXISTS jwt:deny:<jti>", "1: the token is revoked."),
                Definition(
                    "GET jwt:{<sub>}:cutoff",
                    "The user's cutoff in Unix seconds: a token whose iat, in whole seconds, is at or "
                        + "before it, or missing, is revoked."),
                Definition("GET jwt:cutoff", "The cutoff of all users, compared in the same way."),
            ]),
            """
            Send all three in one pipeline. In jti and sub, percent-encode every byte outside \
            A-Z a-z 0-9 . _ ~ @ + - as %XX. The braces around the user are part of the key: in a \
            Cluster they keep a user's keys on one node.
            """,
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

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

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
