package import JSON
internal import OpenSSL

/// The keys that were given: one, the members of a JWKS (RFC 7517 section 5), or those of several
/// certificates.
package final class KeySet {
    /// A member of a set that is not used. The other members are, as RFC 7517 section 5 requires.
    package struct Skipped: Equatable, Sendable {
        /// Its place in the set, counted from zero.
        package let index: Int
        package let keyID: JSONString?
        package let reason: JSONString
    }

    package let keys: [Key]

    /// Whether `kid` selects: inside a set only. A key that was given alone is the one to use,
    /// whatever name the token has for it.
    package let isSet: Bool

    package let skipped: [Skipped]

    /// The form in which the keys were given, or one that can hold all of them.
    package let encoding: KeyEncoding

    /// A key that was given alone. The default is JWK because a secret has no other form.
    package init(_ key: Key, encoding: KeyEncoding = .jwk) {
        keys = [key]
        isSet = false
        skipped = []
        self.encoding = encoding
    }

    /// The usable members of a JWKS, or of what is one in another form.
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

    /// The keys to try for a token with this `kid`: all of that name, since keys of several kinds may
    /// share one (RFC 7517 section 4.5). If no key of the set has the name, those without any name are
    /// tried. An empty `kid` is no name, in a token and in a key.
    func candidates(for keyID: JSONString?) -> [Key] {
        guard isSet, let keyID, !keyID.isEmpty else { return keys }
        let named = keys.filter { $0.keyID == keyID }
        return named.isEmpty ? keys.filter { $0.keyID?.isEmpty ?? true } : named
    }

    /// The part of the set that is of this name; `nil` where no key is.
    package func selecting(_ keyID: JSONString) -> KeySet? {
        let named = keys.filter { $0.keyID == keyID }
        return named.isEmpty ? nil : KeySet(members: named, skipped: [])
    }
}
