internal import CommandKit
internal import JOSE
internal import JSON

extension KeyTrial.Outcome {
    /// The member `result` of JSON.
    var code: String {
        switch self {
        case .verified: "verified"
        case .badSignature: "bad_signature"
        case .refused: "refused"
        case .otherKeyID, .notTried: "not_tried"
        }
    }

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

extension ClaimExpectation {
    /// The member `wanted` of JSON.
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

    private static func quoted(_ text: JSONString) -> String {
        JSONText.shown(.string(text))
    }

    private static func date(_ time: Double, now: Int64) -> String {
        let seconds = whole(time)
        return "\(seconds) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }

    /// Seconds that this program computed from its own clock and options.
    private static func whole(_ time: Double) -> Int64 { Int64(exactly: time.rounded(.down)) ?? 0 }
}

extension JSONValue {
    /// The value as it was written, on one line, a date beside the number of a claim that is one.
    func shown(now: Int64, name: String) -> String {
        guard ["exp", "nbf", "iat"].contains(name),
            let seconds = numberValue.flatMap(TimeText.seconds)
        else { return JSONText.shown(self) }
        return
            "\(JSONText.shown(self)) (\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now)))"
    }
}
