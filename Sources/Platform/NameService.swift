#if STATIC_EXECUTABLE
    internal import CPlatform
#endif

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
