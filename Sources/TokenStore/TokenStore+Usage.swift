package import Layouts
package import Redis

/// What a sample of the keys in Redis tells about the chosen layout.
package enum LayoutUsage: Sendable {
    /// Keys of the layout are there.
    case found
    /// The sample has none.
    case notFound(KeySample)
    /// Redis does not let us look, or is too far away to be asked in passing.
    case unknown
}

extension TokenStore {
    /// Milliseconds that a look at the keys may take: a revocation is not held up by it.
    private static let usageTimeout: Int64 = 50

    /// Whether keys of the layout are there, by one page of keys from each server that takes writes.
    /// Asked once, before the first change, since changes make and remove such keys.
    package func usage() -> LayoutUsage {
        if let knownUsage { return knownUsage }
        let usage = trustsLayout ? .unknown : lookAtKeys()
        knownUsage = usage
        return usage
    }

    /// Keys of the layout were found by other means.
    func noteUsage() { knownUsage = .found }

    /// Called before anything is removed from a whitelist: `absence` goes by what was there then.
    func lookForWhitelist() {
        if layout.deny == nil { _ = usage() }
    }

    /// What it means that a whitelist has no key of `item`. Where it has those of others the
    /// application refuses the token already.
    func absence(of item: Revocation) -> RevocationOutcome {
        guard case .notFound? = knownUsage else { return .alreadyRevoked }
        if let now = clockOfUsage?.now, item.expiry?.isPast(at: now) == true { return .expired }
        return .notFound
    }

    private func lookAtKeys() -> LayoutUsage {
        guard let sample = client.keySample(timeout: Self.usageTimeout) else { return .unknown }
        let own = OwnKeys(layout)
        var isSure = true
        for key in sample.keys {
            switch own.judge(key) {
            case .own: return .found
            case .possible: isSure = false
            case .foreign: break
            }
        }
        guard isSure else { return .unknown }
        do throws(StoreError) {
            clockOfUsage = try clock()
        } catch {
            return .unknown
        }
        guard !sample.isWhole else { return .notFound(sample) }
        // Of many keys these are a few; some have a name that is known.
        let certain = [layout.auditKey, layout.globalCutoff?.key.literal].compactMap(\.self)
        let there = client.collect(certain.map { Command("TYPE", key: $0) }).replies
        return there.contains { $0 != .status("none") } ? .found : .notFound(sample)
    }
}

extension Layout {
    /// The keys in which the application keeps variables.
    package var keptVariableKeys: [[UInt8]] { keptVariables.map(\.key.literal) }

    /// What the application keeps of the layout's variables: for each the key, and the value.
    package func variablesKept(
        _ client: Client
    ) throws(StoreError) -> [(name: String, key: [UInt8], value: String)] {
        var found: [(name: String, key: [UInt8], value: String)] = []
        for kept in keptVariables {
            let key = kept.key.literal
            let reply = try client.replies(to: [Command("GET", key: key)])[0]
            guard let stored = try reply.asOptionalBytes else { continue }
            found.append((kept.name, key, try kept.value(stored)))
        }
        return found
    }
}
