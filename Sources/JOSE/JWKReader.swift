internal import JSON
internal import OpenSSL
internal import Platform

/// Reads JWKs and JWK sets (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
///
/// `kty` alone decides about the kind of key. Numbers that belong together are checked by OpenSSL
/// when the key is made.
enum JWKReader {
    /// The key of one JWK.
    static func key(_ jwk: JSONObject) throws(KeyError) -> Key {
        let restrictions = KeyRestrictions(
            use: try optionalString("use", of: jwk),
            operations: try operations(of: jwk),
            algorithm: try optionalString("alg", of: jwk))
        return try Key(
            try material(of: jwk), keyID: try optionalString("kid", of: jwk),
            restrictions: restrictions)
    }

    /// The keys of a JWK set. Members that cannot be used are skipped and reported, as RFC 7517
    /// section 5 recommends; throws if none is left.
    static func set(_ members: [JSONValue]) throws(KeyError) -> KeySet {
        try checkUnambiguous(members.compactMap(\.objectValue))
        var keys: [Key] = []
        var skipped: [KeySet.Skipped] = []
        for (index, member) in members.enumerated() {
            do throws(KeyError) {
                guard let jwk = member.objectValue else { throw .unrecognized }
                keys.append(try key(jwk))
            } catch {
                skipped.append(
                    KeySet.Skipped(
                        index: index, keyID: member.objectValue?["kid"]?.stringValue,
                        reason: JSONString(error.description)))
            }
        }
        guard !keys.isEmpty else { throw .noUsableKey(skipped) }
        return KeySet(members: keys, skipped: skipped)
    }

    /// Refuses sets in which chance, or an attacker, would choose between a secret and a public
    /// key. Broken members count as well, because they show what the set was meant to be.
    private static func checkUnambiguous(_ members: [JSONObject]) throws(KeyError) {
        var types = Set(members.compactMap { $0["kty"]?.stringValue })
        if members.contains(where: { $0["x5c"] != nil && $0["kty"] == nil }) { types.insert("RSA") }
        guard !types.contains("oct") || types.isDisjoint(with: ["RSA", "EC", "OKP"]) else {
            throw .mixedSet
        }
    }

    /// The key itself. `kty` alone decides about its kind; `alg` can only restrict it.
    private static func material(of jwk: JSONObject) throws(KeyError) -> Key.Material {
        if let chain = jwk["x5c"], numberNames.allSatisfy({ jwk[$0] == nil }) {
            return .asymmetric(try certified(chain, type: try optionalString("kty", of: jwk)))
        }
        guard let type = try optionalString("kty", of: jwk) else { throw .invalidMember("kty") }
        switch type {
        case "oct": return .secret(try secret("k", of: jwk))
        case "RSA": return .asymmetric(try rsa(jwk))
        case "EC": return .asymmetric(try ec(jwk))
        case "OKP": return .asymmetric(try edwards(jwk))
        default: throw .unsupportedKeyType(type)
        }
    }

    /// The members that make up a key of some kind. If none is present, the key is in the
    /// certificate.
    private static let numberNames: [JSONString] = ["k", "n", "e", "x", "y", "d"]

