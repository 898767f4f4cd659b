internal import CommandKit
internal import Redis

/// What the command line says about groups of servers.
enum Replication {
    /// `N` or `N,DURATION`; the time is 5 seconds unless it is given.
    static func demand(_ text: String) throws(InvalidValue) -> ReplicaDemand {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let count = try Count.parse(
            String(parts[0]), in: 1...64, expected: "a number of replicas, such as 1 or 2,10s")
        let time = parts.count == 2 ? try Duration.milliseconds(String(parts[1])) : 5000
        return ReplicaDemand(count: Int(count), milliseconds: Int(time))
    }

    /// `HOST:PORT=HOST:PORT` or `HOST=HOST`.
    static func addressRule(_ text: String) throws(InvalidValue) -> AddressMap.Rule {
        do throws(AddressMap.InvalidRule) {
            return try AddressMap.Rule(text)
        } catch {
            throw .expected("HOST:PORT=HOST:PORT, or HOST=HOST for all ports")
        }
    }
}
