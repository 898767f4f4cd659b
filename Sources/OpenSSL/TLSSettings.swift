/// How a TLS connection is to be made: paths only, which nobody opens before a connection is.
package struct TLSSettings: Equatable, Sendable {
    /// Files and folders of certificates that may sign the server's; empty means the system's.
    package var authorities: [[UInt8]]
    /// A PEM file with our own certificate and what leads from it to its authority.
    package var certificate: [UInt8]?
    /// The PEM file with the certificate's key; nil where it stands in the same file.
    package var key: [UInt8]?
    /// Whether the server has to prove who it is. Without that anybody on the way can read and
    /// change everything.
    package var verifiesServer: Bool

    package init(
        authorities: [[UInt8]] = [], certificate: [UInt8]? = nil, key: [UInt8]? = nil,
        verifiesServer: Bool = true
    ) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
        self.verifiesServer = verifiesServer
    }
}
