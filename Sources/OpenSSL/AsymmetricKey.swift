internal import COpenSSL

/// An RSA, EC or Edwards-curve key; the owner of an `EVP_PKEY`.
///
/// Every way to make one ends in `checked`. A value of this type is therefore of a known kind and
/// on a named curve, and its point is on that curve. `OpenSSL` knows nothing of tokens; which
/// algorithm a key may serve is decided in `JOSE`.
@safe package final class AsymmetricKey {
    /// The kind, which limits the signature schemes.
    package let kind: KeyKind

    /// Whether it can sign, and not only verify.
    package let hasPrivateHalf: Bool

    /// The `EVP_PKEY`, which this object frees.
    let handle: OpaquePointer

    /// Takes over a handle that was checked.
    private init(owning handle: OpaquePointer, kind: KeyKind, hasPrivateHalf: Bool) {
        unsafe self.handle = handle
        self.kind = kind
        self.hasPrivateHalf = hasPrivateHalf
    }

    deinit {
        unsafe EVP_PKEY_free(handle)
    }

    /// A copy that shares nothing with this key, for another thread. With a shared key, threads
    /// would wait for its locks and reference counts.
    package func copy() throws(OpenSSLError) -> sending AsymmetricKey {
        // Passed on as a number: the compiler treats a value made from a pointer as shared with it.
        let address = UInt(bitPattern: unsafe EVP_PKEY_dup(handle))
        guard let copy = unsafe OpaquePointer(bitPattern: address) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_dup")
        }
        return unsafe AsymmetricKey(owning: copy, kind: kind, hasPrivateHalf: hasPrivateHalf)
    }

    /// Whether it is an RSA key, restricted to PSS or not.
    package var isRSA: Bool { kind == .rsa || kind == .rsaPSS }

    /// The size of the modulus, or of the curve's field, in bits.
    package var bits: Int { Int(unsafe EVP_PKEY_get_bits(handle)) }

    /// The modulus of an RSA key, big-endian; nil for other keys.
    package var modulus: [UInt8]? { integer(OSSL_PKEY_PARAM_RSA_N) }

    /// The public exponent of an RSA key, big-endian; nil for other keys.
    package var publicExponent: [UInt8]? { integer(OSSL_PKEY_PARAM_RSA_E) }

    /// Takes over `handle`. Frees it and throws if it is not a key that can sign tokens.
    static func checked(
        owning handle: OpaquePointer, hasPrivateHalf: Bool
    ) throws(OpenSSLError) -> AsymmetricKey {
        let kind: KeyKind
        do throws(OpenSSLError) {
            kind = try unsafe Self.kind(of: handle)
            try unsafe checkSize(of: handle, kind: kind)
            try unsafe checkPoint(of: handle, kind: kind, hasPrivateHalf: hasPrivateHalf)
        } catch {
            unsafe EVP_PKEY_free(handle)
            throw error
        }
        return unsafe AsymmetricKey(owning: handle, kind: kind, hasPrivateHalf: hasPrivateHalf)
    }

    /// The kind, by OpenSSL's names. Throws for Diffie-Hellman keys (X25519), DSA and others.
    private static func kind(of handle: OpaquePointer) throws(OpenSSLError) -> KeyKind {
        let simple: [KeyKind] = [.rsa, .rsaPSS, .ed25519, .ed448]
        for kind in simple where unsafe EVP_PKEY_is_a(handle, kind.typeName) == 1 { return kind }
        guard unsafe EVP_PKEY_is_a(handle, "EC") == 1 else {
            let name = unsafe EVP_PKEY_get0_type_name(handle).map { unsafe String(cString: $0) }
            throw .unsupportedKey(name ?? "unknown")
        }
        return .ec(try unsafe curve(of: handle))
    }

    /// The curve, which must be given by its name. Parameters that describe a known curve are
    /// refused, too, because an attacker may have chosen the generator among them (CVE-2020-0601).
    private static func curve(of handle: OpaquePointer) throws(OpenSSLError) -> Curve {
        var explicit: Int32 = 0
        let known = unsafe EVP_PKEY_get_int_param(
            handle, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit)
        guard known == 1, explicit == 0 else {
            ErrorQueue.drain()
            throw .explicitCurveParameters
        }
        var buffer = [CChar](repeating: 0, count: 64)
        var length = 0
        guard unsafe EVP_PKEY_get_group_name(handle, &buffer, buffer.count, &length) == 1 else {
            ErrorQueue.drain()
            throw .explicitCurveParameters
        }
        let name = String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let curve = Curve.allCases.first(where: { $0.groupName == name }) else {
            throw .unsupportedKey(name)
        }
        return curve
    }

    /// The largest modulus with which OpenSSL verifies. A larger one would only cost time.
    private static let maximumModulusBits: CInt = 16384

    /// Throws for an RSA modulus above the limit.
    private static func checkSize(of handle: OpaquePointer, kind: KeyKind) throws(OpenSSLError) {
        let bits = unsafe EVP_PKEY_get_bits(handle)
        guard kind != .rsa && kind != .rsaPSS || bits <= maximumModulusBits else {
            throw .unsupportedKey("RSA of \(bits) bits")
        }
    }

    /// Throws for a point that is not on its curve, with which a signature could be forged, and for
    /// a point of another private half, whose signatures would never verify.
    private static func checkPoint(
        of handle: OpaquePointer, kind: KeyKind, hasPrivateHalf: Bool
    ) throws(OpenSSLError) {
        guard case .ec = kind else { return }
        guard unsafe !isHybrid(handle) else { throw .unreadableKey }
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, handle, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_pkey")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_public_check_quick(context) == 1,
            unsafe !hasPrivateHalf || EVP_PKEY_pairwise_check(context) == 1
        else {
            ErrorQueue.drain()
            throw .inconsistentKey
        }
    }

    /// Whether the point was encoded in the form with both y and its sign, which must not be used
    /// (RFC 5480 section 2.2). Few programs could read a public half that was written from it.
    private static func isHybrid(_ handle: OpaquePointer) -> Bool {
        var buffer = [CChar](repeating: 0, count: 32)
        var length = 0
        let known = unsafe EVP_PKEY_get_utf8_string_param(
            handle, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, &buffer, buffer.count, &length)
        ErrorQueue.drain()
        return known == 1
            && buffer[..<length].elementsEqual("hybrid".utf8.map(CChar.init(bitPattern:)))
    }

    /// One of the key's integers, big-endian without leading zeros; nil if the key has none of this
    /// name.
    private func integer(_ name: String) -> [UInt8]? {
        guard let number = BigNumber(name, of: self) else {
            ErrorQueue.drain()
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(unsafe BN_num_bits(number.handle) + 7) / 8)
        _ = unsafe BN_bn2bin(number.handle, &bytes)
        return bytes
    }
}

