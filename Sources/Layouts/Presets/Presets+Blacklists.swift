extension Presets {
    /// Applications that keep a list of what is revoked.
    static let blacklists: [(name: String, text: String)] = [
        // The recipe of many Express, NestJS and Go projects. Only prefix and value differ between
        // them.
        (
            "blacklist-jti",
            """
            {
              "name": "blacklist-jti",
              "doc": "The common recipe: a key for each revoked jti",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "differs from project to project",
              "vars": { "prefix": "blacklist:", "value": "1" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}${id}", "value": "${value}",
                  "match": "exists", "ttl": "remaining+60" }
              ]
            }
            """
        ),
        // `RedisTemplate` without a key serializer writes AC ED 00 05 74 and a length before the
        // token, so that `EXISTS <token>` in redis-cli finds nothing.
        (
            "spring-raw-jdk",
            """
            {
              "name": "spring-raw-jdk",
              "doc": "Spring Boot blacklist of whole tokens, keys serialized by Java",
              "source": "github.com/zees007/invalidate-blacklist-jwt-using-redis-spring-boot",
              "proof": "platform",
              "on_outage": "closed",
              "on_outage_source": "JwtAuthFilter.java: an error of Redis fails the request",
              "notes": ["That application keeps refresh tokens in its SQL database. jwtctl cannot revoke them, and they still get new tokens."],
              "claims": { "id": "$token" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${id}", "key_codec": "jdk",
                  "value": "blacklisted", "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        (
            "spring-raw",
            """
            {
              "name": "spring-raw",
              "doc": "Spring Boot blacklist of whole tokens, keys as plain strings",
              "source": "github.com/zees007/invalidate-blacklist-jwt-using-redis-spring-boot, with a key serializer",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "JwtAuthFilter.java: an error of Redis fails the request",
              "extends": "spring-raw-jdk",
              "stores": [
                { "role": "deny", "type": "string", "key": "${id}", "value": "blacklisted",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        (
            "codeape-gateway",
            """
            {
              "name": "codeape-gateway",
              "doc": "Spring Cloud Gateway with a blacklist by jti",
              "source": "github.com/chenjiabing666/JavaFamily, oauth2-cloud-gateway",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "GlobalAuthenticationFilter.java: an error of Redis fails the request",
              "claims": { "id": "jti", "user": ["user_name", "sub"] },
              "stores": [
                { "role": "deny", "type": "string", "key": "oauth2:black:${id}", "value": "",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        (
            "spring-oauth2-jwt",
            """
            {
              "name": "spring-oauth2-jwt",
              "doc": "Spring Security OAuth2 with a CustomJwtTokenStore: keys by jti hold the token",
              "source": "a blog article that does not show the value of its constant: give it as prefix",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "the article does not show its RedisUtil",
              "vars": { "prefix": "CACHE_EXPIRE_TOKEN_BLACKLIST" },
              "claims": { "id": "jti", "user": ["user_name", "sub"] },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}:${id}", "value": "${token}",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        // The key is the bare jti: a forged token could name any key of the database.
        (
            "flask-jwt-extended",
            """
            {
              "name": "flask-jwt-extended",
              "doc": "The Redis blocklist from Flask-JWT-Extended's documentation",
              "source": "github.com/vimalloc/flask-jwt-extended, examples/blocklist_redis.py",
              "proof": "application",
              "on_outage": "closed",
              "on_outage_source": "flask_jwt_extended/internal_utils.py: an error in the callback fails the request",
              "notes": ["In its documentation, entries of refresh tokens expire as early as those of access tokens: the application then accepts the refresh token again. jwtctl keeps an entry until its token expires."],
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${id}", "value": "",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        // The application compares the value: a `1` would revoke nothing.
        (
            "fastapi-jwt-auth",
            """
            {
              "name": "fastapi-jwt-auth",
              "doc": "The Redis deny list of fastapi-jwt-auth: the value must be 'true'",
              "source": "github.com/IndominusByte/fastapi-jwt-auth, examples/denylist_redis.py",
              "proof": "application",
              "on_outage": "closed",
              "on_outage_source": "fastapi_jwt_auth/auth_jwt.py: an error in the callback fails the request",
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${id}", "value": "true",
                  "match": "equals", "ttl": "remaining" }
              ]
            }
            """
        ),
        // In the application, tokens without jti share the key `token:blacklist:null`. Here they
        // are refused.
        (
            "youlai",
            """
            {
              "name": "youlai",
              "doc": "youlai-mall's gateway: blacklist by jti with JSON values",
              "source": "github.com/youlaitech/youlai-mall, youlai-gateway",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "TokenValidationGlobalFilter.java: an error of Redis fails the request",
              "notes": ["Older versions use the prefix auth:token:blacklist: (--layout-var prefix=auth:token:blacklist:)."],
              "vars": { "prefix": "token:blacklist:" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}${id}", "value": "",
                  "value_codec": "json", "match": "exists", "ttl": "remaining",
                  "no_exp": "persist" }
              ]
            }
            """
        ),
        // Release 0.12.4 reads the cutoff, but writes it no longer: sessions are ended in its
        // database.
        (
            "open-webui",
            """
            {
              "name": "open-webui",
              "doc": "Open WebUI: blacklist by jti, and a cutoff for each user",
              "source": "open_webui/utils/auth.py of 0.12.4",
              "proof": "source",
              "on_outage": "open",
              "on_outage_source": "open_webui/utils/auth.py of 0.12.4",
              "vars": { "prefix": "open-webui" },
              "claims": { "id": "jti", "user": "id" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}:auth:token:${id}:revoked",
                  "value": "1", "match": "exists", "ttl": "remaining" },
                { "role": "not_before", "type": "string",
                  "key": "${prefix}:auth:user:${user}:revoked_at", "unit": "s", "compare": "le" }
              ]
            }
            """
        ),
        // The library itself reads the list, changes it and writes it back, so that of two revocations
        // at the same time one may be lost. Its `purge` writes the second before: tokens of the very
        // second stay valid, unless jwtctl writes the cutoff.
        (
            "express-jwt-blacklist",
            """
            {
              "name": "express-jwt-blacklist",
              "doc": "express-jwt-blacklist: a hash for each user with the revoked iats",
              "source": "github.com/layerhq/express-jwt-blacklist, lib/index.js",
              "proof": "source",
              "on_outage": "open",
              "on_outage_source": "lib/index.js; with its option 'strict' it refuses them",
              "notes": ["Two tokens of a user that were issued in the same second are revoked together."],
              "vars": { "prefix": "jwt-blacklist:" },
              "claims": { "id": "iat", "user": "sub" },
              "stores": [
                { "role": "deny", "type": "hash", "key": "${prefix}${user}", "list": "revoke",
                  "number": "${id}", "ttl": "remaining" },
                { "role": "not_before", "type": "hash", "key": "${prefix}${user}",
                  "field": "purge", "unit": "s", "compare": "le" }
              ]
            }
            """
        ),
        // A token is valid if its iat is not before the cutoff, hence `lt`: one that was issued in
        // the very second of a logout is accepted.
        (
            "jwt-redis-deny",
            """
            {
              "name": "jwt-redis-deny",
              "doc": "jwt-redis (npm) in its blacklist mode, with a cutoff for each user",
              "source": "github.com/Natashkinsasha/jwt-redis, lib/jwtr.js",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "lib/jwtr.js: verify fails with the error of Redis",
              "mistaken_for": { "jwt-redis-allow": "in whitelist mode a login writes a key for its token, in blacklist mode only a logout does; a number under jwt_label:USER: means blacklist mode" },
              "vars": { "prefix": "jwt_label:" },
              "claims": { "id": "jti", "user": ["id", "sub"] },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}${id}", "value": "true",
                  "match": "equals", "ttl": "remaining", "no_exp": "fixed:2592000" },
                { "role": "not_before", "type": "string", "key": "${prefix}${user}:", "unit": "s",
                  "compare": "lt" }
              ]
            }
            """
        ),
        (
            "kong-jwt-blacklist",
            """
            {
              "name": "kong-jwt-blacklist",
              "doc": "Kong's jwt-blacklist plugin: one set of tokens, one of banned users",
              "source": "github.com/propzians/kong-plugin-jwt-blacklist",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "handler.lua asks its introspection endpoint instead",
              "notes": ["The set grows forever: its members do not expire."],
              "claims": { "id": "$token", "user": "sub" },
              "stores": [
                { "role": "deny", "type": "set", "key": "keycloak:token:blacklist",
                  "member": "token_${id}" },
                { "role": "user_ban", "key": "keycloak:user:blacklist", "member": "user_${user}" }
              ]
            }
            """
        ),
        (
            "caddy-jwt-blacklist",
            """
            {
              "name": "caddy-jwt-blacklist",
              "doc": "Caddy's jwt-blacklist module: the value is the reason",
              "source": "github.com/chalabi2/caddy-jwt-blacklist, redis.go",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "depends on fail_open: false by default, true in the examples of its README",
              "vars": { "prefix": "BLACKLIST:key:" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}${id}", "value": "${reason}",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        // A string under such a key would make the application fail with WRONGTYPE.
        (
            "dotnet-distributed-cache",
            """
            {
              "name": "dotnet-distributed-cache",
              "doc": ".NET's IDistributedCache: a hash for each deactivated token",
              "source": "github.com/spetz/tokenmanager-sample, Services/TokenManager.cs",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "TokenManagerMiddleware.cs: an error of the cache fails the request",
              "notes": ["Field names differ between .NET releases: compare them with HGETALL on one of your own entries."],
              "vars": { "instance": "" },
              "claims": { "id": "$token" },
              "stores": [
                { "role": "deny", "type": "hash", "key": "${instance}tokens:${id}:deactivated",
                  "fields": { "absexp": "-1", "sldexp": "-1", "data": " " }, "ttl": "remaining" }
              ]
            }
            """
        ),
        // Django reads digits as a number before it tries pickle, so that `1` is a value for any
        // application.
        (
            "django-cache",
            """
            {
              "name": "django-cache",
              "doc": "Django's cache on Redis: blacklist recipes around simplejwt",
              "source": "django/core/cache/backends/redis.py",
              "proof": "platform",
              "on_outage": "unknown",
              "on_outage_source": "depends on the recipe: the cache raises an error; django-redis with IGNORE_EXCEPTIONS finds no entry",
              "notes": ["Clearing the cache makes every revoked token valid again."],
              "vars": { "key_prefix": "", "version": "1", "prefix": "" },
              "claims": { "id": "jti", "user": ["user_id", "sub"] },
              "stores": [
                { "role": "deny", "type": "string",
                  "key": "${key_prefix}:${version}:${prefix}${id}", "value": "1",
                  "match": "exists", "ttl": "remaining" }
              ]
            }
            """
        ),
        // The value is a serialized cache entry that all formats from 6.1 to 7.2 read as present.
        (
            "rails-cache",
            """
            {
              "name": "rails-cache",
              "doc": "Rails.cache on Redis: blacklist recipes that call exist? or read",
              "source": "activesupport, cache/redis_cache_store.rb and cache/entry.rb of 6.1 to 7.2",
              "proof": "platform",
              "on_outage": "open",
              "on_outage_source": "activesupport, cache/redis_cache_store.rb: without Redis, every read is a miss",
              "notes": ["A plain 1 is not an entry for Rails: 6.1 raises an error, later releases treat it as missing.", "The cache's namespace and its colon are part of the prefix.", "Clearing the cache makes every revoked token valid again."],
              "vars": { "prefix": "revoked_token:" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string", "key": "${prefix}${id}",
                  "value": "\\u0004\\bo: ActiveSupport::Cache::Entry\\t:\\u000b@valueT:\\r@version0:\\u0010@created_ati\\u0000:\\u0010@expires_in0",
                  "match": "rails_entry", "ttl": "remaining" }
              ]
            }
            """
        ),
        // An entry takes effect once `valid_until` has passed, hence a minute ago. `tag` is the
        // SHA-1 of `tag:tymon.jwt:entries`.
        (
            "laravel-tymon",
            """
            {
              "name": "laravel-tymon",
              "doc": "Laravel with tymon/jwt-auth: PHP values, entries kept past the refresh window",
              "source": "github.com/tymondesigns/jwt-auth, src/Blacklist.php; Laravel 5 to 12",
              "proof": "source",
              "on_outage": "closed",
              "on_outage_source": "src/Manager.php: an error of the cache fails the request",
              "notes": ["The prefix depends on the application: 'jwtctl layout detect' finds it. The cache is in database 1 unless configured otherwise.", "Before Laravel 10 the tag is random; jwtctl reads it from the key tag:tymon.jwt:key.", "A token can be refreshed for two weeks after its iat; refresh_ttl is this time in seconds."],
              "vars": {
                "prefix": null, "refresh_ttl": "1209600",
                "tag": "ca7581d6d4749d8fd143ea956aa654aa02abe0ec"
              },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "string",
                  "key": "${prefix}${tag}:${id}",
                  "value": "a:1:{s:11:\\"valid_until\\";i:${now-60};}",
                  "match": "php_valid_until", "ttl": "max(exp, iat+${refresh_ttl})+60" },
                { "role": "variable", "name": "tag", "key": "${prefix}tag:tymon.jwt:key",
                  "value_codec": "php", "filter": "sha1" }
              ]
            }
            """
        ),
        // The bundle keeps its entries for five minutes after the token has expired.
        (
            "lexik",
            """
            {
              "name": "lexik",
              "doc": "Symfony with LexikJWTAuthenticationBundle's blocked tokens",
              "source": "github.com/lexik/LexikJWTAuthenticationBundle, CacheItemPoolBlockedTokenManager.php",
              "proof": "source",
              "on_outage": "open",
              "on_outage_source": "symfony/cache, Traits/AbstractAdapterTrait.php: without Redis, no entry is found",
              "notes": ["poolns is the ten characters that begin the keys of Symfony's cache pool."],
              "vars": { "poolns": null },
              "claims": { "id": "jti", "user": ["username", "sub"] },
              "stores": [
                { "role": "deny", "type": "string", "key": "${poolns}:${id}", "value": "a:0:{}",
                  "match": "exists", "ttl": "remaining+300" }
              ]
            }
            """
        ),
        // `existsById` asks the set, `findById` the hash: a token is revoked only if both have it.
        (
            "spring-redishash",
            """
            {
              "name": "spring-redishash",
              "doc": "Spring Data's @RedisHash: a hash and a set, which are both read",
              "source": "spring-data-redis, RedisKeyValueAdapter.java",
              "proof": "source",
              "on_outage": "unknown",
              "on_outage_source": "differs from project to project",
              "vars": { "keyspace": null, "class": null, "field": "id" },
              "claims": { "id": "jti" },
              "stores": [
                { "role": "deny", "type": "hash", "key": "${keyspace}:${id}",
                  "fields": { "_class": "${class}", "${field}": "${id}" },
                  "also": { "set": "${keyspace}", "member": "${id}" }, "ttl": "remaining" }
              ]
            }
            """
        ),
    ]
}
