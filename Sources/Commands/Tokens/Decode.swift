internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// Options of `decode`.
struct DecodeOptions: CommandOptions {
    var global = GlobalOptions()
    /// The operand: a token, `@FILE` or `-`; nil for standard input.
    var token: [UInt8]?
    /// Whether the meaning of each registered member is shown.
    var explains = false
}

/// `decode`: shows the claims of a token. It needs neither a key nor Redis, and verifies nothing.
let decodeCommand = Command(
    name: "decode", summary: "Show a token's header and claims without verifying it.",
    discussion: [
        """
        Reads a token from the operand, from @FILE or from standard input and shows its header and \
        claims, in their original order and with numbers as they were written. Nothing is \
        verified: anyone can write a token with any claims.
        """,
        """
        Times are shown as dates too, and --explain adds the meaning of each registered member. The \
        last line says whether the token has expired or is not yet valid.
        """,
        """
        If a token is truncated or damaged, decode shows everything that it can read, including \
        the members before the break, and says where the token ends; the status is 3. Of an \
        encrypted token (JWE), only the header can be read.
        """,
    ],
    defaults: DecodeOptions(),
    options: [
        .flag("explain", summary: "Show the meaning of each registered member.", into: \.explains),
        .group(GlobalOptions.group, at: \.global),
    ],
    operands: [TokenOperand.operand(at: \.token)],
    examples: [
        Example(
            command: "jwtctl decode \"$TOKEN\"", summary: "Show a token's claims.",
            output: [
                "Header",
                #"  alg  "EdDSA""#,
                #"  typ  "JWT""#,
                "Payload",
                #"  sub  "alice""#,
                "  iat  1796058115  issued 2026-11-30 17:01:55Z, 20 min ago",
                "  exp  1796061715  expires 2026-11-30 18:01:55Z, in 40 min",
                #"  jti  "4f3c2a""#,
                "Signature",
                "  64 bytes",
                "not verified, expires in 40 min",
            ]),
        Example(
            command: "echo \"Authorization: Bearer $TOKEN\" | jwtctl decode --json",
            summary: "Show a pasted header as JSON."),
        Example(
            command: "jwtctl decode --field payload.sub \"$TOKEN\"", summary: "Print one claim.",
            output: ["alice"]),
    ],
    exitStatuses: ExitStatus.docs(
        .failure, .malformed,
        success: "The token was read; nothing was verified."), seeAlso: ["verify", "status"],
    run: runDecode)

/// Prints the parts that can be read. Text that is no complete token is an error as well (status
/// 3). The line of `-o id` is the `jti`, for a pipe to `revoke`; a token without one has none.
private func runDecode(_ options: DecodeOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system, .reports)
    let text = try TokenOperand.readOne(options.token, console)
    let inspection = TokenInspection(of: text)
    let now = system.clock.seconds
    let fault = fault(of: inspection)
    let id = inspection.payload?.object.flatMap { RegisteredClaims($0).identifier.value?.text }
    try console.result(json(inspection, fault, text, now: now), id: id) {
        DecodeText(
            inspection: inspection, text: text, now: now, style: console.style,
            width: console.tableWidth, explains: options.explains
        ).render()
    }
    guard let fault else { return .success }
    // The fault comes after the parts that could be read, next to the prompt.
    try system.output.flush()
    try console.error(fault.message)
    if let hint = fault.hint { try console.note("hint: \(hint)") }
    return .malformed
}

/// The reason why the text is no complete token; nil if it is one. A truncated token can still be
/// revoked if its `jti` is complete, which the hint says.
private func fault(of inspection: TokenInspection) -> Failure? {
    if let cut = inspection.cut {
        return Failure(
            .malformed, "malformed",
            "malformed token: \(VisibleText.escape("\(cut)", columns: 200))",
            hint: inspection.payload?.object?["jti"] == nil
                ? TokenOddity.hint(inspection)
                : "its jti is complete: 'jwtctl status' and 'jwtctl revoke' need no more")
    }
    guard let failure = inspection.malformed.map({ Diagnostics.failure(for: $0) }) else {
        return nil
    }
    return Failure(
        failure.status, failure.code, failure.message,
        hint: failure.hint ?? TokenOddity.hint(inspection))
}

