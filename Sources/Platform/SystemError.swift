internal import Glibc

/// A refusal of the operating system: the `errno` of the call that failed.
package struct SystemError: Error, Equatable, Sendable {
    /// The value of `errno`.
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// The error of the system call that has just failed on this thread.
    package static var last: SystemError { SystemError(code: errno) }

    /// The system's own words, such as "No such file or directory", with a lower-case beginning.
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
