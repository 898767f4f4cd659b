import Foundation
import TestSupport
import Testing

/// `renew` is broken off anywhere: the old token lives, or the new one, or both, but never neither;
/// and whatever is done next leaves a clean state.
@Suite(.serialized, .slow) struct RenewKillTests {
    enum Victim: CaseIterable, Sendable {
        case tool, redis
    }

    /// What was alive after the death.
    private enum Survivor {
        case old, both, new
    }

    @Test(arguments: Victim.allCases)
    func oneOfTheTwoLives(_ victim: Victim) throws {
        let redis = try RedisServer(.tcp, configuration: ["appendonly yes", "appendfsync always"])
        let scene = try RenewScene(BuiltTool(redis), victim)
        let count = HistoryLength.count(short: 10, long: 50)
        var random = SeededGenerator(seed: HistoryLength.seed)
        var survivors: [Survivor] = []
        for round in 0..<count {
            // The first third of what is said only asks.
            let part =
                0.4 + 0.6 * (Double(round) + .random(in: 0..<1, using: &random)) / Double(count)
            survivors.append(try play(scene, round, part))
        }
        print(
            "renew, \(victim) killed \(count) times, seed \(HistoryLength.seed): "
                + "\(survivors.filter { $0 == .old }.count) unchanged, "
                + "\(survivors.filter { $0 == .both }.count) both alive, "
                + "\(survivors.filter { $0 == .new }.count) renewed")
        #expect(survivors.contains(.old) && survivors.contains { $0 != .old })
    }

    private func play(_ scene: RenewScene, _ round: Int, _ part: Double) throws -> Survivor {
        let old = try scene.issue(for: "alice\(round)")
        let direction: FaultProxy.Direction = round % 2 == 0 ? .toServer : .fromServer
        let printed = try scene.renew(old, dyingAt: part, of: direction)
        let note: Comment = "seed \(HistoryLength.seed), round \(round), at \(part) \(direction)"
        let isOldAlive = try scene.isAlive(old.token.id, old.token.user)
        let new = try scene.others(than: old)
        #expect(new.count <= 1, note)
        for id in new { #expect(try scene.isAlive(id, old.token.user), note) }
        #expect(isOldAlive || !new.isEmpty, "neither lives: \(note)")
        if let printed { #expect(new == [printed], note) }

        if round / 2 % 2 == 0 {
            // Renewed again: by whoever has not seen an answer.
            let again = try scene.run(["renew", "--json", old.text])
            #expect(again.status == (isOldAlive ? 0 : 6), note)
            if let id = again.newID {
                #expect(try scene.others(than: old).sorted() == (new + [id]).sorted(), note)
            }
        } else {
            #expect(try scene.run(["revoke", "--json", old.text]).status == 0, note)
            #expect(try scene.others(than: old) == new, note)
        }
        #expect(try !scene.isAlive(old.token.id, old.token.user), note)
        let left = try scene.others(than: old)
        for id in left { #expect(try scene.isAlive(id, old.token.user), note) }
        // What nobody was told of stands on the list, and can be ended from there.
        for id in left {
            let ended = try scene.run(["revoke", "--json", "--user", old.token.user, "--", id])
            #expect(ended.status == 0, note)
            #expect(try !scene.isAlive(id, old.token.user), note)
        }
        // Where it broke off before the old one left the list, that one stands there still.
        #expect(try scene.run(["revoke", "--json", old.text]).status == 0, note)
        #expect(try scene.list(of: old.token.user).isEmpty, note)
        return !isOldAlive ? .new : new.isEmpty ? .old : .both
    }
}

/// A Redis, the tool, and a way between them that ends at any byte.
private struct RenewScene {
    private let tool: BuiltTool
    private let victim: RenewKillTests.Victim
    private let service: Service
    /// How many bytes a renewal sends and gets.
    private let traffic: [FaultProxy.Direction: Int]

    init(_ tool: BuiltTool, _ victim: RenewKillTests.Victim) throws {
        self.tool = tool
        self.victim = victim
        service = Service([.port(tool.redis.port)])
        let whole = try FaultProxy(to: tool.redis.port, fault: .close, after: nil)
        let issued = try ProcessRunner.run(
            [BuiltTool.path, "issue", "--json", "--sub", "measured"], environment: tool.environment)
        _ = try ProcessRunner.run(
            [BuiltTool.path, "renew", Answer(issued).token ?? ""],
            environment: Self.environment(tool, whole))
        traffic = try Dictionary(
            uniqueKeysWithValues: FaultProxy.Direction.allCases.map {
                ($0, try whole.traffic($0).total)
            })
    }

    private static func environment(_ tool: BuiltTool, _ proxy: FaultProxy) -> [String: String] {
        tool.environment.merging(["JWTCTL_REDIS_URL": "redis://127.0.0.1:\(proxy.port)"]) { $1 }
    }

    func run(_ arguments: [String]) throws -> (status: Int?, newID: String?) {
        let result = try ProcessRunner.run(
            [BuiltTool.path] + arguments, environment: tool.environment)
        let answer = Answer(result)
        return (result.status, answer.newID)
    }

    func issue(for user: String) throws -> HeldToken {
        let result = try ProcessRunner.run(
            [BuiltTool.path, "issue", "--json", "--sub", user], environment: tool.environment)
        let answer = Answer(result)
        guard let text = answer.token, let id = answer.newID else {
            throw TestSupportError("issue said \(result.text)\(result.errorText)")
        }
        return HeldToken(token: Token(id: id, user: user, issuedAt: 0), text: text)
    }

    /// Nothing passes after that part of the bytes; then the victim dies. Returns the id of the new
    /// token, where one was printed.
    func renew(
        _ old: HeldToken, dyingAt part: Double, of direction: FaultProxy.Direction
    ) throws -> String? {
        let proxy = try FaultProxy(
            to: tool.redis.port, fault: .stall, in: direction,
            after: Int(part * Double(traffic[direction] ?? 0)), later: .passed)
        let process = try RunningProcess(
            [BuiltTool.path, "renew", "--json", "--timeout", "2s", old.text],
            environment: Self.environment(tool, proxy))
        try proxy.awaitFault()
        switch victim {
        case .tool: process.signal(SIGKILL)
        case .redis:
            tool.redis.kill9()
            try tool.redis.restart()
        }
        let answer = Answer(try process.finish())
        try service.settle()
        return answer.newID
    }

    /// Nobody logs out here: only the blacklist can end a token.
    func isAlive(_ id: String, _ user: String) throws -> Bool {
        try service.look(at: Token(id: id, user: user, issuedAt: 0)).isActive
    }

    func list(of user: String) throws -> [String] { try service.list(of: user) }

    func others(than old: HeldToken) throws -> [String] {
        try list(of: old.token.user).filter { $0 != old.token.id }
    }
}
