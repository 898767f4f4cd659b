package import OpenSSL
package import Platform

/// The progress of an exchange when it ended, so that an error can say how many commands were
/// answered.
package struct ExchangeProgress: Equatable, Sendable {
    /// The number of commands that the caller handed over.
    package var accepted: Int
    /// The number of commands that were written whole: the server may have run them.
    package var sent: Int
    /// The number of commands whose reply arrived.
    package var acknowledged: Int
    /// The part of the connection's life to which the commands belong.
    package var stage: Stage

    package enum Stage: Equatable, Sendable {
        /// The TLS handshake, before any command.
        case secureHandshake
        /// The greeting on a connection without TLS.
        case plainGreeting
        /// The greeting over TLS. `lacksCertificate` means that the server asked for a client
        /// certificate and got none; TLS 1.3 reports that only now.
        case secureGreeting(lacksCertificate: Bool)
        /// The caller's commands.
        case work
    }

    package init(
        accepted: Int = 0, sent: Int = 0, acknowledged: Int = 0, stage: Stage = .work
    ) {
        self.accepted = accepted
        self.sent = sent
        self.acknowledged = acknowledged
        self.stage = stage
    }

    /// The number of commands that were sent but not answered: the server may or may not have run
    /// them.
    package var unknown: Int { sent - acknowledged }
}

