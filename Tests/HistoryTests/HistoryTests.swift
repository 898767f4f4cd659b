import Foundation
import TestSupport
import Testing

/// Sixteen at a time issue, renew, revoke, restore and log out; whatever the order in which it
/// came about, no promise is broken.
@Suite(.serialized, .slow) struct HistoryTests {
    @Test func onOneServer() throws {
        let tool = try BuiltTool()
        let stage = Stage(
            seed: HistoryLength.seed, operations: HistoryLength.operations(short: 1000),
            environment: tool.environment, nodes: [.socket(tool.redis.socketPath)])
        try Play(stage: stage).expectNoViolation("one server")
    }

    @Test func onACluster() throws {
        let cluster = try RedisCluster()
        let tool = try BuiltTool()
        let stage = Stage(
            seed: HistoryLength.seed, operations: HistoryLength.operations(short: 500, share: 4),
            environment: tool.environment.merging(["JWTCTL_REDIS_URL": cluster.url]) { $1 },
            nodes: cluster.nodes[..<3].map { .port($0.port) })
        try Play(stage: stage).expectNoViolation("Cluster")
    }

    @Test func throughDeathsOfTheTool() throws {
        let tool = try BuiltTool()
        let stage = Stage(
            seed: HistoryLength.seed, operations: HistoryLength.operations(short: 500, share: 4),
            environment: tool.environment, nodes: [.socket(tool.redis.socketPath)], killRate: 0.3)
        try Play(stage: stage).expectNoViolation("kill -9 of the tool")
        #expect(stage.killCount > 0)
    }

    /// Every write is on the disk before it is acknowledged.
    @Test func throughDeathsOfRedis() throws {
        let redis = try RedisServer(configuration: ["appendonly yes", "appendfsync always"])
        let tool = try BuiltTool(redis)
        let stage = Stage(
            seed: HistoryLength.seed, operations: HistoryLength.operations(short: 600, share: 4),
            environment: tool.environment, nodes: [.socket(redis.socketPath)], killRate: 0.1,
            isRedisMortal: true)
        var deaths = 0
        var random = SeededGenerator(seed: HistoryLength.seed)
        try Play(stage: stage).expectNoViolation("kill -9 of Redis") {
            usleep(.random(in: 100_000...600_000, using: &random))
            redis.kill9()
            usleep(.random(in: 0...20_000, using: &random))
            try redis.restart()
            deaths += 1
        }
        print("Redis was killed \(deaths) times")
        #expect(deaths > 1)
    }
}

/// How much is done: little in a run of all tests, and as much as `JWTCTL_HISTORY_OPERATIONS` says
/// in `make history`.
enum HistoryLength {
    private static let variables = ProcessInfo.processInfo.environment
    private static let wanted = variables["JWTCTL_HISTORY_OPERATIONS"].flatMap(Int.init)

    /// `share` is which part of the long form a test does.
    static func operations(short: Int, share: Int = 1) -> Int { wanted.map { $0 / share } ?? short }

    static func count(short: Int, long: Int) -> Int { wanted == nil ? short : long }

    /// Another each time, unless `JWTCTL_HISTORY_SEED` says which.
    static let seed =
        variables["JWTCTL_HISTORY_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
}
