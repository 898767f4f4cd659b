internal import Glibc

/// A private folder, which is removed with the files in it when its owner goes out of scope.
package struct TemporaryFolder: ~Copyable {
    package let path: String

    /// Makes a folder below TMPDIR, or /tmp, that only this user can enter.
    package static func make(
        prefix: String, environment: Environment
    ) throws(SystemError) -> TemporaryFolder {
        let base = environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
        }
        guard made else { throw SystemError.last }
        return TemporaryFolder(
            path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        )
    }

    private init(path: String) {
        self.path = path
    }

    deinit {
        Self.remove(path)
    }

    /// Removes a folder and the files directly in it, but no folders.
    private static func remove(_ path: String) {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name != ".", name != ".." { _ = unsafe unlink("\(path)/\(name)") }
            }
            _ = unsafe closedir(folder)
        }
        _ = unsafe rmdir(path)
    }
}
