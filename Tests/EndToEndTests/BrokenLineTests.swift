import Foundation
import Synchronization
import TestSupport
import Testing

/// A line to Redis that breaks at any byte, in either direction: no command says that something is
/// so which is not, or which it could not have read.
@Suite(.slow) struct BrokenLineTests {
    /// How long Redis may stay silent on a line that is going to break.
    private static let patience = "80ms"

    /// What the line is made of. Over TLS the server knows garbage, too, and its last words, after
    /// which nothing is missing, are that it closes the line.
    enum Link: String, CaseIterable, Sendable {
        case plain, secure

        /// Bytes of TLS 1.3's close_notify.
        var farewell: Int { self == .secure ? 24 : 0 }
    }

    /// A server with the tool that asks it, and how to reach it through a proxy.
    private struct End {
        let tool: BuiltTool
        let port: Int
        let link: Link
        let options: [String]
        /// Keeps its certificate as long as itself.
        private let authority: TestAuthority?

        init(_ link: Link) throws {
            self.link = link
            switch link {
            case .plain:
                tool = try BuiltTool(RedisServer(.tcp))
                port = tool.redis.port
                options = []
                authority = nil
            case .secure:
                let server = try TLSRedisServer(protocols: "TLSv1.3")
                tool = try BuiltTool(server.redis)
                port = server.port
                options = ["--redis-cacert", server.authority.certificate]
                authority = server.authority
            }
        }

        func url(_ proxy: FaultProxy) -> String {
            "\(link == .plain ? "redis" : "rediss")://127.0.0.1:\(proxy.port)"
        }
    }

    private struct Case {
        let direction: FaultProxy.Direction
        let count: Int
        let fault: FaultProxy.Fault
        let later: FaultProxy.Later
    }

    /// In `make faults` every byte that the server says, every fifth that it is told (a tenth of
    /// that over TLS, which says much before the first command), and every fault. Otherwise some
    /// bytes from anywhere, and more of the last that came at once, with one fault each.
    private static func cases(
        _ direction: FaultProxy.Direction, _ traffic: FaultProxy.Traffic, _ link: Link
    ) -> [Case] {
        // Without TLS the server cannot know another argument from the right one, wherever it was
        // garbled.
        let faults = FaultProxy.Fault.allCases.filter {
            direction == .fromServer || link == .secure || $0 != .garbage
        }
        if FaultRounds.areLong {
            let step = (direction == .fromServer ? 1 : 5) * (link == .secure ? 10 : 1)
            return stride(from: 0, to: traffic.total, by: step).flatMap { count in
                faults.enumerated().map { index, fault in
                    let later = (count + index) % 2 == 0 ? FaultProxy.Later.refused : .passed
                    return Case(direction: direction, count: count, fault: fault, later: later)
                }
            }
        }
        let last = max(traffic.total - traffic.last, 0)
        let counts =
            Array(stride(from: 0, to: last, by: max(1, last / 6)))
            + stride(from: last, to: traffic.total, by: max(1, traffic.last / 6))
        return counts.enumerated().map { index, count in
            Case(
                direction: direction, count: count, fault: faults[index % faults.count],
                later: index / faults.count % 2 == 0 ? .refused : .passed)
        }
    }

    /// Most of the time is spent in waiting; but a server of its own costs too.
    private static let workerCount = FaultRounds.areLong ? 4 : 2

    @Test(arguments: BrokenLineScene.all)
    func nothingIsClaimedThatIsNotSo(_ scene: BrokenLineScene) throws {
        try expectTruth(scene, over: .plain)
    }

    /// All scenes in `make faults`, else every fifth.
    @Test(
        arguments: BrokenLineScene.all.enumerated().compactMap { index, scene in
            FaultRounds.areLong || index % 5 == 0 ? scene : nil
        })
    func nothingIsClaimedThatIsNotSoOverTLS(_ scene: BrokenLineScene) throws {
        try expectTruth(scene, over: .secure)
    }

