internal import CommandKit
internal import JOSE
internal import JSON
internal import OpenSSL
internal import Platform
internal import TokenStore

/// `issue`: sign, record, print.
func runIssue(_ options: IssueOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .changes)
    let keys = try options.keys.require(console)
    let signer = try options.keys.signer(keys, hint: "give the key to sign with")
    let backend = options.isRecorded ? try Backend(console, actor: options.actor) : nil
    let minter = TokenMinter(
        draft: try TokenDraft(options, system: system), signer: signer, label: options.label,
        naming: backend?.layout.naming ?? Naming())
    try backend?.require(.record)
    if options.isRecorded { try requireUser(minter, now: system.clock.seconds) }
    try minter.validate(now: system.clock.seconds)
    try backend?.requirePrimary(comparingClocks: console)
    if let count = options.count {
        var series = TokenSeries(minter: minter, backend: backend, console: console, total: count)
        return try series.run()
    }
    return try issueOne(minter, backend, console)
}

/// A token without a user cannot be recorded. Layouts may find the user in another claim than `sub`.
private func requireUser(_ minter: TokenMinter, now: Int64) throws {
    let isKnown =
        try minter.naming.isStandard
        ? minter.draft.user != nil : minter.mint(now: now).facts.user != nil
    guard !isKnown else { return }
    let claims = minter.naming.userClaims
    throw Failure(
        .usage, "usage",
        claims.contains("sub")
            ? "missing option '--sub'" : "missing option '--claim \(claims.first ?? "sub")=USER'",
        hint: "--no-record signs a token without recording it")
}

private func issueOne(
    _ minter: TokenMinter, _ backend: Backend?, _ console: Console
) throws -> ExitStatus {
    let system = console.system
    var cutoffWait = CutoffWait(clock: system.clock)
    // Signed before it is recorded: a list must not name a token that was never made.
    var minted = try minter.mint(now: cutoffWait.now)
    while let backend, let record = minted.record(label: minter.label) {
        let outcome = try backend.store.record(record)
        guard let failure = minter.failure(outcome, id: minted.facts.label.description) else {
            break
        }
        guard cutoffWait.mayWait(for: outcome, minter.draft) else { throw failure }
        minted = try minter.mint(now: cutoffWait.now)
    }

    let list = TokenSeries.writer(console, of: .one, isRecorded: backend != nil)
    try list.append(minted)
    try list.finishOnly()
    if system.diagnostics.isTerminal {
        try system.output.flush()
        try console.note("revoke with: \(minted.facts.revokeCommand(isRecorded: backend != nil))")
    }
    return .success
}

/// Waiting for the second after a logout: a token issued in the second of a cutoff is rejected, one
/// of the next second is not.
struct CutoffWait {
    private let clock: Clock
    /// The issue time of the next token.
    private(set) var now: Int64
    private var count = 0

    init(clock: Clock) {
        self.clock = clock
        now = clock.seconds
    }

    /// Takes the present second, without waiting.
    mutating func refresh() { now = clock.seconds }

    /// Returns in the next second, or says that waiting is of no use.
    mutating func mayWait(for outcome: RecordOutcome, _ draft: TokenDraft) -> Bool {
        guard case .cutOff = outcome, draft.isIssuedNow, count < 3 else { return false }
        count += 1
        while clock.seconds == now { pause(milliseconds: 20) }
        now = clock.seconds
        return true
    }
}