    /// The key of the first certificate in `x5c` (RFC 7517 section 4.7), for JWKs that leave the
    /// numbers out. `type` is the `kty`, if there is one, and has to agree with the certificate.
    private static func certified(
        _ chain: JSONValue, type: JSONString?
    ) throws(KeyError) -> AsymmetricKey {
        guard let text = chain.arrayValue?.first?.stringValue else { throw .invalidMember("x5c") }
        let der: SecretBytes
        do throws(Base64Error) {
            der = try Base64.standard.decodePadded(text.utf8.span)
        } catch {
            throw .invalidMember("x5c")
        }
        let key = try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.certificate(der)
        }
        let actual: JSONString =
            switch key.kind {
            case .rsa, .rsaPSS: "RSA"
            case .ec: "EC"
            case .ed25519, .ed448: "OKP"
            }
        guard type == nil || type == actual else { throw .invalidMember("x5c") }
        return key
    }

    /// RFC 7518 section 6.3. The five numbers that speed up signing are all present or all absent.
    private static func rsa(_ jwk: JSONObject) throws(KeyError) -> AsymmetricKey {
        // RFC 7518 section 6.3.2.7: a consumer that does not support more than two primes must not
        // use the key.
        guard jwk["oth"] == nil else { throw .invalidMember("oth") }
        var components = RSAComponents(
            modulus: try bytes("n", of: jwk), publicExponent: try bytes("e", of: jwk))
        if jwk["d"] != nil {
            components.privateExponent = try secret("d", of: jwk)
            let names: [JSONString] = ["p", "q", "dp", "dq", "qi"]
            if names.contains(where: { jwk[$0] != nil }) {
                for name in names {
                    components.chineseRemainder.append(try secret(name, of: jwk))
                }
            }
        }
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.rsa(components)
        }
    }

    /// RFC 7518 section 6.2. Coordinates and the private scalar have the full length of the curve,
    /// leading zeros included.
    private static func ec(_ jwk: JSONObject) throws(KeyError) -> AsymmetricKey {
        guard let name = try optionalString("crv", of: jwk) else { throw .invalidMember("crv") }
        guard let curve = Curve.allCases.first(where: { JSONString($0.joseName) == name }) else {
            throw .unsupportedKeyType(name)
        }
        let scalar = jwk["d"] == nil ? nil : try secret("d", of: jwk)
        let (x, y) = (try bytes("x", of: jwk), try bytes("y", of: jwk))
        // Libraries are known to drop leading zeros, against sections 6.2.1.2 and 6.2.2.1.
        for (name, count) in [("d", scalar?.count), ("x", x.count), ("y", y.count)] {
            guard let count, count != curve.coordinateByteCount else { continue }
            throw .wrongLength(
                JSONString(name), count: count, expected: curve.coordinateByteCount)
        }
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.ec(curve, x: x, y: y, privateScalar: scalar)
        }
    }

    /// RFC 8037 section 2. X25519 and X448 are for key agreement and cannot sign.
    private static func edwards(_ jwk: JSONObject) throws(KeyError) -> AsymmetricKey {
        let kind: KeyKind
        switch try optionalString("crv", of: jwk) {
        case "Ed25519"?: kind = .ed25519
        case "Ed448"?: kind = .ed448
        case let name?: throw .unsupportedKeyType(name)
        case nil: throw .invalidMember("crv")
        }
        let seed = jwk["d"] == nil ? nil : try secret("d", of: jwk)
        let publicKey = try bytes("x", of: jwk)
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.edwards(kind, publicKey: publicKey, seed: seed)
        }
    }

    /// `key_ops` (RFC 7517 section 4.3). An array that contains anything but strings is an error,
    /// and must not be taken for "no restriction".
    private static func operations(of jwk: JSONObject) throws(KeyError) -> [JSONString]? {
        guard let value = jwk["key_ops"] else { return nil }
        guard let elements = value.arrayValue else { throw .invalidMember("key_ops") }
        let names = elements.compactMap(\.stringValue)
        guard names.count == elements.count else { throw .invalidMember("key_ops") }
        return names
    }

    /// A member that may be absent, but is a string if it is present.
    private static func optionalString(
        _ name: JSONString, of jwk: JSONObject
    ) throws(KeyError) -> JSONString? {
        guard let value = jwk[name] else { return nil }
        guard let string = value.stringValue else { throw .invalidMember(name) }
        return string
    }

    /// A member that must be present and have base64url of at least one byte.
    private static func bytes(
        _ name: JSONString, of jwk: JSONObject
    ) throws(KeyError) -> [UInt8] {
        unsafe try secret(name, of: jwk).withBytes { unsafe Array($0) }
    }

    /// Like `bytes`, but in memory that is wiped. The JSON text that it came from belongs to the
    /// caller; the parser's copies of it are not wiped.
    ///
    /// Padding and the other alphabet are accepted, as many programs write them: the bytes are
    /// clear.
    private static func secret(
        _ name: JSONString, of jwk: JSONObject
    ) throws(KeyError) -> SecretBytes {
        guard let text = try optionalString(name, of: jwk)?.utf8, !text.isEmpty,
            !text.contains(where: KeyContent.isSpace)
        else { throw .invalidMember(name) }
        let isStandard = text.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
        do throws(Base64Error) {
            let bytes = try (isStandard ? Base64.standard : .url).decodePadded(text.span)
            guard bytes.count > 0 else { throw Base64Error.invalidLength }
            return bytes
        } catch {
            throw .invalidMember(name)
        }
    }
}
