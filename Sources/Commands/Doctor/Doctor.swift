internal import CommandKit
internal import JSON
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// Options of `doctor`. The key options select the key to check; without any, the settings do.
struct DoctorOptions: CommandOptions {
    var global = GlobalOptions()
    /// The key to check, as for `verify`; without it, the one of the settings.
    var keys = KeyOptions()
    /// Whether all keys in Redis are checked instead of a sample.
    var isDeep = false
    /// Whether a warning, too, makes the command fail.
    var isStrict = false
}

/// `doctor`: problems that make revocations fail or get lost, and how to fix them.
let doctorCommand = Command(
    name: "doctor", summary: "Find problems that could make revocations fail or get lost.",
    discussion: [
        """
        Checks the key, the connection to Redis, the server (does it evict keys, keep them on \
        disk, have replicas in sync?), the permissions of the Redis user, the clocks, and a sample \
        of the keys. It also reports what the application does with tokens while Redis cannot be \
        reached, or that this is unknown. Each finding says what it means for revocations and \
        what to do, with a command to copy where there is one. Writes nothing.
        """,
        """
        A note is worth knowing, or says what could not be checked: managed services hide CONFIG, \
        ACL or INFO. With a warning, revocations may fail or get lost one day; with an error, they \
        do. The exit status is 0 without errors (with --strict, without errors and warnings), and \
        8 if Redis cannot be reached.
        """,
        """
        Permissions are checked with ACL DRYRUN or, if that is not allowed, with commands that \
        change nothing: they only read, are malformed, or name a key that does not exist. Redis \
        records the refused ones in its ACL LOG.
        """,
        """
        In a Cluster, every primary is checked; with Sentinel, the primary and the Sentinels. \
        The sample is 5000 keys (in a Cluster, of one primary), of which at most 1000 of each kind \
        are read; --deep reads all.
        """,
    ],
    defaults: DoctorOptions(),
    options: [
        .flag("deep", summary: "Check every key instead of a sample.", into: \.isDeep),
        .flag("strict", summary: "Fail on warnings, too.", into: \.isStrict),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(
            command: "jwtctl doctor", summary: "Check the configured key and Redis.",
            output: [
                "CHECK        RESULT   FINDING",
                "...",
                "memory       ok       1.5 MiB used, no limit; nothing is evicted",
                "persistence  ERROR    no append-only file and no snapshots",
                "...",
                "                      redis-cli -h redis -p 6379 CONFIG SET appendonly yes",
                "...",
                "jwtctl: 1 error",
            ]),
        Example(
            command: "jwtctl doctor --json --strict > findings.json || true",
            summary: "For monitoring: a JSON array; warnings count as failures."),
        Example(
            command: "jwtctl doctor --deep --key public.pem",
            summary: "Check the services' public key, and every key in Redis."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown),
    environment: KeyOptions.environment + Backend.environment,
    seeAlso: ["stats", "layout", "redis"], run: runDoctor)

/// Runs all checks and prints their findings. The key and what the layout says about an outage come
/// before Redis, so that these findings are printed even if Redis cannot be reached.
///
/// Returns the status of the error that ended the checks (8 if Redis cannot be reached), else 1 if
/// a finding is bad enough.
private func runDoctor(_ options: DoctorOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let run = DoctorRun(
        backend: try Backend(console, connectionErrors: .deferred), options: options,
        console: console)
    var report = DoctorReport(console)
    // These are known without Redis, so they are printed in any case.
    let offline =
        [Finding.program] + (try KeyChecks.findings(options.keys, console))
        + [Finding.outage(run.backend.layout)]
    for finding in offline { try report.add(finding) }
    let failure = try run.run { try report.add($0) }
    try report.finish()
    if let failure { return failure }
    return report.worst >= (options.isStrict ? .warning : .error) ? .failure : .success
}

/// The checks of one Redis for `doctor`: collects the facts of each area and reports the findings
/// as they come, so that the first are visible while Redis still works on the others.
struct DoctorRun {
    /// The connection and the layout. Errors of the connection are findings here, not thrown.
    let backend: Backend
    let options: DoctorOptions
    let console: Console
    /// Prints a finding. Throws if the output cannot be written.
    private typealias Report = (Finding) throws -> Void

    /// The number of keys whose names are read without `--deep`.
    private static let sampleSize = 5000

    private var client: Client { backend.client }
    /// This machine's clock, in unix seconds.
    private var now: Int64 { console.system.clock.seconds }

    /// Runs the checks in the order of the report, from the connection to the values of the keys.
    ///
    /// Returns the exit status of the error that ended the run, or nil if it was complete. An
    /// unreachable server and a refused command are findings; only a failed output is thrown. A
    /// server that is loading its data refuses most commands, so the checks that need them are left
    /// out.
    func run(_ report: (Finding) throws -> Void) throws -> ExitStatus? {
        do {
            let roundTrip = try client.roundTrip()
            try report(.answers(place: client.place, roundTrip: roundTrip))
            let servers = try servers(report)
            try groups(report)
            guard let first = servers.first else { return .unknown }
            // A loading server answers the commands below with -LOADING, which is reported already.
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
            failsOpen: backend.layout.failsOpen, isGroup: client.isGroup)
        // A primary reports only connected replicas; Sentinels and the Cluster know the others.
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

    /// Reports whether a Cluster is complete and whether the Sentinels agree; nothing for a single
    /// server.
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

    /// Reports the difference between this machine's clock and Redis'. The comparison is with the
    /// deny margin, because a service whose clock is behind by more accepts a token whose blacklist
    /// entry has already expired.
    private func clock(_ report: Report) throws {
        do {
            let time = try client.serverTime().seconds
            let difference = now - time
            try report(
                abs(difference) <= Backend.clockTolerance
                    ? .clockAgrees
                    : .clockDiffers(by: difference, margin: backend.store.denyMargin))
        } catch RedisError.server {
            // TIME was refused, which is a finding of `rights`.
        }
    }

    /// Reports what the Redis user may not do, of all that the layout's commands need.
    private func rights(_ cli: RedisCLICommand, _ report: Report) throws {
        let required = try backend.store.requiredCommands()
        let permissions = try client.permissions(for: required.map(\.probe))
        try RightsChecks.findings(
            of: Array(zip(required, permissions)), user: client.user, cli
        ).forEach(report)
    }

    /// Reports whether the layout fits the keys in Redis and whether their values are sound. A scan
    /// that Redis refuses is a finding; a lost connection is thrown.
    private func state(_ cli: RedisCLICommand, _ report: Report) throws {
        let file = try LayoutChoice.file(
            console.options, try console.settings(), console.system)
        var detector = try LayoutDetector(files: file.map { [$0] } ?? [])
        let limit = options.isDeep ? nil : Self.sampleSize
        do {
            let (survey, detection) = try console.watch("checking keys") { show in
                let size = show.isOn ? backend.store.keyCount() : nil
                let total = size.map { ProgressLine.Total.about(min($0, limit ?? $0)) }
                return try backend.store.survey(limit: limit, detector: &detector) { survey in
                    show(survey.sampled, of: total)
                }
            }
            try StateChecks.layout(backend.layout, survey, detection).forEach(report)
            var cli = cli
            cli.database = client.target.database
            cli.isCluster = try client.unservedSlots() != nil
            try StateChecks.values(survey, backend.layout, now: now, cli).forEach(report)
        } catch let error as StoreError {
            guard error.isRefusal else { throw error }
            try report(.keysRefused(error))
        }
    }
}

/// The layout's behaviour if Redis loses keys.
extension Layout {
    /// Whether a token is accepted once the keys that revoke it are gone.
    fileprivate var failsOpen: Bool { hasBlacklist || hasCutoffs || hasBans || hasVersions }
}

/// The kind of error that ends a check, but not the run.
extension StoreError {
    /// Whether Redis answered, but refused the command.
    fileprivate var isRefusal: Bool {
        switch self {
        case .refused, .redis(.server): true
        default: false
        }
    }
}
