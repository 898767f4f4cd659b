import Foundation

/// A kind of Redis deployment. Every operation must do the same on each of them.
package enum BackEnd: String, CaseIterable, Sendable, CustomStringConvertible {
    case server, tls, acl, cluster, sentinel

    package var description: String { rawValue }

    /// Whether each primary has a replica that can acknowledge a write.
    package var hasReplicas: Bool { self == .cluster || self == .sentinel }

    /// Runs `body` with a deployment of this kind, which no other test uses meanwhile.
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

    /// Starts a Cluster or Sentinels for one test, with these lines in the redis.conf of each data
    /// server. The group ends when the array of its servers goes away.
    package func group(_ configuration: [String]) throws -> (url: String, servers: [RedisServer]) {
        switch self {
        case .cluster:
            let cluster = try RedisCluster(configuration: configuration)
            return (cluster.url, cluster.nodes)
        case .sentinel:
            let group = try SentinelGroup(serverConfiguration: configuration)
            return (group.url, group.servers + group.sentinels)
        case .server, .tls, .acl: throw TestSupportError("\(self) is no group")
        }
    }
}
