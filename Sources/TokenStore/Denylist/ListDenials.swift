package import Layouts
internal import Redis

extension TokenStore {
    /// Every blacklist entry, page by page; one may come twice while Redis rehashes. `body` answers
    /// whether to go on.
    package func forEachDenial(
        like pattern: IdentifierPattern? = nil,
        _ body: @escaping ([ListedDenial]) throws -> Bool
    ) throws {
        guard let deny = layout.deny else { return }
        let clock = try clock()
        let listing = DenyListing(
            layout: layout, deny: deny, pattern: pattern, margin: margin,
            isOneServer: !client.isGroup)
        switch deny.scan(listing) {
        case .keys(let match, let type):
            try forEachPage(match: match, type: type) { keys in
                Asking(
                    DenyPageInquiry(
                        store: self, page: deny.page(keys, listing), clock: clock))
            } _: {
                try body($0)
            }
        case .members(let key):
            try forEachMember(ofSet: key) { members in
                let page = deny.page(members, listing)
                return try body(try page.entries([], at: clock.milliseconds))
            }
        }
    }
}

/// Asks about one page of entries.
private struct DenyPageInquiry: Inquiry {
    let store: TokenStore
    let page: any DenyPage
    let clock: ServerClock

    func commands() throws(StoreError) -> [Command] { try page.commands() }

    func read(_ exchange: Exchange, _ commands: [Command]) throws(StoreError) -> [ListedDenial] {
        try page.entries(try store.replies(exchange, to: commands), at: clock.milliseconds)
    }
}
