internal import CommandKit
internal import Platform

struct DoctorOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var isDeep = false
    var isStrict = false
}

/// `doctor`: problems that make revocations fail or get lost, and how to fix them.
let doctorCommand = Command(
    name: "doctor", summary: "Find problems that could make revocations fail or get lost.",
    discussion: [
        """
        Checks the key, the connection to Redis, the server (does it evict keys, keep them on \
        disk, have replicas in sync?), the permissions of the Redis user, the clocks, and a sample \
        of the keys. Each finding says what it means for revocations and what to do, with a \
        command to copy where there is one. Writes nothing.
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

private func runDoctor(_ options: DoctorOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let run = DoctorRun(
        session: try Backend(console, tellsFaults: true), options: options, console: console)
    var report = DoctorReport(console)
    for finding in [Finding.program] + (try KeyChecks.findings(options.keys, console)) {
        try report.add(finding)
    }
    let failure = try run.run { try report.add($0) }
    try report.finish()
    if let failure { return failure }
    return report.worst >= (options.isStrict ? .warning : .error) ? .failure : .success
}
