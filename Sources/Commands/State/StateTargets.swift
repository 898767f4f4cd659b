internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// What is known of an item whose state is asked for or changed.
struct StateTarget {
    /// What the layout calls it.
    let subject: TokenSubject
    /// What people are told it is.
    let label: Identifier
    let issued: IssuedAt
    /// nil where nobody said.
    let expiry: Expiry?
    /// Whether the item is a token, whose claims may be anybody's.
    let token: CompactToken?

    var id: Identifier { subject.id }
    var user: Identifier? { subject.user }

    /// `user` is what the command line said about a bare id.
    init(_ item: Item, user: Identifier?, in book: TokenBook) throws {
        let naming = book.naming
        switch try book.resolve(item, user: user) {
        case .token(let token, let claims):
            let facts = try TokenFacts(token, claims: claims, naming: naming)
            try book.check(facts)
            subject = user == nil || facts.user != nil ? facts.subject : facts.subject.of(user)
            label = facts.label
            issued = facts.issued
            expiry = facts.expiry
            self.token = token
        case .id(let id, let expiry, let owner):
            subject = TokenSubject(id: id, user: owner ?? user)
            label = naming.isByText ? ShownToken.label(ofText: id) : id
            issued = .notSaid
            self.expiry = expiry
            token = nil
        }
    }
}
