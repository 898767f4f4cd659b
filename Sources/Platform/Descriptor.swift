package import Glibc

/// The owner of a file descriptor: closes it when it goes out of scope.
package struct Descriptor: ~Copyable {
    /// The number, lent for system calls; it stays the owner's to close.
    package let number: CInt

    /// Takes over `number`, which must be open and have no other owner.
    package init(owning number: CInt) {
        precondition(number >= 0)
        self.number = number
    }

    deinit {
        _ = close(number)
    }

    /// Opens `path` (bytes as the system gave them, without NUL) close-on-exec.
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

    /// Opens `path` for writing, empty, and readable by all users as far as the mask allows.
    package static func create(_ path: [UInt8]) throws(SystemError) -> Descriptor {
        try open(path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
    }

    /// Makes a new file that only this user can read. It must not exist yet: no file is overwritten,
    /// and no other process can have opened it before.
    package static func createNew(_ path: [UInt8]) throws(SystemError) -> Descriptor {
        try open(path, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    }

    /// Sets the permissions, whatever the mask says.
    package func setMode(_ mode: mode_t) throws(SystemError) {
        guard fchmod(number, mode) == 0 else { throw SystemError.last }
    }

    /// Returns when the content is on the disk.
    package func synchronize() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError.last }
    }

    /// The kind, owner and permissions of the open file, read from the descriptor itself.
    package func status() throws(SystemError) -> stat {
        var result = stat()
        guard unsafe fstat(number, &result) == 0 else { throw SystemError.last }
        return result
    }
}

/// Repeats a system call that a signal interrupted (`EINTR`), unless that signal asks us to stop.
package func retryingOnInterrupt<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR || Signals.pending != nil { return result }
    }
}

/// A refusal of the operating system: the `errno` of the call that failed.
package struct SystemError: Error, Equatable, Sendable {
    /// The value of `errno`.
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// The error of the system call that has just failed on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    /// The system's message, such as "no such file or directory", in lower case at the beginning.
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
