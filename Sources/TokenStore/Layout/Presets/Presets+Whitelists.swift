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
              "notes": ["Where its scores are seconds: --layout-var score=exp_s. A list with scores of the other unit is refused."],
              "vars": { "score": "exp_ms" },
              "claims": { "id": "$token", "user": ["data.id", "sub"] },
              "stores": [
                { "role": "allow", "type": "zset", "key": "${user}-tokens", "member": "${id}",
                  "score": "${score}", "key_ttl": "max_score" }
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
              "vars": { "prefix": "jwt_label:" },
              "claims": { "id": "jti", "user": ["id", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}", "value": "true",
                  "match": "equals" },
                { "role": "index", "type": "keys", "key": "${prefix}${user}:${id}" }
              ]
            }
            """
        ),
        (
            "ruoyi",
            """
            {
              "name": "ruoyi",
              "doc": "RuoYi-Cloud: login_tokens by the claim user_key",
              "source": "github.com/yangzongzhuan/RuoYi-Cloud, TokenService.java",
              "proof": "source",
              "vars": { "prefix": "login_tokens:" },
              "claims": { "id": "user_key", "user": ["username", "sub"] },
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
              "claims": { "id": "access_uuid", "user": "user_id" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${id}", "value": "${user}",
                  "links": [ { "key": "${id}++${user}" } ] }
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
    ]
}
