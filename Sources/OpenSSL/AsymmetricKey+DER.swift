internal import COpenSSL
package import Platform

extension AsymmetricKey {
    /// A public key from a SubjectPublicKeyInfo (RFC 5280 section 4.1), the content of `BEGIN
    /// PUBLIC KEY`.
    package static func subjectPublicKeyInfo(
        _ der: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        guard der.withSpan({ isCompletePublicKey($0) }) else { throw .unreadableKey }
        return try unsafe read(der, hasPrivateHalf: false) { unsafe d2i_PUBKEY(nil, $0, $1) }
    }

    /// A public key from an RSAPublicKey (RFC 8017 appendix A.1.1).
    package static func pkcs1PublicKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try subjectPublicKeyInfo(DEREnvelope.publicKeyInfo(DEREnvelope.rsa, key: der))
    }

    /// The public key in an X.509 certificate (RFC 5280). Dates, purposes and issuer are ignored: a
    /// user who names the file trusts the key.
    package static func certificate(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: false) { next, count in
            guard let certificate = unsafe d2i_X509(nil, next, count) else { return nil }
            defer { unsafe X509_free(certificate) }
            return unsafe X509_get_pubkey(certificate)
        }
    }

    /// Whether the key signed an X.509 certificate of another key, which makes it the key of an
    /// authority.
    package func hasSigned(certificate der: SecretBytes) -> Bool {
        defer { ErrorQueue.drain() }
        return unsafe der.withBytes { der in
            var next = unsafe der.bindMemory(to: UInt8.self).baseAddress
            guard let certificate = unsafe d2i_X509(nil, &next, der.count) else { return false }
            defer { unsafe X509_free(certificate) }
            guard let holder = unsafe X509_get0_pubkey(certificate),
                unsafe EVP_PKEY_eq(handle, holder) != 1
            else { return false }
            return unsafe X509_verify(certificate, handle) == 1
        }
    }

    /// A private key from a PKCS#8 PrivateKeyInfo (RFC 5208, RFC 5958), the content of `BEGIN
    /// PRIVATE KEY`.
    ///
    /// Throws `.inconsistentKey` if its parts do not belong together: no one could verify its
    /// signatures, and they could reveal the key.
    package static func privateKeyInfo(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        let outline = try PrivateKeyOutline(der)
        let plain = outline.publicHalf == nil ? der : outline.firstVersion
        let key = try unsafe read(plain, hasPrivateHalf: true) { next, count in
            guard let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, next, count) else { return nil }
            defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
            return unsafe EVP_PKCS82PKEY(info)
        }
        try key.checkFactors()
        if let stated = outline.publicHalf {
            guard try key.subjectPublicKeyBits() == stated else { throw .inconsistentKey }
        }
        return key
    }

    /// A private key from an RSAPrivateKey (RFC 8017 appendix A.1.2).
    package static func pkcs1PrivateKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try privateKeyInfo(DEREnvelope.privateKeyInfo(DEREnvelope.rsa, key: der))
    }

    /// A private key from an ECPrivateKey (RFC 5915). It must name its curve itself; parameters
    /// next to it in a file are ignored.
    package static func sec1PrivateKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        guard let parameters = der.withSpan({ PrivateKeyOutline.curveParameters(of: $0) }) else {
            throw .missingCurve
        }
        guard parameters.first == DERElement.objectIdentifier else {
            throw .explicitCurveParameters
        }
        let algorithm = DEREnvelope.algorithm(KeyIdentifier.ec, parameters: parameters)
        return try privateKeyInfo(DEREnvelope.privateKeyInfo(algorithm, key: der))
    }

    /// Whether both keys have the same public half.
    package func hasSamePublicHalf(as other: AsymmetricKey) -> Bool {
        defer { ErrorQueue.drain() }
        return unsafe EVP_PKEY_eq(handle, other.handle) == 1
    }

    /// The key that `decode` finds in `der`. Throws `.unreadableKey` unless it takes up all of
    /// `der`.
    private static func read(
        _ der: SecretBytes, hasPrivateHalf: Bool,
        _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let handle: OpaquePointer? = unsafe der.withBytes { der in
            let start = unsafe der.bindMemory(to: UInt8.self).baseAddress
            var next = unsafe start
            guard let handle = unsafe decode(&next, der.count) else { return nil }
            guard unsafe next == start?.advanced(by: der.count) else {
                unsafe EVP_PKEY_free(handle)
                return nil
            }
            return unsafe handle
        }
        ErrorQueue.drain()
        guard let handle = unsafe handle else { throw .unreadableKey }
        return try unsafe checked(owning: handle, hasPrivateHalf: hasPrivateHalf)
    }

    /// Whether nothing follows the numbers of an RSA key, which OpenSSL would ignore.
    private static func isCompletePublicKey(_ der: Span<UInt8>) -> Bool {
        guard KeyStructure.of(der) == .subjectPublicKeyInfo,
            let parts = DERElement.only(in: 0..<der.count, of: der)?.children(of: der),
            let type = parts[0].children(of: der)?.first?.identifier(of: der)
        else { return false }
        guard type == KeyIdentifier.rsa || type == KeyIdentifier.rsaPSS else { return true }
        return DERElement.only(in: parts[1].content.dropFirst(), of: der)?
            .children(of: der, atMost: 2)?.count == 2
    }

    /// The BIT STRING at the end of the SubjectPublicKeyInfo: the public half without its type.
    private func subjectPublicKeyBits() throws(OpenSSLError) -> [UInt8] {
        let info = try subjectPublicKeyInfo()
        let der = info.span
        guard let parts = DERElement.only(in: 0..<der.count, of: der)?.children(of: der),
            parts.count == 2
        else { throw .unreadableKey }
        return Array(info[parts[1].content])
    }

    /// A private key from a PKCS#8 EncryptedPrivateKeyInfo (RFC 5958 section 3).
    ///
    /// The caller must have limited the work that the file demands (see `KeyDerivationCost` in
    /// `JOSE`): it could be years. Throws `.cannotDecrypt` for a wrong passphrase and for a damaged
    /// file, which cannot be told apart.
    package static func encryptedPrivateKeyInfo(
        _ der: SecretBytes, passphrase: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let plain = try decrypt(der, passphrase)
        // A wrong passphrase yields valid padding once in 256 times.
        guard plain.withSpan({ KeyStructure.of($0) }) == .privateKeyInfo else {
            throw .cannotDecrypt
        }
        return try privateKeyInfo(plain)
    }

    /// The decrypted content, in memory that is wiped. OpenSSL's copy of it is wiped, too.
    private static func decrypt(
        _ der: SecretBytes, _ passphrase: SecretBytes
    ) throws(OpenSSLError) -> SecretBytes {
        defer { ErrorQueue.drain() }
        let sealed: OpaquePointer? = unsafe der.withBytes { bytes in
            var next = unsafe bytes.bindMemory(to: UInt8.self).baseAddress
            return unsafe d2i_X509_SIG(nil, &next, bytes.count)
        }
        guard let sealed = unsafe sealed else { throw .unreadableKey }
        defer { unsafe X509_SIG_free(sealed) }
        var algorithm: UnsafePointer<X509_ALGOR>?
        var content: UnsafePointer<ASN1_OCTET_STRING>?
        unsafe X509_SIG_get0(sealed, &algorithm, &content)

        var plain: UnsafeMutablePointer<UInt8>?
        var count: CInt = 0
        let done = unsafe passphrase.withBytes { text in
            unsafe PKCS12_pbe_crypt(
                algorithm, text.bindMemory(to: CChar.self).baseAddress,
                CInt(clamping: text.count), ASN1_STRING_get0_data(content),
                ASN1_STRING_length(content), &plain, &count, 0)
        }
        guard unsafe done != nil, let plain = unsafe plain, count >= 0 else {
            throw .cannotDecrypt
        }
        defer { unsafe jwtctl_openssl_clear_free(plain, Int(count)) }
        return unsafe SecretBytes(copying: UnsafeBufferPointer(start: plain, count: Int(count)))
    }
}
