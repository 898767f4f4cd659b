import Layouts
import Redis
import TestSupport
import Testing
import TokenStore

/// How far scans have come, for a person who waits.
@Suite(.redis) struct ScanMeterTests {
    /// A store on 2500 keys, of which 600 are blacklist entries and none a token list.
    private func sandbox() throws -> StoreSandbox {
        let sandbox = try StoreSandbox()
        _ = try sandbox.observer.pipeline(
            (0..<2500).map { number in
                let name = number < 600 ? "jwt:deny:t\(number)" : "other:\(number)"
                return Command("SET", key: Array(name.utf8), "1")
            })
        return sandbox
    }

    private func extents(
        _ store: TokenStore, _ work: () throws -> Void
    ) throws -> [ScanExtent] {
        var extents: [ScanExtent] = []
        try store.reportingScans(to: { extents.append($0) }, during: work)
        return extents
    }

    @Test("Each page counts, up to the number of keys")
    func pages() throws {
        let sandbox = try sandbox()
        let store = sandbox.store
        let pruning = try extents(store) { _ = try store.prune(dryRun: true) }
        #expect(pruning.map(\.keys) == [1000, 2000, 2500])
        #expect(pruning.allSatisfy { $0.total == 2500 })
        let searching = try extents(store) {
            try store.findTokens(where: { _ in false }) { _ in true }
        }
        #expect(searching == pruning)
        let listing = try extents(store) { try store.forEachTokenList { _, _ in true } }
        #expect(listing == pruning)
    }

    @Test("The scans of statistics are one piece of work")
    func statistics() throws {
        let sandbox = try sandbox()
        let store = sandbox.store
        var count: Int64 = 0
        let counting = try extents(store) {
            count = try store.statistics(largestCount: 5).denials
        }
        #expect(count == 600)
        #expect(counting.map(\.keys) == [1000, 2000, 2500, 3500, 4500, 5000])
        #expect(counting.allSatisfy { $0.total == 5000 })
    }

    @Test("Nothing is reported after the work, nor of an empty Redis that it has keys")
    func ends() throws {
        let sandbox = try StoreSandbox()
        let store = sandbox.store
        var count = 0
        try store.reportingScans(to: { _ in count += 1 }) {
            try store.forEachDenial { _ in true }
        }
        #expect(count == 1)
        try store.forEachDenial { _ in true }
        #expect(count == 1)
        #expect(store.keyCount() == 0)
    }

    @Test("A server that does not say how many keys it has leaves the total open")
    func unknownTotal() throws {
        let sandbox = try sandbox()
        try sandbox.server.cli("ACL", "SETUSER", "default", "-dbsize")
        let store = sandbox.store
        let pruning = try extents(store) { _ = try store.prune(dryRun: true) }
        #expect(pruning.map(\.keys) == [1000, 2000, 3000])
        #expect(pruning.allSatisfy { $0.total == nil })
    }
}
