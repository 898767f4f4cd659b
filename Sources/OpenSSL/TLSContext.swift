internal import COpenSSL
internal import Glibc
internal import Platform

/// What all sessions with the same settings share: protocol versions, authorities and our own
/// certificate. The owner of an `SSL_CTX`.
@safe package final class TLSContext {
    let handle: OpaquePointer
    let settings: TLSSettings

    /// 112 bits: RSA from 2048 on, no SHA-1 signatures. Said here, since distributions differ.
    private static let securityLevel: CInt = 2

    /// Reads the files that `settings` name.
    package init(_ settings: TLSSettings) throws(TLSSetupError) {
        Library.start()
        guard let handle = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .failed(ErrorQueue.failure(of: "SSL_CTX_new"))
        }
        unsafe self.handle = handle
        self.settings = settings
        guard unsafe jwtctl_tls_configure(handle) == 1 else {
            throw .failed(ErrorQueue.failure(of: "SSL_CTX_set_min_proto_version"))
        }
        unsafe SSL_CTX_set_security_level(handle, Self.securityLevel)
        if settings.verifiesServer { try loadAuthorities(settings.authorities) }
        if let certificate = settings.certificate {
            try load(certificate, key: settings.key ?? certificate)
        }
        ErrorQueue.drain()
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }

    private func load(_ certificate: [UInt8], key: [UInt8]) throws(TLSSetupError) {
        try Self.requireReadable(certificate)
        try Self.requireReadable(key)
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, Self.terminated(certificate)) == 1
        else {
            ErrorQueue.drain()
            throw .noCertificates(path: certificate)
        }
        var isEncrypted = false
        let status = unsafe withUnsafeMutablePointer(to: &isEncrypted) { flag in
            // Without a function of ours OpenSSL would ask on the terminal, scripts included.
            unsafe SSL_CTX_set_default_passwd_cb(handle) { _, _, _, flag in
                unsafe flag?.assumingMemoryBound(to: Bool.self).pointee = true
                return -1
            }
            unsafe SSL_CTX_set_default_passwd_cb_userdata(handle, flag)
            defer { unsafe SSL_CTX_set_default_passwd_cb_userdata(handle, nil) }
            return unsafe SSL_CTX_use_PrivateKey_file(
                handle, Self.terminated(key), SSL_FILETYPE_PEM)
        }
        if isEncrypted {
            ErrorQueue.drain()
            throw .encryptedKey(path: key)
        }
        guard status == 1 else {
            let isOther =
                ERR_peek_last_error() & UInt(ERR_REASON_MASK) == UInt(X509_R_KEY_VALUES_MISMATCH)
            ErrorQueue.drain()
            throw isOther ? .keyMismatch(path: key) : .noKey(path: key)
        }
    }

    static func requireReadable(_ path: [UInt8]) throws(TLSSetupError) {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
        } catch {
            throw .unreadable(path: path, error)
        }
    }

    static func terminated(_ path: [UInt8]) -> [CChar] {
        path.map { CChar(bitPattern: $0) } + [0]
    }
}
