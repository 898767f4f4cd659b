internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import TokenStore

/// The reasons of a verdict, for `verify --explain`: what each check found and expected, the result
/// of each key, the keys in Redis that were read, and the checks that no option required.
///
/// It is a view of the checks that were made, and judges nothing.
struct Explanation {
    private let verdict: Verdict
    /// Every check, also those that were not required.
    private let checks: [ExplainedCheck]
    /// The result of each key that was considered.
    private let trials: [KeyTrial]
    /// The members of the key set that are no usable keys.
    private let skipped: [KeySet.Skipped]
    /// The keys in Redis behind each check of the state, by the check's name.
    private let asked: [String: [[UInt8]]]

    /// Collects the reasons. `layout` names the keys in Redis; nil without Redis.
    init(of verdict: Verdict, skipped: [KeySet.Skipped], layout: Layout?) {
        self.verdict = verdict
        self.skipped = skipped
        trials = verdict.trials
        checks = Self.explained(verdict)
        asked =
            verdict.query.flatMap { query in
                layout?.keysAsked(of: query.subject).mapValues { $0.filter { !$0.isEmpty } }
            } ?? [:]
    }

    /// The checks of the verdict, in their order, and the claims and lists that no option requires.
    private static func explained(_ verdict: Verdict) -> [ExplainedCheck] {
        let claims = verdict.explainedClaims
        // Claims are explained even if they were not required, so the verdict has fewer checks of
        // them.
        let judged = claims.count { $0.check.result != .notJudged }
        var checks = verdict.checks.prefix(1).map { ExplainedCheck($0) }
        checks += claims.map(sayingAbsent)
        checks += verdict.checks.dropFirst(1 + judged)
            .map { explained(ExplainedCheck($0), verdict.report) }
        if let report = verdict.report, !report.requiresListing {
            let isListed = report.state.listing.isListed == true
            let detail = (isListed ? "listed" : "not listed") + ", not required"
            let check = Check("whitelist", .notJudged, detail: detail)
            checks.append(explained(ExplainedCheck(check), report))
        }
        return checks
    }

    /// The check, with a note if the claim is neither present nor required.
    private static func sayingAbsent(_ check: ExplainedCheck) -> ExplainedCheck {
        guard check.check.result == .notJudged, check.found == nil else { return check }
        let meaning = check.name == "exp" ? ": the token never expires" : ""
        return ExplainedCheck(
            Check(check.name, .notJudged, detail: "absent" + meaning), wanted: check.wanted)
    }

    /// A check of the state, with the values that Redis returned. Null for the blacklist means that
    /// Redis has no entry; null in a cutoff that none is set.
    private static func explained(
        _ check: ExplainedCheck, _ report: StateReport?
    ) -> ExplainedCheck {
        guard let state = report?.state else { return check }
        var check = check
        switch check.name {
        case "blacklist":
            check.found = state.denial.map { denial in
                [
                    "ttl": TimeText.number(denial.timeToLive),
                    "by": denial.entry.actor.map { .string($0) } ?? .null,
                    "at": TimeText.json(denial.entry.time),
                    "reason": denial.entry.reason.map { .string($0) } ?? .null,
                ]
            }
        case "cutoff":
            check.found = [
                "user": TimeText.number(state.userCutoff),
                "global": TimeText.number(state.globalCutoff),
            ]
        default:
            if case .listed(let expiry) = state.listing {
                check.found = ["exp": TimeText.number(expiry?.seconds)]
            }
            if report?.requiresListing == true { check.wanted = .presence }
        }
        return check
    }

    /// The object of the verdict with `keys` added; its checks have `found`, `wanted` and `asked`.
    var json: JSONObject {
        var object = verdict.json
        object.set("checks", .array(checks.map(json)))
        object.set(
            "keys",
            .array(trials.map { .object(Self.json($0)) } + skipped.map { .object(Self.json($0)) }))
        return object
    }

