import Foundation
import JSON
import Redis
import TestSupport

/// Applications that keep what is alive, each by its own rule.
extension Application {
    static let whitelists: [Application] = [
        sortedSet("user-zset", unit: 1000),
        sortedSet("user-zset", ["score=exp_s"], unit: 1),
        Application(
            name: "jwt-redis-allow",
            claims: { ["id": .string($0), "jti": .string("\($0):\($1)")] },
            logIn: { try $0.put("jwt_label:\($1.user):\($1.id)", "true", $1) },
            accepts: { eye, login in
                try eye.text("jwt_label:\(login.user):\(login.id)") == "true"
            },
            key: { Array("jwt_label:\($0.user):\($0.id)".utf8) }, content: { _, _ in .none },
            logout: .keys),
        Application(
            name: "ruoyi", claims: { ["username": .string($0), "user_key": .string($1)] },
            nameless: ["user_key"],
            logIn: { try $0.put("login_tokens:\($1.id)", #"{"username":"\#($1.user)"}"#, $1) },
            accepts: { eye, login in try eye.exists("login_tokens:\(login.id)") },
            key: { Array("login_tokens:\($0.id)".utf8) }, content: { _, _ in .none },
            isRestorable: false, logout: .keys),
        Application(
            name: "eladmin", claims: { ["sub": .string($0), "uid": .string($1)] },
            nameless: ["uid"],
            logIn: { try $0.put("online_token:\($1.user):\($1.id)", "{}", $1) },
            accepts: { eye, login in
                try eye.exists("online_token:\(login.user):\(login.id)")
            },
            key: { Array("online_token:\($0.user):\($0.id)".utf8) }, content: { _, _ in .none },
            isNamedByID: false, isRestorable: false, logout: .keys),
        Application(
            name: "go-access-uuid",
            claims: { ["user_id": .string($0), "access_uuid": .string($1)] },
            nameless: ["access_uuid"],
            logIn: { eye, login in
                try eye.put(login.id, login.user, login)
                try eye.put("\(login.id)++\(login.user)", login.user, login)
            },
            accepts: { eye, login in try eye.text(login.id) == login.user },
            key: { Array($0.id.utf8) },
            others: { [Array("\($0.id)++\($0.user)".utf8)] }, content: { _, _ in .none },
            isNamedByID: false, isRestorable: false, logout: .keys),
        Application(
            name: "guardian-redis",
            claims: { ["sub": .string($0), "jti": .string($1), "aud": "shop"] },
            logIn: { eye, login in
                try eye.put("\(login.id):shop", "{}", login)
                try eye.call("SADD", "set:\(login.user)", .text("\(login.id):shop"))
            },
            accepts: { eye, login in try eye.exists("\(login.id):shop") },
            key: { Array("\($0.id):shop".utf8) },
            content: { _, _ in .none },
            isNamedByID: false, isRestorable: false, logout: .keys),
        Application(
            name: "sa-token", claims: { ["loginId": .string($0), "jti": .string($1)] },
            nameless: [],
            logIn: { try $0.put("satoken:login:token:\($1.token)", $1.user, $1) },
            accepts: { eye, login in
                guard let value = try eye.text("satoken:login:token:\(login.token)") else {
                    return false
                }
                return !["-3", "-4", "-5"].contains(value)
            },
            key: { Array("satoken:login:token:\($0.token)".utf8) },
            content: { _, _ in .text("-5") }, margin: 0, isNamedByID: false, isRestorable: false,
            logout: .keys),
        Application(
            name: "sa-token-json", claims: { ["loginId": .string($0), "jti": .string($1)] },
            nameless: [],
            logIn: { eye, login in
                let value = JSONValue.string(login.user).encoded(.compact, escaping: .minimal)
                try eye.put(
                    "satoken:login:token:\(login.token)", String(decoding: value, as: UTF8.self),
                    login)
            },
            accepts: { eye, login in
                guard let value = try eye.text("satoken:login:token:\(login.token)") else {
                    return false
                }
                return !["\"-3\"", "\"-4\"", "\"-5\""].contains(value)
            },
            key: { Array("satoken:login:token:\($0.token)".utf8) },
            content: { _, _ in .text("\"-5\"") }, margin: 0, isNamedByID: false,
            isRestorable: false, logout: .keys),
        Application(
            name: "jwt-sessions",
            claims: { ["namespace": .string($0), "uid": .string($1), "ruid": .string("r-\($1)")] },
            nameless: ["uid"],
            logIn: { eye, login in
                try eye.put("jwt__access_\(login.id)", "csrf", login)
                try eye.call(
                    "HSET", "jwt__\(login.user)_refresh_r-\(login.id)", "csrf", "c",
                    "access_uid", .text(login.id))
            },
            accepts: { eye, login in try eye.exists("jwt__access_\(login.id)") },
            key: { Array("jwt__access_\($0.id)".utf8) },
            others: { [Array("jwt__\($0.user)_refresh_r-\($0.id)".utf8)] },
            content: { _, _ in .none }, isRestorable: false, logout: .keys),
        Application(
            name: "spring-oauth2-redis",
            claims: {
                [
                    "user_name": .string($0), "jti": .string($1), "client_id": "web",
                    "scope": ["write", "read"],
                ]
            }, nameless: [],
            logIn: { eye, login in
                let object: [UInt8] = [0xAC, 0xED, 0, 5, 0x73] + Array(login.token.utf8)
                let (token, user) = (login.token, login.user)
                try eye.put("access:\(token)", object, login)
                try eye.put("auth:\(token)", "authentication", login)
                try eye.put("auth_to_access:\(try authenticationKey(user))", object, login)
                try eye.put("access_to_refresh:\(token)", "r-\(login.id)", login)
                try eye.put("refresh:r-\(login.id)", "refresh", login)
                try eye.put("refresh_auth:r-\(login.id)", "authentication", login)
                try eye.put("refresh_to_access:r-\(login.id)", token, login)
                try eye.call("SADD", "uname_to_access:web:\(user)", .bytes(object))
                try eye.call("SADD", "client_id_to_access:web", .bytes(object))
            },
            accepts: { eye, login in
                if try eye.exists("access:\(login.token)") { return true }
                // The next login takes what stands here, and stores it as a token again.
                let next = try eye.string(
                    Array("auth_to_access:\(try authenticationKey(login.user))".utf8))
                return next?.dropFirst(5).elementsEqual(login.token.utf8) ?? false
            },
            key: { Array("access:\($0.token)".utf8) },
            others: { login in
                let id = login.id
                let token = login.token
                return Set(
                    [
                        "auth:\(token)", "auth_to_access:\(try authenticationKey(login.user))",
                        "access_to_refresh:\(token)", "refresh:r-\(id)", "refresh_auth:r-\(id)",
                        "refresh_to_access:r-\(id)", "uname_to_access:web:\(login.user)",
                        "client_id_to_access:web",
                    ].map { Array($0.utf8) })
            },
            content: { _, _ in .none }, isNamedByID: false, isRestorable: false, logout: .keys,
            looksAgain: true),
        Application(
            name: "jeecg", claims: { ["username": .string($0), "jti": .string($1)] }, nameless: [],
            logIn: { try $0.put("prefix_user_token:\($1.token)", $1.token, $1) },
            accepts: { eye, login in try eye.exists("prefix_user_token:\(login.token)") },
            key: { Array("prefix_user_token:\($0.token)".utf8) }, content: { _, _ in .none },
            isNamedByID: false, isRestorable: false, logout: .keys, looksAgain: true),
        Application(
            name: "redis-jwt", claims: { ["sub": .string($0), "rjwt": .string("\($0):\($1)")] },
            nameless: ["rjwt"],
            logIn: { eye, login in
                let session = JSONValue.object(["rjwt": .string("\(login.user):\(login.id)")])
                    .encoded(.compact, escaping: .minimal)
                try eye.put("\(login.user):\(login.id)", session, login)
            },
            accepts: { eye, login in try eye.exists("\(login.user):\(login.id)") },
            key: { Array("\($0.user):\($0.id)".utf8) }, content: { _, _ in .none },
            isRestorable: false, logout: .keys),
        Application(
            name: "fastapi-users", claims: { ["sub": .string($0), "jti": .string($1)] },
            logIn: { try $0.put("fastapi_users_token:\($1.id)", $1.user, $1) },
            accepts: { eye, login in try eye.exists("fastapi_users_token:\(login.id)") },
            key: { Array("fastapi_users_token:\($0.id)".utf8) }, content: { _, _ in .none },
            isRestorable: false, logout: .keys),
        authorizationServer("pig") { "token::username::\($0.user)::web::\($0.id)" },
        authorizationServer("zlt") { "token::access_token::web::\($0.user)::\($0.id)" },
    ]

    /// Spring's authorization server: three keys for a login, of which one names its user.
    private static func authorizationServer(
        _ name: String, trace: @escaping @Sendable (Login) -> String
    ) -> Application {
        Application(
            name: name, claims: { ["sub": .string($0), "jti": .string($1)] },
            logIn: { eye, login in
                let object: [UInt8] = [0xAC, 0xED, 0, 5, 0x73] + Array(login.id.utf8)
                try eye.put("token::access_token::\(login.id)", object, login)
                try eye.put("token::refresh_token::r-\(login.id)", object, login)
                try eye.put(trace(login), "", login)
            },
            accepts: { eye, login in
                let isAlive = try eye.exists("token::access_token::\(login.id)")
                let isFresh = try eye.exists("token::refresh_token::r-\(login.id)")
                guard isAlive == isFresh else { throw TestSupportError("half a session is left") }
                return isAlive
            },
            key: { Array("token::access_token::\($0.id)".utf8) },
            others: { [Array("token::refresh_token::r-\($0.id)".utf8)] },
            content: { _, _ in .none }, isRestorable: false, logout: .keys, unfit: [":bob"])
    }

    private static func sortedSet(
        _ name: String, _ variables: [String] = [], unit: Int64
    ) -> Application {
        Application(
            name: name, variables: variables,
            claims: { ["data": ["id": .string($0)], "jti": .string($1)] }, nameless: ["data"],
            logIn: { eye, login in
                let score = login.exp.map { Argument.integer($0 * unit) } ?? "+inf"
                try eye.call("ZADD", "\(login.user)-tokens", score, .text(login.token))
            },
            accepts: { eye, login in
                // The article reads the whole list, and drops what has expired.
                let all = try eye.content(Array("\(login.user)-tokens".utf8))
                guard case .sorted(let scores) = all else { return false }
                let now = Double(try eye.now() * unit)
                return scores[Array(login.token.utf8)].map { $0 > now } ?? false
            },
            key: { Array("\($0.user)-tokens".utf8) }, content: { _, _ in .none },
            isNamedByID: false, logout: .list)
    }

    /// Spring's name for a user with a client and its scopes.
    static func authenticationKey(_ user: String) throws -> String {
        try md5("{username=\(user), client_id=web, scope=read write}")
    }
}

extension Eye {
    /// What lives as long as the login.
    fileprivate func put(_ key: String, _ value: [UInt8], _ login: Login) throws {
        try call("SET", key, .bytes(value))
        if let exp = login.exp { try call("EXPIREAT", key, .integer(exp)) }
    }

    fileprivate func put(_ key: String, _ value: String, _ login: Login) throws {
        try put(key, Array(value.utf8), login)
    }
}
