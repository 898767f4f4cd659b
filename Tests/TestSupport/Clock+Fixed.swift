import Platform

extension Clock {
    /// A clock that always shows this second since 1970.
    package static func fixed(_ seconds: Int64) -> Clock {
        Clock { Instant(seconds: seconds) }
    }
}
