internal import Redis

extension TokenStore {
    /// How many pages of keys are looked through before a layout counts as not found.
    private static let usagePages = 10

    /// Whether nothing was found in Redis under a name of this layout: a look at what is there for
    /// certain once somebody has used it, then at some thousand keys. Where that can't be asked
    /// nobody knows, and it is false.
    package func seemsUnused() -> Bool {
        let certain = [layout.auditKey, layout.globalCutoff?.key.literal].compactMap(\.self)
        let there = client.collect(certain.map { Command("TYPE", key: $0) }).replies
        guard there.allSatisfy({ $0 == .status("none") }) else { return false }
        do throws(RedisError) {
            for template in [layout.list?.key, layout.deny?.key].compactMap(\.self) {
                var scan = client.scan(match: template.glob())
                for _ in 0..<Self.usagePages {
                    guard let keys = try scan.nextPage() else { break }
                    if !keys.isEmpty { return false }
                }
            }
            return true
        } catch {
            return false
        }
    }
}
