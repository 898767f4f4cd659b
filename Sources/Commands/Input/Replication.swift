internal import CommandKit
internal import Redis

/// What the command line says about groups of servers.
enum Replication {
    /// What `--wait`, or the profile, and `--fsync` ask for together.
    static func concern(
        _ options: GlobalOptions, _ settings: Settings
    ) throws(Failure) -> WriteConcern {
        let usual = try settings.parsed(.wait) { text throws(InvalidValue) in try concern(text) }
        let wanted = options.concern ?? usual ?? .standard
        return WriteConcern(
            replicas: wanted.replicas, milliseconds: wanted.milliseconds,
            isOnDisk: options.asksForDisk)
    }

    /// `N` or `N,DURATION`; the time is that of `--timeout` unless it is given.
    static func concern(_ text: String) throws(InvalidValue) -> WriteConcern {
        let parts = text.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        let count = try Count.parse(
            String(parts[0]), in: 0...64, expected: "a number of replicas, such as 1 or 2,10s")
        let time = parts.count == 2 ? try Duration.milliseconds(String(parts[1])) : nil
        return WriteConcern(replicas: Int(count), milliseconds: time.map(Int.init))
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
