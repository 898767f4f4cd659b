internal import Platform

/// The confirmations that a change needs before it counts.
package struct WriteConcern: Equatable, Sendable {
    /// The number of replicas that must acknowledge, for each server that was written to. nil means
    /// one wherever a fail-over could lose the change: behind Sentinels and in a Cluster, if the
    /// primary has replicas.
    package let replicas: Int?
    /// The milliseconds that replicas and disks may take; nil for the client's time-out.
    package let milliseconds: Int?
    /// Whether the change must be in the append-only files of the primary and of those replicas.
    package let isOnDisk: Bool

    /// The concern of a user who asked for nothing.
    package static let standard = WriteConcern()

    package init(replicas: Int? = nil, milliseconds: Int? = nil, isOnDisk: Bool = false) {
        self.replicas = replicas
        self.milliseconds = milliseconds
        self.isOnDisk = isOnDisk
    }

    /// Whether a single server, in no group and perhaps without replicas, must confirm as well.
    package var isDemanded: Bool { isOnDisk || replicas ?? 0 > 0 }
}

/// A write concern applied to one server: what to wait for after a change there.
struct WaitRequirement: Equatable {
    /// The number of replicas that must acknowledge.
    let replicas: Int
    /// The milliseconds that they, and the disks, may take.
    let milliseconds: Int
    let isOnDisk: Bool
    /// Whether the replicas must have the change on disk, too.
    let areReplicasOnDisk: Bool

    /// `standard` is the number of replicas if the concern names none, and `least` the smallest
    /// one. `timeout` is the client's, in milliseconds.
    init(_ concern: WriteConcern, least: Int = 0, standard: Int = 0, timeout: Int) {
        replicas = max(concern.replicas ?? standard, least)
        milliseconds = concern.milliseconds ?? timeout
        isOnDisk = concern.isOnDisk
        areReplicasOnDisk = concern.isOnDisk && concern.replicas ?? 0 > 0
    }
}

extension Connection {
    /// Throws `.unsupported` if the server cannot confirm that a change is on disk. Called before
    /// anything is written, so that no time is lost and no change is left in doubt.
    func requireDisk() throws(RedisError) {
        switch try exchange([Command("WAITAOF", 1, 0, 1)])[0] {
        case .error(let error) where error.kind == .unknownCommand:
            throw .unsupported(
                .diskConfirmation(server: info.server, version: info.version), address: address)
        case .error(let error) where error.kind == .noAppendOnlyFile:
            throw .unsupported(.appendOnlyFile, address: address)
        case let reply: _ = try reply.value()
        }
    }

    /// Throws `.unsupported` if the user may not run WAIT. Called before anything is written; a
    /// server answers WAIT for 0 replicas at once.
    func requireWait() throws(RedisError) {
        guard case .error(let error) = try exchange([Command("WAIT", 0, 0)])[0],
            error.kind == .noPermission || error.kind == .unknownCommand
        else { return }
        throw .unsupported(.replicaConfirmation(error), address: address)
    }

    /// Waits until `requirement` is met for everything that was written on this connection. WAIT
    /// and WAITAOF are about the writes of their own connection, so on another one they would prove
    /// nothing. Throws `.notReplicated` or `.notOnDisk` at the end of the time.
    func awaitConfirmation(_ requirement: WaitRequirement) throws(RedisError) {
        let end = Monotonic.now.advanced(byMilliseconds: Int64(requirement.milliseconds))
        if requirement.isOnDisk {
            try awaitDisk(
                requirement.areReplicasOnDisk ? requirement.replicas : 0, requirement, until: end)
        }
        guard requirement.replicas > 0, !requirement.areReplicasOnDisk else { return }
        try repeatedly(until: end) { milliseconds throws(RedisError) in
            let reply = try confirmation(
                Command("WAIT", .integer(Int64(requirement.replicas)), .integer(milliseconds)))
            let confirmed = try reply.value().integer()
            return confirmed >= requirement.replicas
                ? nil : unmet(requirement, confirmed: confirmed)
        }
    }

    /// Waits with WAITAOF, whose reply is the number of local disks (0 or 1) and of replicas.
    private func awaitDisk(
        _ replicas: Int, _ requirement: WaitRequirement, until end: Monotonic
    ) throws(RedisError) {
        try repeatedly(until: end) { milliseconds throws(RedisError) in
            let reply = try confirmation(
                Command("WAITAOF", 1, .integer(Int64(replicas)), .integer(milliseconds)))
            if case .error(let error) = reply {
                throw .notOnDisk(address: address, .refused(error))
            }
            let numbers = try reply.array()
            guard numbers.count == 2 else {
                throw .unexpectedReply(expected: "a valid reply to WAITAOF", got: reply.shape)
            }
            guard try numbers[0].integer() > 0 else {
                return .notOnDisk(
                    address: address, .late(milliseconds: requirement.milliseconds))
            }
            let confirmed = try numbers[1].integer()
            return confirmed >= replicas ? nil : unmet(requirement, confirmed: confirmed)
        }
    }

    /// The error for replicas that have not confirmed.
    private func unmet(_ requirement: WaitRequirement, confirmed: Int64) -> RedisError {
        .notReplicated(
            address: address, confirmed: Int(clamping: confirmed), wanted: requirement.replicas,
            milliseconds: requirement.milliseconds)
    }

    /// Calls `ask` until it returns nil, which means that nothing is missing. It asks in slices of
    /// half the time-out, because a server that is silent for the whole time-out counts as lost. At
    /// the end of the time, and after a signal, throws the error that `ask` returned.
    private func repeatedly(
        until end: Monotonic, _ ask: (_ milliseconds: Int64) throws(RedisError) -> RedisError?
    ) throws(RedisError) {
        while true {
            let left = Signals.pending == nil ? end.remainingMilliseconds : 0
            let slice = max(min(left, Int64(timeout / 2)), 1)
            guard let missing = try ask(slice) else { return }
            guard end.remainingMilliseconds > 0, Signals.pending == nil else { throw missing }
        }
    }

    /// The reply to WAIT or WAITAOF. Throws `.replica` for a server that is not a primary; one that
    /// is demoted during the wait replies UNBLOCKED.
    private func confirmation(_ command: Command) throws(RedisError) -> Reply {
        let reply = try exchange([command])[0]
        if case .error(let error) = reply,
            error.code == "UNBLOCKED" || error.text.contains("replica instances")
        {
            throw .replica(address: address)
        }
        return reply
    }

    /// The number of replicas that follow a primary; nil if the user may not run ROLE.
    func replicaCount() throws(RedisError) -> Int? {
        guard case .array(let role) = try exchange([Command("ROLE")])[0],
            role.count >= 3, role[0] == .string(Array("master".utf8)),
            case .array(let replicas) = role[2]
        else { return nil }
        return replicas.count
    }
}

extension Client {
    /// The number of replicas that each primary of a group is known to have, connected or not; nil
    /// where no server says. Empty for one server.
    package func knownReplicas() throws(RedisError) -> [(primary: Endpoint, count: Int?)] {
        guard case .group(let router) = try connected() else { return [] }
        return try router.topology.primaries.map { primary throws(RedisError) in
            var count = try router.topology.replicaCount(of: primary)
            var cause: RedisError?
            if count == 0, let channel = try router.channel(to: primary, &cause) {
                count = try router.replicaCount(of: channel)
            }
            return (primary, count)
        }
    }
}
