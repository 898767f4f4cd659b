package import JSON
internal import OpenSSL

/// The keys that were given: a single key, the members of a JWK set (RFC 7517 section 5), or those
/// of several certificates.
package final class KeySet {
    /// A member of a set that cannot be used. The other members are used, as RFC 7517 section 5
    /// recommends.
    package struct Skipped: Equatable, Sendable {
        /// Its position in the set, from 0.
        package let index: Int
        package let keyID: JSONString?
        /// The reason in words; it may contain unchecked names from the set.
        package let reason: JSONString
    }

    package let keys: [Key]

    /// Whether the `kid` of a token selects among the keys. It does not if a single key was given:
    /// that is the key to use, whatever name the token has for it.
    package let isSet: Bool

    /// The members that cannot be used.
    package let skipped: [Skipped]

    /// The format in which the keys were given, or one that can hold all of them.
    package let encoding: KeyEncoding

    /// A key that was given alone. The default is JWK, the only format of a secret.
    package init(_ key: Key, encoding: KeyEncoding = .jwk) {
        keys = [key]
        isSet = false
        skipped = []
        self.encoding = encoding
    }

    /// The usable members of a JWK set, or of its equivalent in another format.
    init(members keys: [Key], skipped: [Skipped]) {
        self.keys = keys
        isSet = true
        self.skipped = skipped
        encoding = .jwks
    }

    private init(copying keys: [Key], isSet: Bool, skipped: [Skipped], encoding: KeyEncoding) {
        self.keys = keys
        self.isSet = isSet
        self.skipped = skipped
        self.encoding = encoding
    }

    /// A copy that shares nothing with these keys, for another thread.
    func copy() throws(OpenSSLError) -> sending KeySet {
        var copies: [Key] = []
        for key in keys { copies.append(try key.copy()) }
        return KeySet(copying: copies, isSet: isSet, skipped: skipped, encoding: encoding)
    }

    /// The keys to try for a token with this `kid`: all with that name, since keys of several kinds
    /// may share one (RFC 7517 section 4.5). If no key of the set has the name, those without any
    /// name are tried. An empty `kid` counts as no name, in a token and in a key.
    func candidates(for keyID: JSONString?) -> [Key] {
        guard isSet, let keyID, !keyID.isEmpty else { return keys }
        let named = keys.filter { $0.keyID == keyID }
        return named.isEmpty ? keys.filter { $0.keyID?.isEmpty ?? true } : named
    }

    /// The keys of the set with this name; nil if there is none.
    package func selecting(_ keyID: JSONString) -> KeySet? {
        let named = keys.filter { $0.keyID == keyID }
        return named.isEmpty ? nil : KeySet(members: named, skipped: [])
    }
}