    private func expectTruth(_ scene: BrokenLineScene, over link: Link) throws {
        let whole = try expectSuccess(scene, End(link))
        let cases = try FaultProxy.Direction.allCases.flatMap { direction in
            Self.cases(direction, try whole.traffic(direction), link)
        }
        #expect(cases.count > 8)
        let complaints = Mutex<[String]>([])
        let workers = (0..<Self.workerCount).map { number in
            let worker = Background()
            worker.start {
                let end = try End(link)
                for index in stride(from: number, to: cases.count, by: Self.workerCount) {
                    let found = try Self.complaints(scene, cases[index], end)
                    complaints.withLock { $0 += found }
                }
            }
            return worker
        }
        for worker in workers { try worker.wait() }
        for complaint in complaints.withLock({ $0 }) { Issue.record("\(scene): \(complaint)") }
    }

    /// Runs a scene on a whole line, and returns the proxy that carried it.
    private func expectSuccess(_ scene: BrokenLineScene, _ end: End) throws -> FaultProxy {
        let proxy = try FaultProxy(to: end.port, fault: .close, after: nil)
        let (result, state) = try Self.run(scene, end, proxy, patience: "5s")
        #expect(result.status == scene.status, "\(scene): \(result.text)\(result.errorText)")
        #expect(scene.isDone(result.text, state), "\(scene): \(result.text)\(state)")
        #expect(scene.isTrue(result.text, state), "\(scene): \(result.text)\(state)")
        return proxy
    }

    /// What is wrong with how a scene ends on a line that breaks.
    private static func complaints(
        _ scene: BrokenLineScene, _ step: Case, _ end: End
    ) throws -> [String] {
        let proxy = try FaultProxy(
            to: end.port, fault: step.fault, in: step.direction, after: step.count,
            later: step.later)
        let start = ContinuousClock.now
        let (result, state) = try run(scene, end, proxy, patience: patience)
        let elapsed = ContinuousClock.now - start
        // A stream answers each line, and has no more to say.
        let isExplained =
            result.errorText.contains("jwtctl: error: ")
            || result.text.contains("\"reason\":\"unknown\"")
        // A later connection may have told what this one could not.
        let mayKnow =
            try !scene.isReading || step.later == .passed
            || proxy.traffic(step.direction).total <= step.count + end.link.farewell
        let rules: [(String, Bool)] = [
            ("another ending", result.status == 8 || result.status == scene.status),
            ("no word about what broke", result.status != 8 || isExplained),
            ("done, it says", result.status != 0 || scene.isDone(result.text, state)),
            ("it is not so", scene.isTrue(result.text, state)),
            ("it cannot know", result.status == 8 || mayKnow),
            ("it took too long", elapsed < .seconds(5)),
        ]
        return rules.filter { !$0.1 }.map { rule, _ in
            """
            \(rule): \(step.fault) \(step.direction) after \(step.count), later \(step.later): \
            \(result.ending) in \(elapsed)
            \(result.text)\(result.errorText)\(state)
            """
        }
    }

    private static func run(
        _ scene: BrokenLineScene, _ end: End, _ proxy: FaultProxy, patience: String
    ) throws -> (ProcessRunner.Result, [String]) {
        try answers(to: BrokenLineScene.standing + scene.prepare, from: end.tool.redis)
        let result = try end.tool.run(
            end.options + scene.arguments, input: Array(scene.input.utf8),
            changes: ["JWTCTL_REDIS_URL": end.url(proxy), "JWTCTL_TIMEOUT": patience])
        let state = scene.state.isEmpty ? [] : try answers(to: scene.state, from: end.tool.redis)
        return (result, state)
    }

    /// Asks beside the proxy; a line for each command, whose words may be quoted.
    @discardableResult
    private static func answers(
        to commands: [String], from server: RedisServer
    ) throws -> [String] {
        let answers = try server.answers(
            to: commands.map { command in
                command.split(separator: " ").map { $0.filter { $0 != "'" } }
            })
        guard answers.count == commands.count, !answers.contains(where: { $0.contains("ERR") })
        else { throw TestSupportError("\(commands): \(answers)") }
        return answers
    }
}