    /// A check with its values.
    private func json(_ check: ExplainedCheck) -> JSONValue {
        guard case .object(var object) = Verdict.json(check.check) else { return .null }
        if check.name != "signature" {
            object.set("found", check.found ?? .null)
            object.set("wanted", check.wanted?.json ?? .null)
        }
        if let keys = asked[check.name] {
            object.set("asked", .array(keys.map { .string(String(decoding: $0, as: UTF8.self)) }))
        }
        return .object(object)
    }

    /// The result of a key that was considered.
    private static func json(_ trial: KeyTrial) -> JSONObject {
        [
            "key": .string(trial.key), "kid": trial.keyID.map { .string($0) } ?? .null,
            "result": .string(trial.outcome.code), "detail": .string(trial.outcome.words),
        ]
    }

    /// A member of the key set that is no usable key.
    private static func json(_ member: KeySet.Skipped) -> JSONObject {
        [
            "member": .integer(Int64(member.index)),
            "kid": member.keyID.map { .string($0) } ?? .null, "result": "skipped",
            "detail": .string(member.reason),
        ]
    }

    /// The verdict in words, with the values of each check below it. `width` nil does not wrap.
    func text(width: Int?, style: Style) -> String {
        let margin = String(repeating: " ", count: Verdict.margin)
        var text = verdict.headline(style) + "\n"
        for check in checks {
            var lines = details(of: check)
            // A check without words of its own is followed by its first detail on the same line.
            let isSilent = check.check.detail == nil && check.check.reason == nil && !lines.isEmpty
            text += Verdict.line(
                check.check,
                saying: isSilent
                    ? Self.clip(lines.removeFirst().text) : verdict.dateWords(check.check),
                width: width, style: style)
            for line in lines {
                let label = line.label + String(repeating: " ", count: 8 - line.label.count)
                let words = TextWrapper.hanging(
                    Self.clip(line.text), indent: Verdict.margin + label.count, width: width)
                text += margin + style.dim(label + words) + "\n"
            }
        }
        return text
    }

    /// A line below a check. Its text is escaped.
    private typealias Detail = (label: String, text: String)

    /// The text, shortened: a claim may be as long as a token.
    private static func clip(_ text: String) -> String {
        let longest = 400
        guard text.unicodeScalars.count > longest else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(longest))) + "…"
    }

    /// The lines below a check.
    private func details(of check: ExplainedCheck) -> [Detail] {
        if check.name == "signature" { return keyDetails(check.check) }
        var lines: [Detail] = []
        func add(_ label: String, _ text: String) { lines.append((label, text)) }
        if let report = verdict.report, let found = Self.words(check.name, report.state) {
            add("found", found)
        } else if let found = check.found, check.name != "whitelist" {
            // A value that no option required was found, but not compared with anything.
            let option = check.wanted == nil ? Self.demandingOption[check.name] : nil
            let reservation = option.map { "; not checked (no \($0))" } ?? ""
            add("found", found.shown(now: verdict.now, name: check.name) + reservation)
        }
        if let wanted = check.wanted, check.found != nil || check.check.reason != nil {
            add("wanted", wanted.words(now: verdict.now))
        }
        if check.name == "iat", let issued = check.found?.numberValue.flatMap(TimeText.seconds),
            issued > verdict.now
        {
            add("note", "\(Duration.words(issued - verdict.now)) ahead of this machine's clock")
        }
        if let keys = asked[check.name], !keys.isEmpty {
            add("asked", keys.map { KeyText.shown($0) }.joined(separator: ", "))
        }
        return lines
    }

    /// The result of each key. If there is a single key and it signed the token, the check says so
    /// already.
    private func keyDetails(_ check: Check) -> [Detail] {
        let isInCheck = trials.count == 1 && skipped.isEmpty && check.result == .passed
        guard !isInCheck else { return [] }
        return trials.map { ("key", VisibleText.escape("\($0.key): \($0.outcome.words)")) }
            + skipped.map { member in
                let name = member.keyID.map { ", kid \($0)" } ?? ""
                let words = "member \(member.index)\(name): not usable: \(member.reason)"
                return ("key", VisibleText.escape(words))
            }
    }

    /// The value that Redis returned, in words; nil for a check that has none. The user's own cutoff
    /// is not asked for if the token names no user.
    private static func words(_ check: String, _ state: TokenState) -> String? {
        func time(_ cutoff: Int64?) -> String { cutoff.map(TimeText.rfc3339) ?? "none" }
        switch check {
        case "blacklist":
            guard let denial = state.denial else { return "no entry" }
            return "entry "
                + (denial.timeToLive.map { "expires in \(Duration.words($0))" } ?? "never expires")
        case "cutoff":
            let user =
                state.isUserKnown ? time(state.userCutoff) : "not asked: the token has no sub"
            return "user: \(user); global: \(time(state.globalCutoff))"
        default: return nil
        }
    }

    /// The option that would check a claim of which no value is required, by the claim's name; `typ`
    /// is a member of the header.
    private static let demandingOption = [
        "iss": "--iss", "aud": "--aud", "sub": "--sub", "iat": "--max-age", "typ": "--typ",
    ]
}

