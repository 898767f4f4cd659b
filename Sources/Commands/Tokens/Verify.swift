internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import Redis
internal import TokenStore

/// `verify`: one token, or a stream of them.
func runVerify(_ options: VerifyOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let keys = try options.keys.require(console)
    let verifier = SignatureVerifier(
        keys: keys, algorithm: options.keys.algorithm, allowWeak: options.keys.allowsWeakKey)
    if options.leeway > 0 { try console.note("leeway \(Duration.words(options.leeway))") }
    var options = options
    let settings = try console.settings()
    if options.issuers.isEmpty { options.issuers = settings[.issuer].map { [$0.text] } ?? [] }
    if !options.requiresListing { options.requiresListing = try settings.requiresListing() }
    let session = options.isOffline ? nil : try Backend(console)
    if let margin = session?.store.margin, options.leeway > margin {
        throw Failure(
            .usage, "usage",
            "a leeway above \(margin)s would accept tokens whose blacklist entry has expired "
                + "(deny-margin)",
            hint: "use it with '--offline'")
    }
    let judge = TokenJudge(
        options: options, verifier: verifier, session: session, clock: system.clock)
    if options.isStream {
        try system.takeInput()
        let stream = VerdictStream(console)
        return options.isOffline
            ? try stream.answerOffline(options, verifier) : try stream.answer(by: judge)
    }

    let text = try TokenOperand.readText(options.token, system: system)
    let verdict = judge.verdicts(on: [TokenOperand.token(in: text)])[0]
    for warning in verdict.warnings { try console.warn(warning) }
    if let session, let time = verdict.stateTime { try session.warnAboutClock(time, console) }
    if options.explains {
        let explanation = Explanation(
            of: verdict, keys: keys, options: options, layout: session?.store.layout)
        try console.result(explanation.json, id: verdict.label) {
            explanation.text(width: console.tableWidth, style: console.style)
        }
    } else {
        try console.result(verdict.answer(in: options.global.format), id: verdict.label) {
            verdict.text(width: console.tableWidth, style: console.style)
        }
    }
    if verdict.status == .unknown, let detail = verdict.decisive?.detail {
        try system.output.flush()
        try console.error(VisibleText.escape(detail))
    }
    if options.global.format.isText, options.global.field == nil,
        let hint = VerdictHint.of(verdict, keys: keys, options: options)
            ?? VerdictHint.ofText(text, verdict)
    {
        try system.output.flush()
        try console.note("hint: \(hint)")
    }
    return verdict.status
}

/// Judges tokens, several at a time where Redis is asked, since they share its round trip.
struct TokenJudge {
    let options: VerifyOptions
    let verifier: SignatureVerifier
    let session: Backend?
    let clock: Clock

    /// One verdict for each text, in order.
    func verdicts(on texts: [[UInt8]]) -> [Verdict] {
        let policy = options.policy(now: clock.now.numericDate)
        var verdicts: [Verdict] = []
        var asked: [(index: Int, facts: TokenFacts)] = []
        for text in texts {
            let (verdict, facts) = Verdict.judge(
                text, verifier: verifier, policy: policy, isOffline: options.isOffline,
                naming: session?.layout.naming ?? Naming())
            if let facts, session != nil { asked.append((verdicts.count, facts)) }
            verdicts.append(verdict)
        }
        guard let session, !asked.isEmpty else { return verdicts }
        do {
            try session.requireCurrent(options.global)
            let states = try session.store.states(of: asked.map(\.facts.query))
            for (item, state) in zip(asked, states) {
                verdicts[item.index].judgeExpiry(by: policy, atLeast: Double(state.time))
                verdicts[item.index].add(
                    StateReport(
                        state: state, issued: item.facts.issued, layout: session.layout,
                        requiresListing: options.requiresListing), to: item.facts.query)
            }
        } catch {
            let failure = Diagnostics.failure(for: error)
            // One wrong key must not take the others' answers away: ask one by one.
            if asked.count > 1, failure.code == "wrong_type" || failure.code == "corrupt" {
                return texts.flatMap { self.verdicts(on: [$0]) }
            }
            for item in asked { verdicts[item.index].addUnknown(failure) }
        }
        return verdicts
    }
}
