internal import CHiredis

/// The version of hiredis, such as `1.1.0`.
package enum HiredisVersion {
    /// Of the headers the program was compiled with. The library cannot be asked, and a shared one of
    /// another version has another file name, so that the program would not start with it.
    package static var built: String {
        "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"
    }
}
