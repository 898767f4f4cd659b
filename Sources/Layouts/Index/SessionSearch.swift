package import Redis

/// A token found among session keys, or a leftover key of one.
package struct FoundSession {
    package let user: Identifier
    /// nil for a leftover that has no token key of its own, such as a refresh token.
    package let subject: TokenSubject?
    /// The text by which it differs from others of its kind: the id of the token, or a key.
    package let name: [UInt8]
    /// When the token's own key expires; nil if that was not asked, and for a key that is gone.
    package var end: Expiry?
    /// Commands that remove what the token was found by, once its own key is gone.
    package var traces: [Command] = []
}

extension FoundSession {
    /// A token that is named by its id.
    package init(_ subject: TokenSubject, of user: Identifier, traces: [Command] = []) {
        self.init(
            user: user, subject: subject.of(user), name: subject.id.bytes, traces: traces)
    }
}

/// The tokens that are searched for among session keys, and what is known about them before.
///
/// Keys may only resemble those of a user, so every key is parsed: user `bob` never gets the tokens
/// of `bobby`. `SessionIndex` has what each kind of index makes of a key.
package struct SessionSearch {
    package let layout: Layout
    package let allow: AllowStore
    private let index: any SessionIndex
    /// nil for all users.
    package let user: Identifier?
    /// Which of all users are meant; nil for every one.
    package let pattern: IdentifierPattern?
    /// Values of token keys that belong to the user, for tokens whose text names no user.
    package var userValues: Set<[UInt8]> = []
    /// The token that a text is, by its own claims, unchecked; nil where the layout cannot name it.
    let token: (_ text: [UInt8]) -> TokenSubject?

    /// nil where the layout does not say how the tokens of a user are found.
    package init?(
        _ layout: Layout, user: Identifier?, like pattern: IdentifierPattern?,
        token: @escaping (_ text: [UInt8]) -> TokenSubject?
    ) {
        guard let allow = layout.allow, let index = layout.index else { return nil }
        self.layout = layout
        self.allow = allow
        self.index = index.kind
        self.user = user
        self.pattern = pattern
        self.token = token
    }

    // MARK: by the kind of index

    /// Where to search, in this order.
    package var places: [SessionPlace] { index.places(of: self) }

    /// The keys of sets or lists with values of token keys that belong to the user; nil for none.
    package var userValueKeys: Template? { index.userValueKeys }

    /// What the name of a key means; nil for a key of no token that is searched for.
    package func meaning(of key: [UInt8], _ template: Template) -> KeyMeaning? {
        index.meaning(of: key, template, in: self)
    }

    /// Reads the value of a key whose name does not tell everything.
    package func reading(_ candidate: SessionCandidate) -> Command { index.reading(candidate) }

    /// The tokens of a candidate, given the reply to `reading`; nil where the value is not one of
    /// the application's, so that its key may belong to something else.
    package func sessions(
        of candidate: SessionCandidate, holding value: Reply
    ) throws(StoreError) -> [FoundSession]? {
        try index.sessions(of: candidate, holding: value, in: self)
    }

    // MARK: names

    /// Whether the tokens of `owner` are searched for.
    func admits(_ owner: Identifier) -> Bool {
        user.map { $0 == owner } ?? pattern?.matches(owner) ?? true
    }

    /// The user that a key names, and what else it tells; nil where the user is not searched for.
    func parse(
        _ key: [UInt8], _ template: Template
    ) -> (user: Identifier, holes: [Template.Hole: [UInt8]])? {
        if let user { return template.parse(key, of: user).map { (user, $0) } }
        guard let holes = template.parse(key),
            let owner = holes[.user].flatMap(Identifier.init(found:)), admits(owner)
        else { return nil }
        return (owner, holes)
    }

    /// Whether a key may be the user's or another one's. It is left alone, and the logout that met
    /// it is not complete.
    func isAmbiguous(_ key: [UInt8], _ template: Template) -> Bool {
        user.map { template.isAmbiguous(key, of: $0) } ?? false
    }

    /// The token that the value of a user's only key is, or names.
    func subject(ofValue value: [UInt8]) -> TokenSubject? {
        guard case .equals(let template) = allow.match, let holes = template.parse(value) else {
            return nil
        }
        for (hole, text) in holes {
            if case .detail(let index) = hole, layout.naming.details[index] == .token {
                return token(text)
            }
        }
        return layout.subject(of: holes)
    }
}
