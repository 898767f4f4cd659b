import Foundation
import Redis
import TestSupport
import Testing

@testable import Layouts
@testable import TokenStore

@Suite("Many jobs in one pipeline", .redis)
struct JobRunnerTests {
    private struct Trouble: Error {}

    /// Counts a key up in as many exchanges as its number says, and answers the last count.
    private struct CountingJob: Job {
        let number: Int
        var left: Int
        var outcome: Int64 = 0

        mutating func next() -> [Command]? {
            left > 0 ? [Command("INCR", key: Array("n:\(number)".utf8))] : nil
        }

        mutating func take(_ exchange: Exchange) {
            left -= 1
            guard case .integer(let count)? = exchange.replies[0] else {
                outcome = exchange.uncertain.isEmpty ? -1 : -2
                left = 0
                return
            }
            outcome = count
        }

        mutating func restart(after outcome: Int64?) {}
    }

    private func counting(_ number: Int, steps: Int) -> any Job<Int64> {
        CountingJob(number: number, left: steps)
    }

    @Test("What takes long holds nothing up, and is delivered in its place")
    func order() throws {
        let sandbox = try StoreSandbox()
        var given = 0
        var delivered: [Int] = []
        let runner = JobRunner<Int, Int64>(sandbox.store, window: 8, changes: true) { _ in
            guard given < 500 else { return .end }
            defer { given += 1 }
            return .item((given, counting(given, steps: given * 7 % 11)))
        } deliver: { number, delivery in
            let value = try delivery.result.get()
            #expect(value == Int64(number * 7 % 11))
            #expect(delivery.doubt == nil)
            // Never more than the window is under way.
            #expect(given - delivered.count <= 8)
            delivered.append(number)
        }
        #expect(try runner.run() == nil)
        #expect(delivered == Array(0..<500))
    }

    @Test(
        "What is not there yet is asked for again, and waited for only where nothing is under way")
    func live() throws {
        let sandbox = try StoreSandbox()
        var given = 0
        var delivered = 0
        var waits = 0
        let runner = JobRunner<Void, Int64>(sandbox.store, window: 8, changes: false) { pull in
            if pull == .blocking {
                #expect(delivered == given)
                waits += 1
            }
            // Every other question is answered by "not yet".
            guard pull == .blocking else { return .notYet }
            guard given < 50 else { return .end }
            given += 1
            return .item(((), counting(given, steps: 2)))
        } deliver: { _, _ in
            delivered += 1
        }
        #expect(try runner.run() == nil)
        #expect(given == 50 && delivered == 50)
        #expect(waits == 51)
    }

    @Test("An error of who gives the work ends it, after what is under way is delivered")
    func failingSource() throws {
        let sandbox = try StoreSandbox()
        var given = 0
        var delivered = 0
        let runner = JobRunner<Void, Int64>(sandbox.store, window: 8, changes: true) { _ in
            guard given < 20 else { throw Trouble() }
            given += 1
            return .item(((), counting(given, steps: 5)))
        } deliver: { _, delivery in
            let value = try delivery.result.get()
            #expect(value == 5)
            delivered += 1
        }
        #expect(throws: Trouble.self) { try runner.run() }
        #expect(delivered == 20)
        #expect(try sandbox.integer("DBSIZE") == 20)
    }

    @Test("An error of who takes the results ends it, after what is under way is done")
    func failingTaker() throws {
        let sandbox = try StoreSandbox()
        var given = 0
        let runner = JobRunner<Void, Int64>(sandbox.store, window: 8, changes: true) { _ in
            given += 1
            return .item(((), counting(given, steps: 3)))
        } deliver: { _, _ in
            throw Trouble()
        }
        #expect(throws: Trouble.self) { try runner.run() }
        // Nothing is left half done.
        for number in 1...given { #expect(try sandbox.server.cli("GET", "n:\(number)") == "3") }
        // The connection is good for more.
        #expect(try sandbox.store.time() > 0)
    }

    @Test("A piece of work that fails is its own failure")
    func failingWork() throws {
        let sandbox = try StoreSandbox()
        try sandbox.raw("LPUSH", "n:3", "x")
        var given = 0
        var results: [Int64] = []
        let runner = JobRunner<Void, Int64>(sandbox.store, window: 4, changes: true) { _ in
            guard given < 6 else { return .end }
            defer { given += 1 }
            return .item(((), counting(given, steps: 1)))
        } deliver: { _, delivery in
            results.append(try delivery.result.get())
        }
        #expect(try runner.run() == nil)
        #expect(results == [1, 1, 1, -1, 1, 1])
    }

    @Test("When the server dies each piece of work learns what may have been done, in order")
    func death() throws {
        let sandbox = try StoreSandbox()
        var given = 0
        var results: [Int64] = []
        let runner = JobRunner<Int, Int64>(sandbox.store, window: 64, changes: true) { _ in
            given += 1
            return .item((given, counting(given, steps: 4)))
        } deliver: { number, delivery in
            #expect(number == results.count + 1)
            switch delivery.result {
            case .success(let value): results.append(value)
            case .failure: results.append(-3)
            }
            if results.count == 500 { sandbox.server.kill9() }
        }
        #expect(try runner.run() != nil)
        #expect(results.count == given)
        #expect(results.prefix(500).allSatisfy { $0 == 4 })
        // Some were sent without an answer: none of these says that it is done.
        #expect(results.contains { $0 < 0 })
        #expect(results.dropFirst(500).allSatisfy { $0 == 4 || $0 < 0 })
    }
}
