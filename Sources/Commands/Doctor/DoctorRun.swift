internal import CommandKit
internal import JSON
internal import Platform
internal import Redis
internal import TokenStore

/// A run of `doctor` against one Redis: collects the facts of each area and reports the findings
/// as they come, so that the first are visible while Redis still works on the others.
struct DoctorRun {
    let session: Backend
    let options: DoctorOptions
    let console: Console
    private typealias Report = (Finding) throws -> Void

    /// The number of keys whose names are read without `--deep`.
    private static let sampleSize = 5000

    private var client: Client { session.client }
    private var now: Int64 { console.system.clock.seconds }

    /// The exit status of the error that ended the run; nil if it was complete. An unreachable
    /// server and a refused command are findings, not errors.
    func run(_ report: (Finding) throws -> Void) throws -> ExitStatus? {
        do {
            let roundTrip = try client.roundTrip()
            try report(.answers(place: client.place, roundTrip: roundTrip))
            let servers = try servers(report)
            try groups(report)
            guard let first = servers.first else { return .unknown }
            if !servers.contains(where: \.isLoading) {
                try clock(report)
                try rights(first.cli, report)
                try state(first.cli, report)
            }
            return nil
        } catch let error as OutputError {
            throw error
        } catch {
            let failure = Diagnostics.failure(for: error)
            try report(.unreachable(failure))
            return failure.status
        }
    }

    /// Checks each server that accepts writes, and returns the facts of those that answered.
    private func servers(_ report: Report) throws -> [ServerFacts] {
        let context = DoctorContext(
            hasPassword: client.target.password != nil,
            isUnverified: console.options.isRedisInsecure,
            allowsReplica: console.options.allowsReplica, user: client.user, now: now,
            failsOpen: session.layout.failsOpen, isGroup: client.isGroup)
        let known = try client.knownReplicas()
        var servers: [ServerFacts] = []
        for answer in try client.ask(ServerFacts.questions) {
            switch answer.report {
            case .success(let server):
                let replicas = known.first { $0.primary == server.endpoint }?.count
                let facts = ServerFacts(server, context, knownReplicas: replicas)
                servers.append(facts)
                try ServerChecks.findings(of: facts).forEach(report)
            case .failure(let error):
                try report(.unreachable(Diagnostics.failure(for: error)))
            }
        }
        return servers
    }

    private func groups(_ report: Report) throws {
        if let slots = try client.unservedSlots() {
            try report(
                slots > 0
                    ? .unservedSlots(slots)
                    : .clusterWhole(primaries: client.ask([], .everyPrimary).count))
        }
        if let sentinels = try client.sentinelReport() {
            try report(ServerChecks.sentinels(sentinels))
        }
    }

    private func clock(_ report: Report) throws {
        do {
            let time = try client.serverTime().seconds
            let difference = now - time
            try report(
                abs(difference) <= Backend.clockTolerance
                    ? .clockAgrees
                    : .clockDiffers(by: difference, margin: session.store.denyMargin))
        } catch RedisError.server {
            // TIME was refused, which is a finding of `rights`.
        }
    }

    private func rights(_ cli: RedisCLICommand, _ report: Report) throws {
        let required = try session.store.requiredCommands()
        let permissions = try client.permissions(for: required.map(\.probe))
        try RightsChecks.findings(
            of: Array(zip(required, permissions)), user: client.user, cli
        ).forEach(report)
    }

    private func state(_ cli: RedisCLICommand, _ report: Report) throws {
        let file = try LayoutChoice.file(
            console.options, try console.settings(), console.system)
        var detector = try LayoutDetector(files: file.map { [$0] } ?? [])
        var progress = ProgressLine(
            label: "checking keys", total: nil,
            isTerminal: console.system.diagnostics.isTerminal,
            columns: console.system.terminal.columns, start: .now)
        do {
            let (survey, detection) = try session.store.survey(
                limit: options.isDeep ? nil : Self.sampleSize, detector: &detector
            ) { survey in
                try console.progress(progress.update(count: survey.sampled, now: .now))
            }
            try console.progress(progress.finish())
            try StateChecks.layout(session.layout, survey, detection).forEach(report)
            var cli = cli
            cli.database = client.target.database
            cli.isCluster = try client.unservedSlots() != nil
            try StateChecks.values(survey, session.layout, now: now, cli).forEach(report)
        } catch let error as StoreError {
            try console.progress(progress.finish())
            guard error.isRefusal else { throw error }
            try report(.keysRefused(error))
        }
    }
}

extension Layout {
    /// Whether a token is accepted once the keys that revoke it are gone.
    fileprivate var failsOpen: Bool { hasBlacklist || hasCutoffs || hasBans || hasVersions }
}

extension StoreError {
    /// Whether Redis answered, but refused the command.
    fileprivate var isRefusal: Bool {
        switch self {
        case .refused: true
        case .redis(.server): true
        default: false
        }
    }
}
