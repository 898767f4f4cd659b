internal import COpenSSL
package import Platform

/// The numbers of an EC key, big-endian, each as long as the curve's coordinates.
package struct ECComponents {
    package let x: [UInt8]
    package let y: [UInt8]
    /// nil for a public key.
    package let privateScalar: SecretBytes?
}

/// The bytes of an Edwards-curve key (RFC 8032): the public half and the seed.
package struct EdwardsComponents {
    package let publicKey: [UInt8]
    /// nil for a public key.
    package let seed: SecretBytes?
}

extension AsymmetricKey {
    /// The public half as a SubjectPublicKeyInfo (RFC 5280).
    package func subjectPublicKeyInfo() throws(OpenSSLError) -> [UInt8] {
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_PUBKEY(handle, &encoded)
        guard count > 0, let encoded = unsafe encoded else {
            throw ErrorQueue.failure(of: "i2d_PUBKEY")
        }
        defer { unsafe jwtctl_openssl_free(encoded) }
        return unsafe Array(UnsafeBufferPointer(start: encoded, count: Int(count)))
    }

    /// Both halves as a PKCS#8 PrivateKeyInfo (RFC 5208).
    ///
    /// Throws `.wrongKey` for a public key, and for an RSA key whose primes are unknown, since the
    /// structure would have zeros instead of them.
    package func privateKeyInfo() throws(OpenSSLError) -> SecretBytes {
        guard hasPrivateHalf, !isRSA || knowsPrimes else { throw .wrongKey }
        guard let info = unsafe EVP_PKEY2PKCS8(handle) else {
            throw ErrorQueue.failure(of: "EVP_PKEY2PKCS8")
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        let count = Int(unsafe i2d_PKCS8_PRIV_KEY_INFO(info, nil))
        guard count > 0 else { throw ErrorQueue.failure(of: "i2d_PKCS8_PRIV_KEY_INFO") }
        return unsafe SecretBytes(capacity: count) { target in
            var next = unsafe target.bindMemory(to: UInt8.self).baseAddress
            return Int(unsafe i2d_PKCS8_PRIV_KEY_INFO(info, &next))
        }
    }

    /// The numbers of an RSA key. Those that speed up signing are included if the key has them.
    package func rsaComponents() throws(OpenSSLError) -> RSAComponents {
        var components = RSAComponents(
            modulus: try publicNumber(OSSL_PKEY_PARAM_RSA_N),
            publicExponent: try publicNumber(OSSL_PKEY_PARAM_RSA_E))
        guard hasPrivateHalf else { return components }
        components.privateExponent = try number(OSSL_PKEY_PARAM_RSA_D)
        guard knowsPrimes else { return components }
        for name in RSAComponents.chineseRemainderNames {
            components.chineseRemainder.append(try number(name))
        }
        return components
    }

    /// The numbers of an EC key.
    package func ecComponents(on curve: Curve) throws(OpenSSLError) -> ECComponents {
        let count = curve.coordinateByteCount
        return ECComponents(
            x: try publicNumber(OSSL_PKEY_PARAM_EC_PUB_X, byteCount: count),
            y: try publicNumber(OSSL_PKEY_PARAM_EC_PUB_Y, byteCount: count),
            privateScalar: hasPrivateHalf
                ? try number(OSSL_PKEY_PARAM_PRIV_KEY, byteCount: count) : nil)
    }

    /// The bytes of an Edwards-curve key.
    package func edwardsComponents() throws(OpenSSLError) -> EdwardsComponents {
        let publicKey = try rawPublicKey()
        guard hasPrivateHalf else { return EdwardsComponents(publicKey: publicKey, seed: nil) }
        // A seed is as long as the public half: 32 or 57 bytes.
        var count = publicKey.count
        var status: CInt = 0
        let seed = unsafe SecretBytes(capacity: count) { target in
            status = unsafe EVP_PKEY_get_raw_private_key(
                handle, target.bindMemory(to: UInt8.self).baseAddress, &count)
            return count
        }
        guard status == 1 else { throw ErrorQueue.failure(of: "EVP_PKEY_get_raw_private_key") }
        return EdwardsComponents(publicKey: publicKey, seed: seed)
    }

    /// Whether an RSA key has its primes, which a JWK may leave out.
    private var knowsPrimes: Bool {
        do throws(OpenSSLError) {
            return try number(RSAComponents.chineseRemainderNames[0]).count > 0
        } catch {
            return false
        }
    }

    /// One of the public numbers.
    private func publicNumber(
        _ name: String, byteCount: Int? = nil
    ) throws(OpenSSLError) -> [UInt8] {
        unsafe try number(name, byteCount: byteCount).withBytes { unsafe Array($0) }
    }

    /// One of the key's numbers, big-endian: `byteCount` long, or else without leading zeros.
    private func number(
        _ name: String, byteCount: Int? = nil
    ) throws(OpenSSLError) -> SecretBytes {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(handle, name, &number) == 1 else {
            throw ErrorQueue.failure(of: "EVP_PKEY_get_bn_param")
        }
        defer { unsafe BN_clear_free(number) }
        let count = byteCount ?? Int(unsafe BN_num_bits(number) + 7) / 8
        return unsafe SecretBytes(capacity: count) { target in
            let written = unsafe BN_bn2binpad(
                number, target.bindMemory(to: UInt8.self).baseAddress, CInt(count))
            return max(Int(written), 0)
        }
    }
}
