internal import CommandKit
internal import JOSE
internal import Platform

struct DoctorOptions: CommandOptions {
    var global = GlobalOptions()
    var keys = KeyOptions()
    var isDeep = false
    var isStrict = false
}

/// `doctor`: what would make a revocation fail, or vanish without a word.
let doctorCommand = Command(
    name: "doctor", summary: "Find what would make a revocation fail or vanish.",
    discussion: [
        """
        Looks at the key, at the way to Redis, at what Redis says about itself (does it evict keys, \
        keep them on disk, have replicas in step?), at the user's rights, at the clocks, and into a \
        sample of the keys. Each finding comes with what it means for a revocation and with what to \
        do, as a line to copy wherever there is one. Nothing is written.
        """,
        """
        A note is worth knowing, or could not be found out: managed servers keep CONFIG, ACL or \
        INFO to themselves. A warning may cost a revocation one day, an error does. Without errors \
        the status is 0, with --strict without warnings too; where Redis cannot be reached it is 8.
        """,
        """
        Rights are found out by ACL DRYRUN; where that may not be asked, by commands that change \
        nothing, as they read, are malformed, or name a key that is not there. Redis counts the \
        refused ones in its ACL LOG.
        """,
        """
        In a Cluster each primary is looked at, behind Sentinels the primary and the Sentinels \
        themselves. The sample is of 5000 keys, in a Cluster of one primary's, of which at most 1000 \
        of each kind are looked into; \
        --deep takes all.
        """,
    ],
    defaults: DoctorOptions(),
    options: [
        .flag("deep", summary: "Look at every key instead of a sample.", into: \.isDeep),
        .flag("strict", summary: "Fail where there are warnings, too.", into: \.isStrict),
        .group(KeyOptions.group, at: \.keys), .group(GlobalOptions.group, at: \.global),
    ],
    examples: [
        Example(command: "jwtctl doctor", summary: "Is this Redis fit for revocations?"),
        Example(
            command: "jwtctl doctor --json --strict > findings.json || true",
            summary: "For monitoring: an array, and a status that counts warnings."),
        Example(
            command: "jwtctl doctor --deep --key public.pem",
            summary: "With the key that services check tokens with, and every key of the Redis."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .unknown),
    environment: KeyOptions.environment + Session.environment,
    seeAlso: ["stats", "layout", "redis"], run: runDoctor)

private func runDoctor(_ options: DoctorOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let visit = DoctorVisit(try Session(console, tellsFaults: true), options, console)
    var report = DoctorReport(console)
    for finding in try keyFindings(options.keys, console) { try report.add(finding) }
    let failure = try visit.run { try report.add($0) }
    try report.finish()
    if let failure { return failure }
    return report.worst >= (options.isStrict ? .warning : .error) ? .failure : .success
}

/// What needs no Redis.
private func keyFindings(_ options: KeyOptions, _ console: Console) throws -> [Finding] {
    do {
        guard let keys = try options.load(console) else { return [KeySymptom.none.finding] }
        return try KeySymptom.symptoms(of: keys, options).map(\.finding)
    } catch let error as OutputError {
        throw error
    } catch {
        let failure = Diagnostics.failure(for: error)
        if failure.status == .usage { throw error }
        return [KeySymptom.unusable(failure).finding]
    }
}
