internal import CommandKit
internal import Layouts
internal import OpenSSL
internal import Platform
internal import Redis
internal import TokenStore

/// Errors of TLS with Redis. No hint proposes `--redis-insecure`: the reader may be under attack.
extension Diagnostics {
    /// The hint for a server that may not speak TLS.
    static let notTLSHint =
        "does the port speak TLS? if not, write redis:// instead of rediss://"

    /// The hint for a server that requires a client certificate.
    static let certificateHint =
        "give a client certificate: --redis-cert PATH and --redis-key PATH"

    /// An error of the TLS connection (status 8, since it says nothing about a token).
    static func tls(_ error: TLSError, _ address: String) -> Failure {
        let server = "Redis at \(shown(address))"
        switch error {
        case .certificate(let problem): return certificate(problem, of: server)
        case .certificateWanted:
            return unknown(
                "client_certificate", "\(server) requires a client certificate",
                hint: certificateHint)
        case .certificateRefused(let alert):
            return unknown(
                "client_certificate",
                "\(server) rejected the client certificate: \(VisibleText.escape(alert))",
                hint: "is --redis-cert signed by a CA that the server trusts?")
        case .alert(let text):
            return unknown("tls", "\(server) ended the TLS session: \(VisibleText.escape(text))")
        case .notTLS:
            return unknown("not_tls", "\(shown(address)) does not speak TLS", hint: notTLSHint)
        // RFC 8996 deprecates the older versions.
        case .tooOld: return unknown("tls", "\(server) supports neither TLS 1.2 nor 1.3")
        case .broken(let text):
            return unknown("tls", "TLS with \(server) failed: \(VisibleText.escape(text))")
        }
    }

    /// The server's certificate was refused. Its names are the server's text and are escaped.
    private static func certificate(
        _ problem: CertificateProblem, of server: String
    ) -> Failure {
        func refused(_ problem: String, _ hint: String? = nil) -> Failure {
            unknown("certificate", "the certificate of \(server) \(problem)", hint: hint)
        }
        return switch problem {
        case .expired(let date): refused("expired on \(date)")
        case .notYetValid(let date):
            refused("is not valid before \(date)", "is this machine's clock right?")
        case .unknownIssuer(let issuer):
            refused(
                "is signed by an unknown issuer, '\(VisibleText.escape(issuer, columns: 100))'",
                "give the certificate of the CA to trust with --redis-cacert PATH")
        case .selfSigned(let name):
            refused(
                "is self-signed, '\(VisibleText.escape(name, columns: 100))'",
                "is it the right one? then trust it with --redis-cacert PATH")
        // RFC 9525 rules out the common name in the subject: only names in subjectAltName count.
        case .wrongName(let host, let names) where isSubject(names):
            refused(
                "has no subjectAltName: the name '\(VisibleText.escape(names[0], columns: 100))' "
                    + "alone does not prove that it is for \(VisibleText.escape(host))",
                "reissue it with subjectAltName = \(isAddress(host) ? "IP" : "DNS"):"
                    + VisibleText.escape(host))
        case .wrongName(let host, let names):
            refused(
                "is for \(list(names)), not for \(VisibleText.escape(host))",
                isLoopback(host)
                    ? "through a tunnel, give the server's own name: --redis-server-name NAME"
                    : "connect to it by a name in the certificate")
        case .other(let text): refused("is not valid: \(VisibleText.escape(text))")
        }
    }

    /// Whether `names` is the subject of a certificate without names, such as `CN=redis`.
    private static func isSubject(_ names: [String]) -> Bool {
        names.count == 1 && (names[0].isEmpty || names[0].contains("="))
            && !names[0].contains(":")
    }

