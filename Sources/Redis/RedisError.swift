package import OpenSSL
package import Platform

/// The extent of an exchange when it ended.
package struct ExchangeProgress: Equatable, Sendable {
    /// Commands that the caller handed over.
    package var accepted: Int
    /// Of those, commands that were written whole: the server may have run them.
    package var sent: Int
    /// Of those, commands whose reply arrived.
    package var acknowledged: Int
    /// The part of the connection's life that they belong to.
    package var stage: Stage

    package enum Stage: Equatable, Sendable {
        /// The handshake of TLS, before any command.
        case secureHandshake
        /// The greeting on a connection without TLS.
        case plainGreeting
        /// The greeting over TLS. `lacksCertificate`: the server asked for one, and got none.
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

    /// Sent but not answered: the server may or may not have run them.
    package var unknown: Int { sent - acknowledged }
}

/// Why Redis could not be used.
package indirect enum RedisError: Error, Equatable, Sendable {
    package enum Phase: Equatable, Sendable {
        case connect
        /// The handshake of TLS.
        case tls
        /// The greeting.
        case handshake
        case reply
    }

    /// The peer that sent something other than RESP2.
    package enum Peer: Equatable, Sendable {
        /// An HTTP server.
        case http
        /// A TLS alert: the port wants TLS.
        case tls
        /// A reply type of RESP3, which was never asked for.
        case resp3
        /// Another first byte.
        case unknown(UInt8)
        /// RESP that breaks its own rules, such as a length that is no number.
        case malformed
    }

    /// A feature that the server lacks, or that does not fit it.
    package enum Feature: Equatable, Sendable {
        /// A database other than 0 on a node of a Cluster, which has no other.
        case clusterDatabase
        /// Several addresses, one of which is a single server, in no group.
        case severalServers
        /// The server is a Sentinel, which holds no data, where a server with data was wanted; it
        /// watches over groups of these names.
        case sentinel(names: [String])
        /// The server is not a Sentinel, although the URL says so.
        case notSentinel
        /// The server cannot say that a change is on disk: WAITAOF came with Redis 7.2.
        case diskConfirmation(server: String, version: String?)
        /// WAIT, which the user may not use, or the server does not have; its words.
        case replicaConfirmation(ServerError)
        /// The server keeps no append-only file.
        case appendOnlyFile
    }

    /// The login that a server refused.
    package struct Login: Equatable, Sendable {
        package let address: String
        /// The ACL user; nil means the server's `default`.
        package let user: String?
        /// Whether it is a Sentinel, which has a password of its own.
        package let isSentinel: Bool
        package let hasPassword: Bool
        /// The source of the password, in the caller's words.
        package let passwordSource: String?
    }

    /// Why a change is not known to be on disk.
    package enum DiskFailure: Equatable, Sendable {
        /// The append-only file did not have it in time.
        case late(milliseconds: Int)
        /// The server refused the question, which it had answered before the change.
        case refused(ServerError)
    }

    /// The name could not be resolved; `reason` is the system's text.
    case resolve(host: String, reason: String)
    /// No address could be reached; `cause` is the last address's error.
    case connect(address: String, SystemError)
    /// Nothing moved for `milliseconds`.
    case timeout(Phase, address: String, milliseconds: Int, ExchangeProgress)
    /// The other side ended the connection; `cause` is nil for an orderly end.
    case closed(address: String, SystemError?, ExchangeProgress)
    /// TLS with the server failed, at the beginning or later.
    case tls(TLSError, address: String, ExchangeProgress)
    /// The files that TLS needs cannot be used; nothing was sent.
    case tlsSetup(TLSSetupError)
    /// The bytes from the peer are not RESP2.
    case protocolError(Peer, address: String, ExchangeProgress)
    /// One reply is larger than `limit` bytes or elements.
    case replyTooLarge(limit: Int, ExchangeProgress)
    /// An error reply.
    case server(ServerError)
    /// The password is wrong (WRONGPASS), or one is needed (NOAUTH).
    case authentication(ServerError, Login)
    /// The server has no such database.
    case noSuchDatabase(Int, ServerError)
    /// The server is a replica, where a primary was asked for; `primary` is the URL of its primary,
    /// without user and password, where it says.
    case replica(address: String, primary: String? = nil)
    case unexpectedReply(expected: String, got: String)
    /// The hiredis that was loaded is not the one this program was built for.
    case incompatibleLibrary
    /// A signal asked the program to stop before the connection was made.
    case interrupted(signal: CInt)
    case unsupported(Feature, address: String)
    /// A node of a Cluster or a primary that `announcedBy` named could not be used.
    case node(address: String, announcedBy: String, RedisError)
    /// In a Cluster or behind Sentinels: nothing has moved for `milliseconds`, although the obstacle,
    /// at last `cause`, could have passed by itself.
    case stalled(milliseconds: Int, cause: RedisError?, ExchangeProgress)
    /// No Sentinel knows a group of this name; `known` are those that they do know.
    case unknownPrimaryName(String, known: [String])
    /// Fewer than half of `sentinels` answer, and no replica follows the primary that they name: the
    /// others may have replaced it.
    case isolatedPrimary(address: String, sentinels: Int)
    /// Written, but fewer replicas than asked for have confirmed it in time.
    case notReplicated(address: String, confirmed: Int, wanted: Int, milliseconds: Int)
    /// Written, but enough Sentinels consider the primary down: another may replace it.
    case heldForDown(address: String)
    /// Written, but not known to be in the append-only file of the server.
    case notOnDisk(address: String, DiskFailure)

    /// The extent of the exchange; nil where no command was under way.
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

    /// The error with another extent, if it has one.
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

    /// Written and in effect, but not known to outlive a fail-over or a crash.
    package var isAboutConfirmation: Bool {
        switch self {
        case .notReplicated, .heldForDown, .notOnDisk: true
        default: false
        }
    }

    /// Whether the server is not, or no longer, a primary.
    var isAboutRole: Bool {
        if case .replica = self { return true }
        return false
    }

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
