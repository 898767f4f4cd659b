/// A token as the history knows it.
struct Token: Equatable, Sendable {
    let id: String
    let user: String
    /// Unix seconds.
    let issuedAt: Int
    /// Whether it was put on its user's list when it was made.
    var isRecorded = true
}

/// What somebody set out to do; tokens are named by their ids.
enum Action: Equatable, Sendable {
    case issue(user: String)
    case renew(String)
    case revoke(String, Way)
    case restore(String, Way)
    /// `keeping` is the id of the session to spare.
    case logout(user: String, keeping: String?)
    case look(String, Witness)
    /// The ids on a user's list.
    case list(user: String, Witness)

    /// How the token is named on the command line.
    enum Way: String, CaseIterable, Sendable {
        /// The token itself.
        case token
        /// Its id, and whose it is.
        case user
        /// Its id, and how long it lives.
        case lifetime
    }

    enum Witness: String, CaseIterable, Sendable {
        /// An application that knows nothing but the keys of the native layout.
        case service
        case verify, status
        /// `verify --stream`, which had been running before.
        case stream
        /// `list tokens`.
        case list
    }
}

/// What came of it.
enum Outcome: Equatable, Sendable {
    /// A new token was printed: of `issue` and `renew`.
    case issued(Token)
    /// The new token stands; whether the old one is revoked nobody can tell.
    case inDoubt(Token)
    case revoked
    case alreadyRevoked
    case restored
    /// There was nothing to restore.
    case notRevoked
    /// Not restored: a cutoff stands.
    case cutOff
    case loggedOut(Logout)
    case seen(Sight)
    case listed([String])
    /// Another exit status than 0, with the error's code.
    case refused(Int, code: String)
    /// Killed, or Redis was: it may have happened or not.
    case unknown
    /// Output that says nothing that could be understood.
    case unreadable(String)

    struct Logout: Equatable, Sendable {
        var revoked = 0
        var alreadyRevoked = 0
        var kept = 0
        /// Unix seconds.
        var cutoff: Int?
        var isComplete = true
    }

    /// A token's state as somebody saw it.
    struct Sight: Equatable, Sendable {
        let isDenied: Bool
        /// The strictest that applies to the token, in unix seconds.
        let cutoff: Int?
        /// The verdict.
        let isActive: Bool
    }

    /// The token that was made.
    var newToken: Token? {
        switch self {
        case .issued(let token), .inDoubt(let token): token
        default: nil
        }
    }
}

/// One thing that was done, from before it began until after it ended.
struct Operation: Equatable, Sendable {
    /// Who did it.
    let player: Int
    let action: Action
    let span: Span
    let outcome: Outcome
}

/// All that was done, in no particular order.
struct History: Equatable, Sendable {
    var operations: [Operation]
}
