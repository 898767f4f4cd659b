import OpenSSL
import Platform
import Testing

@testable import Redis

@Suite struct RedisURLTests {
    struct Accepted: Sendable, CustomTestStringConvertible {
        let url: String
        var endpoint = Endpoint.tcp(host: "127.0.0.1", port: 6379)
        var user: String?
        var password: String?
        var database = 0
        var usesTLS = false
        var testDescription: String { url }
    }

    static let accepted: [Accepted] = [
        Accepted(url: "redis://"),
        Accepted(url: "redis:///"),
        Accepted(url: "REDIS://"),
        Accepted(url: "valkey://h", endpoint: .tcp(host: "h", port: 6379)),
        Accepted(
            url: "redis://:7000/2", endpoint: .tcp(host: "127.0.0.1", port: 7000), database: 2),
        Accepted(url: "redis://h:/3", endpoint: .tcp(host: "h", port: 6379), database: 3),
        Accepted(url: "redis://h?db=4", endpoint: .tcp(host: "h", port: 6379), database: 4),
        Accepted(url: "redis://[::1]", endpoint: .tcp(host: "::1", port: 6379)),
        Accepted(url: "redis://[::1]:1/0", endpoint: .tcp(host: "::1", port: 1)),
        Accepted(
            url: "redis://[::ffff:127.0.0.1]", endpoint: .tcp(host: "::ffff:127.0.0.1", port: 6379)),
        Accepted(url: "redis://h:65535", endpoint: .tcp(host: "h", port: 65535)),
        Accepted(
            url: "redis://:secret@h", endpoint: .tcp(host: "h", port: 6379), password: "secret"),
        Accepted(
            url: "redis://u:p@ss@h", endpoint: .tcp(host: "h", port: 6379), user: "u",
            password: "p@ss"),
        Accepted(
            url: "redis://u:p%40%23%2F%3D%25%00:x@h/1", endpoint: .tcp(host: "h", port: 6379),
            user: "u", password: "p@#/=%\0:x", database: 1),
        Accepted(
            url: "redis://u:a,b=c@h", endpoint: .tcp(host: "h", port: 6379), user: "u",
            password: "a,b=c"),
        Accepted(
            url: "redis://u:a/b?c#d@h", endpoint: .tcp(host: "h", port: 6379), user: "u",
            password: "a/b?c#d"),
        Accepted(url: "redis://u:@h", endpoint: .tcp(host: "h", port: 6379), user: "u"),
        Accepted(url: "rediss://h", endpoint: .tcp(host: "h", port: 6379), usesTLS: true),
        Accepted(
            url: "RedisS://u:p@[::1]:6380/1", endpoint: .tcp(host: "::1", port: 6380), user: "u",
            password: "p", database: 1, usesTLS: true),
        Accepted(
            url: "valkeys://h?db=2", endpoint: .tcp(host: "h", port: 6379), database: 2,
            usesTLS: true),
        Accepted(url: "redis://:@h", endpoint: .tcp(host: "h", port: 6379)),
        Accepted(url: "redis://@h", endpoint: .tcp(host: "h", port: 6379)),
        Accepted(url: "unix:///run/redis.sock", endpoint: .unix(path: "/run/redis.sock")),
        Accepted(url: "unix:///r@1.sock", endpoint: .unix(path: "/r@1.sock")),
        Accepted(
            url: "unix://u:p@q@/r@1", endpoint: .unix(path: "/r@1"), user: "u", password: "p@q"),
        Accepted(url: "unix:///r.sock?db=7", endpoint: .unix(path: "/r.sock"), database: 7),
        Accepted(url: "redis-socket:///r?database=7", endpoint: .unix(path: "/r"), database: 7),
        Accepted(url: "redis+unix:///r%20s", endpoint: .unix(path: "/r s")),
        Accepted(
            url: "redis+socket://u:p@/r", endpoint: .unix(path: "/r"), user: "u", password: "p"),
    ]

    @Test(arguments: accepted)
    func `reads every part`(_ wanted: Accepted) throws {
        let target = try RedisURL.parse(wanted.url)
        #expect(target.endpoint == wanted.endpoint)
        #expect(target.user == wanted.user)
        let password = target.password.map { secret in
            secret.withBytes { String(decoding: $0, as: UTF8.self) }
        }
        #expect(password == wanted.password)
        #expect(target.database == wanted.database)
        #expect(target.tls == (wanted.usesTLS ? TLSSettings() : nil))
    }

