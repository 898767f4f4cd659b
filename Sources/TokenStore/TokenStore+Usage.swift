package import Layouts
package import Redis

/// Whether services seem to use the chosen layout, judged by a sample of the keys in Redis. A
/// revocation under another layout would have no effect, so commands warn about it.
package enum LayoutUsage: Sendable {
    /// There are keys of the layout.
    case found
    /// The sample has no key of the layout.
    case notFound(KeySample)
    /// The keys do not show it, or were not read: the layout is trusted, this user may not scan, or
    /// Redis is slower than `usageTimeout`.
    case unknown
}

extension TokenStore {
    /// The milliseconds that a look at the keys may take, so that it does not delay a revocation.
    private static let usageTimeout: Int64 = 50

    /// Whether there are keys of the layout, in one page of keys from each server that takes
    /// writes. Asked once, before the first change, since changes create and remove such keys.
    package func usage() -> LayoutUsage {
        if let knownUsage { return knownUsage }
        let usage = trustsLayout ? .unknown : lookAtKeys()
        knownUsage = usage
        return usage
    }

    /// Notes that a command met keys of the layout.
    func noteUsage() { knownUsage = .found }

    /// Called before anything is removed from a whitelist, since `absence` depends on the keys that
    /// were there before.
    func lookForWhitelist() {
        if layout.deny == nil { _ = usage() }
    }

    /// The outcome for a token that is not on the whitelist. If other tokens are, the application
    /// refuses this one already; if Redis has no key of the whitelist, the layout may be the wrong
    /// one.
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
        // The sample is a small part of the keys, but these have names that are known.
        let certain = [layout.auditKey, layout.globalCutoff?.key.literal].compactMap(\.self)
        let there = client.collect(certain.map { Command("TYPE", key: $0) }).replies
        return there.contains { $0 != .status("none") } ? .found : .notFound(sample)
    }
}

extension Layout {
    /// The keys in which the application keeps variables of the layout, such as Laravel's cache
    /// tag.
    package var keptVariableKeys: [[UInt8]] { keptVariables.map(\.key.literal) }

    /// The variables whose values the application keeps in Redis, with their keys; a variable whose
    /// key is missing is left out. Throws for a value of another form.
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
