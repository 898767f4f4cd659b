internal import Platform
internal import Redis

/// How far the scans of a piece of work have come.
package struct ScanExtent: Equatable, Sendable {
    /// The keys that were looked at, to about a page.
    package let keys: Int
    /// The number of keys to look at, each as often as it is scanned; nil if it is unknown.
    package let total: Int?
}

/// Counts the keys that scans look at, and reports the number after each page.
final class ScanMeter {
    /// The number of keys in Redis; nil if it is unknown, or if members of a set are scanned.
    private var size: Int?
    private let report: (ScanExtent) -> Void
    /// The scans that have begun, and those that are expected in all.
    private var begun = 0
    private var expected = 1
    private var keys = 0

    init(size: Int?, report: @escaping (ScanExtent) -> Void) {
        self.size = size
        self.report = report
    }

    /// Called before scans of which more than one is needed.
    func expect(more count: Int) { expected += max(count, 0) }

    /// Called at the beginning of a scan of keys.
    func begin() {
        begun += 1
        expected = max(expected, begun)
        // A scan counts by pages, and the last page is not a whole one.
        if let size { keys = (begun - 1) * size }
    }

    /// Called after a page, for which Redis looked at `count` keys.
    func add(_ count: Int) {
        keys += count
        if let size { keys = min(keys, begun * size) }
        report(ScanExtent(keys: keys, total: size.map { $0 * expected }))
    }

    /// Called after a page of the members of a set, of which the number of keys says nothing.
    func add(members count: Int) {
        size = nil
        add(count)
    }
}

extension TokenStore {
    /// Does work that scans keys, and calls `report` after each page. Costs one command for each
    /// server: DBSIZE.
    package func reportingScans<Value, Problem>(
        to report: @escaping (ScanExtent) -> Void, during work: () throws(Problem) -> Value
    ) throws(Problem) -> Value {
        scanMeter = ScanMeter(size: keyCount(), report: report)
        defer { scanMeter = nil }
        return try work()
    }

    /// The number of keys on all servers; nil if one of them does not say.
    package func keyCount() -> Int? {
        do throws(RedisError) {
            var count: Int64 = 0
            for answer in try client.ask([Command("DBSIZE")]) {
                count += try answer.report.get().replies[0].value().integer()
            }
            return Int(count.bounded)
        } catch {
            // The work itself meets what is wrong with the server, and reports it.
            return nil
        }
    }
}
