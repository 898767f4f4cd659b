internal import COpenSSL
package import Platform

extension AsymmetricKey {
    /// A public key from a SubjectPublicKeyInfo (RFC 5280), the content of `BEGIN PUBLIC KEY`.
    package static func subjectPublicKeyInfo(
        _ der: SecretBytes
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let handle: OpaquePointer? = unsafe der.withBytes { der in
            let start = unsafe der.bindMemory(to: UInt8.self).baseAddress
            var next = unsafe start
            guard let handle = unsafe d2i_PUBKEY(nil, &next, der.count) else { return nil }
            guard unsafe next == start?.advanced(by: der.count) else {
                unsafe EVP_PKEY_free(handle)
                return nil
            }
            return unsafe handle
        }
        guard let handle = unsafe handle else {
            ErrorQueue.drain()
            throw .unreadableKey
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: false)
    }

    /// A private key from a PKCS#8 PrivateKeyInfo (RFC 5208), the content of `BEGIN PRIVATE KEY`.
    package static func privateKeyInfo(_ der: SecretBytes) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        let handle: OpaquePointer? = unsafe der.withBytes { der in
            let start = unsafe der.bindMemory(to: UInt8.self).baseAddress
            var next = unsafe start
            guard let info = unsafe d2i_PKCS8_PRIV_KEY_INFO(nil, &next, der.count) else {
                return nil
            }
            defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
            guard unsafe next == start?.advanced(by: der.count) else { return nil }
            return unsafe EVP_PKCS82PKEY(info)
        }
        guard let handle = unsafe handle else {
            ErrorQueue.drain()
            throw .unreadableKey
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: true)
    }
}