/// Why Redis could not be used. Cases carry data; `Diagnostics` in `Commands` turns them into
/// words. No case carries a password or the arguments of a command.
package indirect enum RedisError: Error, Equatable, Sendable {
    /// The step that took too long.
    package enum Phase: Equatable, Sendable {
        case connect
        /// The TLS handshake.
        case tls
        /// The greeting.
        case handshake
        /// The reply to a command.
        case reply
    }

    /// The kind of peer that sent something other than RESP2.
    package enum Peer: Equatable, Sendable {
        /// An HTTP server, by its first byte `H`.
        case http
        /// A TLS server, by the alert that it sends to a client without TLS.
        case tls
        /// A reply type of RESP3, which was never requested.
        case resp3
        /// This byte as the type of a reply.
        case unknown(UInt8)
        /// RESP that breaks its own rules, such as a length that is not a number.
        case malformed
    }

    /// A feature that the server lacks, or that does not fit it.
    package enum Feature: Equatable, Sendable {
        /// A database other than 0 on a node of a Cluster, which has no other.
        case clusterDatabase
        /// Several addresses, of which one is a single server in no group.
        case severalServers
        /// A Sentinel, which holds no data, where a server with data was wanted. It watches groups
        /// of these names.
        case sentinel(names: [String])
        /// A server that is not a Sentinel, although the URL says so.
        case notSentinel
        /// A server that cannot confirm that a change is on disk: WAITAOF came with Redis 7.2.
        case diskConfirmation(server: String, version: String?)
        /// WAIT, which the user may not use or the server does not have; in the server's words.
        case replicaConfirmation(ServerError)
        /// An append-only file, which the server does not keep.
        case appendOnlyFile
    }

    /// The login that a server refused.
    package struct Login: Equatable, Sendable {
        package let address: String
        /// The ACL user; nil means the server's `default`.
        package let user: String?
        /// Whether the server is a Sentinel, which has a password of its own.
        package let isSentinel: Bool
        package let hasPassword: Bool
        /// The source of the password in the caller's words, such as a variable; nothing secret.
        package let passwordSource: String?
    }

    /// Why a change is not known to be on disk.
    package enum DiskFailure: Equatable, Sendable {
        /// The append-only file did not have it within this time.
        case late(milliseconds: Int)
        /// The server refused WAITAOF, which it had answered before the change.
        case refused(ServerError)
    }

    /// The name could not be resolved. `reason` is the system's text, or ours.
    case resolve(host: String, reason: String)
    /// No address of the host could be reached; the error is that of the last one.
    case connect(address: String, SystemError)
    /// Nothing moved for `milliseconds`.
    case timeout(Phase, address: String, milliseconds: Int, ExchangeProgress)
    /// The other side ended the connection; the error is nil for an orderly end.
    case closed(address: String, SystemError?, ExchangeProgress)
    /// TLS with the server failed, in the handshake or later.
    case tls(TLSError, address: String, ExchangeProgress)
    /// The files that TLS needs cannot be used; nothing was sent.
    case tlsSetup(TLSSetupError)
    /// The bytes from the peer are not RESP2.
    case protocolError(Peer, address: String, ExchangeProgress)
    /// One reply is larger than `limit` bytes or elements.
    case replyTooLarge(limit: Int, ExchangeProgress)
    /// An error reply.
    case server(ServerError)
    /// The password is wrong (WRONGPASS), or one is required (NOAUTH).
    case authentication(ServerError, Login)
    /// The server has no database with this number.
    case noSuchDatabase(Int, ServerError)
    /// The server is a replica where a primary is needed. `primary` is the URL of its primary
    /// without user and password; nil where the server does not say.
    case replica(address: String, primary: String? = nil)
    /// A reply of another shape than the command has.
    case unexpectedReply(expected: String, got: String)
    /// The hiredis library that was loaded is not the one this program was built for.
    case incompatibleLibrary
    /// A signal asked the program to stop while it was waiting for a server.
    case interrupted(signal: CInt)
    /// The server lacks a feature.
    case unsupported(Feature, address: String)
    /// A server that `announcedBy` named, a node of a Cluster or a primary, could not be used.
    case node(address: String, announcedBy: String, RedisError)
    /// In a group, nothing has moved for `milliseconds`, although the obstacle could have passed by
    /// itself; `cause` is the last one.
    case stalled(milliseconds: Int, cause: RedisError?, ExchangeProgress)
    /// No Sentinel knows a group of this name; `known` are the names that they do know.
    case unknownPrimaryName(String, known: [String])
    /// Fewer than half of `sentinels` answer, and no replica follows the primary that they name:
    /// the other Sentinels may have replaced it.
    case isolatedPrimary(address: String, sentinels: Int)
    /// The change was made, but fewer replicas than requested have confirmed it in time.
    case notReplicated(address: String, confirmed: Int, wanted: Int, milliseconds: Int)
    /// The change was made, but enough Sentinels consider the primary down: another may replace it.
    case heldForDown(address: String)
    /// The change was made, but is not known to be in the append-only file of the server.
    case notOnDisk(address: String, DiskFailure)

    /// The progress of the exchange; nil if no command was under way.
    package var progress: ExchangeProgress? {
        switch self {
        case .timeout(_, _, _, let progress), .closed(_, _, let progress),
            .tls(_, _, let progress), .protocolError(_, _, let progress),
            .replyTooLarge(_, let progress), .stalled(_, _, let progress):
            progress
        case .node(_, _, let error): error.progress
        default: nil
        }
    }

    /// The error with another progress, if its case has one.
    func with(_ progress: ExchangeProgress) -> RedisError {
        switch self {
        case .timeout(let phase, let address, let milliseconds, _):
            .timeout(phase, address: address, milliseconds: milliseconds, progress)
        case .closed(let address, let cause, _): .closed(address: address, cause, progress)
        case .tls(let error, let address, _): .tls(error, address: address, progress)
        case .protocolError(let peer, let address, _):
            .protocolError(peer, address: address, progress)
        case .replyTooLarge(let limit, _): .replyTooLarge(limit: limit, progress)
        case .stalled(let milliseconds, let cause, _):
            .stalled(milliseconds: milliseconds, cause: cause, progress)
        case .node(let address, let source, let error):
            .node(address: address, announcedBy: source, error.with(progress))
        default: self
        }
    }

    /// Whether the change was made and is in effect, but is not known to outlive a fail-over or a
    /// crash.
    package var isAboutConfirmation: Bool {
        switch self {
        case .notReplicated, .heldForDown, .notOnDisk: true
        default: false
        }
    }

    /// Whether the server is not, or is no longer, a primary.
    var isAboutRole: Bool {
        if case .replica = self { return true }
        return false
    }

    /// Whether TLS failed.
    var isOfTLS: Bool {
        if case .tls = self { return true }
        return false
    }

    /// Whether waiting may help: the server is absent or not ready, rather than refusing.
    var passesByItself: Bool {
        switch self {
        case .connect, .resolve, .timeout, .closed, .replica, .stalled: true
        case .server(let error): error.passesByItself || error.kind == .maxClients
        case .node(_, _, let error): error.passesByItself
        default: false
        }
    }
}

extension ServerError {
    /// Whether this refusal ends when a fail-over, a start or the move of a slot does. The command
    /// was not executed.
    var passesByItself: Bool {
        switch kind {
        case .loading, .masterDown, .clusterDown, .readOnly, .tryAgain: true
        default: false
        }
    }
}