    static let refused: [(String, RedisURLError)] = [
        ("", .missingScheme),
        ("localhost:6379", .missingScheme),
        ("redis:/h", .missingScheme),
        ("/run/redis/redis.sock", .barePath("/run/redis/redis.sock")),
        ("/run/my redis.sock", .barePath(nil)),
        ("./redis.sock", .barePath(nil)), ("unix:/run/r.sock", .barePath("/run/r.sock")),
        ("redis-sentinel://h:1/mymaster", .missingPrimaryName),
        ("/:hunter2@h", .barePath(nil)),
        (
            "h.example:6380,password=x=,ssl=True,abortConnect=False",
            .connectionString(place: "h.example:6380", usesTLS: true)
        ),
        ("h,password=x", .connectionString(place: "h", usesTLS: false)),
        ("u@h,password=x", .connectionString(place: nil, usesTLS: false)),
        ("redis://h:6380,password=x", .connectionString(place: "h:6380", usesTLS: false)),
        ("rediss://h:6380,password=a@b", .connectionString(place: "h:6380", usesTLS: false)),
        ("redis://a=b", .connectionString(place: nil, usesTLS: false)),
        ("redis://u:p@a:1,u:p@b:2", .severalUserinfos),
        ("redis://u:p@ss,word@h", .severalUserinfos),
        ("redis+sentinel://:p@a,:p@b/m", .severalUserinfos),
        ("http://h", .unknownScheme("http")),
        ("rediss+unix:///r", .unknownScheme("rediss+unix")),
        ("rediss:///run/redis.sock", .badDatabase),
        ("redis://a,,b", .badHost),
        ("redis://a,", .badHost),
        ("redis://a,::1", .badHost),
        ("redis+sentinel://h", .missingPrimaryName),
        ("redis+sentinel://h/", .missingPrimaryName),
        ("redis-sentinel://h/0", .missingPrimaryName),
        ("redis-sentinel://h#", .missingPrimaryName),
        ("redis+sentinel://h/m/x", .badDatabase),
        ("redis+sentinel://h/m/1/2", .badDatabase),
        ("redis-sentinel://h/m#m", .missingPrimaryName),
        ("redis+sentinel://h/m/1?db=1", .databaseTwice),
        ("redis+sentinel://h/m#m", .fragment),
        ("redis+sentinel://h/m?sentinelMasterId=m", .repeatedParameter("sentinelMasterId")),
        ("redis-sentinel://h?db=1&db=1#m", .repeatedParameter("db")),
        ("redis+sentinel://h/m?timeout=1", .unknownParameter("timeout")),
        ("redis+sentinel://secret@h/m", .ambiguousUserinfo),
        ("redis+sentinel://h:0/m", .badPort),
        ("redis://secret@h", .ambiguousUserinfo),
        ("redis://:%zz@h", .badPercentEncoding(part: "password")),
        ("redis://:a%4@h", .badPercentEncoding(part: "password")),
        ("redis://%ff:a@h", .badPercentEncoding(part: "user")),
        ("redis://h h", .badCharacter),
        ("redis://h\r\n", .badCharacter),
        ("redis://::1", .badHost),
        ("redis://[::1", .badHost),
        ("redis://[::1]x", .badHost),
        ("redis://[h]", .badHost),
        ("redis://h%00", .badHost),
        ("redis://h:0", .badPort),
        ("redis://h:65536", .badPort),
        ("redis://h:+1", .badPort),
        ("redis://h:6379x", .badPort),
        ("redis://h/abc", .badDatabase),
        ("redis://h/00", .badDatabase),
        ("redis://h/01", .badDatabase),
        ("redis://h/-1", .badDatabase),
        ("redis://h/1/2", .badDatabase),
        ("redis://h/12345678901234567890", .badDatabase),
        ("redis://h?db=", .badDatabase),
        ("redis://h/1?db=1", .databaseTwice),
        ("redis://h?db=1&db=1", .databaseTwice),
        ("redis://h/0?timeout=1", .unknownParameter("timeout")),
        ("redis://h?database=1", .unknownParameter("database")),
        ("redis://h#x", .fragment),
        ("unix://relative", .missingPath),
        ("unix://u:p@relative", .missingPath),
        ("unix://secret@/r", .ambiguousUserinfo),
        ("unix://", .missingPath),
        ("unix:///", .missingPath),
        ("unix:///a%00b", .missingPath),
        ("unix:///" + String(repeating: "x", count: 107), .pathTooLong(limit: 107)),
    ]

