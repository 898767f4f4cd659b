import Foundation

/// Where state lies, and how it is reached: every operation has to be the same on each.
package enum BackEnd: String, CaseIterable, Sendable, CustomStringConvertible {
    case server, tls, acl, cluster, sentinel

    package var description: String { rawValue }

    /// Whether each primary has a replica that can confirm a write.
    package var hasReplicas: Bool { self == .cluster || self == .sentinel }

    /// Runs `body` with such a back end, which it has for itself.
    package func run<Result: Sendable>(
        _ body: (Place) throws -> Result
    ) throws -> Result {
        switch self {
        case .server:
            let server = try RedisServer()
            return try body(Place(server.url) { try server.cli($0) })
        case .tls: return try body(try .secured())
        case .acl: return try body(try .restricted())
        case .cluster:
            return try RedisCluster.shared { cluster in
                try body(
                    Place(cluster.url, namespace: .own) { arguments in
                        try cluster.nodes[try cluster.owner(ofKey: arguments[1])].cli(arguments)
                    })
            }
        case .sentinel:
            return try SentinelGroup.shared { group in
                try body(Place(group.url, namespace: .own) { try group.primary().cli($0) })
            }
        }
    }
}
