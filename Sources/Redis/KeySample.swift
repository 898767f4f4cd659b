internal import Platform

/// Some of the keys of a Redis: one page of a scan from each server that takes writes.
package struct KeySample: Sendable {
    package private(set) var keys: [[UInt8]] = []
    /// Whether these are all keys.
    package private(set) var isWhole = true

    /// Takes the reply to the first SCAN of one server.
    fileprivate mutating func add(_ reply: Reply) throws(RedisError) {
        let page = try Scan.page(try reply.value())
        keys += page.keys
        if page.next != Scan.start { isWhole = false }
    }
}

extension Client {
    /// Looks at some keys in passing. nil where the user may not use SCAN, where a server is not
    /// ready, and where the servers are so far away that it would take more than `patience`
    /// milliseconds.
    package func keySample(count: Int = 1000, patience: Int64) -> KeySample? {
        let deadline = Monotonic.now.advanced(byMilliseconds: patience)
        let first = scan(count: count).command(Scan.start)
        var sample = KeySample()
        do throws(RedisError) {
            switch try connected() {
            case .single(let connection):
                guard connection.quickestExchange <= patience else { return nil }
                try sample.add(try connection.exchange([first])[0])
            case .group(let router):
                for primary in router.topology.primaries {
                    let known = router.channels[primary]?.connection.quickestExchange
                    guard known ?? 0 <= deadline.remainingMilliseconds,
                        deadline.remainingMilliseconds > 0
                    else { return nil }
                    try sample.add(try router.exchange([first], at: primary)[0])
                }
            }
            return sample
        } catch {
            // What is wrong is told by the command that needs an answer.
            return nil
        }
    }
}
