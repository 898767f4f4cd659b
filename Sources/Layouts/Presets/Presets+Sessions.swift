extension Presets {
    /// Session stores of frameworks, where several keys hang together.
    static let sessions: [(name: String, text: String)] = [
        // Kicking out writes `-5` and keeps the end, so that the user reads why; only a logout
        // deletes.
        (
            "sa-token",
            """
            {
              "name": "sa-token",
              "doc": "Sa-Token with JWT in Simple mode: a key for each token, -5 if kicked out",
              "source": "github.com/dromara/Sa-Token, StpLogic.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "StpLogic.java and SaTokenDaoForRedisTemplate.java: an error of Redis fails the request",
              "notes": ["The Mixin and Stateless modes write no keys for tokens.", "Give opaque tokens with --id."],
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
        // A `-5` without quotes would be read as a number, and the application would fail.
        (
            "sa-token-json",
            """
            {
              "name": "sa-token-json",
              "doc": "Sa-Token with JSON values: RuoYi-Vue-Plus and sa-token-python",
              "source": "github.com/dromara/RuoYi-Vue-Plus, PlusSaTokenDao.java; sa-token-python 0.1.6",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "PlusSaTokenDao.java, and stp_logic.py of sa-token-python: an error of Redis fails the request",
              "extends": "sa-token",
              "notes": ["RuoYi-Vue-Plus uses the prefix Authorization:login:token: (--layout-var prefix=Authorization:login:token:) and caches values for 5 s.", "Give opaque tokens with --id."],
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}", "value_codec": "json",
                  "match": ["-4", "-5"], "on_revoke": { "rewrite": "-5" } },
                { "role": "index", "type": "values" }
              ]
            }
            """
        ),
        // The prefix ends with an underscore, and another one follows: `jwt__access_`.
        (
            "jwt-sessions",
            """
            {
              "name": "jwt-sessions",
              "doc": "jwt_sessions (Ruby): access keys by uid, refresh hashes by namespace",
              "source": "github.com/tuwukee/jwt_sessions, redis_store_adapter.rb",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "session.rb and redis_store_adapter.rb: an error of Redis fails the request",
              "notes": ["The user is the session's namespace.", "If a token names its refresh token (claim ruid), revoking it deletes that one too; logout-all deletes all of them."],
              "vars": { "prefix": "jwt_" },
              "claims": { "id": "uid", "user": ["namespace", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}_access_${id}",
                  "links": [
                    { "key": "${prefix}_${user}_refresh_${claim.ruid}", "type": "hash",
                      "search": "${prefix}_${any}_refresh_${claim.ruid}", "field": "access_uid" }
                  ] },
                { "role": "index", "type": "hashes", "key": "${prefix}_${user}_refresh_${id}",
                  "field": "access_uid" }
              ]
            }
            """
        ),
        // A leftover `auth_to_access` makes the next login store the revoked token again.
        (
            "spring-oauth2-redis",
            """
            {
              "name": "spring-oauth2-redis",
              "doc": "Spring Security OAuth2's RedisTokenStore: revoking removes all keys of a token",
              "source": "spring-security-oauth, RedisTokenStore.java and DefaultAuthenticationKeyGenerator.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "RedisTokenStore.java and OAuth2AuthenticationProcessingFilter.java: an error of Redis fails the request",
              "notes": ["The next login would bring the token back from auth_to_access: a token counts as revoked only once that key is deleted, whatever its name.", "A concurrent login may write a token back, so jwtctl checks again after 1 s.", "Give opaque tokens with --id. list users does not count them, and the refresh tokens of expired ones are not found."],
              "vars": { "prefix": "" },
              "define": {
                "user-authentication": "{username=${claim.user_name}, client_id=${claim.client_id}, scope=${claim.scope|words}}",
                "client-authentication": "{client_id=${claim.client_id}, scope=${claim.scope|words}}"
              },
              "claims": { "id": "$token", "user": ["user_name", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}access:${id}", "look_again": 1,
                  "links": [
                    { "key": "${prefix}auth_to_access:${user-authentication|md5}", "remove": "same",
                      "holding": "${id}", "search": "${prefix}auth_to_access:" },
                    { "key": "${prefix}auth_to_access:${client-authentication|md5}", "remove": "same",
                      "holding": "${id}", "search": "${prefix}auth_to_access:" },
                    { "key": "${prefix}uname_to_access:${claim.client_id}:${claim.user_name}", "remove": "value" },
                    { "key": "${prefix}client_id_to_access:${claim.client_id}", "remove": "value" },
                    { "key": "${prefix}refresh:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}refresh_auth:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}refresh_to_access:${link}", "via": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}access_to_refresh:${id}" },
                    { "key": "${prefix}auth:${id}" }
                  ] },
                { "role": "index", "type": "tokens",
                  "also": ["${prefix}access_to_refresh:${id}"],
                  "objects": "${prefix}uname_to_access:${any}:${user}",
                  "kin": ["${prefix}refresh:${id}", "${prefix}refresh_auth:${id}", "${prefix}refresh_to_access:${id}"] }
              ]
            }
            """
        ),
        (
            "pig",
            """
            {
              "name": "pig",
              "doc": "pig (pig4cloud): Spring Authorization Server in Redis, with a key by user name",
              "source": "github.com/pig-mesh/pig, PigRedisOAuth2AuthorizationService.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "PigCustomOpaqueTokenIntrospector.java: an error of Redis fails the request",
              "notes": ["Its tokens are opaque: give them as ids.", "A refresh token is found by its value, which is the same as the access token's. This works until the access token expires.", "Releases that put a tenant into the key need --layout-var tenant=0::. Releases from 2025 on write no key by user name: logout-all finds nothing there."],
              "vars": { "prefix": "token::", "tenant": "" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}access_token::${id}",
                  "links": [
                    { "search": "${prefix}refresh_token::", "remove": "same" }
                  ] },
                { "role": "index", "type": "keys",
                  "key": "${prefix}username::${user}::${any}::${tenant}${id}", "trace": true,
                  "leaves": "refresh tokens whose access token has expired, and tokens of releases that write no key by user name" }
              ]
            }
            """
        ),
        (
            "zlt",
            """
            {
              "name": "zlt",
              "doc": "zlt-microservices-platform 6: authorizations in Redisson buckets, with marker keys by user",
              "source": "github.com/zlt2000/microservices-platform, RedisOAuth2AuthorizationService.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "CustomAuthorizationServiceIntrospector.java: an error of Redis fails the request",
              "notes": ["Its tokens are opaque: give them as ids.", "A refresh token is found by its value, which is the same as the access token's. This works until the access token expires.", "The lists uname_to_access and client_id_to_access keep the token's text, but no reader accepts a token because of them."],
              "vars": { "prefix": "token::" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}access_token::${id}",
                  "links": [
                    { "search": "${prefix}refresh_token::", "remove": "same" }
                  ] },
                { "role": "index", "type": "keys",
                  "key": "${prefix}access_token::${any}::${user}::${id}", "trace": true,
                  "leaves": "refresh tokens whose access token has expired" }
              ]
            }
            """
        ),
        // A renewal is SET and then EXPIRE: a key that is deleted meanwhile comes back.
        (
            "jeecg",
            """
            {
              "name": "jeecg",
              "doc": "JeecgBoot: prefix_user_token by a session's first token, renewed in place",
              "source": "github.com/jeecgboot/JeecgBoot, ShiroRealm.java and CommonConstant.java",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "JwtFilter.java: an error of Redis answers 401",
              "notes": ["A session is identified by its first token, which the application accepts even after its exp, as long as the key exists. To revoke an expired one, give --key, or --no-verify with --ttl.", "A request that renews the session may write the key back, so jwtctl checks again after 1 s.", "Older releases use the prefix prefix_user_token_ (--layout-var prefix=prefix_user_token_)."],
              "vars": { "prefix": "prefix_user_token:" },
              "claims": { "id": "$token", "user": ["username", "sub"] },
              "stores": [
                { "role": "allow", "type": "string", "key": "${prefix}${id}", "look_again": 1 },
                { "role": "index", "type": "tokens" }
              ]
            }
            """
        ),
    ]
}
