internal import COpenSSL
package import Platform

extension AsymmetricKey {
    /// A public key from a SubjectPublicKeyInfo (RFC 5280), the content of `BEGIN PUBLIC KEY`.
    package static func subjectPublicKeyInfo(
        _ der: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: false) { unsafe d2i_PUBKEY(nil, $0, $1) }
    }

    /// A public key from an RSAPublicKey (RFC 8017 appendix A.1.1).
    package static func pkcs1PublicKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: false) {
            unsafe d2i_PublicKey(EVP_PKEY_RSA, nil, $0, $1)
        }
    }

    /// The public key of an X.509 certificate (RFC 5280). Nothing else of it is looked at: not its
    /// dates, not its purposes, not who signed it. Whoever names the file trusts the key.
    package static func certificate(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: false) { next, count in
            guard let certificate = unsafe d2i_X509(nil, next, count) else { return nil }
            defer { unsafe X509_free(certificate) }
            return unsafe X509_get_pubkey(certificate)
        }
    }

    /// A private key from a PKCS#8 PrivateKeyInfo (RFC 5208), the content of `BEGIN PRIVATE KEY`.
    package static func privateKeyInfo(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: true) { next, count in
            guard let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, next, count) else { return nil }
            defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
            return unsafe EVP_PKCS82PKEY(info)
        }
    }

    /// A private key from an RSAPrivateKey (RFC 8017 appendix A.1.2).
    package static func pkcs1PrivateKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: true) {
            unsafe d2i_PrivateKey(EVP_PKEY_RSA, nil, $0, $1)
        }
    }

    /// A private key from an ECPrivateKey (RFC 5915) that names its curve.
    package static func sec1PrivateKey(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        try unsafe read(der, hasPrivateHalf: true) {
            unsafe d2i_PrivateKey(EVP_PKEY_EC, nil, $0, $1)
        }
    }

    /// A private key from a PKCS#8 EncryptedPrivateKeyInfo (RFC 5958).
    ///
    /// The work that the file asks for has to be judged before: it may be years. Throws
    /// `.cannotDecrypt` for a wrong passphrase, which cannot be told from damage.
    package static func encryptedPrivateKeyInfo(
        _ der: SecretBytes, passphrase: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        var isDecrypted = false
        do throws(OpenSSLError) {
            return try unsafe read(der, hasPrivateHalf: true) { next, count in
                guard let sealed = unsafe d2i_X509_SIG(nil, next, count) else { return nil }
                defer { unsafe X509_SIG_free(sealed) }
                guard
                    let info = unsafe passphrase.withBytes({ text in
                        unsafe PKCS8_decrypt(
                            sealed, text.bindMemory(to: CChar.self).baseAddress,
                            CInt(clamping: text.count))
                    })
                else { return nil }
                defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
                isDecrypted = true
                return unsafe EVP_PKCS82PKEY(info)
            }
        } catch {
            throw isDecrypted ? error : .cannotDecrypt
        }
    }

    /// The key that `decode` finds in the whole of `der`: bytes behind it are somebody's mistake.
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
}
