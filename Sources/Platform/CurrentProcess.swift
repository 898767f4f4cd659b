internal import CEntry
internal import CPlatform
internal import Glibc

/// What this process asks of the system for itself.
package enum CurrentProcess {
    /// What a program that handles keys owes its user before it does anything else: no core files,
    /// no reading of its memory by other processes, private new files, a broken pipe that is an
    /// error instead of a silent end, and no file or socket under the number of a standard stream.
    package static func harden() {
        Signals.ignoreBrokenPipes()
        reserveStandardStreams()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = jwtctl_make_undumpable()
        _ = umask(0o077)
    }

    /// Where a standard stream is closed, the next socket would get its number, and Redis what is
    /// meant for people. A path that is only named stays as unusable as a closed stream.
    private static func reserveStandardStreams() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            _ = jwtctl_reserve_descriptor()
        }
    }

    /// Has the kernel kill this process when its parent ends, so that a private server never
    /// outlives the command that started it, however that ended.
    package static func dieWithParent() {
        _ = jwtctl_die_with_parent(SIGKILL)
    }

    /// The path of the running program; nil where /proc is not there.
    package static var executablePath: String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let base = unsafe bytes.bindMemory(to: CChar.self).baseAddress else { return -1 }
            return unsafe readlink("/proc/self/exe", base, bytes.count)
        }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    package static func exit(_ status: CInt) -> Never {
        Glibc.exit(status)
    }
}

/// How this program was built.
package enum BuildFacts {
    /// The commit, shortened, with `-dirty` where files differed from it; nil in a development build.
    package static var commit: String? { fact(JWTCTL_BUILD_COMMIT) }

    /// The day of that commit, as in RFC 3339.
    package static var date: String? { fact(JWTCTL_BUILD_DATE) }

    /// The version of the Swift compiler, such as `6.3.1`.
    package static var swift: String? { fact(JWTCTL_BUILD_SWIFT) }

    /// Whether the program needs no shared library.
    package static var isStatic: Bool {
        #if STATIC_EXECUTABLE
            true
        #else
            false
        #endif
    }

    private static func fact(_ fact: jwtctl_build_fact) -> String? {
        guard let text = unsafe jwtctl_build_fact(fact).map({ unsafe String(cString: $0) }),
            !text.isEmpty
        else { return nil }
        return text
    }
}

/// The system's name service, as far as this build can use it.
package enum NameService {
    #if STATIC_EXECUTABLE
        /// Whether only /etc/hosts and DNS are asked for host names.
        package static let isBuiltIn = true

        /// Keeps to what is linked in: a static program that loads the modules which
        /// /etc/nsswitch.conf names, those of another glibc than its own, ends by SIGFPE or SIGSEGV.
        package static func prepare() {
            _ = jwtctl_keep_to_built_in_names()
        }
    #else
        /// Whether only /etc/hosts and DNS are asked for host names.
        package static let isBuiltIn = false

        /// Does nothing: the system's own name service is asked.
        package static func prepare() {}
    #endif
}
