/// What not every server has that is in use.
package enum ServerFeature: Sendable {
    /// SET with EXAT, the end as a time.
    case absoluteExpiry

    /// The version of Redis that brought it; Valkey began as 7.2.
    var since: (major: Int, minor: Int) {
        switch self {
        case .absoluteExpiry: (6, 2)
        }
    }
}

extension ServerInfo {
    /// Whether this version is known to have `feature`.
    func has(_ feature: ServerFeature) -> Bool {
        let numbers = (version ?? "").utf8.split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false
        ).map { Int(Substring($0)) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else {
            return false
        }
        return (major, minor) >= feature.since
    }
}
