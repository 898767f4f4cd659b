import JOSE
import JSON

/// Splitter and base64: one spelling for each token, strictly; anything at all, forgivingly.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    examine(data, count) { input in
        checkBase64(input)
        checkToken(input)
    }
}

private func checkBase64(_ input: [UInt8]) {
    if let bytes = accepted({ () throws(Base64Error) in try Base64URL.decode(input) }) {
        require(Base64URL.encode(bytes) == input, "base64url has one spelling")
    }
    for alphabet in [Base64.standard, .url] {
        let text = alphabet.encode(input)
        var bytes = [UInt8](repeating: 0, count: Base64.decodedCount(text.count))
        require(bytes.count == input.count, "the length is known beforehand")
        var target = bytes.mutableSpan
        let isText: Void? = accepted { () throws(Base64Error) in
            try alphabet.decode(text.span, into: &target)
        }
        require(isText != nil && bytes == input, "what is encoded decodes")
    }
}

private func checkToken(_ input: [UInt8]) {
    let inspection = TokenInspection(of: input)
    guard
        let token = accepted({ () throws(MalformedToken) in try CompactToken(parsing: input) })
    else {
        require(inspection.malformed != nil, "inspection knows what the strict reader refuses")
        return
    }
    let dot = [UInt8(ascii: ".")]
    require(token.bytes == input, "the token is the text")
    require(
        token.signingInput + dot + Base64URL.encode(token.signature) == input,
        "signing input and signature make the token")
    require(
        token.signingInput.suffix(Base64URL.encode(token.payload).count)
            == Base64URL.encode(token.payload)[...], "the payload ends the signing input")
    require(inspection.payload?.bytes == token.payload, "inspection shows the strict payload")
    require(inspection.signature?.bytes == token.signature, "and the strict signature")
    require(
        inspection.header?.value == .object(token.header.object), "and the strict header")
    let claims = accepted { () throws(MalformedToken) in try token.claims() }
    require((claims == nil) == (inspection.malformed != nil), "inspection judges as strictly")
}
