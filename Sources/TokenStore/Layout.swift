internal import Redis

/// How revocation state lies in Redis: the only place that knows the name of a key.
///
/// Today there is the native layout; others will be values of the same kind.
package struct Layout: Equatable, Sendable {
    /// Keys that belong to one user. They share a slot of a Cluster, so that recording, listing
    /// and cutting off are each atomic.
    package struct UserKeys: Equatable, Sendable {
        /// Sorted set: member `jti`, score `exp` in seconds, `+inf` for a token without `exp`.
        package let tokens: [UInt8]
        /// Hash: `jti` to compact JSON with `iat` and `label`.
        package let meta: [UInt8]
        /// String: unix seconds; a token whose `iat` is not later is revoked.
        package let cutoff: [UInt8]
    }

    /// Why a namespace is not one.
    package struct InvalidNamespace: Error, Equatable, Sendable {}

    package static let defaultNamespace = "jwt"

    /// The layout's name, as `--layout` takes it.
    package let name: String
    /// What all keys begin with.
    package let namespace: String
    /// Seconds that a blacklist entry outlives its token: readers may grant leeway.
    package let denyMargin: Int64
    /// What every blacklist entry's key begins with: made once, since a million are made of it.
    private let denyPrefix: [UInt8]

    private init(name: String, namespace: String, denyMargin: Int64) {
        self.name = name
        self.namespace = namespace
        self.denyMargin = denyMargin
        denyPrefix = Array("\(namespace):deny:".utf8)
    }

    /// The native layout under `namespace`: letters, digits, `.`, `_` and `-`.
    package static func native(
        namespace: String = defaultNamespace
    ) throws(InvalidNamespace) -> Layout {
        guard !namespace.isEmpty, namespace.utf8.count <= 128,
            namespace.utf8.allSatisfy(isNamespaceByte)
        else { throw InvalidNamespace() }
        return Layout(name: "native", namespace: namespace, denyMargin: 60)
    }

    /// The entry whose existence says that a token is revoked.
    package func denyKey(_ id: Identifier) -> [UInt8] {
        PercentEncoding.encode(id.bytes, after: denyPrefix)
    }

    package func keys(of user: Identifier) -> UserKeys {
        let stem = Array("\(namespace):{".utf8) + PercentEncoding.encode(user.bytes)
        return UserKeys(
            tokens: stem + Array("}:tokens".utf8), meta: stem + Array("}:meta".utf8),
            cutoff: stem + Array("}:cutoff".utf8))
    }

    /// The cutoff that holds for every user.
    package var globalCutoffKey: [UInt8] { Array("\(namespace):cutoff".utf8) }

    /// The stream with one entry a change.
    package var auditKey: [UInt8] { Array("\(namespace):audit".utf8) }

    /// The channel on which services that cache state hear of a change.
    package var channel: [UInt8] { Array("\(namespace):revoked".utf8) }

    /// What is published for a token: its id, spelled as in keys, so that no id can be taken for
    /// one of the two below.
    func message(_ id: Identifier) -> [UInt8] { PercentEncoding.encode(id.bytes) }

    /// What is published where all tokens of a user are concerned.
    func message(user: Identifier) -> [UInt8] {
        Array("user:".utf8) + PercentEncoding.encode(user.bytes)
    }

    /// What is published where many tokens are, or everybody's.
    var messageForAll: [UInt8] { [wildcard] }

    /// Matches the blacklist entries of these ids (nil: of all), and perhaps more:
    /// `identifier(ofDenyKey:)` decides.
    func denyPattern(_ ids: IdentifierPattern?) -> [UInt8] {
        GlobPattern.escape(denyPrefix) + (ids?.glob ?? [wildcard])
    }

    /// Matches the lists of these users (nil: of all), and perhaps more: `user(ofTokensKey:)`
    /// decides.
    func tokensPattern(_ users: IdentifierPattern?) -> [UInt8] {
        GlobPattern.escape(Array("\(namespace):{".utf8)) + (users?.glob ?? [wildcard])
            + Self.tokensSuffix
    }

    /// The id whose blacklist entry lies under `key`, nil if that is no such key.
    func identifier(ofDenyKey key: [UInt8]) -> Identifier? {
        Self.identifier(in: key, after: denyPrefix, before: [])
    }

    /// The user whose list lies under `key`, nil if that is no such key.
    func user(ofTokensKey key: [UInt8]) -> Identifier? {
        Self.identifier(in: key, after: Array("\(namespace):{".utf8), before: Self.tokensSuffix)
    }

    private static func identifier(
        in key: [UInt8], after prefix: [UInt8], before suffix: [UInt8]
    ) -> Identifier? {
        guard key.count > prefix.count + suffix.count, key.starts(with: prefix),
            key.suffix(suffix.count).elementsEqual(suffix),
            let bytes = PercentEncoding.decode(
                key.dropFirst(prefix.count).dropLast(suffix.count))
        else { return nil }
        do throws(Identifier.Refusal) {
            return try Identifier(bytes)
        } catch {
            return nil
        }
    }

    private static let tokensSuffix = Array("}:tokens".utf8)

    private var wildcard: UInt8 { UInt8(ascii: "*") }

    private static func isNamespaceByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
