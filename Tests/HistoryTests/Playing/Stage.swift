import Foundation
import Synchronization
import TestSupport

/// What all players share.
final class Stage: Sendable {
    let seed: UInt64
    let world: World
    let nodes: [Connection.Address]
    /// How many of the tool's processes are killed.
    let killRate: Double
    /// Whether Redis is killed too.
    let isRedisMortal: Bool

    private let environment: [String: String]
    private let left: Mutex<Int>
    private let recorded = Mutex<[Operation]>([])
    private let killed = Mutex<Int>(0)

    init(
        seed: UInt64, operations: Int, environment: [String: String],
        nodes: [Connection.Address], userCount: Int = 100, killRate: Double = 0,
        isRedisMortal: Bool = false
    ) {
        self.seed = seed
        world = World(userCount: userCount)
        self.nodes = nodes
        self.killRate = killRate
        self.isRedisMortal = isRedisMortal
        self.environment = environment
        left = Mutex(operations)
    }

    /// Whether there is another operation to do.
    func takesTurn() -> Bool {
        left.withLock {
            $0 -= 1
            return $0 >= 0
        }
    }

    func record(_ operation: Operation) { recorded.withLock { $0.append(operation) } }

    var history: History { History(operations: recorded.withLock { $0 }) }

    var killCount: Int { killed.withLock { $0 } }

    func run(_ arguments: [String]) throws -> ProcessRunner.Result {
        try ProcessRunner.run([BuiltTool.path] + arguments, environment: environment)
    }

    /// Kills it so many microseconds after its start, or after it has named its target, which it
    /// does just before it changes something; unless it has ended by then.
    func run(
        _ arguments: [String], killedAfter delay: Double, ofTarget isAfterTarget: Bool
    ) throws -> ProcessRunner.Result {
        let process = try start(arguments)
        if isAfterTarget { process.awaitMessage() }
        usleep(UInt32(delay))
        process.signal(SIGKILL)
        let result = try process.finish()
        if result.ending == .signal(Int(SIGKILL)) { killed.withLock { $0 += 1 } }
        return result
    }

    func start(_ arguments: [String]) throws -> RunningProcess {
        try RunningProcess([BuiltTool.path] + arguments, environment: environment)
    }
}
