internal import Layouts

/// The tokens that a dry run would have changed so far: the real run would find the work done at a
/// second mention of one.
///
/// It keeps a hash of 64 bits for each token, since a file may name millions.
final class SeenTokens {
    private let layout: Layout
    private var fingerprints: Set<Int> = []

    init(_ layout: Layout) { self.layout = layout }

    /// Notes a token. Returns false if it was noted before.
    func insert(_ subject: TokenSubject) throws(StoreError) -> Bool {
        fingerprints.insert(try fingerprint(subject)).inserted
    }

    /// A hash of what is written or removed to revoke a token. The process seeds it, so that no one
    /// can prepare two tokens with the same hash.
    private func fingerprint(_ subject: TokenSubject) throws(StoreError) -> Int {
        var hasher = Hasher()
        if let deny = layout.deny {
            let values = TemplateValues(subject)
            hasher.combine(try deny.key.render(values))
            hasher.combine(try deny.member?.render(values))
        } else {
            hasher.combine(subject)
        }
        return hasher.finalize()
    }
}
