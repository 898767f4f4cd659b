internal import Redis

/// The rule by which an application takes the value of a key for a revocation.
enum DenyMatch: String, CaseIterable, Sendable {
    /// Any value.
    case exists
    /// Exactly the value that the layout writes.
    case equals
    /// A PHP array whose `valid_until` has passed, or `forever`: tymon/jwt-auth, `Blacklist.php`.
    case phpValidUntil = "php_valid_until"
    /// An entry of Rails' cache, which misses, or raises an error on, anything else
    /// (`ActiveSupport::Cache::RedisCacheStore`).
    case railsEntry = "rails_entry"

    /// Whether the application takes `bytes` for a revocation at the unix second `now`. `value` is
    /// the template of the layout's own values.
    func accepts(
        _ bytes: [UInt8], _ value: Template, of subject: TokenSubject, now: Int64
    ) throws(StoreError) -> Bool {
        switch self {
        case .exists: return true
        case .equals:
            var values = TemplateValues(subject)
            values.now = now
            return try value.render(values) == bytes
        case .phpValidUntil: return PHPBlock(bytes)?.isInForce(at: now) ?? false
        case .railsEntry: return RailsProbe.isEntry(bytes)
        }
    }

    /// The third argument of `Script.denyCompared`, which has the same rules.
    var scriptWord: String {
        switch self {
        case .exists, .equals: "equals"
        case .phpValidUntil: "php"
        case .railsEntry: "rails"
        }
    }

    /// What `layout detect` goes by; nil where that is the layout's own value.
    var probe: (any ValueProbe)? {
        switch self {
        case .exists, .equals: nil
        case .phpValidUntil: PHPProbe()
        case .railsEntry: RailsProbe()
        }
    }

    /// The condition in words; `value` is the layout's own value.
    func words(_ value: String) -> String {
        switch self {
        case .exists: "the key exists, whatever its value"
        case .equals: "the value is exactly \(value)"
        case .phpValidUntil:
            "the value is 'forever', or a PHP array whose valid_until has passed"
        case .railsEntry: "the value is an entry of Rails.cache"
        }
    }
}

/// The values of tymon/jwt-auth, as PHP serializes them: `s:7:"forever";`, or an array with
/// `valid_until` in unix seconds.
struct PHPBlock {
    /// nil for ever.
    private let validUntil: Int64?

    /// nil for bytes that the library does not write.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == "s:7:\"forever\";" {
            validUntil = nil
            return
        }
        let head = "a:1:{s:11:\"valid_until\";i:"
        guard text.hasPrefix(head), text.hasSuffix(";}"),
            let seconds = Int64(text.dropFirst(head.count).dropLast(2))
        else { return nil }
        validUntil = seconds
    }

    /// Whether the entry revokes its token at `now`. The application's grace period may put that
    /// moment into the future.
    func isInForce(at now: Int64) -> Bool { validUntil.map { $0 <= now } ?? true }
}

/// Recognizes values of tymon/jwt-auth.
private struct PHPProbe: TextProbe {
    var isSelective: Bool { true }

    func judge(text: [UInt8]) -> ProbeFinding {
        ProbeFinding(PHPBlock(text) == nil ? .differs : .fits(isTelling: true))
    }
}

/// Recognizes entries of Rails' cache.
private struct RailsProbe: TextProbe {
    var isSelective: Bool { true }

    func judge(text: [UInt8]) -> ProbeFinding {
        ProbeFinding(Self.isEntry(text) ? .fits(isTelling: true) : .differs)
    }

    /// Whether ActiveSupport reads the bytes as an entry: Marshal's format since 6.1, with a mark
    /// before it in 7.0, or the format of 7.1.
    static func isEntry(_ bytes: [UInt8]) -> Bool {
        [[0x04, 0x08], [0x00, 0x04], [0x00, 0x11]].contains(Array(bytes.prefix(2)))
    }
}
