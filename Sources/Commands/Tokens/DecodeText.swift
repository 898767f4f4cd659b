internal import CommandKit
internal import JOSE
internal import JSON

/// A token for a person: its parts with what they mean, and at the end, next to the prompt, what
/// to think of it.
struct DecodeText {
    let inspection: TokenInspection
    let text: [UInt8]
    let now: Int64
    let style: Style
    /// The columns of the terminal; nil for a pipe.
    let width: Int?
    /// Whether each registered member has its meaning, and not only what is doubtful.
    let explains: Bool

    func render() -> String {
        var result = ""
        result += section("Header", inspection.header) { name, value in headerNote(name, value) }
        result += section("Payload", inspection.payload) { name, value in
            claimNote(name, value)
        }
        result += ending
        return result
    }

    private func section(
        _ title: String, _ segment: TokenInspection.Segment?,
        note: (JSONString, JSONValue) -> (String, MemberList.Tone)
    ) -> String {
        guard let segment, !segment.bytes.isEmpty || segment.value != nil else { return "" }
        var result = style.bold(title) + "\n"
        guard let object = segment.object else {
            return result + "  " + Self.words(segment) + "\n"
        }
        var list = MemberList()
        for member in object.members {
            let (words, tone) = note(member.name, member.value)
            list.append(member.name, member.value, note: words, tone: tone)
        }
        if let prefix = segment.prefix, case .insideValue(let name) = prefix.end {
            list.append(broken: name, prefix.rest)
        }
        result += object.isEmpty && segment.prefix == nil ? "  {}\n" : ""
        return result + list.text(width: width, style: style)
    }

    /// A segment that is no object: another value, a text, or just bytes.
    private static func words(_ segment: TokenInspection.Segment) -> String {
        if let value = segment.value { return JSONText.shown(value) }
        return String(validating: segment.bytes, as: UTF8.self).map { VisibleText.escape($0) }
            ?? "\(segment.bytes.count) bytes, not JSON"
    }

    private func headerNote(
        _ name: JSONString, _ value: JSONValue
    ) -> (String, MemberList.Tone) {
        if name == "alg", let algorithm = value.stringValue {
            guard let words = MemberMeanings.algorithms[algorithm] else {
                return ("unknown algorithm", .plain)
            }
            return algorithm == "none" ? (words, .bad) : meaning(words)
        }
        let isSuspect = ["crit", "b64", "jku", "jwk", "x5u", "x5c"].contains(name)
        let words = MemberMeanings.header[name] ?? ""
        return isSuspect ? (words, .doubtful) : meaning(words)
    }

    /// What an ordinary member means, for those who ask.
    private func meaning(_ words: String) -> (String, MemberList.Tone) {
        (explains ? words : "", .plain)
    }

    private func claimNote(
        _ name: JSONString, _ value: JSONValue
    ) -> (String, MemberList.Tone) {
        if let words = MemberMeanings.dates[name] { return dateNote(name, value, words) }
        guard let words = MemberMeanings.claims[name] else { return ("", .plain) }
        if let departure = RegisteredClaims([name: value]).departures.first {
            return (departure.words, .doubtful)
        }
        let isText = value.stringValue != nil
        let isWrong =
            ["iss", "sub", "jti"].contains(name) && !isText
            || name == "aud" && RegisteredClaims([name: value]).audience.value == nil
        return isWrong ? ("wrong type: verifiers must reject this", .bad) : meaning(words)
    }

    private func dateNote(
        _ name: JSONString, _ value: JSONValue, _ words: (past: String, future: String)
    ) -> (String, MemberList.Tone) {
        guard let number = value.numberValue else {
            return ("wrong type: verifiers must reject this", .bad)
        }
        guard let seconds = TimeText.seconds(number) else {
            return ("date out of range", .doubtful)
        }
        guard abs(seconds) < TimeText.implausible else {
            return ("milliseconds? dates are in seconds since 1970", .bad)
        }
        let isPast = seconds <= now
        let date = "\(TimeText.table(seconds)), \(TimeText.relative(seconds, to: now))"
        let tone: MemberList.Tone =
            switch name {
            case "exp": isPast ? .bad : .good
            case "nbf", "iat": isPast ? .plain : .bad
            default: .plain
            }
        return ((isPast ? words.past : words.future) + " " + date, tone)
    }

    /// What follows the payload, and the last line.
    private var ending: String {
        if case .encrypted = inspection.shape { return encryptedEnding }
        var result = ""
        if let signature = inspection.signature, inspection.payload?.object != nil {
            result += style.bold("Signature") + "\n  \(signature.bytes.count) bytes\n"
        }
        guard inspection.header?.object != nil else { return result }
        return result + style.yellow("not verified") + state + "\n"
    }

    /// What the token says of its own time.
    private var state: String {
        guard let object = inspection.payload?.object else { return "" }
        let claims = RegisteredClaims(object)
        if let exp = claims.expiresAt.value.flatMap(TimeText.seconds), exp <= now {
            return ", " + style.red("expired \(TimeText.relative(exp, to: now))")
        }
        if let nbf = claims.notBefore.value.flatMap(TimeText.seconds), nbf > now {
            return ", " + style.red("not yet valid: starts \(TimeText.relative(nbf, to: now))")
        }
        switch claims.expiresAt {
        case .absent: return inspection.payload?.prefix == nil ? ", never expires" : ""
        case .wrongType: return ", " + style.red("its exp is not a date")
        case .value(let number):
            guard let exp = TimeText.seconds(number), exp < TimeText.implausible else {
                return ", " + style.red("its exp is not a date")
            }
            return ", expires \(TimeText.relative(exp, to: now))"
        }
    }

    private static let encryptedParts = [
        "encrypted key", "initialization vector", "ciphertext", "tag",
    ]

    private var encryptedEnding: String {
        let sizes = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .dropFirst().map { Base64.decodedCount($0.count) }
        let parts = zip(Self.encryptedParts, sizes).map { "\($1) bytes of \($0)" }
        return style.bold("Encrypted") + "\n  " + parts.joined(separator: ", ") + "\n"
            + style.yellow(
                "the claims are encrypted (JWE): only the recipient's key can decrypt them")
            + "\n"
    }
}
