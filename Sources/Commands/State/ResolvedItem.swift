internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform
internal import TokenStore

/// What is known of an item whose state is asked for or changed.
struct ResolvedItem {
    /// What the layout calls it.
    let subject: TokenSubject
    /// The name that people see.
    let label: Identifier
    let issued: IssuedAt
    /// nil if it is not given, or if services read it differently.
    let expiry: Expiry?
    /// The end that some services read in an `exp` that is no number, in seconds since 1970.
    let leastExpiry: Int64?
    /// The token, if the item is one; its signature was not checked.
    let token: CompactToken?
    /// Whether it stood in other text.
    let place: TokenPlace

    var id: Identifier { subject.id }
    var user: Identifier? { subject.user }

    /// `user` is what the command line said about a bare id. Claims of a wrong type are left out
    /// unless the reading is strict: the token can be revoked by its id all the same.
    init(
        _ item: Item, user: Identifier?, in resolver: TokenResolver,
        _ reading: TokenFacts.Reading = .lenient
    ) throws {
        let naming = resolver.naming
        switch try resolver.resolve(item, user: user) {
        case .token(let token, let claims, let place):
            self.place = place
            let facts = try TokenFacts(token, claims: claims, naming: naming, reading)
            try resolver.check(facts)
            subject = user == nil || facts.user != nil ? facts.subject : facts.subject.of(user)
            label = facts.label
            issued = facts.issued
            expiry = facts.hasUnclearExpiry ? nil : facts.expiry
            leastExpiry = facts.leastExpiry
            self.token = token
        case .opaque: preconditionFailure("the resolver has resolved it")
        case .id(let id, let expiry, let owner, let isNamed):
            try resolver.check(id, isNamed: isNamed)
            place = .itself
            subject = TokenSubject(id: id, user: owner ?? user)
            label = naming.isByText ? DisplayToken.label(ofText: id) : id
            issued = .notSaid
            self.expiry = expiry
            leastExpiry = nil
            token = nil
        }
    }
}

extension ResolvedItem {
    /// The user and the expiry, for a person who did not pass the token alone.
    var description: String {
        let id = VisibleText.escape(label.description, columns: 60)
        let owner = user.map { ", user \(VisibleText.escape($0.description, columns: 60))" } ?? ""
        let end = expiry?.seconds.map { ", expires \(TimeText.table($0))" } ?? ""
        return "id \(id)\(owner)\(end)"
    }
}

/// Tells which tokens were taken out of other text, before anything is done with them.
final class TakenTokens {
    /// As many are named.
    private static let limit = 10

    private let console: Console
    private var count = 0

    init(_ console: Console) { self.console = console }

    /// `line` is its place among several.
    func tell(_ item: ResolvedItem, at line: String? = nil) throws(OutputError) {
        guard item.place != .itself else { return }
        try tell(item.description, at: line)
    }

    func tell(_ description: String, at line: String?) throws(OutputError) {
        count += 1
        guard count <= Self.limit else {
            if count == Self.limit + 1 {
                try console.note("more tokens were found in text; they are not listed")
            }
            return
        }
        try console.note(
            (line.map { "\($0): " } ?? "") + "found a token in the text: \(description)")
    }
}
