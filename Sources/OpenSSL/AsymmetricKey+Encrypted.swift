internal import COpenSSL
package import Platform

extension AsymmetricKey {
    /// A private key from a PKCS#8 EncryptedPrivateKeyInfo (RFC 5958).
    ///
    /// The work that the file asks for has to be judged before: it may be years. Throws
    /// `.cannotDecrypt` for a wrong passphrase, which cannot be told from damage.
    package static func encryptedPrivateKeyInfo(
        _ der: SecretBytes, passphrase: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let plain = try decrypt(der, passphrase)
        // Padding is right by chance once in 256 times.
        let structure = unsafe plain.withBytes {
            KeyStructure.of(unsafe $0.bindMemory(to: UInt8.self).span)
        }
        guard structure == .privateKeyInfo else { throw .cannotDecrypt }
        return try privateKeyInfo(plain)
    }

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
