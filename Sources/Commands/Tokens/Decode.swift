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
    operands: [
        .raw("TOKEN", .optional, summary: "The token, @FILE, or - for standard input.") {
            options, bytes throws(InvalidValue) in options.token = bytes
        }
        .completing(.fileAfterAt)
    ],
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
/// 3).
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

/// The reason why the text is no complete token; nil if it is one.
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

/// The JSON result. Of a truncated object, it has the members before the break.
private func json(
    _ inspection: TokenInspection, _ fault: Failure?, _ text: [UInt8], now: Int64
) -> JSONObject {
    func value(_ segment: TokenInspection.Segment?) -> JSONValue {
        segment?.value ?? segment?.prefix.map { .object($0.object) } ?? .null
    }
    let signature = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .dropFirst(2).first
    var object: JSONObject = [
        "header": value(inspection.header), "payload": value(inspection.payload),
        "signature": inspection.signature == nil
            ? .null : signature.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
        "verified": false,
        "times": inspection.payload?.object.map { ClaimTimes($0).json(now: now) } ?? .null,
    ]
    if let fault {
        var error: JSONObject = ["code": .string(fault.code), "message": .string(fault.message)]
        if let cut = inspection.cut {
            error.set("cut", .object(json(cut)))
        }
        object.set("error", .object(error))
    }
    return object
}

/// The place where a token breaks off; `inside` is the member whose value is incomplete.
private func json(_ cut: TokenTruncation) -> JSONObject {
    var inside = JSONValue.null
    if case .json(.insideValue(let name)) = cut.place { inside = .string(name) }
    return [
        "after": .integer(Int64(cut.byteCount)), "segment": .string(cut.segment.rawValue),
        "inside": inside,
    ]
}
