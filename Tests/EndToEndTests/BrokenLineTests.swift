import Foundation
import TestSupport
import Testing

/// A line to Redis that breaks at any byte, in either direction: no command says that something is
/// so which is not, or which it could not have read.
@Suite struct BrokenLineTests {
    /// How long Redis may stay silent on a line that is going to break.
    private static let patience = "80ms"

    private struct Case {
        let count: Int
        let fault: FaultProxy.Fault
        let later: FaultProxy.Later
    }

    /// In `make faults` every byte that the server says, every fifth that it is told, and every
    /// fault. Otherwise some bytes from anywhere, and more of the last that came at once, with one
    /// fault each.
    private static func cases(
        _ direction: FaultProxy.Direction, _ traffic: FaultProxy.Traffic
    ) -> [Case] {
        // The server cannot know another argument from the right one, wherever it was garbled.
        let faults = FaultProxy.Fault.allCases.filter {
            direction == .fromServer || $0 != .garbage
        }
        if FaultRounds.areLong {
            let step = direction == .fromServer ? 1 : 5
            return stride(from: 0, to: traffic.total, by: step).flatMap { count in
                faults.enumerated().map { index, fault in
                    let later = (count + index) % 2 == 0 ? FaultProxy.Later.refused : .passed
                    return Case(count: count, fault: fault, later: later)
                }
            }
        }
        let last = max(traffic.total - traffic.last, 0)
        let counts =
            Array(stride(from: 0, to: last, by: max(1, last / 6)))
            + stride(from: last, to: traffic.total, by: max(1, traffic.last / 6))
        return counts.enumerated().map { index, count in
            Case(
                count: count, fault: faults[index % faults.count],
                later: index / faults.count % 2 == 0 ? .refused : .passed)
        }
    }

    @Test(arguments: BrokenLineScene.all, FaultProxy.Direction.allCases)
    func nothingIsClaimedThatIsNotSo(
        _ scene: BrokenLineScene, _ direction: FaultProxy.Direction
    ) throws {
        let tool = try BuiltTool(RedisServer(.tcp))
        let whole = try FaultProxy(to: tool.redis.port, fault: .close, after: nil)
        let (result, state) = try run(scene, tool, whole, patience: "5s")
        #expect(result.status == scene.status, "\(scene): \(result.text)\(result.errorText)")
        #expect(scene.isDone(result.text, state) && scene.isTrue(result.text, state))
        let traffic = try whole.traffic(direction)
        #expect(traffic.total > 0)

        for step in Self.cases(direction, traffic) {
            let proxy = try FaultProxy(
                to: tool.redis.port, fault: step.fault, in: direction, after: step.count,
                later: step.later)
            let start = ContinuousClock.now
            let (result, state) = try run(scene, tool, proxy, patience: Self.patience)
            let elapsed = ContinuousClock.now - start
            let shown: Comment = """
                \(scene): \(step.fault) \(direction) after \(step.count) of \(traffic.total), \
                later \(step.later): \(result.ending) in \(elapsed)
                \(result.text)\(result.errorText)
                \(state)
                """
            let ends = [scene.status, 8]
            #expect(result.status.map(ends.contains) == true, shown)
            // A stream answers each line, and has no more to say.
            #expect(
                result.status != 8 || result.errorText.contains("jwtctl: error: ")
                    || result.text.contains("\"reason\":\"unknown\""), shown)
            #expect(result.status != 0 || scene.isDone(result.text, state), shown)
            #expect(scene.isTrue(result.text, state), shown)
            // A later connection may have told what this one could not.
            if scene.isReading, step.later == .refused,
                try proxy.traffic(direction).total > step.count
            {
                #expect(result.status == 8, shown)
            }
            #expect(elapsed < .seconds(3), shown)
        }
    }

    private func run(
        _ scene: BrokenLineScene, _ tool: BuiltTool, _ proxy: FaultProxy, patience: String
    ) throws -> (ProcessRunner.Result, [String]) {
        try answers(to: BrokenLineScene.standing + scene.prepare, from: tool.redis)
        let result = try tool.run(
            scene.arguments, input: Array(scene.input.utf8),
            changes: [
                "JWTCTL_REDIS_URL": "redis://127.0.0.1:\(proxy.port)", "JWTCTL_TIMEOUT": patience,
            ])
        let state = scene.state.isEmpty ? [] : try answers(to: scene.state, from: tool.redis)
        return (result, state)
    }

    /// Asks beside the proxy; a line for each command.
    @discardableResult
    private func answers(to commands: [String], from server: RedisServer) throws -> [String] {
        let text = try server.cli([], input: Array((commands.joined(separator: "\n") + "\n").utf8))
        let lines = text.components(separatedBy: "\n")
        guard lines.count == commands.count, !text.contains("ERR") else {
            throw TestSupportError("\(commands): \(text)")
        }
        return lines
    }
}
