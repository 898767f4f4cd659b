import Foundation

/// Where state lies: every operation has to be the same on each.
package enum BackEnd: String, CaseIterable, Sendable, CustomStringConvertible {
    case server, cluster, sentinel

    package var description: String { rawValue }

    /// Runs `body` with the URL of such a back end, which it has for itself.
    package func run<Result: Sendable>(
        _ body: (String) throws -> Result
    ) throws -> Result {
        switch self {
        case .server:
            let server = try RedisServer()
            return try withExtendedLifetime(server) { try body(server.url) }
        case .cluster: return try RedisCluster.shared { try body($0.url) }
        case .sentinel: return try SentinelGroup.shared { try body($0.url) }
        }
    }
}
