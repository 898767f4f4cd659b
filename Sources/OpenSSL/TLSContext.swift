internal import COpenSSL
internal import Glibc
internal import Platform

/// The state that all sessions with the same settings share: protocol versions, authorities and the
/// client certificate. The owner of an `SSL_CTX`.
///
/// `TLSSettings` are what the user asks for, a `TLSContext` has their files loaded, and each
/// connection has a `TLSSession`.
@safe package final class TLSContext {
    let handle: OpaquePointer
    let settings: TLSSettings

    /// OpenSSL's security level of 112 bits: RSA of at least 2048 bits, and no SHA-1 signatures. It
    /// is set here because the defaults of distributions differ.
    private static let securityLevel: CInt = 2

    /// Reads the files that `settings` name. Throws if one of them cannot be used.
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

    /// Loads the client certificate and its key, which must match.
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
            // Without this callback OpenSSL would ask for the passphrase on the terminal, even in a
            // script.
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

    /// Throws if the file cannot be opened: OpenSSL's own error does not say why.
    static func requireReadable(_ path: [UInt8]) throws(TLSSetupError) {
        do throws(SystemError) {
            _ = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK)
        } catch {
            throw .unreadable(path: path, error)
        }
    }

    /// The path as a C string.
    static func terminated(_ path: [UInt8]) -> [CChar] {
        path.map { CChar(bitPattern: $0) } + [0]
    }
}

/// The settings of TLS connections. Files are given by their paths, and read when a context is
/// made.
package struct TLSSettings: Equatable, Sendable {
    /// The files and folders with certificates of trusted authorities; empty for the system's.
    package var authorities: [[UInt8]]
    /// A PEM file with the client certificate and its chain; nil for none.
    package var certificate: [UInt8]?
    /// The PEM file with the key of the client certificate; nil if it is in the same file.
    package var key: [UInt8]?
    /// Whether the server must prove its identity. If not, anyone on the network path can read and
    /// change everything.
    package var verifiesServer: Bool

    package init(
        authorities: [[UInt8]] = [], certificate: [UInt8]? = nil, key: [UInt8]? = nil,
        verifiesServer: Bool = true
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.verifiesServer = verifiesServer
    }
}

extension TLSContext {
    /// The folders in which distributions keep the system's authorities by the hash of their names,
    /// best first. A static program has the default folder of the machine that built it, so one is
    /// not enough.
    private static let systemFolders = ["/etc/ssl/certs", "/etc/pki/tls/certs"]
    /// The files with all authorities, which take longer to read.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    /// Trusts the authorities in the files and folders `paths`, or the system's if there are none.
    func loadAuthorities(_ paths: [[UInt8]]) throws(TLSSetupError) {
        if paths.isEmpty { return loadSystemAuthorities() }
        for path in paths {
            let isFolder: Bool
            do throws(SystemError) {
                let status = try Descriptor.open(path, flags: O_RDONLY | O_NONBLOCK).status()
                isFolder = status.st_mode & S_IFMT == S_IFDIR
            } catch {
                throw .unreadable(path: path, error)
            }
            guard isFolder ? loadFolder(path) : loadFile(path) else {
                throw .noCertificates(path: path)
            }
        }
    }

    /// Trusts the system's authorities. If there are none, every certificate has an unknown issuer.
    private func loadSystemAuthorities() {
        var folders = Self.systemFolders
        if let own = unsafe X509_get_default_cert_dir() {
            unsafe folders.insert(String(cString: own), at: 0)
        }
        for folder in folders where loadHashed(Array(folder.utf8)) { return }
        for file in Self.systemFiles where loadFile(Array(file.utf8)) { return }
    }

    /// Trusts all certificates of a PEM file. Returns false if there are none.
    private func loadFile(_ path: [UInt8]) -> Bool {
        defer { ErrorQueue.drain() }
        return unsafe SSL_CTX_load_verify_file(handle, Self.terminated(path)) == 1
    }

    /// Trusts a folder that `c_rehash` made, from which OpenSSL reads a certificate when it needs
    /// it. In any other folder, all files with certificates are read. Returns false if there are
    /// none.
    private func loadFolder(_ path: [UInt8]) -> Bool {
        if loadHashed(path) { return true }
        var found = false
        Self.names(in: path) { name in
            let suffixes = [".pem", ".crt", ".cer"]
            if suffixes.contains(where: { name.reversed().starts(with: $0.utf8.reversed()) }),
                loadFile(path + Array("/".utf8) + name)
            {
                found = true
            }
            return true
        }
        return found
    }

    /// Trusts a folder if it has files that `c_rehash` made. Returns false for other folders.
    private func loadHashed(_ path: [UInt8]) -> Bool {
        var hasHash = false
        Self.names(in: path) { name in
            hasHash = Self.isHash(name)
            return !hasHash
        }
        guard hasHash else { return false }
        defer { ErrorQueue.drain() }
        return unsafe SSL_CTX_load_verify_dir(handle, Self.terminated(path)) == 1
    }

    /// Whether a file name is one that `c_rehash` made: eight hexadecimal digits, a dot and a
    /// number.
    private static func isHash(_ name: [UInt8]) -> Bool {
        name.count > 9 && name[8] == UInt8(ascii: ".")
            && name[..<8].allSatisfy { "0123456789abcdef".utf8.contains($0) }
            && name[9...].allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Calls `body` with each file name until it returns false; not at all if there is no such
    /// folder.
    private static func names(in path: [UInt8], _ body: ([UInt8]) -> Bool) {
        guard let folder = unsafe opendir(terminated(path)) else { return }
        defer { _ = unsafe closedir(folder) }
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if !body(name) { return }
        }
    }
}
