/// What has to have a change before it counts, as a person or the set-up asks for it.
package struct WriteConcern: Equatable, Sendable {
    /// How many replicas of each server that was written to; nil for one wherever a fail-over could
    /// lose the change: behind Sentinels and in a Cluster, where the primary has replicas.
    package let replicas: Int?
    /// How long replicas and disks may take, in milliseconds; nil for the client's time-out.
    package let milliseconds: Int?
    /// Whether it has to be on disk, in the append-only files of the primary and of those replicas.
    package let isOnDisk: Bool

    /// What holds where nobody asks for anything.
    package static let standard = WriteConcern()

    package init(replicas: Int? = nil, milliseconds: Int? = nil, isOnDisk: Bool = false) {
        self.replicas = replicas
        self.milliseconds = milliseconds
        self.isOnDisk = isOnDisk
    }

    /// Whether a server that has no replicas, and is in no group, has to confirm a change, too.
    package var isDemanded: Bool { isOnDisk || replicas ?? 0 > 0 }
}

/// The same for one server: what to wait for after a change there.
struct Demand: Equatable {
    /// How many replicas have to have it.
    let replicas: Int
    let milliseconds: Int
    let isOnDisk: Bool
    /// Whether the replicas have to have it on disk, too.
    let areReplicasOnDisk: Bool

    /// `standard` replicas have to have it where nobody said how many, and never fewer than `least`.
    init(_ concern: WriteConcern, least: Int = 0, standard: Int = 0, timeout: Int) {
        replicas = max(concern.replicas ?? standard, least)
        milliseconds = concern.milliseconds ?? timeout
        isOnDisk = concern.isOnDisk
        areReplicasOnDisk = concern.isOnDisk && concern.replicas ?? 0 > 0
    }
}
