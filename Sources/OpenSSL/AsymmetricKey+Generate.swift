internal import COpenSSL

extension AsymmetricKey {
    /// A new key pair; `bits` is the size of an RSA modulus and nothing else's business.
    ///
    /// OpenSSL 3.0 checks each RSA prime as FIPS 186-4 asks; 65537 is the public exponent.
    package static func generate(
        _ kind: KeyKind, bits: Int = 2048
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let name =
            switch kind {
            case .rsa: "RSA"
            case .rsaPSS: "RSA-PSS"
            case .ec: "EC"
            case .ed25519: "ED25519"
            case .ed448: "ED448"
            }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe configure(context, kind: kind, bits: bits) == 1
        else { throw ErrorQueue.failure(of: "EVP_PKEY_keygen_init") }
        var handle: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &handle) == 1, let handle = unsafe handle else {
            throw ErrorQueue.failure(of: "EVP_PKEY_generate")
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: true)
    }

    /// What the kind leaves open: the size, or the curve. Returns OpenSSL's status.
    private static func configure(
        _ context: OpaquePointer, kind: KeyKind, bits: Int
    ) -> CInt {
        switch kind {
        case .rsa, .rsaPSS: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, CInt(bits))
        case .ec(let curve): unsafe EVP_PKEY_CTX_set_group_name(context, curve.groupName)
        case .ed25519, .ed448: 1
        }
    }
}
