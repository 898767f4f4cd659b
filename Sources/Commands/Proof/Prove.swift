internal import CommandKit
internal import Layouts
internal import Platform
internal import Redis
internal import TokenStore

/// The options of `prove`.
struct ProveOptions: CommandOptions {
    var global = GlobalOptions()
    /// The token, unless tokens are issued, then the command with its arguments.
    var words: [[UInt8]] = []
    /// How the token is revoked: the keys that check it, the reason and the actor, and whether this
    /// is a dry run.
    var revoke = RevokeOptions()
    /// Whether the tokens are issued here. `issue` has their claims, `revoke` the key.
    var issues = false
    var issue = IssueOptions()
    /// The user of the second token, which has to be accepted to the end.
    var otherSubject = "jwtctl-prove"
    /// The exit status of the command that says that the token was refused.
    var refusedStatus: Int64 = 22
    /// Milliseconds for which the service may go on accepting the token.
    var within: Int64 = 30_000
    /// Whether the user of the token is logged out, rather than the token revoked.
    var logsOut = false
    /// Whether the revocation is undone in the end.
    var restores = false

    /// The command that asks the service; empty where it is missing.
    var command: [[UInt8]] { Array(words.dropFirst(issues ? 0 : 1)) }

    /// Whether an option says something about issued tokens.
    var hasClaims: Bool {
        issue.subject != nil || issue.issuer != nil || issue.lifetime != nil
            || !issue.audiences.isEmpty || !issue.claims.isEmpty
    }

    /// The options in the order in which help, manual and completions show them.
    static let options: [Option<ProveOptions>] = [
        .value(
            "within", metavar: "DURATION",
            summary: "How long the service may go on accepting the token.", into: \.within
        ) { text throws(InvalidValue) in try Duration.milliseconds(text) }
        .showingDefault("30s"),
        .value(
            "refused-status", metavar: "N", summary: "Exit status of COMMAND for a refused token.",
            into: \.refusedStatus
        ) { text throws(InvalidValue) in
            try Count.parse(text, in: 1...255, expected: "an exit status from 1 to 255")
        }.detail("22 is that of 'curl -f' for any answer from 400 on, a 500 included."),
        .flag("logout-all", summary: "Log the user out instead.", into: \.logsOut),
        .flag("restore", summary: "Undo the revocation at the end.", into: \.restores),
        .reason("Reason, stored with the entry and in the audit log.", into: \.revoke.reason),
        .actor(into: \.revoke.actor), .auditLog(into: \.revoke.auditLog),
        .flag(
            "no-verify", summary: "Do not check the signature of the token.",
            into: \.revoke.skipsVerification),
        .flag(
            "dry-run", short: "n", summary: "Only see whether the service accepts the token.",
            into: \.revoke.isDryRun),
        .flag(
            "yes", short: "y", summary: "Do not ask for confirmation.",
            into: \.revoke.isConfirmed),
        .flag(
            "issue", summary: "Issue the token, and one of another user for comparison.",
            into: \.issues
        ).detail("Both are revoked in the end."),
        .text("sub", metavar: "USER", summary: "User of the issued token.", into: \.issue.subject)
            .completing(.dynamic("users")),
        .text(
            "other-sub", metavar: "USER", summary: "User of the token for comparison.",
            into: \.otherSubject),
        .text("iss", metavar: "ISSUER", summary: "Issuer of issued tokens.", into: \.issue.issuer),
        .repeated(
            "aud", metavar: "AUDIENCE", summary: "Audience of issued tokens.",
            into: \.issue.audiences),
        .repeated(
            "claim", metavar: "NAME=TEXT",
            summary: "Claim of issued tokens; NAME:=JSON if it is not a string.",
            into: \.issue.claims
        ) { text throws(InvalidValue) in try NamedValue(text) },
        .duration("expires-in", summary: "Lifetime of issued tokens.", into: \.issue.lifetime)
            .showingDefault("10m"),
        .group(KeyOptions.group, at: \.revoke.keys), .group(GlobalOptions.group, at: \.global),
    ]
}

