package import JSON
package import OpenSSL
package import Platform

/// A key and what it may be used for.
///
/// The key decides about the algorithm, never the token. All rules on whether a key may serve an
/// algorithm are in one function, `refusal(for:to:allowWeak:)`.
package final class Key {
    /// The material of a key. A secret never becomes a key pair, or the other way round.
    package enum Material {
        case secret(SecretBytes)
        case asymmetric(AsymmetricKey)
    }

    /// The operation that the key is wanted for.
    package enum Use: Sendable {
        case sign
        case verify
    }

    /// The name of the key (`kid`), unchecked.
    package let keyID: JSONString?
    package let material: Material

    /// The restrictions of its JWK (RFC 7517 sections 4.2 to 4.4); none for other keys.
    let restrictions: KeyRestrictions

    /// Throws for keys that no option can make safe: an empty secret, and RSA numbers with which
    /// anyone can sign.
    init(
        _ material: Material, keyID: JSONString? = nil, restrictions: KeyRestrictions = .none
    ) throws(KeyError) {
        switch material {
        case .secret(let secret):
            guard secret.count > 0 else { throw .empty }
        case .asymmetric(let key):
            if let defect = key.defect { throw .unsafe(defect) }
        }
        self.material = material
        self.keyID = keyID
        self.restrictions = restrictions
    }

    /// A key whose material was checked already.
    private init(
        copying material: Material, keyID: JSONString?, restrictions: KeyRestrictions
    ) {
        self.material = material
        self.keyID = keyID
        self.restrictions = restrictions
    }

    /// A copy that shares nothing with this key, for another thread.
    func copy() throws(OpenSSLError) -> sending Key {
        switch material {
        case .secret(let secret):
            return Key(
                copying: .secret(secret.copy()), keyID: keyID, restrictions: restrictions)
        case .asymmetric(let key):
            return Key(
                copying: .asymmetric(try key.copy()), keyID: keyID, restrictions: restrictions)
        }
    }

    /// The algorithms that the key may serve.
    package func algorithms(to use: Use, allowWeak: Bool = false) -> [Algorithm] {
        Algorithm.allCases.filter { refusal(for: $0, to: use, allowWeak: allowWeak) == nil }
    }

    /// Whether the key is an HMAC secret.
    package var isSecret: Bool {
        guard case .secret = material else { return false }
        return true
    }

    /// Why the key may not serve `algorithm`; nil if it may. `allowWeak` accepts sizes outside of
    /// the limits, but nothing else.
    package func refusal(
        for algorithm: Algorithm, to use: Use, allowWeak: Bool = false
    ) -> KeyRefusal? {
        guard fits(algorithm) else { return .wrongKind }
        if let name = restrictions.algorithm, name != JSONString(algorithm.rawValue) {
            return .otherAlgorithm(name)
        }
        if let refusal = restrictions.refusal(to: use) { return refusal }
        if use == .sign, case .asymmetric(let key) = material, !key.hasPrivateHalf {
            return .noPrivateHalf
        }
        return allowWeak ? nil : weakness(for: algorithm)
    }

    /// Whether key and algorithm are of one kind, the curve included.
    private func fits(_ algorithm: Algorithm) -> Bool {
        switch (material, algorithm.operation) {
        case (.secret, .mac): true
        case (.asymmetric(let key), .signature): algorithm.fits(key.kind)
        default: false
        }
    }

    /// A size that RFC 7518 sections 3.2 and 3.3 do not allow, or with which verification would
    /// take too long (RSA above 8192 bits).
    private func weakness(for algorithm: Algorithm) -> KeyRefusal? {
        switch (material, algorithm.operation) {
        case (.secret(let secret), .mac(let digest)) where secret.count < digest.byteCount:
            .tooSmall(bits: secret.count * 8, minimum: digest.byteCount * 8)
        case (.secret(let secret), .mac) where secret.isOneByteRepeated: .repeatedByte
        case (.asymmetric(let key), _) where key.isRSA && key.bits < 2048:
            .tooSmall(bits: key.bits, minimum: 2048)
        case (.asymmetric(let key), _) where key.isRSA && key.bits > 8192:
            .tooLarge(bits: key.bits, maximum: 8192)
        default: nil
        }
    }
}

