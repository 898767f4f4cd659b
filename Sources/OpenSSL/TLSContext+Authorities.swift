internal import COpenSSL
internal import Glibc
internal import Platform

extension TLSContext {
    /// Where distributions keep the system's authorities by the hash of their names, best first.
    ///
    /// A static program brings the folder of the machine that built it, so that one is not enough.
    private static let systemFolders = ["/etc/ssl/certs", "/etc/pki/tls/certs"]
    /// Where they keep all of them in one file, which takes longer to read.
    private static let systemFiles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    /// Trusts the files and folders of `paths`, or the system's where there are none.
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

    /// A machine without any authority trusts nobody, and every certificate's issuer is unknown.
    private func loadSystemAuthorities() {
        var folders = Self.systemFolders
        if let own = unsafe X509_get_default_cert_dir() {
            unsafe folders.insert(String(cString: own), at: 0)
        }
        for folder in folders where loadHashed(Array(folder.utf8)) { return }
        for file in Self.systemFiles where loadFile(Array(file.utf8)) { return }
    }

    private func loadFile(_ path: [UInt8]) -> Bool {
        defer { ErrorQueue.drain() }
        return unsafe SSL_CTX_load_verify_file(handle, Self.terminated(path)) == 1
    }

    /// A folder that `c_rehash` made, from which a certificate is read when it is looked for; or
    /// any other, of which every certificate is read.
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

    /// Eight hexadecimal digits, a dot and a number.
    private static func isHash(_ name: [UInt8]) -> Bool {
        name.count > 9 && name[8] == UInt8(ascii: ".")
            && name[..<8].allSatisfy { "0123456789abcdef".utf8.contains($0) }
            && name[9...].allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Calls `body` with each name until it returns false; not at all where there is no folder.
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
