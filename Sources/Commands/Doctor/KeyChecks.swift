internal import CommandKit
internal import JOSE
internal import JSON
internal import Platform

/// Checks of the configured key, which need no Redis.
enum KeyChecks {
    /// The security strength in bits that NIST SP 800-57 requires until 2030.
    private static let requiredStrength = 112

    /// One finding for each key of the set. A key that cannot be read is a finding; contradictory
    /// options and a failed output are errors.
    static func findings(_ options: KeyOptions, _ console: Console) throws -> [Finding] {
        do {
            guard let keys = try options.load(console) else { return [.noKey] }
            return try keys.keys.map { try finding(of: $0, options) }
                + keys.skipped.map { .keySkipped(member: $0.index, reason: $0.reason.text) }
        } catch let error as OutputError {
            throw error
        } catch {
            let failure = Diagnostics.failure(for: error)
            if failure.status == .usage { throw error }
            return [.keyUnusable(failure)]
        }
    }

    private static func finding(of key: Key, _ options: KeyOptions) throws -> Finding {
        if key.hasPrivateHalf, try !key.halvesMatch() { return .halvesDiffer(key) }
        if let algorithm = options.algorithm,
            let refusal = key.refusal(for: algorithm, to: .verify, allowWeak: true)
        {
            return .keyUnfit(key, for: algorithm, reason: refusal.description)
        }
        let admitted = Set(key.algorithms(to: .verify) + key.algorithms(to: .sign))
        let isAdmitted = options.algorithm.map(admitted.contains) ?? !admitted.isEmpty
        return isAdmitted && key.facts.strength >= requiredStrength
            ? .keySound(key) : .keyWeak(key, isAllowed: options.allowsWeakKey)
    }
}
