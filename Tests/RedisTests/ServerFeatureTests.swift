import Testing

@testable import Redis

struct ServerFeatureTests {
    @Test(arguments: [
        ("6.0.16", false), ("6.1.9", false), ("6.2.0", true), ("6.10.1", true), ("7.0.15", true),
        ("8.0.2", true), ("10.0.0", true), ("5.9.9", false), ("6", false), ("", false),
        ("x.y", false), ("6.x", false), (nil, false),
    ])
    func `a server has what its version brought, and nothing where it is not known`(
        _ version: String?, _ has: Bool
    ) {
        let info = ServerInfo(
            server: "redis", version: version, mode: .standalone, role: .primary)
        #expect(info.has(.absoluteExpiry) == has)
    }
}
