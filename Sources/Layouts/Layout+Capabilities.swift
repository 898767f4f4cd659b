internal import JSON

/// What can be done with the state of a layout. A command refuses what its layout cannot do before
/// it asks Redis for anything.
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

    /// Whether changes are written to an audit log or published, besides taking effect.
    package var tellsChanges: Bool { auditKey != nil || channel != nil }

    /// Whether the layout has a cutoff for each user.
    package var hasUserCutoff: Bool { userCutoff != nil }

    /// Whether users who have only a cutoff can be listed, by the keys of the cutoffs.
    package var listsCutoffs: Bool { userCutoff?.canBeListed ?? false }

    /// Whether a token is accepted only if it is on a list, or has a key of its own.
    package var requiresListing: Bool { allow != nil || list?.isRequired == true }

    /// Whether the tool can put a token where the application would have put it.
    private var isWritable: Bool { list?.isRequired == true || allow?.value != nil }

    package var hasBlacklist: Bool { deny != nil }
    package var hasCutoffs: Bool { userCutoff != nil || globalCutoff != nil }
    package var hasBans: Bool { ban != nil }
    package var hasVersions: Bool { version != nil }

    /// Whether the entries of the blacklist can say who made them; see `DenyString`.
    package var entriesTellActors: Bool {
        deny?.shape.values.contains { $0.parts == [.hole(.entry, [])] } ?? false
    }

    /// Whether a user has one list of tokens, rather than each token a key of its own.
    package var hasLists: Bool { list != nil }

    /// Whether `logout-all` reaches tokens that were never recorded: by a cutoff or a version, or
    /// because such tokens are not accepted anyway.
    package var reachesUnrecorded: Bool {
        unreached == nil && (userCutoff != nil || version != nil || requiresListing)
    }

    /// The tokens of a user that `logout-all` cannot reach, in words; nil if it reaches all.
    package var unreached: String? { index?.leaves }

    /// Seconds after which these have expired; nil if the layout does not say.
    package var unreachedFor: Int64? { index?.leavesFor }

    /// Whether a login during `logout-all` is found only by a recheck, since no cutoff stops it.
    package var needsSettling: Bool { requiresListing && userCutoff == nil && version == nil }

    /// Whether `logout-all --issued-before` is possible: by a cutoff, or because the age of each
    /// token is known.
    package var knowsIssue: Bool { userCutoff != nil || listsIssueTimes }

    /// Whether the issue time of a listed token can be known, from its details or its text.
    package var listsIssueTimes: Bool {
        list?.details != nil || naming.isByText && (list != nil || index != nil)
    }

    /// Whether listed tokens can have labels.
    package var hasLabels: Bool { list?.details != nil }

    /// Whether `logout-all` can tell one session from the others.
    package var tellsSessions: Bool { userCutoff != nil || list != nil || index != nil }

    /// Whether a revocation has to know when the token ends.
    package var needsExpiry: Bool { deny.map { $0.life != .none } ?? false }

    /// Whether the application keeps the entry of a token without `exp` forever.
    package var keepsEndless: Bool { deny?.withoutExpiry == .persist }

    /// Seconds for which the application keeps the entry of a token without `exp`; nil if the
    /// layout does not say.
    package var endlessLife: Int64? {
        if case .fixed(let seconds) = deny?.withoutExpiry { seconds } else { nil }
    }

    /// Whether a token's key is the bare id. A forged token could then name any key of the
    /// database.
    package var deniesByBareID: Bool {
        guard let key = deny?.key ?? allow?.key else { return false }
        return key.codec == .raw && key.parts == [.hole(.id, [])]
    }
}

/// Facts about a layout for people.
extension Layout {
    /// Whether the blacklist only grows.
    package var keepsEntriesForever: Bool { deny?.life == DenyStore.Life.none }

    /// Whether keys or values contain whole tokens. Anyone who can read this Redis can then log in
    /// as its users.
    package var holdsTokens: Bool {
        if naming.id.contains(.token) { return true }
        let values = (deny?.shape.values ?? []) + [allow?.value].compactMap(\.self)
        return values.flatMap(\.holes).contains(where: naming.isToken)
    }

    /// The texts of `define`, with the values of variables.
    package var definitions: [(name: String, text: String)] {
        (definition["define"]?.objectValue ?? JSONObject()).members.map { member in
            (member.name.text, words(for: member.value.stringValue?.text ?? ""))
        }
    }
}

extension Naming {
    /// Whether a hole is filled with a whole token.
    func isToken(_ hole: Template.Hole) -> Bool {
        if case .detail(let index) = hole { details[index] == .token } else { false }
    }
}

extension Layout {
    /// Why a namespace is not one.
    package struct InvalidNamespace: Error, Equatable, Sendable {}

    package static let defaultNamespace = "jwt"
    /// The variable of the native layout for the namespace.
    package static let namespaceVariable = "ns"

    /// What the keys of the native layout begin with; nil in others.
    package var namespace: String? { variable(Self.namespaceVariable) }

    /// The native layout under `namespace`: letters, digits, `.`, `_` and `-`.
    package static func native(
        namespace: String = defaultNamespace
    ) throws(InvalidNamespace) -> Layout {
        try check(namespace)
        do throws(LayoutError) {
            return try LayoutReader.preset(
                Presets.native, variables: [namespaceVariable: namespace])
        } catch {
            preconditionFailure("the native layout is sound: \(error)")
        }
    }

    package static func check(_ namespace: String) throws(InvalidNamespace) {
        guard !namespace.isEmpty, namespace.utf8.count <= 128,
            namespace.utf8.allSatisfy(isNamespaceByte)
        else { throw InvalidNamespace() }
    }

    private static func isNamespaceByte(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || "._-".utf8.contains(byte)
    }
}
