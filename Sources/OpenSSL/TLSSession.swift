internal import COpenSSL
internal import Glibc
package import Platform

/// A TLS session of a client, over a non-blocking socket that belongs to the caller. The owner of
/// an `SSL`.
///
/// No call waits. A step that cannot go on says what to poll for. OpenSSL writes with `write(2)`,
/// so SIGPIPE must be ignored.
@safe package final class TLSSession {
    /// The result of a step.
    package enum Step: Equatable, Sendable {
        /// The handshake is complete, or this many bytes were read or written.
        case done(Int)
        /// Repeat the step once the socket can be read.
        case wantsToRead
        /// Repeat the step once the socket can be written.
        case wantsToWrite
        /// The server has ended its side in an orderly way.
        case end
        /// The connection broke.
        case lost(SystemError)
        /// TLS failed; the session cannot be used any more.
        case failed(TLSError)
    }

    private let handle: OpaquePointer
    private let context: TLSContext
    /// The name or address that the certificate must have.
    private let host: String
    /// The fault of the certificate, noted by OpenSSL's callback.
    private var problem: CertificateProblem?
    /// Whether the server asked for a client certificate.
    private var wasAskedForCertificate = false
    /// Whether the handshake is complete.
    private var isEstablished = false
    /// Whether a step failed, after which OpenSSL forbids SSL_shutdown.
    private var isBroken = false

    /// `host` is the name or IP literal (without brackets) for which the server needs a
    /// certificate. `socket` stays the caller's.
    package init(
        _ context: TLSContext, socket: CInt, host: String
    ) throws(TLSSetupError) {
        self.context = context
        // Names in certificates and in SNI (RFC 6066 section 3) have no dot at the end.
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

    /// Whether there are decrypted bytes that `poll(2)` does not see.
    package var hasPending: Bool { unsafe SSL_pending(handle) > 0 }

    /// Whether the server asked for a client certificate and none is configured. With TLS 1.3 its
    /// refusal arrives after the handshake, and may be lost if it hangs up at once.
    package var lacksCertificate: Bool {
        wasAskedForCertificate && context.settings.certificate == nil
    }

    /// The protocol version and the expiry of the server's certificate. The expiry can only be
    /// relied on if the certificate was verified.
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

    /// Advances the handshake.
    package func handshake() -> Step {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(handle)
        guard status == 1 else { return step(after: status) }
        isEstablished = true
        return .done(0)
    }

    /// Reads what is there into `buffer`.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Step {
        ERR_clear_error()
        let count = unsafe SSL_read(handle, buffer.baseAddress, CInt(clamping: buffer.count))
        return count > 0 ? .done(Int(count)) : step(after: count)
    }

    /// Writes a part of `bytes`. After `wantsToRead` or `wantsToWrite`, the next call must begin
    /// with the same bytes, at any address (SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER).
    package func write(_ bytes: UnsafeRawBufferPointer) -> Step {
        ERR_clear_error()
        let count = unsafe SSL_write(handle, bytes.baseAddress, CInt(clamping: bytes.count))
        return count > 0 ? .done(Int(count)) : step(after: count)
    }

    /// Announces the end to the server (close_notify), if that is possible without waiting.
    package func close() {
        guard isEstablished, !isBroken else { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(handle)
        ErrorQueue.drain()
    }

    /// Sets the name that the certificate must have. An address is compared with the addresses of
    /// the certificate. A name is compared with its names, and sent to the server (SNI), since
    /// several servers may share an address.
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

    /// Installs the callbacks, which find this object by the session's own data. It outlives the
    /// session.
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

    /// Notes the fault of a certificate during verification.
    private func noteProblem(in store: OpaquePointer) {
        problem = unsafe CertificateProblem(
            code: X509_STORE_CTX_get_error(store),
            certificate: X509_STORE_CTX_get_current_cert(store), host: host)
    }

    /// The result of a call that returned `status`, which is not a success.
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

    /// The meaning of OpenSSL's error. The error queue is empty afterwards.
    private func failure() -> Step {
        let code = ERR_peek_error()
        let reason = CInt(truncatingIfNeeded: code & UInt(ERR_REASON_MASK))
        let isTLS = code >> UInt(ERR_LIB_OFFSET) & UInt(ERR_LIB_MASK) == UInt(ERR_LIB_SSL)
        let text = ErrorQueue.drain() ?? "unknown error"
        guard isTLS else { return .failed(.broken(text)) }
        // The reason of an alert from the server is its number plus this offset.
        if reason >= SSL_AD_REASON_OFFSET {
            return .failed(Self.error(alert: reason - SSL_AD_REASON_OFFSET, lacksCertificate))
        }
        switch reason {
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            return .failed(.certificate(problem ?? .other(text)))
        // RESP frames its replies, so a reply cannot be truncated unnoticed if close_notify is
        // missing.
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

    /// The meaning of an alert (RFC 8446 section 6.2). For a missing certificate TLS 1.2 has only
    /// `handshake_failure`.
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
    /// The protocol version, such as `TLSv1.3`.
    package let version: String
    /// The expiry of the server's certificate in seconds since 1970; nil if it has no readable
    /// date.
    package let certificateEnd: Int64?
}
