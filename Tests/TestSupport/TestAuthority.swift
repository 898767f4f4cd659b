import Foundation

/// A certificate authority of one test, made with the `openssl` command in a folder of its own.
package final class TestAuthority: Sendable {
    /// The paths of a certificate and its key, in PEM.
    package struct Identity: Sendable {
        package let certificate: String
        package let key: String
    }

    package let directory: TemporaryDirectory
    /// The authority's own certificate.
    package let certificate: String
    private let key: String

    private static let newKey = [
        "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    ]

    package init(_ name: String = "Test Authority") throws {
        directory = try TemporaryDirectory()
        certificate = directory.file("ca.crt")
        key = directory.file("ca.key")
        try Self.openssl(
            ["req", "-x509"] + Self.newKey
                + ["-subj", "/CN=\(name)", "-days", "30", "-keyout", key, "-out", certificate])
    }

    /// Issues a certificate for `names`, such as `DNS:localhost,IP:127.0.0.1`; nil leaves only the
    /// common name. With `days` -1 it has already expired.
    package func issue(_ name: String, for names: String?, days: Int = 30) throws -> Identity {
        let identity = Identity(
            certificate: directory.file("\(name).crt"), key: directory.file("\(name).key"))
        let request = directory.file("\(name).csr")
        let extra = names.map { ["-addext", "subjectAltName=\($0)"] } ?? []
        try Self.openssl(
            ["req", "-new"] + Self.newKey
                + ["-subj", "/CN=\(name)", "-keyout", identity.key, "-out", request] + extra)
        try Self.openssl([
            "x509", "-req", "-in", request, "-CA", certificate, "-CAkey", key,
            "-copy_extensions", "copy", "-days", "\(days)", "-out", identity.certificate,
        ])
        return identity
    }

    package static func openssl(_ arguments: [String]) throws {
        let result = try ProcessRunner.run(["openssl"] + arguments)
        guard result.status == 0 else {
            throw TestSupportError("openssl \(arguments): \(result.errorText)")
        }
    }
}