    @Test(arguments: refused)
    func `refuses what it does not understand`(_ url: String, _ wanted: RedisURLError) {
        #expect(throws: wanted) { try RedisURL.parse(url) }
    }

    @Test func `several seeds are read in their order`() throws {
        let target = try RedisURL.parse("redis://u:p@a,b:7001,[::1],[fe80::1]:7002/0")
        #expect(
            target.endpoints.map(\.description) == [
                "a:6379", "b:7001", "[::1]:6379", "[fe80::1]:7002",
            ])
        #expect(target.endpoint == target.endpoints[0])
        #expect(target.sentinel == nil)
        #expect(target.user == "u")
    }

    @Test(arguments: [
        "redis+sentinel://u:p@a,b:1,[::1]/my%2Fmaster/2?sentinel_username=w&sentinel_password=s%40",
        "redis-sentinel://u:p@a,b:1,[::1]/2?sentinel_username=w&sentinel_password=s%40#my/master",
        "redis-sentinel://u:p@a,b:1,[::1]?db=2&sentinelMasterId=my%2Fmaster&sentinel_username=w"
            + "&sentinel_password=s%40",
        "valkey+sentinel://u:p@a:26379,b:1,[::1]:26379/my%2Fmaster?db=2&sentinel_username=w"
            + "&sentinel_password=s%40",
    ])
    func `the forms of Sentinel URLs say the same`(_ url: String) throws {
        let target = try RedisURL.parse(url)
        #expect(target.endpoints.map(\.description) == ["a:26379", "b:1", "[::1]:26379"])
        let service = try #require(target.sentinel)
        #expect(service.name == "my/master")
        #expect(service.user == "w")
        #expect(text(service.password) == "s@")
        #expect(target.user == "u")
        #expect(text(target.password) == "p")
        #expect(target.database == 2)
        #expect(target.description == "my/master@a:26379,b:1,[::1]:26379/2")
    }

    @Test func `Sentinels are never sent the password of the data`() throws {
        let target = try RedisURL.parse("redis+sentinel://u:p@a/m/3")
        let service = try #require(target.sentinel)
        let sentinel = target.sentinel(target.endpoint, of: service)
        #expect(sentinel.user == nil)
        #expect(sentinel.password == nil)
        #expect(sentinel.database == 0)
        let node = target.node(.tcp(host: "x", port: 1))
        #expect(node.user == "u")
        #expect(text(node.password) == "p")
        #expect(node.database == 3)
    }

    private func text(_ secret: SecretBytes?) -> String? {
        secret.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
    }

    @Test func `a socket path of 107 bytes still fits`() throws {
        let path = "/" + String(repeating: "x", count: 106)
        #expect(try RedisURL.parse("unix://" + path).endpoint == .unix(path: path))
    }

    @Test func `a description never shows the password`() throws {
        let target = try RedisURL.parse("redis://user:hunter2@[::1]:7000/3")
        #expect(target.description == "[::1]:7000/3")
        #expect(!String(describing: target).contains("hunter2"))
        #expect(!String(reflecting: target.endpoint).contains("hunter2"))
    }

    @Test(arguments: [
        "redis://hunter2@h", "redis://u:hunter2%@h", "redis://u:hunter2@h:x",
        "redis://u:hunter2@h/x", "redis://u:hunter2@h?x=1", "redis://u:hunter2@[h",
        "hunter2://h", "redis://u:hunter2@a,,b", "redis+sentinel://u:hunter2@a",
        "rediss+sentinel://u:hunter2@a/m/x", "/:hunter2@h", "h:1,password=hunter2",
        "redis://h:1,password=hunter2", "redis://h:1,password=hunter2@x,ssl=True",
        "redis://u:hunter2@a,u:hunter2@b",
    ])
    func `an error never shows the password`(_ url: String) {
        do {
            _ = try RedisURL.parse(url)
            Issue.record("accepted")
        } catch {
            // A scheme is shown: nobody puts a password there.
            #expect(!"\(error)".contains("hunter2") || url.hasPrefix("hunter2"))
        }
    }
}
