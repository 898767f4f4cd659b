/// What can be done where state lies as a layout says.
package enum Capability: String, CaseIterable, Sendable {
    case revoke, restore, record
    case listTokens = "list_tokens"
    case listUsers = "list_users"
    case listRevoked = "list_revoked"
    case logoutAll = "logout_all"
    case logoutEveryone = "logout_everyone"
    case prune, audit
}

extension Layout {
    package func can(_ capability: Capability) -> Bool {
        switch capability {
        case .revoke: true
        case .restore: deny != nil || isWritable
        case .record: list != nil || isWritable
        case .listTokens, .listUsers: list != nil || isSearchable
        case .listRevoked: deny?.canBeListed ?? false
        case .logoutAll: userCutoff != nil || list != nil || isSearchable || version != nil
        case .logoutEveryone: globalCutoff != nil
        case .prune: list != nil
        case .audit: auditKey != nil
        }
    }

    /// Whether the keys in which users are looked for can be told from other keys.
    private var isSearchable: Bool {
        guard let index else { return false }
        return !index.kind.searchesTokenKeys || allow?.key.hasLiteral ?? false
    }

    /// Whether a change is written or published anywhere beside its effect.
    package var tellsChanges: Bool { auditKey != nil || channel != nil }

    /// Whether the layout has a cutoff for each user.
    package var hasUserCutoff: Bool { userCutoff != nil }

    /// Whether only what stands on a list, or has a key of its own, is alive.
    package var requiresListing: Bool { allow != nil || list?.isRequired == true }

    /// Whether the tool can put a token where the application would have put it.
    private var isWritable: Bool { list?.isRequired == true || allow?.value != nil }

    package var hasBlacklist: Bool { deny != nil }
    package var hasCutoffs: Bool { userCutoff != nil || globalCutoff != nil }
    package var hasBans: Bool { ban != nil }
    package var hasVersions: Bool { version != nil }

    /// Whether a user has one list of tokens, rather than each token a key of its own.
    package var hasLists: Bool { list != nil }

    /// Whether `logout-all` reaches tokens that nobody recorded.
    package var reachesUnrecorded: Bool {
        unreached == nil && (userCutoff != nil || version != nil || requiresListing)
    }

    /// What of a user's `logout-all` can't reach, in words.
    package var unreached: String? { index?.leaves }

    /// Seconds after which that has expired.
    package var unreachedFor: Int64? { index?.leavesFor }

    /// Whether a login that runs during `logout-all` can only be found by looking again.
    package var needsSettling: Bool { requiresListing && userCutoff == nil && version == nil }

    /// Whether anybody knows when a token was issued of which only the user is known.
    package var knowsIssue: Bool {
        userCutoff != nil || list?.details != nil
            || naming.isByText && (list != nil || index != nil)
    }

    /// Whether `logout-all` can tell one session from the others.
    package var tellsSessions: Bool { userCutoff != nil || list != nil || index != nil }

    /// Whether a revocation has to know when the token ends.
    package var needsExpiry: Bool { deny.map { $0.life != .none } ?? false }

    /// What the application does with tokens that never end.
    package var keepsEndless: Bool { deny?.withoutExpiry == .persist }

    /// Seconds that the application gives to an entry of a token that never ends.
    package var endlessLife: Int64? {
        if case .fixed(let seconds) = deny?.withoutExpiry { seconds } else { nil }
    }

    /// Whether a token's key is the bare id, so that it could be anybody's key.
    package var deniesByBareID: Bool {
        guard let key = deny?.key ?? allow?.key else { return false }
        return key.codec == .raw && key.parts == [.hole(.id, [])]
    }
}

extension Template {
    /// Whether its texts have a part that is the same for all.
    var hasLiteral: Bool {
        parts.contains { part in
            if case .literal = part { true } else { false }
        }
    }
}
