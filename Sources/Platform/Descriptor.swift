package import Glibc

/// The owner of a file descriptor, which closes it when it goes out of scope.
package struct Descriptor: ~Copyable {
    /// The number for system calls. The owner remains responsible for closing it.
    package let number: CInt

    /// Takes over `number`, which must be open and have no other owner.
    package init(owning number: CInt) {
        precondition(number >= 0)
        self.number = number
    }

    deinit {
        _ = close(number)
    }

    /// Opens `path`, close-on-exec. It is bytes as the system has them, without NUL; one with a NUL
    /// throws EINVAL.
    package static func open(
        _ path: [UInt8], flags: CInt = O_RDONLY, mode: mode_t = 0o600
    ) throws(SystemError) -> Descriptor {
        guard !path.contains(0) else { throw SystemError(code: EINVAL) }
        let terminated = path.map { CChar(bitPattern: $0) } + [0]
        let number = retryingOnInterrupt {
            unsafe Glibc.open(terminated, flags | O_CLOEXEC, mode)
        }
        guard number >= 0 else { throw SystemError.last }
        return Descriptor(owning: number)
    }

    /// Opens `path` for writing, and empties it. All users may read it, unless the umask says
    /// otherwise.
    package static func create(_ path: [UInt8]) throws(SystemError) -> Descriptor {
        try open(path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    }

    /// Creates a file that only this user can read. It must not exist: no file is overwritten, and
    /// no other process can have opened it before.
    package static func createNew(_ path: [UInt8]) throws(SystemError) -> Descriptor {
        try open(path, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    }

    /// Sets the permissions, regardless of the umask.
    package func setMode(_ mode: mode_t) throws(SystemError) {
        guard fchmod(number, mode) == 0 else { throw SystemError.last }
    }

    /// Returns once the content is on disk (fsync(2)).
    package func synchronize() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError.last }
    }

    /// A second number for the open file, close-on-exec, for an object that keeps it open and
    /// closes it itself. It is none of the standard streams, even if one of them is closed.
    package func duplicated() throws(SystemError) -> CInt {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw SystemError.last }
        return copy
    }

    /// Type, owner and permissions of the open file. They are read from the descriptor, so the file
    /// cannot be exchanged in between.
    package func status() throws(SystemError) -> stat {
        var result = stat()
        guard unsafe fstat(number, &result) == 0 else { throw SystemError.last }
        return result
    }
}

/// Repeats a system call that a signal interrupted (EINTR), unless that signal asks the program to
/// stop.
package func retryingOnInterrupt<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR || Signals.pending != nil { return result }
    }
}

/// An error of the operating system, by the `errno` of the call that failed.
package struct SystemError: Error, Equatable, Sendable {
    /// The value of `errno`.
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// The error of the system call that just failed on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    /// The system's message with its first letter in lower case, such as "no such file or
    /// directory".
    package var message: String {
        let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? ""
        guard let first = text.first else { return "error \(code)" }
        return first.lowercased() + text.dropFirst()
    }

    package static let brokenPipe = SystemError(code: EPIPE)
    package static let timedOut = SystemError(code: ETIMEDOUT)
    package static let notFound = SystemError(code: ENOENT)
    package static let exists = SystemError(code: EEXIST)
}

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