extension Key: CustomStringConvertible {
    /// The key in words, such as `EC P-256 public key, kid x`. It has no part of a secret; the
    /// `kid` is unchecked.
    package var description: String {
        let name = keyID.map { ", kid \($0)" } ?? ""
        switch material {
        case .secret(let secret): return "\(secret.count * 8)-bit HMAC secret" + name
        case .asymmetric(let key): return key.title + name
        }
    }
}

/// Why a key may not serve an algorithm.
package enum KeyRefusal: Error, Equatable, Sendable {
    /// A secret for a signature, an RSA key for ES256, another curve.
    case wrongKind
    /// Its JWK has another `alg`, this one, which may name no algorithm at all.
    case otherAlgorithm(JSONString)
    /// Its JWK's `use` is not `sig`.
    case otherUse(JSONString)
    /// The `key_ops` of its JWK do not contain this operation.
    case otherOperations
    /// A public key, which cannot sign.
    case noPrivateHalf
    case tooSmall(bits: Int, minimum: Int)
    case tooLarge(bits: Int, maximum: Int)
    /// A secret such as all zeros, which was probably never filled.
    case repeatedByte
}

extension KeyRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongKind: "not a key for this algorithm"
        case .otherAlgorithm(let name): "its alg is \(name)"
        case .otherUse(let name): "its use is \(name)"
        case .otherOperations: "its key_ops do not allow this"
        case .noPrivateHalf: "it has no private half"
        case .tooSmall(let bits, let minimum): "\(bits) bits, but at least \(minimum) are required"
        case .repeatedByte: "the secret is a single repeated byte"
        case .tooLarge(let bits, let maximum): "\(bits) bits, but at most \(maximum) are allowed"
        }
    }
}

extension KeyRefusal {
    /// Whether `allowWeak` would accept the key.
    package var isWeakness: Bool {
        switch self {
        case .tooSmall, .tooLarge, .repeatedByte: true
        default: false
        }
    }

    /// The reason of a verdict that is caused by this refusal of a single key.
    var reason: Reason {
        switch self {
        case .wrongKind, .otherAlgorithm: .algorithmNotAllowed
        case .otherUse, .otherOperations, .noPrivateHalf: .noKey
        case .tooSmall, .tooLarge, .repeatedByte: .weakKey
        }
    }
}

/// The members of a JWK that restrict its use (RFC 7517 sections 4.2 to 4.4).
struct KeyRestrictions: Sendable {
    static let none = KeyRestrictions()

    var use: JSONString?
    var operations: [JSONString]?
    /// The name of the only algorithm. If it names none, the key serves none.
    var algorithm: JSONString?

    /// Why the key may not be used for `use`; nil if it may. If `use` and `key_ops` are both
    /// present, both count.
    func refusal(to use: Key.Use) -> KeyRefusal? {
        if let declared = self.use, declared != "sig" { return .otherUse(declared) }
        guard let operations else { return nil }
        return operations.contains(use == .sign ? "sign" : "verify") ? nil : .otherOperations
    }
}

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
    package convenience init(_ key: Key, encoding: KeyEncoding = .jwk) {
        self.init(keys: [key], isSet: false, skipped: [], encoding: encoding)
    }

    /// The usable members of a JWK set, or of its equivalent in another format.
    convenience init(members keys: [Key], skipped: [Skipped]) {
        self.init(keys: keys, isSet: true, skipped: skipped, encoding: .jwks)
    }

    private init(keys: [Key], isSet: Bool, skipped: [Skipped], encoding: KeyEncoding) {
        self.keys = keys
        self.isSet = isSet
        self.skipped = skipped
        self.encoding = encoding
    }

    /// A copy that shares nothing with these keys, for another thread.
    func copy() throws(OpenSSLError) -> sending KeySet {
        var copies: [Key] = []
        for key in keys { copies.append(try key.copy()) }
        return KeySet(keys: copies, isSet: isSet, skipped: skipped, encoding: encoding)
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
