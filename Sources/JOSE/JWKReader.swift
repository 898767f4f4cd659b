internal import JSON
internal import OpenSSL
internal import Platform

/// Reads JWKs and JWKSs (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
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

    /// The keys of a JWKS; members that cannot be used are skipped with the reason.
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

    /// Refuses sets in which it would be chance, or an attacker, that picks the key. Broken
    /// members count: what they were meant to be is part of the doubt.
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

    /// The members that make a key of some kind.
    private static let numberNames: [JSONString] = ["k", "n", "e", "x", "y", "d"]

    /// The key of the first certificate of `x5c` (RFC 7517 section 4.7), for JWKs that leave the
    /// numbers out. Where both are there, the numbers count.
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

    /// RFC 7518 section 6.3. The five numbers that speed up signing come together or not at all.
    private static func rsa(_ jwk: JSONObject) throws(KeyError) -> AsymmetricKey {
        // RFC 7518 section 6.3.2.7: a key of more than two primes is for those who support it.
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

    /// RFC 7518 section 6.2. The private scalar has the full length of the curve, leading zeros
    /// included.
    private static func ec(_ jwk: JSONObject) throws(KeyError) -> AsymmetricKey {
        guard let name = try optionalString("crv", of: jwk) else { throw .invalidMember("crv") }
        guard let curve = Curve.allCases.first(where: { JSONString($0.joseName) == name }) else {
            throw .unsupportedKeyType(name)
        }
        let scalar = jwk["d"] == nil ? nil : try secret("d", of: jwk)
        let (x, y) = (try bytes("x", of: jwk), try bytes("y", of: jwk))
        // Section 6.2.1.2: of full length, which libraries are known to forget.
        for (name, count) in [("d", scalar?.count), ("x", x.count), ("y", y.count)] {
            guard let count, count != curve.coordinateByteCount else { continue }
            throw .wrongLength(
                JSONString(name), count: count, expected: curve.coordinateByteCount)
        }
        return try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.ec(curve, x: x, y: y, privateScalar: scalar)
        }
    }

    /// RFC 8037 section 2. X25519 and X448 agree on keys and sign nothing.
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

    /// `key_ops` (RFC 7517 section 4.3); an array that holds something else than names is a fault,
    /// not "no restriction".
    private static func operations(of jwk: JSONObject) throws(KeyError) -> [JSONString]? {
        guard let value = jwk["key_ops"] else { return nil }
        guard let elements = value.arrayValue else { throw .invalidMember("key_ops") }
        let names = elements.compactMap(\.stringValue)
        guard names.count == elements.count else { throw .invalidMember("key_ops") }
        return names
    }

    /// A member that may be missing but, where it is there, is a string.
    private static func optionalString(
        _ name: JSONString, of jwk: JSONObject
    ) throws(KeyError) -> JSONString? {
        guard let value = jwk[name] else { return nil }
        guard let string = value.stringValue else { throw .invalidMember(name) }
        return string
    }

    /// A member that must be there and hold base64url of one byte at least.
    private static func bytes(
        _ name: JSONString, of jwk: JSONObject
    ) throws(KeyError) -> [UInt8] {
        unsafe try secret(name, of: jwk).withBytes { unsafe Array($0) }
    }

    /// The same for what must not stay in memory. The JSON text that it came from is the caller's;
    /// what the parser copied of it is not wiped.
    ///
    /// Padding and the other alphabet are read, as many programs write them: they mean no other
    /// bytes.
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
