internal import CommandKit
internal import Redis

/// What the command line says about groups of servers.
enum Replication {
    /// How long replicas and disks may take unless it is said, in milliseconds.
    private static let patience = 5000

    /// What `--wait` and `--fsync` ask for together.
    static func demand(_ options: GlobalOptions) -> ReplicaDemand? {
        guard options.asksForDisk else { return options.replicaDemand }
        return ReplicaDemand(
            count: options.replicaDemand?.count ?? 0,
            milliseconds: options.replicaDemand?.milliseconds ?? patience, isOnDisk: true)
    }

    /// `N` or `N,DURATION`; the time is 5 seconds unless it is given.
    static func demand(_ text: String) throws(InvalidValue) -> ReplicaDemand {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let count = try Count.parse(
            String(parts[0]), in: 1...64, expected: "a number of replicas, such as 1 or 2,10s")
        let time = parts.count == 2 ? try Duration.milliseconds(String(parts[1])) : Int64(patience)
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
