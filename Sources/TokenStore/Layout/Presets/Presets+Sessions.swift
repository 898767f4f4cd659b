extension Presets {
    /// Session stores of frameworks, where several keys hang together.
    static let sessions: [(name: String, text: String)] = [
        (
            "sa-token",
            """
            {
              "name": "sa-token",
              "doc": "Sa-Token with JWT in Simple mode: a key for each token, kicked is -5",
              "source": "github.com/dromara/Sa-Token, StpLogic.java",
              "proof": "source",
              "notes": ["The Mixin and Stateless modes write no key for a token."],
              "vars": { "prefix": "satoken:login:token:" },
              "claims": { "id": "$token", "user": ["loginId", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}",
                  "match": ["-4", "-5"], "on_revoke": { "rewrite": "-5" } },
                { "role": "index", "type": "values" }
              ]
            }
            """
        ),
        (
            "jwt-sessions",
            """
            {
              "name": "jwt-sessions",
              "doc": "jwt_sessions (Ruby): access by uid, refresh hashes by namespace",
              "source": "github.com/tuwukee/jwt_sessions, redis_store_adapter.rb",
              "proof": "source",
              "notes": ["The user is the session's namespace."],
              "vars": { "prefix": "jwt_" },
              "claims": { "id": "uid", "user": ["namespace", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}_access_${id}" },
                { "role": "index", "type": "hashes", "key": "${prefix}_${user}_refresh_${id}",
                  "field": "access_uid" }
              ]
            }
            """
        ),
        (
            "spring-oauth2-redis",
            """
            {
              "name": "spring-oauth2-redis",
              "doc": "Spring Security OAuth2's RedisTokenStore: removal that leaves nothing behind",
              "source": "spring-security-oauth, RedisTokenStore.java",
              "proof": "source",
              "notes": ["auth_to_access would store the token again at the next login: a token counts as revoked only once that key is gone."],
              "vars": { "prefix": "" },
              "define": {
                "authentication": "{username=${claim.user_name}, client_id=${claim.client_id}, scope=${claim.scope|words}}"
              },
              "claims": { "id": "$token", "user": ["user_name", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}access:${id}",
                  "links": [
                    { "key": "${prefix}auth_to_access:${authentication|md5}", "remove": "same",
                      "search": "${prefix}auth_to_access:", "required": true },
                    { "key": "${prefix}uname_to_access:${claim.client_id}:${claim.user_name}", "remove": "value" },
                    { "key": "${prefix}client_id_to_access:${claim.client_id}", "remove": "value" },
                    { "key": "${prefix}refresh:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}refresh_auth:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}refresh_to_access:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}auth:${id}" }
                  ] }
              ]
            }
            """
        ),
    ]
}
