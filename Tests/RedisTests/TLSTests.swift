import Foundation
import OpenSSL
import Platform
import TestSupport
import Testing

@testable import Redis

/// TLS against a real server: who is let through, and what is said of the others.
@Suite(.redis) struct TLSTests {
    private func target(
        _ server: TLSRedisServer, host: String = "localhost", authority: TestAuthority? = nil,
        identity: TestAuthority.Identity? = nil, verifies: Bool = true
    ) throws -> RedisTarget {
        var target = try RedisURL.parse(server.url(host: host))
        target.tls = TLSSettings(
            authorities: [Array((authority ?? server.authority).certificate.utf8)],
            certificate: identity.map { Array($0.certificate.utf8) },
            key: identity.map { Array($0.key.utf8) }, verifiesServer: verifies)
        return target
    }

    /// The error of a connection on which one command is called, nil where it is answered.
    private func outcome(_ target: RedisTarget, timeout: Int = 5000) -> RedisError? {
        do throws(RedisError) {
            let connection = try Connection(to: target, timeout: timeout)
            let reply = try connection.call(Command("PING"))
            return reply == .status("PONG") ? nil : .unexpectedReply(expected: "", got: "")
        } catch {
            return error
        }
    }

    private func tlsError(_ error: RedisError?) throws -> TLSError {
        guard case .tls(let error, _, _)? = error else {
            throw TestSupportError("not a TLS error: \(String(describing: error))")
        }
        return error
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"], ["localhost", "127.0.0.1"])
    func `a server that proves its name or address is answered`(
        _ version: String, _ host: String
    ) throws {
        let server = try TLSRedisServer(protocols: version)
        #expect(try outcome(target(server, host: host)) == nil)
    }

    @Test(arguments: [
        (names: "DNS:localhost", host: "127.0.0.1", shown: ["localhost"]),
        (names: "IP:127.0.0.1", host: "localhost", shown: ["127.0.0.1"]),
        (
            names: "DNS:a.example,DNS:b.example", host: "localhost",
            shown: ["a.example", "b.example"]
        ),
        // Short forms of an address are names, which no certificate has.
        (names: "IP:127.0.0.1", host: "127.1", shown: ["127.0.0.1"]),
        (names: "DNS:local*", host: "localhost", shown: ["local*"]),
        (names: "IP:::1", host: "127.0.0.1", shown: ["0:0:0:0:0:0:0:1"]),
    ])
    func `another name is refused with both`(
        _ names: String, _ host: String, _ shown: [String]
    ) throws {
        let server = try TLSRedisServer(names: names)
        let error = try tlsError(outcome(target(server, host: host)))
        #expect(error == .certificate(.wrongName(host: host, names: shown)))
    }

    @Test func `a final dot is not part of the name`() throws {
        let server = try TLSRedisServer()
        #expect(try outcome(target(server, host: "localhost.")) == nil)
    }

    @Test func `an expired certificate is refused with its date`() throws {
        let server = try TLSRedisServer(days: -1)
        let error = try tlsError(outcome(target(server)))
        guard case .certificate(.expired(let date)) = error else {
            Issue.record("\(error)")
            return
        }
        let yesterday = Date(timeIntervalSinceNow: -86_400).ISO8601Format()
        #expect(date.prefix(13) == yesterday.prefix(13) || date.hasSuffix("00Z"))
        #expect(date.count == yesterday.count)
    }

    @Test func `an unknown authority is refused by name`() throws {
        let server = try TLSRedisServer()
        let other = try TestAuthority("Somebody Else")
        #expect(
            try tlsError(outcome(target(server, authority: other)))
                == .certificate(.unknownIssuer("CN=Test Authority")))
    }

