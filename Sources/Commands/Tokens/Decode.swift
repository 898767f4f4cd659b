internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

struct DecodeOptions: CommandOptions {
    var global = GlobalOptions()
    var token: [UInt8]?
}

/// `decode`: for reading claims; needs no key and no Redis.
let decodeCommand = Command(
    name: "decode", summary: "Show a token's header and claims, checking nothing.",
    discussion: [
        """
        Reads a token from the operand, from @FILE or from standard input and shows what is in it, \
        claims in their own order and numbers as they were written. Nothing is checked: anybody \
        can write a token that says anything.
        """,
        """
        Of a token that is cut short or damaged, whatever can be read is shown, and the status \
        is 3. Of an encrypted token (JWE) only the header can be read.
        """,
    ],
    defaults: DecodeOptions(), options: [.group(GlobalOptions.group, at: \.global)],
    operands: [
        .raw("TOKEN", .optional, summary: "The token, @FILE, or - for standard input.") {
            options, bytes throws(InvalidValue) in options.token = bytes
        }
    ],
    examples: [
        Example(command: "jwtctl decode \"$TOKEN\"", summary: "Read a token's claims."),
        Example(
            command: "echo \"Authorization: Bearer $TOKEN\" | jwtctl decode --json",
            summary: "Read a pasted header as JSON."),
        Example(
            command: "jwtctl decode --field payload.sub \"$TOKEN\"", summary: "Print one claim."),
    ],
    exitStatuses: ExitStatus.docs(.failure, .malformed), seeAlso: ["verify", "status"],
    run: runDecode)

private func runDecode(_ options: DecodeOptions, _ system: System) throws -> ExitStatus {
    let console = Console(options.global, system: system)
    let text = try TokenOperand.read(options.token, system: system)
    let inspection = TokenInspection(of: text)
    let now = system.clock.seconds
    let claims = inspection.payload?.value?.objectValue
    try console.result(json(inspection, text, claims, now: now)) {
        human(inspection, claims, style: console.style, now: now)
    }
    guard let malformed = inspection.malformed else { return .success }
    let failure = Diagnostics.failure(for: malformed)
    try console.error(failure.message)
    if let hint = failure.hint { try console.note("hint: \(hint)") }
    return .malformed
}

private func json(
    _ inspection: TokenInspection, _ text: [UInt8], _ claims: JSONObject?, now: Int64
) -> JSONObject {
    let signature = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        .dropFirst(2).first
    var object: JSONObject = [
        "header": inspection.header?.value ?? .null, "payload": inspection.payload?.value ?? .null,
        "signature": inspection.signature == nil
            ? .null : signature.map { .string(String(decoding: $0, as: UTF8.self)) } ?? .null,
        "verified": false, "times": claims.map { ClaimTimes($0).json(now: now) } ?? .null,
    ]
    if let malformed = inspection.malformed {
        object.set(
            "error", ["code": "malformed", "message": .string("malformed token: \(malformed)")])
    }
    return object
}

private func human(
    _ inspection: TokenInspection, _ claims: JSONObject?, style: Style, now: Int64
) -> String {
    var text = ""
    func show(_ title: String, _ segment: TokenInspection.Segment?) {
        guard let segment, !segment.bytes.isEmpty || segment.value != nil else { return }
        text += style.bold(title) + "\n"
        let body =
            segment.value.map {
                String(decoding: $0.encoded(.pretty, escaping: .visible), as: UTF8.self)
            }
            ?? VisibleText.escape(segment.bytes)
        text += body + "\n"
    }
    show("header", inspection.header)
    show("payload", inspection.payload)
    if let claims { text += ClaimTimes(claims).lines(now: now, prefix: "  ") }
    if let signature = inspection.signature, inspection.malformed == nil {
        text +=
            style.bold("signature") + "\n\(signature.bytes.count) bytes, "
            + style.yellow("not verified") + "\n"
    }
    return text
}
