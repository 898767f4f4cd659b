internal import CPlatform
internal import Glibc

/// What a program that handles keys owes its user before it does anything else.
package enum ProcessHardening {
    /// No core files, no reading of our memory by other processes, private new files, and a broken
    /// pipe that is an error instead of a silent end.
    package static func apply() {
        Signals.ignoreBrokenPipes()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = jwtctl_make_undumpable()
        _ = umask(0o077)
    }
}
