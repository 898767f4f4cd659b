internal import CommandKit
internal import JSON

/// The members of the commands' JSON results, as candidates for `--field`. A test compares them
/// with the output of the commands.
enum ResultMembers {
    /// The members in the result of the command `path`; empty for a command without a result.
    static func of(_ path: [String]) -> [Completion.Choice] {
        (members[path.joined(separator: " ")] ?? []).flatMap { member in
            let inner = member == "header" ? headers : member == "payload" ? claims : []
            return [Completion.Choice(member)]
                + inner.map { Completion.Choice("\(member).\($0.value)", summary: $0.summary) }
        }
    }

    /// Common claims: those of RFC 7519, then some that login servers add. Also the candidates for
    /// `--require`.
    static let claims =
        [
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id", "azp", "sid",
            "nonce", "roles",
        ].map { Completion.Choice($0, summary: dates[$0] ?? meaning($0, MemberMeanings.claims)) }

    /// Common members of the header.
    private static let headers = ["alg", "typ", "kid", "cty"].map {
        Completion.Choice($0, summary: meaning($0, MemberMeanings.header))
    }

    /// The meanings of dates, which `MemberMeanings` has only as parts of sentences.
    private static let dates = [
        "exp": "expiry time", "nbf": "time from which it is valid", "iat": "issue time",
    ]

    /// The meaning of a member; empty if there is none.
    private static func meaning(_ name: String, _ meanings: [JSONString: String]) -> String {
        meanings[JSONString(name)] ?? ""
    }

    // MARK: the results

    /// The name of an object, and the paths of its members.
    private static func nested(_ parent: String, _ names: [String]) -> [String] {
        [parent] + names.map { "\(parent).\($0)" }
    }

    /// The member `target` of commands that change something: see `Backend.json`.
    private static let target = nested(
        "target", ["profile", "server", "database", "namespace", "layout"])
    /// The member `state`: see `StateReport.json`.
    private static let state = nested(
        "state",
        [
            "revoked", "revoked_ttl", "revoked_by", "revoked_at", "revoke_reason", "listed",
            "cutoff",
        ])
    /// The member `times`: see `ClaimTimes`.
    private static let times = nested("times", ["iat", "nbf", "exp", "expires_in"])
    /// The members of a token that was issued: see `TokenMinter.Minted`.
    private static let token = ["token", "id", "sub", "iat", "exp", "recorded"]
    /// The members of a key that was written: see `KeyOutputOptions`.
    private static let key = ["format", "kid", "thumbprint", "file", "key"]

    /// The members of each result, by the words of the command.
    private static let members: [String: [String]] = [
        "issue": token,
        "decode": ["header", "payload", "signature", "verified"] + times,
        "verify": ["active", "valid", "reason"] + state
            + ["header", "payload", "verified", "checks", "keys"] + times,
        "status": ["id", "active", "verified"] + state,
        "revoke": [
            "id", "sub", "result", "ttl", "verified", "error", "confirmed", "audited", "dry_run",
            "total", "revoked", "already_revoked", "expired", "not_found", "failed", "invalid",
            "unknown", "not_attempted",
        ] + target,
        "renew": token + ["replaced", "audited"],
        "restore": ["id", "sub", "result", "listed", "confirmed", "audited"] + target,
        "logout-all": [
            "user", "revoked", "already_revoked", "kept", "cutoff", "complete", "confirmed",
            "audited", "late", "version", "unreached_until",
        ] + target,
        "list tokens": ["user", "id", "iat", "exp", "expires_in", "state", "label"],
        "list users": ["user", "tokens", "latest_exp", "cutoff"],
        "list revoked": ["id", "ttl", "exp", "by", "at", "reason", "forever"],
        "stats": [
            "users", "tokens", "largest", "revoked", "revoked_forever", "revoked_expiring_1h",
            "revoked_expiring_24h", "user_cutoffs", "cutoff", "tokens_bytes", "revoked_bytes",
            "used_memory",
        ] + target,
        "doctor": [
            "check", "finding", "severity", "message", "means", "remedy", "server", "data",
        ],
        "audit": ["time", "op", "id", "user", "count", "reason", "actor", "host"],
        "prune": ["users", "removed", "mended", "dry_run"] + target,
        "key generate": key,
        "key public": key,
        "key convert": key,
        "key thumbprint": ["thumbprint", "kid"],
        "key show": [
            "kty", "crv", "bits", "private", "kid", "use", "alg", "thumbprint", "signs", "verifies",
            "weak_for", "strength", "halves_match",
        ],
        "layout list": [
            "name", "doc", "proof", "source", "can", "needs", "variables", "notes",
        ],
        "layout show": [
            "name", "doc", "proof", "source", "vars", "claims", "define", "stores", "mistaken_for",
            "notes",
        ],
        "layout detect": [
            "layout", "confidence", "keys", "counts", "variables", "options", "examples", "remarks",
            "sampled", "whole",
        ],
        "config show": ["setting", "value", "origin"],
        "version": ["name", "version", "commit", "date", "swift"]
            + nested("openssl", ["built", "running"]) + nested("hiredis", ["built"]) + ["static"],
    ]
}
