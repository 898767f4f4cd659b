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
    /// Whether the payload can be copied where the claims are to be written in compact style.
    private let isCompact: Bool
    private(set) var checks: [Check]
    private(set) var state: JSONValue = .null
    /// Redis' clock when it was asked, in unix seconds.
    private(set) var stateTime: Int64?
    private let isOffline: Bool
    private let now: Int64

    /// The part that needs no Redis; `facts` is nil where nothing more may be asked.
    static func judge(
        _ text: [UInt8], verifier: SignatureVerifier, policy: ClaimsPolicy, isOffline: Bool,
        headers: HeaderCache? = nil
    ) -> (verdict: Verdict, facts: TokenFacts?) {
        let now = Int64(policy.now)
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
        let signature = verifier.verify(token).check
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
            return (verdict, try TokenFacts(token, claims: claims))
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
        isOffline: Bool, now: Int64
    ) {
        self.token = token
        registered = claims
        self.isCompact = isCompact
        self.checks = checks
        self.isOffline = isOffline
        self.now = now
    }

    /// Adds what Redis said.
    mutating func add(_ report: StateReport) {
        checks += report.checks
        state = report.json
        stateTime = report.state.time
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
    private func isActive(_ reason: Reason?) -> Bool? {
        guard let reason else { return isOffline ? nil : true }
        return reason == .unknown ? nil : false
    }

    /// The check that decides: the one with the lowest status.
    var decisive: Check? {
        var decisive: Check?
        for check in checks where check.reason != nil {
            let isLower = decisive.map {
                Self.status(check.reason).rawValue < Self.status($0.reason).rawValue
            }
            if isLower ?? true { decisive = check }
        }
        return decisive
    }

    var status: ExitStatus { Self.status(decisive?.reason) }

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

    var json: JSONObject {
        var builder = JSONBuilder()
        describe(to: &builder)
        return builder.result.objectValue ?? [:]
    }

    /// The verdict as a JSON object.
    func describe(to json: inout some JSONSink) {
        json.beginObject()
        let reason = decisive?.reason
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
        let isVerified = checks.contains { $0.name == "signature" && $0.result == .passed }
        json.member("verified", .bool(isVerified))
        json.name("checks")
        json.beginArray()
        for check in checks { Self.describe(check, to: &json) }
        json.endArray()
        json.member("state", state)
        json.name("times")
        if let registered {
            ClaimTimes(registered).describe(to: &json, now: now)
        } else {
            json.value(.null)
        }
        json.endObject()
    }

    private static func describe(_ check: Check, to json: inout some JSONSink) {
        json.beginObject()
        json.member("check", .string(check.name))
        switch check.result {
        case .passed: json.member("ok", true)
        case .failed(let reason):
            json.member("ok", false)
            json.member("code", .string(reason.rawValue))
        case .notJudged: json.member("ok", .null)
        }
        if let detail = check.detail { json.member("detail", .string(detail)) }
        json.endObject()
    }

    /// The verdict in words: one line, the checks below it, then the claims.
    func text(style: Style) -> String {
        var text = headline(style) + "\n"
        for check in checks {
            let mark: String
            switch check.result {
            case .passed: mark = style.green("ok     ")
            case .failed: mark = style.red("FAILED ")
            case .notJudged: mark = style.dim("-      ")
            }
            let name = check.name + String(repeating: " ", count: max(10 - check.name.count, 0))
            let told = check.detail ?? check.reason.map(Self.words) ?? ""
            let detail = VisibleText.escape(told, columns: 200)
            var line = "  \(mark) \(name) \(detail)"
            while line.last == " " { line.removeLast() }
            text += line + "\n"
        }
        if let claims { text += ClaimTimes(claims).lines(now: now, prefix: "  ") }
        return text
    }

    private func headline(_ style: Style) -> String {
        guard let reason = decisive?.reason else {
            return style.green(isOffline ? "valid (revocation not checked)" : "active")
        }
        return reason == .unknown
            ? style.yellow("unknown: Redis could not be asked")
            : style.red("not active: \(Self.words(reason))")
    }

    private static func words(_ reason: Reason) -> String {
        reason.rawValue.split(separator: "_").joined(separator: " ")
    }
}