    /// Whether the host is this machine, as for a tunnel.
    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }

    /// Whether the host is an IP address, so that a certificate must have it as an IP name.
    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
    }

    /// The number of names shown: some certificates have hundreds.
    private static let mostNames = 5

    /// The first names of a certificate, and the number of the others.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(mostNames).map { VisibleText.escape($0, columns: 100) }
        let rest = names.count - shown.count
        let more = rest > 0 ? " and \(rest) more" : ""
        return shown.isEmpty ? "no name" : shown.joined(separator: ", ") + more
    }

    /// A file for TLS that cannot be used (status 1).
    static func tlsSetup(_ error: TLSSetupError) -> Failure {
        func failure(_ message: String, hint: String? = nil) -> Failure {
            Failure(.failure, "tls_setup", message, hint: hint)
        }
        switch error {
        case .unreadable(let path, let cause):
            return failure("cannot read '\(VisibleText.escape(path))': \(cause.message)")
        case .noCertificates(let path):
            return failure("'\(VisibleText.escape(path))' contains no PEM certificate")
        case .noKey(let path):
            return failure(
                "'\(VisibleText.escape(path))' contains no PEM private key",
                hint: "give the certificate's key with --redis-key PATH")
        case .encryptedKey(let path):
            let path = VisibleText.escape(path)
            return failure(
                "the key in '\(path)' is encrypted, which is not supported",
                hint: "remove the passphrase: (umask 077; openssl pkey -in '\(path)' -out KEY)")
        case .keyMismatch(let path):
            return failure(
                "the key in '\(VisibleText.escape(path))' does not match the certificate")
        case .failed(let error): return Diagnostics.failure(for: error)
        }
    }
}

/// Errors of Sentinel, Cluster and confirmations, which involve several servers.
extension Diagnostics {
    /// The server cannot do what the URL or an option requires. Nothing was written.
    static func unsupported(_ feature: RedisError.Feature, _ address: String) -> Failure {
        let address = shown(address)
        switch feature {
        // Cluster nodes refuse SELECT, which a database other than 0 needs.
        case .clusterDatabase:
            return unknown(
                "no_such_database", "Redis at \(address) is a Cluster node",
                hint: "a Cluster has only database 0: remove the number from the URL")
        case .severalServers:
            return unknown(
                "several_servers", "Redis at \(address) is a standalone server",
                hint:
                    "give one address; several are for a Cluster, or with redis+sentinel:// for "
                    + "Sentinels"
            )
        case .sentinel(let names):
            let name = names.first.map { VisibleText.escape($0, columns: 60) } ?? "NAME"
            return unknown(
                "sentinel", "\(address) is a Sentinel, which holds no tokens",
                hint: "write redis+sentinel://\(address)/\(name)")
        case .notSentinel:
            return unknown(
                "not_sentinel", "\(address) is not a Sentinel but a Redis server",
                hint: "Sentinels usually listen on port 26379; for this server write redis://")
        case .diskConfirmation(let server, let version):
            let name = server == "redis" ? "Redis" : server
            let what = VisibleText.escape(
                ([name] + (version.map { [$0] } ?? [])).joined(separator: " "), columns: 60)
            return unknown(
                "no_waitaof", "\(what) at \(address) has no WAITAOF, which --fsync needs",
                hint: "nothing was written; Redis 7.2 and Valkey have WAITAOF")
        case .replicaConfirmation(let error):
            let grant =
                error.kind == .noPermission
                ? "an administrator can allow it: \(grant(error, key: nil)); " : ""
            return unknown(
                code(error),
                "Redis at \(address) does not let this user wait for replicas: "
                    + KeyText.shown(error.text, columns: 200),
                hint: "nothing was written; \(grant)--wait 0 does not wait for them")
        case .appendOnlyFile:
            return unknown(
                "no_append_only_file",
                "Redis at \(address) has no append-only file, which --fsync needs",
                hint: "nothing was written; set appendonly to yes on that server")
        }
    }

    /// A change was written, but its append-only file did not reach the disk in time (`--fsync`).
    static func notOnDisk(_ address: String, _ cause: RedisError.DiskFailure) -> Failure {
        let reason =
            switch cause {
            case .late(let milliseconds):
                "\(shown(address)) did not sync its append-only file within \(span(milliseconds))"
            case .refused(let error):
                "\(shown(address)) answered: \(VisibleText.escape(error.text, columns: 200))"
            }
        return unknown(
            "not_on_disk", "written, not on disk: \(reason)",
            hint: "the server has it in memory; is appendfsync set to 'no', or the disk slow?")
    }