extension AsymmetricKey {
    /// Throws for an RSA private key whose numbers do not belong together: n must be p·q, and the
    /// exponents and the coefficient must match (RFC 8017 section 3.2). A signature that is made
    /// with one wrong prime reveals the other.
    ///
    /// This is arithmetic and takes far less than a millisecond. It does not test whether the
    /// primes are prime.
    func checkFactors() throws(OpenSSLError) {
        guard isRSA else { return }
        defer { ErrorQueue.drain() }
        guard let numbers = RSANumbers(self), let context = unsafe BN_CTX_new() else {
            throw .inconsistentKey
        }
        defer { unsafe BN_CTX_free(context) }
        guard unsafe numbers.areConsistent(context) else { throw .inconsistentKey }
    }
}

/// A number of a key, which is wiped when it is released.
@safe private struct BigNumber: ~Copyable {
    let handle: OpaquePointer

    /// The number of this name; nil if the key has none.
    init?(_ name: String, of key: AsymmetricKey) {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key.handle, name, &number) == 1,
            let number = unsafe number
        else { return nil }
        unsafe handle = number
    }

    /// A new number; nil if memory is short.
    init?() {
        guard let number = unsafe BN_new() else { return nil }
        unsafe handle = number
    }

    deinit {
        unsafe BN_clear_free(handle)
    }
}

/// The numbers of an RSA private key (RFC 8017 section 3.2).
private struct RSANumbers: ~Copyable {
    private let modulus: BigNumber
    private let publicExponent: BigNumber
    private let privateExponent: BigNumber
    private let p: BigNumber
    private let q: BigNumber
    private let exponentP: BigNumber
    private let exponentQ: BigNumber
    private let coefficient: BigNumber

    /// nil if the key lacks one of them.
    init?(_ key: AsymmetricKey) {
        let names = RSAComponents.chineseRemainderNames
        guard let modulus = BigNumber(OSSL_PKEY_PARAM_RSA_N, of: key),
            let publicExponent = BigNumber(OSSL_PKEY_PARAM_RSA_E, of: key),
            let privateExponent = BigNumber(OSSL_PKEY_PARAM_RSA_D, of: key),
            let p = BigNumber(names[0], of: key), let q = BigNumber(names[1], of: key),
            let exponentP = BigNumber(names[2], of: key),
            let exponentQ = BigNumber(names[3], of: key),
            let coefficient = BigNumber(names[4], of: key)
        else { return nil }
        self.modulus = modulus
        self.publicExponent = publicExponent
        self.privateExponent = privateExponent
        self.p = p
        self.q = q
        self.exponentP = exponentP
        self.exponentQ = exponentQ
        self.coefficient = coefficient
    }

    func areConsistent(_ context: OpaquePointer) -> Bool {
        guard let product = BigNumber(), let lessP = BigNumber(), let lessQ = BigNumber(),
            unsafe BN_mul(product.handle, p.handle, q.handle, context) == 1,
            unsafe BN_cmp(product.handle, modulus.handle) == 0,
            unsafe BN_sub(lessP.handle, p.handle, BN_value_one()) == 1,
            unsafe BN_sub(lessQ.handle, q.handle, BN_value_one()) == 1
        else { return false }
        return unsafe areInverse(publicExponent, privateExponent, modulo: lessP, context)
            && areInverse(publicExponent, privateExponent, modulo: lessQ, context)
            && areInverse(publicExponent, exponentP, modulo: lessP, context)
            && areInverse(publicExponent, exponentQ, modulo: lessQ, context)
            && areInverse(coefficient, q, modulo: p, context)
    }

    /// Whether the product of two numbers is 1 modulo `modulus`.
    private func areInverse(
        _ one: borrowing BigNumber, _ other: borrowing BigNumber,
        modulo modulus: borrowing BigNumber, _ context: OpaquePointer
    ) -> Bool {
        guard let product = BigNumber() else { return false }
        return unsafe BN_mod_mul(
            product.handle, one.handle, other.handle, modulus.handle, context) == 1
            && BN_is_one(product.handle) == 1
    }
}
