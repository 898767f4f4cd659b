package import OpenSSL

extension CompactToken {
    /// The name of a token that has no `jti`: `sha256:` and the hash of what was signed, in hex.
    ///
    /// The signature is left out: some verifiers accept a second spelling of it, and ECDSA has a
    /// second value for each, so a name over the whole text could be dodged.
    package func contentIdentifier() throws(OpenSSLError) -> String {
        try Self.contentIdentifier(of: signingInput)
    }

    /// The same over any text.
    package static func contentIdentifier(of text: [UInt8]) throws(OpenSSLError) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hex = try Digest.sha256.hash(text).flatMap {
            [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]]
        }
        return "sha256:" + String(decoding: hex, as: UTF8.self)
    }
}
