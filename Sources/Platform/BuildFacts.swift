internal import CEntry

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