    @Test func `the system's authorities do not know a test's`() throws {
        let server = try TLSRedisServer()
        let plain = try RedisURL.parse(server.url())
        #expect(
            try tlsError(outcome(plain)) == .certificate(.unknownIssuer("CN=Test Authority")))
    }

    @Test func `without verification anybody is answered`() throws {
        let server = try TLSRedisServer(names: "DNS:a.example", days: -1)
        let other = try TestAuthority("Somebody Else")
        #expect(try outcome(target(server, authority: other, verifies: false)) == nil)
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `a client certificate is shown where it is wanted`(_ version: String) throws {
        let server = try TLSRedisServer(protocols: version, wantsCertificate: true)
        let error = outcome(try target(server))
        if case .closed(_, _, let progress)? = error {
            // The server hung up before its alert could be read.
            #expect(progress.stage == .secureGreeting(lacksCertificate: true))
        } else {
            #expect(try tlsError(error) == .certificateWanted)
        }
        let own = try server.authority.issue("client", for: nil)
        #expect(try outcome(target(server, identity: own)) == nil)
    }

    @Test(arguments: ["TLSv1.2", "TLSv1.3"])
    func `a client certificate of another authority is refused`(_ version: String) throws {
        let server = try TLSRedisServer(protocols: version, wantsCertificate: true)
        let other = try TestAuthority("Somebody Else")
        let foreign = try other.issue("client", for: nil)
        let error = outcome(try target(server, identity: foreign))
        if case .closed(_, _, let progress)? = error {
            #expect(progress.stage == .secureGreeting(lacksCertificate: false))
        } else {
            #expect(try tlsError(error) == .certificateRefused(alert: "unknown CA"))
        }
        withExtendedLifetime(other) {}
    }

    @Test func `TLS 1_1 is not spoken`() throws {
        let server = try TLSRedisServer(protocols: "TLSv1.1")
        #expect(throws: TLSError.self) { throw try tlsError(outcome(target(server))) }
    }

    @Test func `authorities come from a file, a hashed folder and any other folder`() throws {
        let server = try TLSRedisServer()
        let plain = try TemporaryDirectory()
        let hashed = try TemporaryDirectory()
        let pem = try String(contentsOfFile: server.authority.certificate, encoding: .utf8)
        try plain.write("note.txt", "no certificate")
        try plain.write("ca.pem", pem)
        try hashed.write("ca.pem", pem)
        try TestAuthority.openssl(["rehash", hashed.path])
        for path in [plain.path, hashed.path] {
            var target = try RedisURL.parse(server.url())
            target.tls = TLSSettings(authorities: [Array(path.utf8)])
            #expect(outcome(target) == nil, "\(path)")
        }
    }

    @Test func `files that cannot be used are named before anything is sent`() throws {
        let authority = try TestAuthority()
        let one = try authority.issue("one", for: nil)
        let other = try authority.issue("other", for: nil)
        let encrypted = authority.directory.file("encrypted.key")
        try TestAuthority.openssl([
            "pkey", "-in", one.key, "-aes256", "-passout", "pass:x", "-out", encrypted,
        ])
        let empty = try TemporaryDirectory()
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        let cases: [(TLSSettings, TLSSetupError)] = [
            (
                TLSSettings(authorities: [bytes("/nonexistent")]),
                .unreadable(path: bytes("/nonexistent"), .notFound)
            ),
            (TLSSettings(authorities: [bytes(one.key)]), .noCertificates(path: bytes(one.key))),
            (
                TLSSettings(authorities: [bytes(empty.path)]),
                .noCertificates(path: bytes(empty.path))
            ),
            (
                TLSSettings(certificate: bytes(one.key), key: bytes(one.key)),
                .noCertificates(path: bytes(one.key))
            ),
            (
                TLSSettings(certificate: bytes(one.certificate)),
                .noKey(path: bytes(one.certificate))
            ),
            (
                TLSSettings(certificate: bytes(one.certificate), key: bytes(other.key)),
                .keyMismatch(path: bytes(other.key))
            ),
            (
                TLSSettings(certificate: bytes(one.certificate), key: bytes(encrypted)),
                .encryptedKey(path: bytes(encrypted))
            ),
        ]
        for (settings, wanted) in cases {
            let target = RedisTarget(
                endpoint: .tcp(host: "127.0.0.1", port: 1), tls: settings)
            #expect(outcome(target) == .tlsSetup(wanted))
        }
    }
}
