package import JSON
internal import OpenSSL
internal import Platform

extension Key {
    /// A new key for one algorithm, private half included. For HMAC it is a secret as long as the
    /// hash; for RSA it has 2048, 3072 or 4096 bits, by the hash, unless `bits` says otherwise.
    ///
    /// It is restricted to this algorithm and to signatures, and named by its thumbprint, which
    /// reveals nothing about a random secret.
    package static func generate(
        for algorithm: Algorithm, bits: Int? = nil
    ) throws(KeyError) -> Key {
        let material = try KeyError.translating { () throws(OpenSSLError) in
            switch algorithm.operation {
            case .mac(let digest):
                Material.secret(try SecretBytes.random(count: digest.byteCount))
            case .signature(let scheme):
                Material.asymmetric(
                    try .generate(
                        algorithm.keyKind(scheme), bits: bits ?? algorithm.usualModulusBits))
            }
        }
        let restrictions = KeyRestrictions(use: "sig", algorithm: JSONString(algorithm.rawValue))
        let key = try Key(material, restrictions: restrictions)
        return try key.named(try key.thumbprint())
    }

    /// The public half, with the name and the restrictions of the key, where permission to sign
    /// becomes permission to verify. nil for a secret, which has no public half.
    package func publicHalf() throws(KeyError) -> Key? {
        guard case .asymmetric(let key) = material else { return nil }
        let half = try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.subjectPublicKeyInfo(
                SecretBytes(copying: try key.subjectPublicKeyInfo()))
        }
        var restrictions = restrictions
        if restrictions.operations != nil { restrictions.operations = ["verify"] }
        return try Key(.asymmetric(half), keyID: keyID, restrictions: restrictions)
    }

    /// The same material under another name.
    package func named(_ keyID: JSONString) throws(KeyError) -> Key {
        try Key(material, keyID: keyID, restrictions: restrictions)
    }

    /// The same material for one algorithm only. The caller makes sure that the key can serve it.
    package func restricted(to algorithm: Algorithm) throws(KeyError) -> Key {
        var restrictions = restrictions
        restrictions.algorithm = JSONString(algorithm.rawValue)
        return try Key(material, keyID: keyID, restrictions: restrictions)
    }

    /// The JWK thumbprint (RFC 7638) with SHA-256, in base64url. It is the same for both halves of
    /// a pair, and for every format of the key.
    ///
    /// The thumbprint of a secret lets others test guesses of the secret (section 7).
    package func thumbprint() throws(KeyError) -> JSONString {
        let hash = try KeyError.translating { () throws(OpenSSLError) in
            let members = try JWKWriter.identity(of: self).members
            // RFC 7638 section 3.3: names in the order of their code points, no white space.
            let sorted = JSONObject(
                members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                    .map { ($0.name, $0.value) })
            return try Digest.sha256.hash(sorted.encoded())
        }
        return JSONString(String(decoding: Base64URL.encode(hash), as: UTF8.self))
    }
}

extension Algorithm {
    /// Whether the algorithm has keys of different sizes.
    package var isRSA: Bool { usualModulusBits > 0 }

    /// The size of a new RSA key, as other programs choose it; 0 for other keys. A modulus as
    /// strong as the hash would be needlessly slow: 3072 bits already match SHA-256.
    fileprivate var usualModulusBits: Int {
        switch self {
        case .rs256, .ps256: 2048
        case .rs384, .ps384: 3072
        case .rs512, .ps512: 4096
        default: 0
        }
    }

    /// The kind of a new key. For PSS it is a plain RSA key, which more programs can read.
    fileprivate func keyKind(_ scheme: SignatureScheme) -> KeyKind {
        switch scheme {
        case .rsaPKCS1, .rsaPSS: .rsa
        case .ecdsa(_, let curve): .ec(curve)
        case .edDSA: self == .ed448 ? .ed448 : .ed25519
        }
    }
}
