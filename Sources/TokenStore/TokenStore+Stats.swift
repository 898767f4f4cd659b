package import Layouts
internal import Platform
internal import Redis

/// Counts and sizes of what the layout has in Redis.
package struct StoreStatistics: Equatable, Sendable {
    /// A user with many tokens.
    package struct LargeUser: Equatable, Sendable {
        package let user: Identifier
        package let tokenCount: Int64
    }

    /// Users with tokens.
    package var users: Int64 = 0
    /// Tokens of these users that have not expired, revoked or not.
    package var liveTokens: Int64 = 0
    /// Tokens of these users that are active; nil if they were not counted.
    package var activeTokens: Int64?
    /// The users with the most tokens, the largest first.
    package var largestUsers: [LargeUser] = []
    /// Blacklist entries.
    package var denials: Int64 = 0
    /// Entries that never expire.
    package var endlessDenials: Int64 = 0
    /// Entries that expire within an hour, and within a day; the latter include the former.
    package var denialsWithinHour: Int64 = 0
    package var denialsWithinDay: Int64 = 0
    /// Users with tokens who have a cutoff.
    package var userCutoffs: Int64 = 0
    /// The cutoff of all users, in unix seconds.
    package var globalCutoff: Int64?
    /// The bytes that Redis uses in total; nil if this user may not ask.
    package var usedMemory: Int64?
    /// The bytes of all token lists, estimated from at most `weighedCount` of them.
    package var listMemory: Int64?
    /// The bytes of the blacklist, estimated in the same way.
    package var denialMemory: Int64?

    /// Adds a user to the largest, if there is room or the user has more tokens than the last. A
    /// user who comes twice is kept once.
    fileprivate mutating func note(_ user: ListedUser, of limit: Int) {
        guard limit > 0, user.tokenCount > 0 else { return }
        if largestUsers.count == limit, let least = largestUsers.last,
            least.tokenCount >= user.tokenCount
        {
            return
        }
        largestUsers.removeAll { $0.user == user.user }
        let place =
            largestUsers.firstIndex { $0.tokenCount < user.tokenCount } ?? largestUsers.count
        largestUsers.insert(LargeUser(user: user.user, tokenCount: user.tokenCount), at: place)
        if largestUsers.count > limit { largestUsers.removeLast() }
    }
}

extension TokenStore {
    /// Counts what the layout can list, page by page. A key that comes twice while Redis rehashes
    /// is counted twice: exact numbers would need memory for every key.
    ///
    /// `largestCount` is the limit of `largestUsers`. To count active tokens, every list is read.
    package func statistics(
        largestCount: Int, countsActive: Bool = false
    ) throws -> StoreStatistics {
        if layout.can(.listUsers), layout.can(.listRevoked) { scanMeter?.expect(more: 1) }
        var result = StoreStatistics()
        result.usedMemory = usedMemory()
        result.globalCutoff = try globalCutoff()
        if countsActive { result.activeTokens = 0 }
        var lists: [Identifier] = []
        var entries: [TokenSubject] = []
        try forEachUser(UserQuery(countsActive: countsActive)) { page in
            if let user = page.first, lists.count < Self.weighedCount { lists.append(user.user) }
            for user in page {
                result.users += 1
                result.liveTokens = (result.liveTokens + user.tokenCount).bounded
                if let active = user.activeCount {
                    result.activeTokens = ((result.activeTokens ?? 0) + active).bounded
                }
                if user.cutoff != nil { result.userCutoffs += 1 }
                result.note(user, of: largestCount)
            }
            return true
        }
        try forEachDenial { page in
            if let entry = page.first, entries.count < Self.weighedCount {
                entries.append(TokenSubject(id: entry.id, user: entry.user))
            }
            for entry in page {
                result.denials += 1
                guard let left = entry.denial.timeToLive else {
                    result.endlessDenials += 1
                    continue
                }
                if left <= 3600 { result.denialsWithinHour += 1 }
                if left <= 86_400 { result.denialsWithinDay += 1 }
            }
            return true
        }
        result.listMemory = memory(of: result.users, keys: lists) { user in
            try layout.list?.keys(of: user) ?? []
        }
        result.denialMemory = memory(of: result.denials, keys: entries) { subject in
            guard let deny = layout.deny, deny.scope != .everyone else { return [] }
            return [try deny.key.render(TemplateValues(subject))]
        }
        return result
    }

    /// The number of lists, and of entries, whose size is asked: one of each page, so that they
    /// come from all over the database.
    private static let weighedCount = 100

    /// The bytes of `count` things, from the average of `some` of them (MEMORY USAGE of their
    /// keys). nil if the layout cannot name the keys, or if this user may not ask.
    private func memory<Thing>(
        of count: Int64, keys some: [Thing], _ keys: (Thing) throws -> [[UInt8]]
    ) -> Int64? {
        do {
            let weighed = try some.map(keys).filter { !$0.isEmpty }
            let commands = weighed.joined().map { key in
                Command(arguments: ["MEMORY", "USAGE", .bytes(key)], keyIndex: 2)
            }
            guard !commands.isEmpty else { return count == 0 ? 0 : nil }
            var bytes: Int64 = 0
            for reply in client.collect(commands).replies {
                switch reply {
                case .integer(let size)?: bytes = (bytes + size.bounded).bounded
                // The key has expired, or never existed: not every list has details.
                case .null?: break
                default: return nil
                }
            }
            return Int64(outside: Double(bytes) / Double(weighed.count) * Double(count))
        } catch {
            return nil
        }
    }

    /// The bytes in `used_memory` of INFO, which managed services and strict ACLs refuse.
    private func usedMemory() -> Int64? {
        let reply = client.collect([Command("INFO", "memory")]).replies[0]
        guard case .string(let bytes)? = reply else { return nil }
        return InfoReport(bytes).integer("used_memory")
    }
}
