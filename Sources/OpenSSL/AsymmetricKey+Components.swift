internal import COpenSSL
package import Platform

/// The numbers of an RSA key (RFC 7518 section 6.3), each big-endian.
package struct RSAComponents {
    package var modulus: [UInt8]
    package var publicExponent: [UInt8]
    package var privateExponent: SecretBytes?
    /// The primes p and q, the exponents dP and dQ and the coefficient qInv: all of them or none.
    package var chineseRemainder: [SecretBytes]

    /// OpenSSL's names of the five, in their order.
    static let chineseRemainderNames = [
        "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1",
    ]

    package init(
        modulus: [UInt8], publicExponent: [UInt8], privateExponent: SecretBytes? = nil,
        chineseRemainder: [SecretBytes] = []
    ) {
        precondition(chineseRemainder.isEmpty || chineseRemainder.count == 5)
        self.modulus = modulus
        self.publicExponent = publicExponent
        self.privateExponent = privateExponent
        self.chineseRemainder = chineseRemainder
    }
}

extension AsymmetricKey {
    /// An RSA key from its numbers. Whether a private exponent without primes belongs to the modulus
    /// shows only when it signs.
    package static func rsa(_ components: RSAComponents) throws(OpenSSLError) -> AsymmetricKey {
        var parts: [KeyComponent] = [
            .integer(OSSL_PKEY_PARAM_RSA_N, SecretBytes(copying: components.modulus)),
            .integer(OSSL_PKEY_PARAM_RSA_E, SecretBytes(copying: components.publicExponent)),
        ]
        if let exponent = components.privateExponent {
            parts.append(.integer(OSSL_PKEY_PARAM_RSA_D, exponent))
            let names = RSAComponents.chineseRemainderNames
            for (name, value) in zip(names, components.chineseRemainder) {
                parts.append(.integer(name, value))
            }
        }
        let key = try make("RSA", parts, isPrivate: components.privateExponent != nil)
        if key.hasPrivateHalf, !components.chineseRemainder.isEmpty { try key.checkFactors() }
        return key
    }

    /// An EC key from its coordinates and, where there is one, its private scalar, all big-endian.
    package static func ec(
        _ curve: Curve, x: [UInt8], y: [UInt8], privateScalar: SecretBytes? = nil
    ) throws(OpenSSLError) -> AsymmetricKey {
        guard x.count == curve.coordinateByteCount, y.count == x.count else {
            throw .inconsistentKey
        }
        var parts: [KeyComponent] = [
            .text(OSSL_PKEY_PARAM_GROUP_NAME, curve.groupName),
            .octets(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes(copying: [0x04] + x + y)),
        ]
        if let privateScalar {
            parts.append(.integer(OSSL_PKEY_PARAM_PRIV_KEY, privateScalar))
        }
        return try make("EC", parts, isPrivate: privateScalar != nil)
    }

    /// An Edwards-curve key (RFC 8037) from its public bytes and, where there is one, its seed.
    ///
    /// With a seed the public half is computed and compared: signing with a public half that
    /// someone else supplied gives the seed away.
    package static func edwards(
        _ kind: KeyKind, publicKey: [UInt8], seed: SecretBytes? = nil
    ) throws(OpenSSLError) -> AsymmetricKey {
        let name = kind == .ed448 ? "ED448" : "ED25519"
        guard let seed else {
            let part = KeyComponent.octets(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes(copying: publicKey))
            return try make(name, [part], isPrivate: false)
        }
        let key = try make(name, [.octets(OSSL_PKEY_PARAM_PRIV_KEY, seed)], isPrivate: true)
        guard try key.rawPublicKey() == publicKey else { throw .inconsistentKey }
        return key
    }

    /// The public half of an Edwards-curve key.
    func rawPublicKey() throws(OpenSSLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        var count = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1 else {
            throw ErrorQueue.failure(of: "EVP_PKEY_get_raw_public_key")
        }
        return Array(bytes[..<count])
    }

    /// The key of these parts; `isPrivate` says whether a private half is among them.
    private static func make(
        _ type: String, _ components: [KeyComponent], isPrivate: Bool
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_fromdata_init(context) == 1 else {
            throw ErrorQueue.failure(of: "EVP_PKEY_fromdata_init")
        }
        let selection = isPrivate ? jwtctl_selection_pair() : jwtctl_selection_public()
        let handle = unsafe KeyComponent.withParameters(components[...]) { parameters in
            var handle: OpaquePointer?
            _ = unsafe EVP_PKEY_fromdata(context, &handle, selection, parameters)
            return unsafe handle
        }
        guard let handle = unsafe handle else {
            ErrorQueue.drain()
            throw .inconsistentKey
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: isPrivate)
    }
}
