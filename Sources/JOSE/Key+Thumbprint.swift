package import JSON
internal import OpenSSL

extension Key {
    /// The JWK thumbprint of RFC 7638 with SHA-256, in base64url: the same for both halves of a
    /// pair, and whatever form the key came in.
    ///
    /// That of a secret tells whoever can guess the secret that he was right (section 7).
    package func thumbprint() throws(KeyError) -> JSONString {
        let hash = try KeyError.translating { () throws(OpenSSLError) in
            let members = try JWKWriter.identity(of: self).members
            // Section 3.3: names in the order of their code points, no white space.
            let sorted = JSONObject(
                members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                    .map { ($0.name, $0.value) })
            return try Digest.sha256.hash(sorted.encoded())
        }
        return JSONString(String(decoding: Base64URL.encode(hash), as: UTF8.self))
    }
}