/// `prove`: revokes a token, and shows that a service refuses it from then on.
let proveCommand = Command(
    name: "prove", summary: "Revoke a token and see the service refuse it.",
    discussion: [
        """
        Runs COMMAND, which asks your service with the token. It must succeed. Then the token is \
        revoked, and COMMAND is repeated until it is refused twice in a row. The output says how \
        long that took. If COMMAND does not succeed at first, nothing is revoked.
        """,
        """
        COMMAND gets the line 'Authorization: Bearer TOKEN' on standard input and the token in \
        JWTCTL_TOKEN, but no other JWTCTL_ variable and no password of Redis. Its output goes to \
        standard error. After --timeout it is ended, with all that it started.
        """,
        """
        Exit status 0 of COMMAND means accepted, and that of --refused-status refused. Any other \
        end proves nothing: prove stops with status 8, and the token stays revoked. If the service \
        still accepts the token after --within, the status is 11: it does not read this layout, or \
        it caches for longer.
        """,
        """
        With --issue prove signs the token itself, for --sub, and another one for --other-sub, \
        which has to be accepted before and after: so a service that refuses everything proves \
        nothing. Both are revoked in the end, whatever happens.
        """,
    ],
    defaults: ProveOptions(), options: ProveOptions.options,
    operands: [
        .raw(
            "TOKEN", .repeated(minimum: 1),
            summary: "The token (@FILE, or - for standard input), then the command after --."
        ) { options, bytes throws(InvalidValue) in options.words.append(bytes) }
        .completing(.fileAfterAt).shownAs("TOKEN -- COMMAND...")
    ],
    otherForms: ["--issue --sub USER -- COMMAND..."],
    examples: [
        Example(
            command: "jwtctl prove \"$TOKEN\" -- "
                + "curl -fso /dev/null -H @- https://api.example.com/me",
            summary: "Revoke a token, and see that the service refuses it.",
            output: [
                "jwtctl: target: redis.internal:6379, database 0, namespace jwt, layout native",
                "jwtctl: revoked; asking until the service refuses the token",
                "proved: 7c3e was accepted, then revoked, and refused 0.1 s later",
                "  with 'curl -f' any answer from 400 on is a refusal, a 500 too",
            ]),
        Example(
            command: "jwtctl prove --issue --sub ci -- curl -fs -H @- https://api.example.com/me",
            summary: "Show in CI that the service checks this Redis, and nothing else broke."),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed, .badSignature, .claims, .unknown, .refused, .stillAccepted,
        success: "Accepted before, refused after."),
    environment: [
        Definition("JWTCTL_TOKEN", "Set for COMMAND: the token.")
    ] + KeyOptions.environment + Backend.environment,
    seeAlso: ["revoke", "logout-all", "services", "doctor"],
    check: { options throws(UsageError) in
        if options.command.isEmpty { throw .missingOperand("COMMAND") }
        if options.logsOut, options.restores { throw .conflicting("--logout-all", "--restore") }
        if options.restores, options.revoke.reason?.isEmpty ?? true {
            throw .missingOption("--reason TEXT")
        }
        guard options.issues else {
            if options.hasClaims { throw .missingOption("--issue") }
            return
        }
        if options.restores { throw .conflicting("--issue", "--restore") }
        if options.revoke.isDryRun { throw .conflicting("--issue", "--dry-run") }
        guard let subject = options.issue.subject else { throw .missingOption("--sub USER") }
        if subject == options.otherSubject {
            throw .other("'--sub' and '--other-sub' must be different users")
        }
    }, run: runProve)

/// Checks all that can be refused before the service is asked: nothing is revoked, and then found
/// to be of no use.
private func runProve(_ options: ProveOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, [.changes, .reports])
    let given = try options.issues ? nil : options.item(console)
    let trust = try TokenTrust(
        options.revoke.keys, skipsVerification: options.revoke.skipsVerification,
        badSignatureHint: "use --no-verify to revoke it anyway", console)
    let backend = try Backend(
        console, actor: options.revoke.actor, auditLog: options.revoke.auditLog)
    if options.logsOut { try backend.require(.logoutAll) }
    if options.restores { try backend.require(.restore) }
    try backend.requirePrimary(console)
    if !options.revoke.isDryRun {
        try backend.requireLayout(isConfirmed: options.revoke.isConfirmed, console)
    }
    let planner = try RevocationPlanner(options.revoke, trust, backend: backend, console)
    let call = ServiceCall(
        options.command, timeout: Int64(backend.client.timeout),
        refusedStatus: options.refusedStatus, system.environment)
    let proof = Proof(
        options: options, planner: planner, call: call, backend: backend, console: console)
    let status =
        if let given {
            try proof.run(try ProvedToken(given, planner))
        } else {
            try ProofIssuer(options, planner, backend, console).run(proof)
        }
    try console.endWhereInterrupted()
    return status
}

extension ProveOptions {
    /// The token of the command line.
    fileprivate func item(_ console: Console) throws -> Item {
        guard words[0] == [UInt8(ascii: "-")] else {
            return try ItemOptions().item(words[0], console)
        }
        let text = try TokenOperand.readText(words[0], system: console.system)
        try TokenOperand.requireUTF8(text)
        return try Item(operand: text, as: .guess)
    }
}
