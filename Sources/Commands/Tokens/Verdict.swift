internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// The one verdict on a token: signature, claims and state.
///
/// After a malformed token or a bad signature nothing else is judged. Unknown is never valid.
struct Verdict {
    let token: CompactToken?
    private let registered: RegisteredClaims?
    var claims: JSONObject? { registered?.object }
    /// What was accepted although it has not the RFC's type.
    var departures: [Departure] {
        (registered?.departures ?? []).filter { departure in
            checks.contains { $0.name == departure.claim && $0.result == .passed }
        }
    }
    /// Whether the payload can be copied where the claims are to be written in compact style.
    private let isCompact: Bool
    private(set) var checks: [Check]
    /// What Redis said; nil where it was not asked.
    private(set) var report: StateReport?
    /// What it was asked.
    private(set) var query: StateQuery?
    let isOffline: Bool
    /// The moment by which the claims were judged, in unix seconds with their fraction.
    let instant: Double
    var now: Int64 { Int64(instant) }

    /// Redis' clock when it was asked, in unix seconds.
    var stateTime: Int64? { report?.state.time }

    /// The part that needs no Redis; `facts` is nil where nothing more may or will be asked.
    static func judge(
        _ text: [UInt8], verifier: SignatureVerifier, policy: ClaimsPolicy, isOffline: Bool,
        naming: Naming = Naming(), headers: HeaderCache? = nil
    ) -> (verdict: Verdict, facts: TokenFacts?) {
        let now = policy.now
        let token: CompactToken
        let claims: RegisteredClaims
        let isCompact: Bool
        do throws(MalformedToken) {
            token = try CompactToken(parsing: text, headers: headers)
            let read = try token.readClaims()
            claims = RegisteredClaims(read.object)
            isCompact = read.isCompact
        } catch {
            let check = Check("format", .failed(.malformed), detail: error.description)
            return (
                Verdict(
                    token: nil, claims: nil, isCompact: false,
                    checks: [check] + notJudged(["signature", "claims"], isOffline),
                    isOffline: isOffline, now: now), nil
            )
        }
        let signature = verifier.check(token)
        guard signature.result == .passed else {
            return (
                Verdict(
                    token: token, claims: claims, isCompact: isCompact,
                    checks: [signature] + notJudged(["claims"], isOffline),
                    isOffline: isOffline, now: now), nil
            )
        }
        var verdict = Verdict(
            token: token, claims: claims, isCompact: isCompact,
            checks: [signature] + policy.checks(header: token.header, claims: claims),
            isOffline: isOffline, now: now)
        do {
            guard isOffline else {
                return (verdict, try TokenFacts(token, claims: claims, naming: naming))
            }
            try TokenFacts.requireUsable(claims)
            return (verdict, nil)
        } catch {
            // A claim that names no id: the policy may not have minded, the state does.
            if !verdict.checks.contains(where: { $0.reason == .invalidClaim }) {
                verdict.checks.append(
                    Check(
                        "identifier", .failed(.invalidClaim),
                        detail: Diagnostics.failure(for: error).message))
            }
            verdict.checks += Self.notJudged([], isOffline)
            return (verdict, nil)
        }
    }

    private static func notJudged(_ names: [String], _ isOffline: Bool) -> [Check] {
        (names + (isOffline ? [] : ["blacklist", "cutoff"])).map { Check($0, .notJudged) }
    }

    private init(
        token: CompactToken?, claims: RegisteredClaims?, isCompact: Bool, checks: [Check],
        isOffline: Bool, now: Double
    ) {
        self.token = token
        registered = claims
        self.isCompact = isCompact
        self.checks = checks
        self.isOffline = isOffline
        instant = now
    }

    /// Judges `exp` again where Redis' clock is ahead of ours: a token that has expired there may
    /// have lost its blacklist entry.
    mutating func judgeExpiry(by policy: ClaimsPolicy, atLeast time: Double) {
        guard time > policy.now, let registered,
            let index = checks.firstIndex(where: { $0.name == "exp" && $0.result == .passed })
        else { return }
        var policy = policy
        policy.serverNow = time
        if let check = policy.expiryCheck(of: registered) { checks[index] = check }
    }

    /// Adds what Redis said to `query`.
    mutating func add(_ report: StateReport, to query: StateQuery) {
        self.query = query
        checks += report.checks
        self.report = report
    }

    /// Adds that Redis could not be asked.
    mutating func addUnknown(_ failure: Failure) {
        checks.append(Check("blacklist", .failed(.unknown), detail: failure.message))
        checks.append(Check("cutoff", .notJudged))
    }

    /// Signature and claims alone.
    var isValid: Bool {
        !checks.contains { check in
            guard let reason = check.reason else { return false }
            return Self.status(reason).rawValue <= ExitStatus.claims.rawValue
        } && token != nil
    }

    /// nil where the state was not asked, or could not be.
    var isActive: Bool? { isActive(decisiveReason) }

    private func isActive(_ reason: Reason?) -> Bool? {
        guard let reason else { return isOffline ? nil : true }
        return reason == .unknown ? nil : false
    }

    /// The check that decides: the one with the lowest status.
    var decisive: Check? {
        guard let reason = decisiveReason else { return nil }
        return checks.first { $0.reason == reason }
    }

    /// Of the reasons with the lowest status the first.
    private var decisiveReason: Reason? {
        var decisive: Reason?
        // By index: copying each check would show in a stream.
        for index in checks.indices {
            guard case .failed(let reason) = checks[index].result else { continue }
            let isLower = decisive.map {
                Self.status(reason).rawValue < Self.status($0).rawValue
            }
            if isLower ?? true { decisive = reason }
        }
        return decisive
    }

