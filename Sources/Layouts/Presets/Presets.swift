/// The layouts that come with the program: nothing but data.
package enum Presets {
    /// All names, the native one first, then in the order in which they are listed.
    package static var names: [String] { all.map(\.name) }

    package static let native = "native"

    static func text(_ name: String) -> [UInt8]? {
        all.first { $0.name == name }.map { Array($0.text.utf8) }
    }

    private static let all: [(name: String, text: String)] =
        [(native, nativeText)] + blacklists + whitelists + sessions

    private static let nativeText = """
        {
          "name": "native",
          "doc": "jwtctl's own layout: blacklist by jti, token list and cutoff for each user",
          "proof": "application",
          "on_outage": "closed",
          "on_outage_source": "the readers in jwtctl-services(7)",
          "vars": { "ns": "jwt" },
          "claims": { "id": ["jti", "$content"], "user": "sub" },
          "stores": [
            { "role": "deny", "type": "string", "key": "${ns}:deny:${id|pct}",
              "value": "${entry}", "match": "exists", "ttl": "remaining+60" },
            { "role": "index", "type": "zset", "key": "${ns}:{${user|pct}}:tokens",
              "member": "${id}", "score": "exp_s", "key_ttl": "max_score+60",
              "details": "${ns}:{${user|pct}}:meta" },
            { "role": "not_before", "type": "string", "key": "${ns}:{${user|pct}}:cutoff",
              "unit": "s", "compare": "le" },
            { "role": "not_before", "type": "string", "scope": "everyone", "key": "${ns}:cutoff",
              "unit": "s", "compare": "le" },
            { "role": "audit", "key": "${ns}:audit" },
            { "role": "announce", "channel": "${ns}:revoked", "changes": "all" }
          ]
        }
        """
}

