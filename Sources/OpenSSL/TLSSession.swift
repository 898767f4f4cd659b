internal import COpenSSL
internal import Glibc
package import Platform

/// One TLS session as the client, over a non-blocking socket that stays the caller's. The owner of
/// an `SSL`.
///
/// Nothing here waits: a step that cannot go on says what to poll for. OpenSSL writes with
/// `write(2)`, so SIGPIPE has to be ignored.
@safe package final class TLSSession {
    /// The result of a step.
    package enum Step: Equatable, Sendable {
        /// The handshake is complete, or this many bytes were read or written.
        case done(Int)
        /// To be repeated once the socket can be read.
        case wantsToRead
        /// To be repeated once the socket can be written.
        case wantsToWrite
        /// The server has ended its side.
        case end
        /// The connection broke.
        case lost(SystemError)
        case failed(TLSError)
    }

    private let handle: OpaquePointer
    private let context: TLSContext
    private let host: String
    private var problem: CertificateProblem?
    private var wasAskedForCertificate = false
    private var isEstablished = false
    private var isBroken = false

    /// `host` is what the server has to prove to be: a name or an IP literal without brackets.
    package init(
        _ context: TLSContext, socket: CInt, host: String
    ) throws(TLSSetupError) {
        self.context = context
        // Certificates and SNI (RFC 6066 section 3) know no dot at the end.
        self.host = host.utf8.last == UInt8(ascii: ".") ? String(host.dropLast()) : host
        guard let handle = unsafe SSL_new(context.handle) else {
            throw .failed(ErrorQueue.failure(of: "SSL_new"))
        }
        unsafe self.handle = handle
        guard unsafe SSL_set_fd(handle, socket) == 1 else {
            throw .failed(ErrorQueue.failure(of: "SSL_set_fd"))
        }
        unsafe SSL_set_connect_state(handle)
        try expectServer()
        observe()
    }

    deinit {
        unsafe SSL_free(handle)
    }

    /// Whether bytes have been decrypted that `poll` does not see.
    package var hasPending: Bool { unsafe SSL_pending(handle) > 0 }

    /// Whether the server asked for a certificate and we had none: with TLS 1.3 its refusal comes
    /// after the handshake, and may be lost where it hangs up at once.
    package var lacksCertificate: Bool {
        wasAskedForCertificate && context.settings.certificate == nil
    }

    /// What the two sides have agreed on, and until when the server's certificate holds. Only
    /// where the certificate was verified can the date be relied on.
    package var facts: TLSFacts {
        guard let certificate = unsafe SSL_get1_peer_certificate(handle) else {
            return TLSFacts(version: version, certificateEnd: nil)
        }
        defer { unsafe X509_free(certificate) }
        var parts = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1 else {
            ErrorQueue.drain()
            return TLSFacts(version: version, certificateEnd: nil)
        }
        return TLSFacts(version: version, certificateEnd: Int64(unsafe timegm(&parts)))
    }

    private var version: String { unsafe String(cString: SSL_get_version(handle)) }

    /// Goes on with the handshake.
    package func handshake() -> Step {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(handle)
        guard status == 1 else { return step(after: status) }
        isEstablished = true
        return .done(0)
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        ERR_clear_error()
        let count = unsafe SSL_read(handle, buffer.baseAddress, CInt(clamping: buffer.count))
        return count > 0 ? .done(Int(count)) : step(after: count)
    }

    /// Writes a part. What is given after `wantsToRead` or `wantsToWrite` must begin with the same
    /// bytes, at any address.
    package func write(_ bytes: UnsafeRawBufferPointer) -> Step {
        ERR_clear_error()
        let count = unsafe SSL_write(handle, bytes.baseAddress, CInt(clamping: bytes.count))
        return count > 0 ? .done(Int(count)) : step(after: count)
    }

    /// Tells the server that nothing more will come, as far as that is possible at once.
    package func close() {
        guard isEstablished, !isBroken else { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(handle)
        ErrorQueue.drain()
    }

    /// An address is looked for among the certificate's addresses; a name among its names, and is
    /// also told to the server (SNI), of which several may share an address.
    private func expectServer() throws(TLSSetupError) {
        let isAddress =
            unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), host) == 1
        ErrorQueue.drain()
        if !isAddress {
            unsafe SSL_set_hostflags(handle, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
            guard unsafe SSL_set1_host(handle, host) == 1,
                unsafe jwtctl_tls_set_server_name(handle, host) == 1
            else { throw .failed(ErrorQueue.failure(of: "SSL_set1_host")) }
        }
    }

    /// Keeps what only callbacks are told. They find us by the session's own data.
    private func observe() {
        let this = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_set_ex_data(handle, 0, this)
        if context.settings.verifiesServer {
            unsafe SSL_set_verify(handle, SSL_VERIFY_PEER) { isGood, store in
                let index = SSL_get_ex_data_X509_STORE_CTX_idx()
                if isGood != 1, let store = unsafe store,
                    let session = unsafe X509_STORE_CTX_get_ex_data(store, index),
                    let this = unsafe SSL_get_ex_data(OpaquePointer(session), 0)
                {
                    unsafe Unmanaged<TLSSession>.fromOpaque(this).takeUnretainedValue()
                        .noteProblem(in: store)
                }
                return isGood
            }
        } else {
            unsafe SSL_set_verify(handle, SSL_VERIFY_NONE, nil)
        }
        unsafe SSL_set_cert_cb(
            handle,
            { _, this in
                if let this = unsafe this {
                    unsafe Unmanaged<TLSSession>.fromOpaque(this).takeUnretainedValue()
                        .wasAskedForCertificate = true
                }
                return 1
            }, this)
    }

    private func noteProblem(in store: OpaquePointer) {
        problem = unsafe CertificateProblem(
            code: X509_STORE_CTX_get_error(store),
            certificate: X509_STORE_CTX_get_current_cert(store), host: host)
    }

    private func step(after status: CInt) -> Step {
        let system = SystemError.last
        switch unsafe SSL_get_error(handle, status) {
        case SSL_ERROR_WANT_READ: return .wantsToRead
        case SSL_ERROR_WANT_WRITE: return .wantsToWrite
        case SSL_ERROR_ZERO_RETURN: return .end
        case SSL_ERROR_SYSCALL:
            isBroken = true
            return system.code == 0 ? .end : .lost(system)
        default:
            isBroken = true
            return failure()
        }
    }

    /// What OpenSSL's error means; the queue is empty afterwards.
    private func failure() -> Step {
        let code = ERR_peek_error()
        let reason = CInt(truncatingIfNeeded: code & UInt(ERR_REASON_MASK))
        let isTLS = code >> UInt(ERR_LIB_OFFSET) & UInt(ERR_LIB_MASK) == UInt(ERR_LIB_SSL)
        let text = ErrorQueue.drain() ?? "unknown error"
        guard isTLS else { return .failed(.broken(text)) }
        // An alert that the server sent has its number, and this much.
        if reason >= SSL_AD_REASON_OFFSET {
            return .failed(Self.error(alert: reason - SSL_AD_REASON_OFFSET, lacksCertificate))
        }
        switch reason {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return .failed(.certificate(problem ?? .other(text)))
        // RESP frames its replies itself, so a missing close_notify cannot cut one short unseen.
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return .end
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_SSL_VERSION: return .failed(.tooOld)
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_UNKNOWN_PROTOCOL,
            SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_LENGTH_MISMATCH,
            SSL_R_BAD_RECORD_TYPE, SSL_R_UNEXPECTED_RECORD:
            return .failed(isEstablished ? .broken(text) : .notTLS)
        default: return .failed(.broken(text))
        }
    }

    /// RFC 8446 section 6.2; TLS 1.2 has only `handshake_failure` for a missing certificate.
    private static func error(alert: CInt, _ lacksCertificate: Bool) -> TLSError {
        let name = unsafe SSL_alert_desc_string_long(alert).map { unsafe String(cString: $0) }
        switch alert {
        case SSL_AD_CERTIFICATE_REQUIRED: return .certificateWanted
        case SSL_AD_HANDSHAKE_FAILURE, SSL_AD_BAD_CERTIFICATE:
            if lacksCertificate { return .certificateWanted }
            return alert == SSL_AD_BAD_CERTIFICATE
                ? .certificateRefused(alert: name ?? "") : .alert(name ?? "")
        case SSL_AD_UNKNOWN_CA, SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_REVOKED,
            SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNSUPPORTED_CERTIFICATE:
            return .certificateRefused(alert: name ?? "")
        case SSL_AD_PROTOCOL_VERSION: return .tooOld
        default: return .alert(name ?? "alert \(alert)")
        }
    }
}

/// The facts of an established TLS session, for reports.
package struct TLSFacts: Equatable, Sendable {
    /// Such as `TLSv1.3`.
    package let version: String
    /// The expiry of the server's certificate, in unix seconds; nil where it has no readable date.
    package let certificateEnd: Int64?
}