/// The value that a check required, for `--explain`.
extension ClaimExpectation {
    /// The member `wanted` in the JSON of `--explain`.
    var json: JSONValue {
        switch self {
        case .presence: ["present": true]
        case .equal(let text): ["equal": .string(text)]
        case .oneOf(let names): ["one_of": .array(names.map { .string($0) })]
        case .after(let time): ["after": .integer(Self.whole(time))]
        case .notAfter(let time): ["not_after": .integer(Self.whole(time))]
        case .notBefore(let time): ["not_before": .integer(Self.whole(time))]
        }
    }

    /// The expectation in words. A time has its date and its distance from `now`.
    func words(now: Int64) -> String {
        switch self {
        case .presence: "present"
        case .equal(let text): Self.quoted(text)
        case .oneOf(let names): names.map(Self.quoted).joined(separator: " or ")
        case .after(let time): "later than " + Self.date(time, now: now)
        case .notAfter(let time): "no later than " + Self.date(time, now: now)
        case .notBefore(let time): "no earlier than " + Self.date(time, now: now)
        }
    }

    /// The text in quotes, escaped.
    private static func quoted(_ text: JSONString) -> String {
        JSONText.shown(.string(text))
    }

    /// The time in unix seconds with its date and its distance from `now`.
    private static func date(_ time: Double, now: Int64) -> String {
        let seconds = whole(time)
        return "\(seconds) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }

    /// The time in whole seconds. It was computed from this program's clock and options, so it
    /// fits.
    private static func whole(_ time: Double) -> Int64 { Int64(exactly: time.rounded(.down)) ?? 0 }
}

/// The value that a check found, for `--explain`.
extension JSONValue {
    /// The value as it was written, on one line. A time is followed by its date.
    func shown(now: Int64, name: String) -> String {
        guard ["exp", "nbf", "iat"].contains(name),
            let seconds = numberValue.flatMap(TimeText.seconds)
        else { return JSONText.shown(self) }
        return
            "\(JSONText.shown(self)) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }
}

/// The result of a key, for JSON and for a person.
extension KeyTrial.Outcome {
    /// The member `result` in JSON.
    var code: String {
        switch self {
        case .verified: "verified"
        case .badSignature: "bad_signature"
        case .refused: "refused"
        case .otherKeyID, .notTried: "not_tried"
        }
    }

    /// The result in words.
    var words: String {
        switch self {
        case .verified: "signed the token"
        case .badSignature: "did not sign the token"
        case .refused(let refusal): "not for this token: \(refusal)"
        case .otherKeyID: "not tried: the token's kid names another key"
        case .notTried: "not tried: the token was rejected because of its header"
        }
    }
}