/// The JSON result. Of a truncated object, it has the members before the break. The signature is the
/// third segment as it was written, in base64url.
private func json(
    _ inspection: TokenInspection, _ fault: Failure?, _ text: [UInt8], now: Int64
) -> JSONObject {
    func value(_ segment: TokenInspection.Segment?) -> JSONValue {
        segment?.value ?? segment?.prefix.map { .object($0.object) } ?? .null
    }
    let signature = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .dropFirst(2).first
    let times = inspection.payload?.object.map { ClaimTimes(claims: RegisteredClaims($0)) }
    var object: JSONObject = [
        "header": value(inspection.header), "payload": value(inspection.payload),
        "signature": inspection.signature == nil
            ? .null : signature.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
        "verified": false,
        "times": times?.json(now: now) ?? .null,
    ]
    if let fault {
        var error: JSONObject = ["code": .string(fault.code), "message": .string(fault.message)]
        if let cut = inspection.cut {
            // Of a member whose value is incomplete, at least the name is known.
            var inside = JSONValue.null
            if case .json(.insideValue(let name)) = cut.place { inside = .string(name) }
            error.set(
                "cut",
                [
                    "after": .integer(Int64(cut.byteCount)),
                    "segment": .string(cut.segment.rawValue), "inside": inside,
                ])
        }
        object.set("error", .object(error))
    }
    return object
}

/// A token for a person: its parts with their meaning, and in the last line, next to the prompt,
/// whether it has expired. `decode` prints it. All text of the token is escaped.
struct DecodeText {
    /// The parts of the token that can be read.
    let inspection: TokenInspection
    /// The text of the token, for the sizes of an encrypted token's parts.
    let text: [UInt8]
    /// This machine's clock, in unix seconds.
    let now: Int64
    let style: Style
    /// The columns of the terminal; nil for a pipe.
    let width: Int?
    /// Whether each registered member is explained; if not, only doubtful ones are.
    let explains: Bool

    /// The complete text, with a line feed at its end.
    func render() -> String {
        section("Header", inspection.header, note: headerNote)
            + section("Payload", inspection.payload, note: claimNote) + ending
    }

    /// The members of a segment, below its title. `note` gives the words about each member. A
    /// segment that is missing has no text, while an empty object is shown as such: it is a valid
    /// payload.
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

    /// A segment that is no object: another JSON value, a text, or only its size.
    private static func words(_ segment: TokenInspection.Segment) -> String {
        if let value = segment.value { return JSONText.shown(value) }
        return String(validating: segment.bytes, as: UTF8.self).map { VisibleText.escape($0) }
            ?? "\(segment.bytes.count) bytes, not JSON"
    }

    /// The words about a member of the header. Members that name or contain a key are marked as
    /// doubtful, because an attacker may have chosen them, and so are `crit` and `b64`.
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

    /// The meaning of an ordinary member, if the user asked for meanings.
    private func meaning(_ words: String) -> (String, MemberList.Tone) {
        (explains ? words : "", .plain)
    }

    /// The words about a claim. A type that RFC 7519 does not allow is marked, even if `verify`
    /// accepts it.
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

    /// The words about a date, which depend on whether it has passed. Numbers that are far too high
    /// come from issuers that take the milliseconds of their platform's clock.
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

    /// The signature's size and the last line.
    private var ending: String {
        if case .encrypted = inspection.shape { return encryptedEnding }
        var result = ""
        if let signature = inspection.signature, inspection.payload?.object != nil {
            result += style.bold("Signature") + "\n  \(signature.bytes.count) bytes\n"
        }
        guard inspection.header?.object != nil else { return result }
        return result + style.yellow("not verified") + state + "\n"
    }

    /// The end of the last line: the validity by the token's own times. The worst news comes first:
    /// of a token that has expired, it does not matter when it would have begun.
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

    /// The parts of an encrypted token after its header (RFC 7516, compact serialization).
    private static let encryptedParts = [
        "encrypted key", "initialization vector", "ciphertext", "tag",
    ]

    /// The sizes of the parts of an encrypted token, of which only the header can be read. They are
    /// computed from the lengths in base64url, in bytes; nothing is decoded.
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
