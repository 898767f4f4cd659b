import Foundation
import JSON
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

/// An application that keeps a key for each of its tokens, as far as its keys go.
struct SessionApplication: CustomTestStringConvertible, Sendable {
    /// The names of its layout and of its variables.
    let preset: String
    var variables: [String: String] = [:]
    /// What a login writes; the number makes it another one.
    let login: @Sendable (_ user: String, _ number: Int) -> Login
    /// What lies beside it and is nobody's.
    var decoys: @Sendable (_ user: String) -> [Command] = { _ in [] }
    /// Names that its own keys can't tell from other users'.
    var unfit: Set<String> = []

    struct Login {
        /// What the layout calls the token.
        let id: String
        let commands: [Command]
    }

    var testDescription: String { preset }

    func layout() throws -> Layout { try LayoutReader.preset(preset, variables: variables) }

    static let all: [SessionApplication] = [
        SessionApplication(preset: "eladmin") { user, number in
            Login(
                id: "u\(number)",
                commands: [
                    Command(
                        "SET", .text("online_token:\(user):u\(number)"), #"{"a":1}"#, "PX", 900_000)
                ])
        },
        SessionApplication(preset: "jwt-redis-allow") { user, number in
            Login(
                id: "\(user):r\(number)",
                commands: [Command("SET", .text("jwt_label:\(user):r\(number)"), "true")])
        },
        SessionApplication(
            preset: "redis-jwt",
            login: { user, number in
                let id = "\(user):r\(number)"
                let value = JSONValue.object([
                    "rjwt": .string(id), "dataSession": .object(["rjwt": "x"]),
                ]).encoded(.compact, escaping: .minimal)
                return Login(
                    id: id, commands: [Command("SET", .text(id), .bytes(value), "EX", 900)])
            },
            decoys: { user in
                [
                    Command("SET", .text("\(user):profile"), "not a session"),
                    Command("SET", .text("\(user):copy"), .text(#"{"rjwt":"\#(user):r0"}"#)),
                    Command("HSET", .text("\(user):hash"), "a", "b"),
                ]
            }),
        SessionApplication(preset: "guardian-redis") { user, number in
            Login(
                id: "j\(number)-\(user.utf8.count)-\(user.hashed)",
                commands: [
                    Command(
                        "SET", .text("j\(number)-\(user.utf8.count)-\(user.hashed):web"), "{}",
                        "EX", 900),
                    Command(
                        "SADD", .text("set:\(user)"),
                        .text("j\(number)-\(user.utf8.count)-\(user.hashed):web")),
                ])
        },
        SessionApplication(preset: "jwt-sessions") { user, number in
            let id = "a\(number)-\(user.hashed)"
            return Login(
                id: id,
                commands: [
                    Command("SET", .text("jwt__access_\(id)"), "csrf", "EX", 900),
                    Command(
                        "HSET", .text("jwt__\(user)_refresh_r\(number)"), "csrf", "c",
                        "access_uid", .text(id), "access_expiration", "1", "expiration", "2"),
                ])
        },
        SessionApplication(preset: "go-access-uuid") { user, number in
            let id = "a\(number)-\(user.hashed)"
            return Login(
                id: id,
                commands: [
                    Command("SET", .text(id), .text(user), "EX", 900),
                    Command("SET", .text("\(id)++\(user)"), .text(user), "EX", 9000),
                ])
        },
        SessionApplication(
            preset: "sa-token",
            login: { user, number in
                let id = Self.token(["loginId": user], number)
                return Login(
                    id: id,
                    commands: [
                        Command("SET", .text("satoken:login:token:\(id)"), .text(user), "EX", 900)
                    ])
            },
            decoys: { user in
                [Command("SET", .text("satoken:login:session:\(user)"), .text(user))]
            }),
        SessionApplication(preset: "ruoyi") { user, number in
            let id = "k\(number)-\(user.hashed)"
            // As fastjson writes it, which no strict reader takes.
            let name = String(
                decoding: JSONValue.string(user).encoded(.compact, escaping: .minimal),
                as: UTF8.self)
            let value =
                #"{"@type":"com.ruoyi.system.api.model.LoginUser","deptId":103L,"#
                + #""permissions":Set["*:*:*","a\"b"],"sysUser":{"username":"nobody"},"#
                + #""userid":1L,"username":\#(name),"z":1}"#
            return Login(
                id: id,
                commands: [Command("SET", .text("login_tokens:\(id)"), .text(value), "EX", 900)])
        },
        SessionApplication(preset: "fastapi-users") { user, number in
            let id = "o\(number)-\(user.hashed)"
            return Login(
                id: id,
                commands: [
                    Command("SET", .text("fastapi_users_token:\(id)"), .text(user), "EX", 900)
                ])
        },
        SessionApplication(preset: "jeecg") { user, number in
            let id = Self.token(["username": user], number)
            return Login(
                id: id,
                commands: [
                    Command("SET", .text("prefix_user_token:\(id)"), .text(id), "EX", 900)
                ])
        },
        SessionApplication(preset: "pig") { user, number in
            let id = "o\(number)-\(user.hashed)"
            return Login(
                id: id,
                commands: [
                    Command(
                        "SET", .text("token::access_token::\(id)"), .text("object \(id)"), "EX",
                        900),
                    Command(
                        "SET", .text("token::refresh_token::r\(id)"), .text("object \(id)"), "EX",
                        9000),
                    Command(
                        "SET", .text("token::username::\(user)::web::\(id)"), .text(id), "EX", 900),
                ])
        },
        SessionApplication(
            preset: "zlt",
            login: { user, number in
                let id = "o\(number)-\(user.hashed)"
                return Login(
                    id: id,
                    commands: [
                        Command(
                            "SET", .text("token::access_token::\(id)"), .text("object \(id)"),
                            "EX", 900),
                        Command(
                            "SET", .text("token::refresh_token::r\(id)"), .text("object \(id)"),
                            "EX", 9000),
                        Command(
                            "SET", .text("token::access_token::web::\(user)::\(id)"), "1", "EX",
                            900),
                    ])
            }),
        SessionApplication(preset: "spring-oauth2-redis") { user, number in
            SpringToken(user: user, number: number).login
        },
    ]

    /// A token with these claims that nobody signed: only the application's own keys are read.
    static func token(_ claims: [String: String], _ number: Int) -> String {
        var object = JSONObject()
        for (name, value) in claims.sorted(by: { $0.key < $1.key }) {
            object.set(JSONString(name), .string(value))
        }
        object.set("n", .integer(Int64(number)))
        object.set("iat", .integer(1_700_000_000 + Int64(number)))
        return token(object)
    }

    static func token(_ claims: JSONObject) -> String {
        let payload = JSONValue.object(claims).encoded(.compact, escaping: .minimal)
        return "eyJhbGciOiJIUzI1NiJ9." + base64URL(payload) + ".c2ln"
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().filter { $0 != "=" }.map {
                $0 == "+" ? "-" : $0 == "/" ? "_" : $0
            })
    }

    /// What such a token says.
    static func claims(_ text: [UInt8]) -> JSONObject? {
        let parts = String(decoding: text, as: UTF8.self).split(separator: ".")
        guard parts.count == 3 else { return nil }
        var base64 = String(parts[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: base64) else { return nil }
        return try? JSONParser.parse(Array(data)).objectValue
    }
}

/// One token of Spring's RedisTokenStore with all that it writes, in the bytes of a JDK's stream.
struct SpringToken {
    let user: String?
    let number: Int
    var client = "web"
    var scope = ["write", "read"]
    /// Whether the access token is a JWT.
    var isJWT = true
    /// Of the two that releases have used for indexes.
    var isList = false

    var id: String {
        guard isJWT else { return "opaque-\(number)-\((user ?? "client").hashed)" }
        var claims: JSONObject = [
            "client_id": .string(client), "scope": .array(scope.map { .string($0) }),
            "jti": .string("j\(number)"), "n": .integer(Int64(number)),
        ]
        if let user { claims.set("user_name", .string(user)) }
        return SessionApplication.token(claims)
    }

    var refresh: String {
        guard isJWT, let user else { return "refresh-\(number)-\((user ?? "client").hashed)" }
        return SessionApplication.token([
            "client_id": .string(client), "ati": .string("j\(number)"), "user_name": .string(user),
            "r": .integer(Int64(number)),
        ])
    }

    /// DefaultOAuth2AccessToken, as far as it matters: a stream with the token's text in it.
    var object: [UInt8] {
        let name = "org.springframework.security.oauth2.common.DefaultOAuth2AccessToken"
        return [0xAC, 0xED, 0x00, 0x05, 0x73, 0x72, 0x00, UInt8(name.utf8.count)]
            + Array(name.utf8) + [0x0C, 0xB2, 0x9E, 0x36, 0x1B, 0x24, 0xFA, 0xCE, 0x02, 0x00, 0x06]
            + JavaObject.framed(Array("bearer".utf8)) + JavaObject.framed(Array(id.utf8)) + [0x78]
    }

    /// What `DefaultAuthenticationKeyGenerator` makes its MD5 of.
    var authentication: String {
        let scopes = scope.sorted().joined(separator: " ")
        return "{" + (user.map { "username=\($0), " } ?? "")
            + "client_id=\(client), scope=\(scopes)}"
    }

    var authenticationKey: String {
        let hash = try? Template.Filter.md5.apply(Array(authentication.utf8))
        return "auth_to_access:" + String(decoding: hash ?? [], as: UTF8.self)
    }

    var login: SessionApplication.Login {
        let push: Argument = isList ? "RPUSH" : "SADD"
        func set(_ key: String, _ value: Argument) -> Command {
            Command("SET", .text(key), value, "EX", 900)
        }
        var commands = [
            set("access:\(id)", .bytes(object)), set("auth:\(id)", "authentication"),
            set(authenticationKey, .bytes(object)),
            Command(arguments: [push, .text("client_id_to_access:\(client)"), .bytes(object)]),
        ]
        if let user {
            commands += [
                Command(
                    arguments: [push, .text("uname_to_access:\(client):\(user)"), .bytes(object)]),
                set("refresh:\(refresh)", "refresh"), set("refresh_auth:\(refresh)", "auth"),
                set("refresh_to_access:\(refresh)", .text(id)),
                set("access_to_refresh:\(id)", .text(refresh)),
            ]
        }
        return SessionApplication.Login(id: id, commands: commands)
    }
}

extension String {
    /// The same for the same text, and fit for a key.
    fileprivate var hashed: String {
        String(utf8.reduce(UInt64(5381)) { ($0 &* 33) ^ UInt64($1) }, radix: 36)
    }
}

extension StoreSandbox {
    /// A store of another layout on the same server.
    func store(_ application: SessionApplication) throws -> TokenStore {
        try store(application.layout())
    }

    func store(_ layout: Layout, on client: Client? = nil) -> TokenStore {
        TokenStore(
            client: client ?? Self.client(server.socketPath), layout: layout,
            origin: .init(actor: "ann", host: "box"), claims: SessionApplication.claims)
    }

    @discardableResult
    func logIn(_ application: SessionApplication, _ user: String, _ count: Int) throws -> [String] {
        let logins = (0..<count).map { application.login(user, $0) }
        let replies = try observer.pipeline(logins.flatMap(\.commands))
        for reply in replies { _ = try reply.value() }
        return logins.map(\.id)
    }
}
