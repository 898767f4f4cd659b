extension Presets {
    /// Applications that keep a list of what is alive, by the token's own claims.
    static let whitelists: [(name: String, text: String)] = [
        (
            "user-zset",
            """
            {
              "name": "user-zset",
              "doc": "A sorted set of whole tokens for each user, scored by expiry",
              "source": "a dev.to article; its score is meant in milliseconds",
              "proof": "source",
              "notes": ["Where its scores are seconds: --layout-var score=exp_s. A list with scores of the other unit is refused.", "The application gives its lists no TTL, so jwtctl gives them none: with one, later logins would disappear with the key."],
              "vars": { "score": "exp_ms" },
              "claims": { "id": "$token", "user": ["data.id", "sub"] },
              "stores": [
                { "role": "allow", "type": "zset", "key": "${user}-tokens", "member": "${id}",
                  "score": "${score}", "key_ttl": "none" }
              ]
            }
            """
        ),
        (
            "jwt-redis-allow",
            """
            {
              "name": "jwt-redis-allow",
              "doc": "jwt-redis (npm): a key for each token that is alive",
              "source": "github.com/Natashkinsasha/jwt-redis, lib/jwtr.js",
              "proof": "source",
              "notes": ["The jti has to be USER:RANDOM, as the library makes it."],
              "mistaken_for": { "jwt-redis-deny": "in whitelist mode a login writes the key of its token, in blacklist mode only a logout does; a number under jwt_label:USER: is of the blacklist mode" },
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
        (
            "ruoyi",
            """
            {
              "name": "ruoyi",
              "doc": "RuoYi-Cloud and RuoYi-Vue: login_tokens by the claim user_key or login_user_key",
              "source": "github.com/yangzongzhuan/RuoYi-Cloud and RuoYi-Vue, TokenService.java",
              "proof": "source",
              "vars": { "prefix": "login_tokens:" },
              "claims": { "id": ["user_key", "login_user_key"], "user": ["username", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}" },
                { "role": "index", "type": "values", "path": "username" }
              ]
            }
            """
        ),
        (
            "eladmin",
            """
            {
              "name": "eladmin",
              "doc": "eladmin: online_token by user and claim uid",
              "source": "github.com/elunez/eladmin, OnlineUserService.java",
              "proof": "source",
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
              "doc": "The Go tutorial: access_uuid to user id",
              "source": "github.com/victorsteven/jwt-best-practices, main.go",
              "proof": "source",
              "notes": ["A user's tokens are found by the keys of their refresh tokens, which are made of both ids.", "Without a refresh token of its own a session would not be found again: only the application makes one.", "Its /refresh leaves the old access token in Redis under a key that names no user; access_ttl says how long access tokens live."],
              "vars": { "access_ttl": "900" },
              "claims": { "id": "access_uuid", "user": "user_id" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${id}",
                  "links": [ { "key": "${id}++${user}" } ] },
                { "role": "index", "type": "keys", "key": "${id}++${user}",
                  "leaves": "access tokens from before a refresh of the application",
                  "leaves_for": "${access_ttl}" }
              ]
            }
            """
        ),
        (
            "guardian-redis",
            """
            {
              "name": "guardian-redis",
              "doc": "Guardian (Elixir) with guardian_redis: jti and aud, and a set for each user",
              "source": "github.com/alexfilatov/guardian_redis, lib/adapter.ex",
              "proof": "source",
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
              "doc": "redis-jwt (npm): a session under the claim rjwt, which is USER:RANDOM",
              "source": "github.com/bytesleo/redis-jwt, src/index.js",
              "proof": "source",
              "notes": ["Keys have no prefix: of a user's keys only those are taken whose JSON names them.", "The library itself ends sessions with KEYS 'id:*', where the id is what stands before the first colon: of users 'a' and 'a:b' a login of either ends those of both."],
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
              "doc": "FastAPI Users with RedisStrategy: an opaque token to user id",
              "source": "github.com/fastapi-users/fastapi-users, authentication/strategy/redis.py",
              "proof": "application",
              "notes": ["Its tokens are no JWTs: give them as ids (--id where one looks like something else).", "Old releases write no prefix (--layout-var prefix=): a user's tokens can't be told from other keys then, and logout-all is refused."],
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
