internal import Redis

extension TokenStore {
    /// How many pages of keys are looked through before a layout counts as not found.
    private static let usagePages = 10

    /// Whether anything lies in Redis under a name of this layout: a look at what is there for
    /// certain once somebody has used it, then at some thousand keys. False is "none was found".
    package func isInUse() throws(StoreError) -> Bool {
        let certain = [layout.auditKey, layout.globalCutoff?.key.literal].compactMap(\.self)
        let there = try pipeline(certain.map { Command("TYPE", key: $0) })
        if there.contains(where: { $0 != .status("none") }) { return true }
        return try StoreError.wrapping { () throws(RedisError) in
            for template in [layout.list?.key, layout.deny?.key].compactMap(\.self) {
                var scan = client.scan(match: template.glob(), type: nil)
                for _ in 0..<Self.usagePages {
                    guard let keys = try scan.nextPage() else { break }
                    if !keys.isEmpty { return true }
                }
            }
            return false
        }
    }
}
