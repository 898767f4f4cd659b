package import Redis

/// A blacklist entry that was found.
package struct Denial: Equatable, Sendable {
    package let entry: DenyEntry
    /// Seconds until the entry expires, rounded up; nil for never.
    package let timeToLive: Int64?
}

extension Denial {
    /// `left` is the reply to PTTL: milliseconds, -1 for a key that never expires, -2 for one that
    /// expired after it was read. Such an entry counts: the token was revoked when Redis was asked.
    init(_ entry: DenyEntry = DenyEntry(), left: Int64) {
        self.init(entry: entry, timeToLive: left == -1 ? nil : (max(left, 0) + 999) / 1000)
    }
}

/// A blacklist entry, with the token that its key or member names.
package struct ListedDenial: Equatable, Sendable {
    package let id: Identifier
    /// The token's user; nil where the key does not name one.
    package let user: Identifier?
    package let denial: Denial
    /// When the token expires, which is the margin before its entry does.
    package let expiry: Expiry
}

/// What `list revoked` asks for.
package struct DenyListing {
    let layout: Layout
    let deny: DenyStore
    /// The ids to list; nil for all.
    let pattern: IdentifierPattern?
    /// Seconds that an entry outlives its token.
    let margin: Int64
    /// Whether one server has all keys, so that one command can be about many of them.
    let isOneServer: Bool

    package init(
        layout: Layout, deny: DenyStore, pattern: IdentifierPattern?, margin: Int64,
        isOneServer: Bool
    ) {
        self.layout = layout
        self.deny = deny
        self.pattern = pattern
        self.margin = margin
        self.isOneServer = isOneServer
    }

    /// When the token expires whose entry has `left` milliseconds, rounded to a second. `now` are
    /// milliseconds since 1970.
    func expiry(_ left: Int64, at now: Int64) -> Expiry {
        left < 0 ? .never : .at((now + left + 500) / 1000 - margin)
    }

    func wants(_ id: Identifier) -> Bool { pattern?.matches(id) ?? true }
}

/// Where entries are found.
package enum DenyScan {
    /// Under the keys that match, by SCAN. For a `type`, SCAN looks up every key that matches. nil
    /// is faster, if the commands that follow ignore keys of other types.
    case keys(match: [UInt8], type: String?)
    /// Among the members of the set with this key, by SSCAN.
    case members(key: [UInt8])
}

/// The question about the entries under some keys, or about some members.
package protocol DenyPage {
    func commands() throws(StoreError) -> [Command]
    /// The entries that the replies show. `now` is Redis' clock in milliseconds since 1970.
    func entries(_ replies: [Reply], at now: Int64) throws(StoreError) -> [ListedDenial]
}

/// The entries under keys that name one token each.
struct EntryPage: DenyPage {
    let listing: DenyListing
    let found: [(key: [UInt8], subject: TokenSubject)]

    /// Leaves out keys that name no token, and tokens that are not asked for.
    init(_ keys: [[UInt8]], _ listing: DenyListing) {
        self.listing = listing
        var found: [(key: [UInt8], subject: TokenSubject)] = []
        found.reserveCapacity(keys.count)
        for key in keys {
            guard let subject = listing.layout.subject(ofDenyKey: key), listing.wants(subject.id)
            else { continue }
            found.append((key, subject))
        }
        self.found = found
    }

    func commands() throws(StoreError) -> [Command] {
        var commands: [Command] = []
        for (_, subject) in found { commands += try listing.deny.reading(subject) }
        return commands
    }

    func entries(_ replies: [Reply], at now: Int64) throws(StoreError) -> [ListedDenial] {
        let size = replies.count / max(found.count, 1)
        var page: [ListedDenial] = []
        page.reserveCapacity(found.count)
        for (index, (_, subject)) in found.enumerated() {
            let own = replies[index * size..<(index + 1) * size]
            guard let denial = try listing.deny.denial(own, of: subject, now: now / 1000) else {
                continue
            }
            let left = try replies[index * size + 1].asInteger
            page.append(
                ListedDenial(
                    id: subject.id, user: subject.user, denial: denial,
                    expiry: listing.expiry(left, at: now)))
        }
        return page
    }
}
