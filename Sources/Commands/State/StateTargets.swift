internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// What is known of an item whose state is asked for or changed.
struct StateTarget {
    let id: Identifier
    let user: Identifier?
    let issued: IssuedAt
    /// nil where nobody said.
    let expiry: Expiry?
    let issuer: JSONString?
    /// Whether the item is a token, whose claims may be anybody's.
    let token: CompactToken?

    /// `user` is what the command line said about a bare id.
    init(_ item: Item, user: Identifier?) throws {
        switch item {
        case .token(let token, let claims):
            let facts = try TokenFacts(token, claims: claims)
            id = facts.id
            self.user = facts.user
            issued = facts.issued
            expiry = facts.expiry
            issuer = facts.issuer
            self.token = token
        case .id(let id, let expiry, let owner):
            self.id = id
            self.user = owner ?? user
            issued = .notSaid
            self.expiry = expiry
            issuer = nil
            token = nil
        }
    }
}
