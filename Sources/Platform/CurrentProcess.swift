internal import CEntry
internal import CPlatform
internal import Glibc

/// Requests of this process about itself.
package enum CurrentProcess {
    /// Protects the keys that the program handles, and must be called before anything else: no core
    /// files, no access to its memory by other processes, private new files, a broken pipe or a
    /// full file as an error instead of a silent end, and no file or socket with the number of a
    /// standard stream.
    package static func harden() {
        Signals.ignoreBrokenPipes()
        Signals.ignoreFileSizeLimit()
        reserveStandardStreams()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = jwtctl_make_undumpable()
        _ = umask(0o077)
    }

    /// Occupies the numbers of closed standard streams. Otherwise the next socket would get such a
    /// number, and Redis would receive messages for people. The placeholder is opened with O_PATH,
    /// so reading and writing still fail.
    private static func reserveStandardStreams() {
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            _ = jwtctl_reserve_descriptor()
        }
    }

    /// Makes the kernel kill this process when its parent ends. A private server must not outlive
    /// the command that started it.
    package static func dieWithParent() {
        _ = jwtctl_die_with_parent(SIGKILL)
    }

    /// The path of the running program; nil if /proc is not mounted.
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

/// Facts about this build.
package enum BuildFacts {
    /// The shortened commit, with `-dirty` if files differed from it; nil in a development build.
    package static var commit: String? { fact(JWTCTL_BUILD_COMMIT) }

    /// The date of the commit, as in RFC 3339; nil in a development build.
    package static var date: String? { fact(JWTCTL_BUILD_DATE) }

    /// The version of the Swift compiler, such as `6.3.1`; nil in a development build.
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

/// The system's name service, of which a static build uses only a part.
package enum NameService {
    /// Whether only /etc/hosts and DNS are asked for host names. A dynamic program uses the system's
    /// whole name service.
    package static var isBuiltIn: Bool { BuildFacts.isStatic }

    /// Restricts the name service to what is linked in. A static program that loads the modules in
    /// /etc/nsswitch.conf, which belong to another glibc, ends with SIGFPE or SIGSEGV.
    package static func prepare() {
        if isBuiltIn { _ = jwtctl_keep_to_built_in_names() }
    }
}