extension Presets {
    /// Applications that keep a list of what is alive, by the token's own claims.
    static let whitelists: [(name: String, text: String)] = [
        // A list with an end would vanish together with the logins that were added after it was
        // set.
        (
            "user-zset",
            """
            {
              "name": "user-zset",
              "doc": "A sorted set of whole tokens for each user, scored by expiry",
              "source": "a dev.to article; its scores are meant to be milliseconds",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "the article is not a complete implementation",
              "notes": ["If its scores are in seconds, use --layout-var score=exp_s. A list with scores in the other unit is refused.", "The application sets no TTL on its lists, so jwtctl sets none either: with a TTL, later logins would be lost when the key expires."],
              "vars": { "score": "exp_ms" },
              "claims": { "id": "$token", "user": ["data.id", "sub"] },
              "stores": [
                { "role": "allow", "type": "zset", "key": "${user}-tokens", "member": "${id}",
                  "score": "${score}", "key_ttl": "none" }
              ]
            }
            """
        ),
        // The keys of `jwt-redis-deny` with the opposite meaning: there, deleting a key restores a
        // token.
        (
            "jwt-redis-allow",
            """
            {
              "name": "jwt-redis-allow",
              "doc": "jwt-redis (npm): a key for each active token",
              "source": "github.com/Natashkinsasha/jwt-redis, lib/jwtr.js",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "lib/jwtr.js: verify fails with the error of Redis",
              "notes": ["The jti must be USER:RANDOM, as the library generates it."],
              "mistaken_for": { "jwt-redis-deny": "in whitelist mode a login writes a key for its token, in blacklist mode only a logout does; a number under jwt_label:USER: means blacklist mode" },
              "vars": { "prefix": "jwt_label:" },
              "claims": { "id": "jti", "user": ["id", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}", "value": "true",
                  "match": "equals" },
                { "role": "index", "type": "keys", "key": "${prefix}${user}:${any}" }
              ]
            }
            """
        ),
        // fastjson writes values that are not JSON, such as `1L` and `Set["a"]`.
        (
            "ruoyi",
            """
            {
              "name": "ruoyi",
              "doc": "RuoYi-Cloud and RuoYi-Vue: login_tokens by the claim user_key or login_user_key",
              "source": "github.com/yangzongzhuan/RuoYi-Cloud and RuoYi-Vue, TokenService.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "AuthFilter.java of RuoYi-Cloud fails the request; TokenService.java of RuoYi-Vue finds no user",
              "vars": { "prefix": "login_tokens:" },
              "claims": { "id": ["user_key", "login_user_key"], "user": ["username", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}" },
                { "role": "index", "type": "values", "path": "username" }
              ]
            }
            """
        ),
        // The application's own logout deletes `online_token:bob*`, and with it the sessions of
        // bobby.
        (
            "eladmin",
            """
            {
              "name": "eladmin",
              "doc": "eladmin: online_token by user and claim uid",
              "source": "github.com/elunez/eladmin, OnlineUserService.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "TokenFilter.java: an error of Redis fails the request",
              "vars": { "prefix": "online_token:" },
              "claims": { "id": "uid", "user": "sub" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${user}:${id}" },
                { "role": "index", "type": "keys" }
              ]
            }
            """
        ),
        (
            "go-access-uuid",
            """
            {
              "name": "go-access-uuid",
              "doc": "The Go tutorial: a key for each access_uuid, with the user id",
              "source": "github.com/victorsteven/jwt-best-practices, main.go",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "FetchAuth in main.go: an error of Redis answers 401",
              "notes": ["A user's tokens are found through the keys of their refresh tokens, which contain both ids.", "Only the application can create sessions: without a refresh token, a session could not be found again.", "Its /refresh leaves the old access token in Redis, under a key that does not name the user. access_ttl is the lifetime of access tokens in seconds."],
              "vars": { "access_ttl": "900" },
              "claims": { "id": "access_uuid", "user": "user_id" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${id}",
                  "links": [ { "key": "${id}++${user}" } ] },
                { "role": "index", "type": "keys", "key": "${id}++${user}",
                  "leaves": "access tokens that the application has replaced by a refresh",
                  "leaves_for": "${access_ttl}" }
              ]
            }
            """
        ),
        // The sets have no end. A token that is added while the library empties a set stays valid.
        (
            "guardian-redis",
            """
            {
              "name": "guardian-redis",
              "doc": "Guardian (Elixir) with guardian_redis: keys by jti and aud, a set for each user",
              "source": "github.com/alexfilatov/guardian_redis, lib/adapter.ex",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "lib/adapter.ex: an error of Redis counts as a missing token",
              "claims": { "id": "jti", "user": "sub" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${id}:${aud}" },
                { "role": "index", "type": "set", "key": "set:${user}" }
              ]
            }
            """
        ),
        (
            "redis-jwt",
            """
            {
              "name": "redis-jwt",
              "doc": "redis-jwt (npm): sessions by the claim rjwt, which is USER:RANDOM",
              "source": "github.com/bytesleo/redis-jwt, src/index.js",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "src/index.js: an error of Redis counts as a missing session; without a connection, verify waits",
              "notes": ["Keys have no prefix: a key counts as a session only if its JSON has the id in rjwt.", "The library itself deletes sessions with KEYS 'id:*', where id is the part before the first colon: with users 'a' and 'a:b', a login of either one deletes the sessions of both."],
              "claims": { "id": "rjwt" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${id}" },
                { "role": "index", "type": "keys", "key": "${user}:${any}", "path": "rjwt" }
              ]
            }
            """
        ),
        (
            "fastapi-users",
            """
            {
              "name": "fastapi-users",
              "doc": "FastAPI Users with RedisStrategy: a key for each opaque token, with the user id",
              "source": "github.com/fastapi-users/fastapi-users, authentication/strategy/redis.py",
              "proof": "application",
              "on_outage": "closed",
              "on_outage_source": "authentication/strategy/redis.py: an error of Redis fails the request",
              "notes": ["Its tokens are not JWTs: give them as ids (with --id if one looks like something else).", "Old releases use no prefix (--layout-var prefix=). Then a user's tokens cannot be told from other keys, and logout-all is refused."],
              "vars": { "prefix": "fastapi_users_token:" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}" },
                { "role": "index", "type": "values" }
              ]
            }
            """
        ),
    ]
}
