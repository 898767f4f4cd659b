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
    /// nil where nobody said, or in a way that services read differently.
    let expiry: Expiry?
    /// The end that some services read in an `exp` that is no number, in seconds since 1970.
    let leastExpiry: Int64?
    /// Whether the item is a token, whose claims may be anybody's.
    let token: CompactToken?
    /// Whether it stood in other text.
    let place: TokenPlace

    var id: Identifier { subject.id }
    var user: Identifier? { subject.user }

    /// `user` is what the command line said about a bare id. Claims of a wrong type are left out
    /// unless the reading is strict: the token can be revoked by its id all the same.
    init(
        _ item: Item, user: Identifier?, in book: TokenBook,
        _ reading: TokenFacts.Reading = .lenient
    ) throws {
        let naming = book.naming
        switch try book.resolve(item, user: user) {
        case .token(let token, let claims, let place):
            self.place = place
            let facts = try TokenFacts(token, claims: claims, naming: naming, reading)
            try book.check(facts)
            subject = user == nil || facts.user != nil ? facts.subject : facts.subject.of(user)
            label = facts.label
            issued = facts.issued
            expiry = facts.hasUnclearExpiry ? nil : facts.expiry
            leastExpiry = facts.leastExpiry
            self.token = token
        case .opaque: preconditionFailure("the book has resolved it")
        case .id(let id, let expiry, let owner, let isNamed):
            try book.check(id, isNamed: isNamed)
            place = .itself
            subject = TokenSubject(id: id, user: owner ?? user)
            label = naming.isByText ? ShownToken.label(ofText: id) : id
            issued = .notSaid
            self.expiry = expiry
            leastExpiry = nil
            token = nil
        }
    }
}

extension StateTarget {
    /// Whose token it is and until when, for a person who did not pass it alone.
    var description: String {
        let id = VisibleText.escape(label.description, columns: 60)
        let owner = user.map { ", user \(VisibleText.escape($0.description, columns: 60))" } ?? ""
        let end = expiry?.seconds.map { ", expires \(TimeText.table($0))" } ?? ""
        return "id \(id)\(owner)\(end)"
    }
}