    /// An error at an address that `source`, a Sentinel or Cluster node, announced. Such addresses
    /// are often private to the servers' network, which `--redis-nat` solves.
    static func node(_ address: String, _ source: String, _ cause: RedisError) -> Failure {
        let failure = redis(cause)
        return unknown(
            failure.code, "\(failure.message); \(shown(source)) announced this address",
            hint: isAboutReaching(cause)
                ? "if you cannot reach that address: --redis-nat \(shown(address))=HOST:PORT"
                : failure.hint)
    }

    /// Whether the address may be one that cannot be reached from here.
    private static func isAboutReaching(_ error: RedisError) -> Bool {
        switch error {
        case .connect, .resolve, .timeout(.connect, _, _, _), .timeout(.handshake, _, _, _): true
        default: false
        }
    }

    /// Nothing was answered for the whole timeout, although the client reconnected. `cause` is the
    /// last error.
    static func stalled(
        _ milliseconds: Int, _ cause: RedisError?, _ progress: ExchangeProgress
    ) -> Failure {
        let failure = cause.map(redis)
        let reason = failure.map { "; last error: \($0.message)" } ?? ""
        return unknown(
            failure?.code ?? "timeout",
            "no progress for \(span(milliseconds))\(extent(progress))\(reason)",
            hint: failure?.hint ?? "a longer --timeout waits until a fail-over has finished")
    }

    /// No Sentinel knows the primary that the URL names; `known` are the names that they do know.
    static func unknownName(_ name: String, _ known: [String]) -> Failure {
        let list = known.map { "'\(VisibleText.escape($0, columns: 60))'" }
        return unknown(
            "unknown_primary",
            "no Sentinel knows a primary named '\(VisibleText.escape(name, columns: 60))'",
            hint: list.isEmpty ? nil : "known names: " + list.joined(separator: ", "))
    }
}

/// Permissions that the Redis user lacks.
extension Diagnostics {
    /// The command for an administrator that grants the permission which Redis said is missing.
    static func grant(_ error: ServerError, key: [UInt8]?) -> String {
        let user = VisibleText.escape(error.user ?? "USER", columns: 60)
        return "ACL SETUSER \(user) \(right(error.text, key))"
    }

    /// The permission in the form in which ACL SETUSER takes it after the user's name. `text` is
    /// the server's error, `key` the key of the refused command.
    static func right(_ text: String, _ key: [UInt8]?) -> String {
        // ACL DRYRUN names the key or channel: `… to access the 'jwt:cutoff' key`.
        if text.contains(" channels") || text.contains(" a channel") || text.contains("' channel") {
            return "&\(namespace(of: key)):revoked"
        }
        if text.contains(" keys ") || text.contains(" access a key") || text.contains("' key") {
            return "~\(namespace(of: key)):*"
        }
        if let command = quotedCommand(in: text) { return "+\(command)" }
        // The error of a script does not name the refused command.
        return Topics.grantedCommands.joined(separator: " ")
    }

    /// The command in `… to run the 'client|setname' command`; nil if the text names none. Only
    /// characters of command names are accepted, because the text is the server's and is copied
    /// into a shell command.
    private static func quotedCommand(in text: String) -> String? {
        let parts = text.utf8.split(separator: UInt8(ascii: "'"))
        guard parts.count == 3 else { return nil }
        let name = String(parts[1]) ?? ""
        let isName = name.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "|._-".utf8.contains($0)
        }
        return isName && !name.isEmpty ? name : nil
    }

    /// The part of the key before the first colon, which no namespace contains.
    private static func namespace(of key: [UInt8]?) -> String {
        guard let key, let colon = key.firstIndex(of: UInt8(ascii: ":")) else {
            return Layout.defaultNamespace
        }
        return VisibleText.escape(Array(key[..<colon]))
    }
}
