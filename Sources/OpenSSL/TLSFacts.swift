/// What there is to say of a TLS session that stands.
package struct TLSFacts: Equatable, Sendable {
    /// Such as `TLSv1.3`.
    package let version: String
    /// When the server's certificate ends, in unix seconds; nil where it has no readable date.
    package let certificateEnd: Int64?
}