    var status: ExitStatus { Self.status(decisiveReason) }

    private static func status(_ reason: Reason?) -> ExitStatus {
        switch reason {
        case nil: .success
        case .malformed: .malformed
        case .badSignature, .noKey, .algorithmNotAllowed, .weakKey, .unsupportedHeader:
            .badSignature
        case .expired, .notYetValid, .tooOld, .invalidClaim, .missingClaim, .wrongIssuer,
            .wrongAudience, .wrongSubject, .wrongType:
            .claims
        case .revoked, .cutOff: .revoked
        case .notListed: .notListed
        case .unknown: .unknown
        }
    }

    var isSignatureVerified: Bool {
        checks.contains { $0.name == "signature" && $0.result == .passed }
    }

    var json: JSONObject {
        var builder = JSONBuilder()
        describe(to: &builder)
        return builder.result.objectValue ?? [:]
    }

    /// The verdict as a JSON object.
    func describe(to json: inout some JSONSink, passed: PassedChecks? = nil) {
        json.beginObject()
        let reason = decisiveReason
        json.member("active", isActive(reason).map { .bool($0) } ?? .null)
        json.member("valid", .bool(reason == nil || isValid))
        json.member("reason", reason.map { .string($0.rawValue) } ?? .null)
        json.name("header")
        if let header = token?.header {
            json.value(header.object, compactText: header.compactText)
        } else {
            json.value(.null)
        }
        json.name("payload")
        if let claims {
            json.value(claims, compactText: isCompact ? token?.payload : nil)
        } else {
            json.value(.null)
        }
        json.member("verified", .bool(isSignatureVerified))
        json.name("checks")
        if reason == nil, let passed {
            json.value({ checks.map(Self.json) }, compactText: passed.text(of: checks))
        } else {
            json.beginArray()
            for check in checks { Self.describe(check, to: &json) }
            json.endArray()
        }
        json.member("state", report?.json ?? .null)
        json.name("times")
        if let registered {
            ClaimTimes(registered).describe(to: &json, now: now)
        } else {
            json.value(.null)
        }
        json.endObject()
    }

    static func json(_ check: Check) -> JSONValue {
        var builder = JSONBuilder()
        describe(check, to: &builder)
        return builder.result
    }

    private static func describe(_ check: Check, to json: inout some JSONSink) {
        json.beginObject()
        json.member("check", .string(check.name))
        switch check.result {
        case .passed: json.member("ok", true)
        case .failed(.unknown):
            json.member("ok", .null)
            json.member("code", .string(Reason.unknown.rawValue))
        case .failed(let reason):
            json.member("ok", false)
            json.member("code", .string(reason.rawValue))
        case .notJudged: json.member("ok", .null)
        }
        if let detail = check.detail { json.member("detail", .string(detail)) }
        json.endObject()
    }

    /// The verdict in words: one line, the checks below it, then the claims.
    func text(width: Int?, style: Style) -> String {
        var text = headline(style) + "\n"
        for check in checks {
            text += Self.line(check, saying: dateWords(check), width: width, style: style)
        }
        if let claims { text += ClaimTimes(claims).lines(now: now, prefix: "  ") }
        return text
    }

    /// One check: its mark, its name, and what there is to say, or `words` that are harmless
    /// already.
    static func line(
        _ check: Check, saying words: String? = nil, width: Int?, style: Style
    ) -> String {
        let mark: String
        switch check.result {
        case .passed: mark = style.green("ok     ")
        case .failed(.unknown): mark = style.yellow("UNKNOWN")
        case .failed: mark = style.red("FAILED ")
        case .notJudged: mark = style.dim("-      ")
        }
        let name = VisibleText.escape(check.name, columns: 60)
        let padding = String(repeating: " ", count: max(10 - name.count, 0))
        let told = check.detail ?? check.reason.map(Self.words) ?? ""
        let detail = TextWrapper.hanging(
            words ?? VisibleText.escape(told, columns: 200), indent: margin, width: width)
        var line = "  \(mark) \(name)\(padding) \(detail)"
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    /// Where the details of checks begin.
    static let margin = 21

    /// Why a date fails, as people count; nil for any other check.
    func dateWords(_ check: Check) -> String? {
        func relative(_ claim: Claim<JSONNumber>?) -> String? {
            claim?.value.flatMap(TimeText.seconds).map { TimeText.relative($0, to: now) }
        }
        switch check.reason {
        case .expired: return relative(registered?.expiresAt).map { "expired \($0)" }
        case .notYetValid where check.name == "nbf":
            return relative(registered?.notBefore).map { "valid \($0)" }
        case .tooOld: return relative(registered?.issuedAt).map { "issued \($0)" }
        default: return nil
        }
    }

    /// What people are told the token is; nil for text that is no token.
    var label: String? {
        token.flatMap { DisplayToken.name(of: $0, registered ?? RegisteredClaims([:])) }
    }

    /// What a person has to know of an expiry that is accepted.
    var warnings: [String] {
        let expiry = registered?.expiresAt.value.flatMap(TimeText.seconds) ?? 0
        return departures.map(\.warning)
            + (expiry > TimeText.implausible ? [TimeText.millisecondsWarning] : [])
    }

    func headline(_ style: Style) -> String {
        guard let reason = decisiveReason else {
            return style.green(isOffline ? "valid (revocation not checked)" : "active")
        }
        return reason == .unknown
            ? style.yellow("unknown: Redis could not be asked about revocation")
            : style.red("not active: \(Self.words(reason))")
    }

    static func words(_ reason: Reason) -> String {
        reason.rawValue.spoken
    }
}
