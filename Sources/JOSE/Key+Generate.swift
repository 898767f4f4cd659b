internal import JSON
internal import OpenSSL
internal import Platform

extension Key {
    /// A new key for one algorithm, private half included: for HMAC a secret as long as the hash,
    /// for RSA 2048, 3072 or 4096 bits with the three hashes unless `bits` says otherwise.
    ///
    /// It is restricted to the algorithm and to signatures, and named by its thumbprint, which for
    /// a random secret gives nothing away.
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
        let key = try Key(
            material,
            restrictions: KeyRestrictions(
                use: "sig", operations: nil, algorithm: JSONString(algorithm.rawValue)))
        return try key.named(try key.thumbprint())
    }
}

extension Algorithm {
    /// Whether the key's size is a choice.
    package var isRSA: Bool { usualModulusBits > 0 }

    /// As strong as the hash would be too much: RSA of 3072 bits equals SHA-256. These are what
    /// others generate too.
    fileprivate var usualModulusBits: Int {
        switch self {
        case .rs256, .ps256: 2048
        case .rs384, .ps384: 3072
        case .rs512, .ps512: 4096
        default: 0
        }
    }

    /// The kind of key that a new one is of. For PSS a plain RSA key, which more programs read.
    fileprivate func keyKind(_ scheme: SignatureScheme) -> KeyKind {
        switch scheme {
        case .rsaPKCS1, .rsaPSS: .rsa
        case .ecdsa(_, let curve): .ec(curve)
        case .edDSA: self == .ed448 ? .ed448 : .ed25519
        }
    }
}
