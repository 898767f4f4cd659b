import Foundation
import JSON
import TestSupport

/// Applications that keep what is revoked, each by its own rule.
extension Application {
    static let blacklists: [Application] = [
        Application(
            name: "native",
            claims: { ["sub": .string($0), "jti": .string($1)] },
            // Without a jti the hash of what was signed is the name.
            nameless: [],
            accepts: { eye, login in
                if try eye.exists("jwt:deny:\(percentEncoded(login.id))") { return false }
                let cutoff = try eye.text("jwt:{\(percentEncoded(login.user))}:cutoff")
                return cutoff.flatMap(Int64.init).map { login.iat > $0 } ?? true
            },
            key: { Array("jwt:deny:\(percentEncoded($0.id))".utf8) },
            others: { _ in [Array("jwt:audit".utf8)] },
            content: { login, now in
                let user = JSONValue.string(login.user).encoded(.compact, escaping: .minimal)
                return .string(Array(#"{"by":"ops","at":\#(now),"sub":"#.utf8) + user + [0x7D])
            },
            logout: .cutoff),
        plain("blacklist-jti", prefix: "blacklist:", value: "1"),
        plain("blacklist-jti", ["prefix=bl_", "value="], prefix: "bl_", value: ""),
        Application(
            name: "spring-raw-jdk", claims: { ["sub": .string($0), "jti": .string($1)] },
            nameless: [],
            accepts: { eye, login in try !eye.exists(javaString(login.token)) },
            key: { javaString($0.token) }, content: { _, _ in .text("blacklisted") },
            isNamedByID: false),
        Application(
            name: "spring-raw", claims: { ["sub": .string($0), "jti": .string($1)] }, nameless: [],
            accepts: { eye, login in try !eye.exists(login.token) },
            key: { Array($0.token.utf8) }, content: { _, _ in .text("blacklisted") },
            isNamedByID: false),
        plain("codeape-gateway", prefix: "oauth2:black:", value: ""),
        Application(
            name: "spring-oauth2-jwt",
            claims: { ["user_name": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                try eye.text("CACHE_EXPIRE_TOKEN_BLACKLIST:\(login.id)") == nil
            },
            key: { Array("CACHE_EXPIRE_TOKEN_BLACKLIST:\($0.id)".utf8) },
            content: { login, _ in .text(login.token) }, isNamedByID: false),
        Application(
            name: "flask-jwt-extended", claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in try eye.text(login.id) == nil },
            key: { Array($0.id.utf8) }, content: { _, _ in .text("") }),
        Application(
            name: "fastapi-jwt-auth", claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in try eye.text(login.id) != "true" },
            key: { Array($0.id.utf8) }, content: { _, _ in .text("true") }),
        plain("youlai", prefix: "token:blacklist:", value: #""""#, endless: .kept),
        plain(
            "youlai", ["prefix=auth:token:blacklist:"], prefix: "auth:token:blacklist:",
            value: #""""#, endless: .kept),
        Application(
            name: "open-webui", claims: { ["id": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                if try eye.text("open-webui:auth:token:\(login.id):revoked") != nil { return false }
                let mark = try eye.text("open-webui:auth:user:\(login.user):revoked_at")
                return mark.flatMap(Int64.init).map { login.iat > $0 } ?? true
            },
            key: { Array("open-webui:auth:token:\($0.id):revoked".utf8) },
            content: { _, _ in .text("1") }, logout: .cutoff),
        Application(
            name: "express-jwt-blacklist", claims: { user, _ in ["sub": .string(user)] },
            nameless: ["iat", "sub"],
            accepts: { eye, login in
                let key = "jwt-blacklist:\(login.user)"
                let revoked = try eye.field(key, "revoke")?.split(separator: ",").map(String.init)
                let purge = try eye.field(key, "purge").flatMap(Int64.init)
                return revoked?.contains(String(login.iat)) != true
                    && (purge.map { $0 < login.iat } ?? true)
            },
            key: { Array("jwt-blacklist:\($0.user)".utf8) },
            content: { login, _ in .hash(["revoke": String(login.iat)]) },
            isNamedByID: false, logout: .cutoff),
        Application(
            name: "jwt-redis-deny", claims: { ["id": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                if try eye.text("jwt_label:\(login.id)") == "true" { return false }
                let mark = try eye.text("jwt_label:\(login.user):")
                return mark.flatMap(Int64.init).map { login.iat >= $0 } ?? true
            },
            key: { Array("jwt_label:\($0.id)".utf8) }, content: { _, _ in .text("true") },
            endless: .lives(2_592_000), logout: .cutoff),
        Application(
            name: "kong-jwt-blacklist", claims: { ["sub": .string($0), "jti": .string($1)] },
            nameless: [],
            accepts: { eye, login in
                let isBanned = try eye.isMember("keycloak:user:blacklist", "user_\(login.user)")
                return try !isBanned
                    && !eye.isMember("keycloak:token:blacklist", "token_\(login.token)")
            },
            key: { _ in Array("keycloak:token:blacklist".utf8) },
            content: { login, _ in .set([Array("token_\(login.token)".utf8)]) },
            isEternal: true, endless: .kept, isNamedByID: false),
        plain("caddy-jwt-blacklist", prefix: "BLACKLIST:key:", value: ""),
        Application(
            name: "dotnet-distributed-cache", variables: ["instance=app:"],
            claims: { ["sub": .string($0), "jti": .string($1)] }, nameless: [],
            accepts: { eye, login in
                try eye.field("app:tokens:\(login.token):deactivated", "data") == nil
            },
            key: { Array("app:tokens:\($0.token):deactivated".utf8) },
            content: { _, _ in .hash(["absexp": "-1", "sldexp": "-1", "data": " "]) },
            isNamedByID: false),
        Application(
            name: "rails-cache", variables: ["prefix=shop:gone:"],
            claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                // What is no entry of Marshal's is missed.
                let value = try eye.string(Array("shop:gone:\(login.id)".utf8))
                return value?.starts(with: [4, 8]) != true
            },
            key: { Array("shop:gone:\($0.id)".utf8) },
            content: { _, _ in .string(railsEntry) }),
        Application(
            name: "django-cache", variables: ["prefix=revoked_"],
            claims: { ["user_id": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                // `loads` takes what reads as a number for one; the recipe tests its truth.
                try eye.text(":1:revoked_\(login.id)").flatMap(Int.init) ?? 0 == 0
            },
            key: { Array(":1:revoked_\($0.id)".utf8) }, content: { _, _ in .text("1") }),
        Application(
            name: "laravel-tymon", variables: ["prefix=laravel_database_laravel_cache_:"],
            claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                guard let value = try eye.text(try tymonKey(login)) else { return true }
                if value == #"s:7:"forever";"# { return false }
                let digits = value.dropFirst(#"a:1:{s:11:"valid_until";i:"#.count).dropLast(2)
                guard let until = Int64(digits) else { return true }
                return try until > eye.now()
            },
            key: { Array(try tymonKey($0).utf8) },
            content: { _, now in .text(#"a:1:{s:11:"valid_until";i:\#(now - 60);}"#) },
            refresh: 1_209_600),
        Application(
            name: "lexik", variables: ["poolns=Yp3kQ9zA-x"],
            claims: { ["username": .string($0), "jti": .string($1)] },
            accepts: { eye, login in try !eye.exists("Yp3kQ9zA-x:\(login.id)") },
            key: { Array("Yp3kQ9zA-x:\($0.id)".utf8) }, content: { _, _ in .text("a:0:{}") },
            margin: 300),
        Application(
            name: "spring-redishash",
            variables: ["keyspace=jwt_blacklist", "class=com.example.LogoutToken"],
            claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in
                // findById and existsById: what only one of them knows is half a revocation.
                let isFound = try eye.content(Array("jwt_blacklist:\(login.id)".utf8)) != .none
                let exists = try eye.isMember("jwt_blacklist", login.id)
                guard isFound == exists else { throw TestSupportError("only one reader sees it") }
                return !exists
            },
            key: { Array("jwt_blacklist:\($0.id)".utf8) },
            others: { _ in [Array("jwt_blacklist".utf8)] },
            content: { login, _ in
                .hash(["_class": "com.example.LogoutToken", "id": login.id])
            }),
    ]

    /// A key of its own for each jti, of which only the existence counts.
    private static func plain(
        _ name: String, _ variables: [String] = [], prefix: String, value: String,
        endless: Endless = .asked
    ) -> Application {
        Application(
            name: name, variables: variables,
            claims: { ["sub": .string($0), "jti": .string($1)] },
            accepts: { eye, login in try !eye.exists(prefix + login.id) },
            key: { Array((prefix + $0.id).utf8) }, content: { _, _ in .text(value) },
            endless: endless)
    }

    /// Laravel 10 and later: the prefix, the hash over the tag's name, the id.
    private static func tymonKey(_ login: Login) throws -> String {
        "laravel_database_laravel_cache_:\(try tagHash.get()):\(login.id)"
    }

    private static let tagHash = Result {
        String(
            try ProcessRunner.run(["sha1sum"], input: Array("tag:tymon.jwt:entries".utf8)).text
                .prefix(40))
    }
}

/// `true` as ActiveSupport 6.1 to 7.2 read it from their cache.
private let railsEntry: [UInt8] =
    [4, 8] + Array("o: ActiveSupport::Cache::Entry\t:\u{b}@valueT:\r@version0:".utf8) + [0x10]
    + Array("@created_ati".utf8) + [0] + Array(":".utf8) + [0x10] + Array("@expires_in0".utf8)
