internal import COpenSSL

/// An RSA, EC or Edwards-curve key: the owner of an `EVP_PKEY`.
///
/// Every way to make one ends in `checked`, so that a value of this type is of a known kind, on a
/// named curve, and its point is on that curve.
@safe package final class AsymmetricKey {
    /// The kind, which says which algorithms the key may serve.
    package let kind: KeyKind

    /// Whether it can sign, not only verify.
    package let hasPrivateHalf: Bool

    let handle: OpaquePointer

    private init(owning handle: OpaquePointer, kind: KeyKind, hasPrivateHalf: Bool) {
        unsafe self.handle = handle
        self.kind = kind
        self.hasPrivateHalf = hasPrivateHalf
    }

    deinit {
        unsafe EVP_PKEY_free(handle)
    }

    /// The key once more, with nothing in common with this object: for another thread, where a key
    /// in common would have the threads wait for each other's locks and counts.
    package func copy() throws(OpenSSLError) -> sending AsymmetricKey {
        // By its address: what is made from a pointer would count as shared with the pointer.
        let address = UInt(bitPattern: unsafe EVP_PKEY_dup(handle))
        guard let copy = unsafe OpaquePointer(bitPattern: address) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_dup")
        }
        return unsafe AsymmetricKey(owning: copy, kind: kind, hasPrivateHalf: hasPrivateHalf)
    }

    /// The size in bits: of the modulus, or of the curve's field.
    package var bits: Int { Int(unsafe EVP_PKEY_get_bits(handle)) }

    /// The modulus of an RSA key, big-endian.
    package var modulus: [UInt8]? { integer(OSSL_PKEY_PARAM_RSA_N) }

    /// The public exponent of an RSA key, big-endian.
    package var publicExponent: [UInt8]? { integer(OSSL_PKEY_PARAM_RSA_E) }

    /// Takes over `handle`, or frees it and throws where it is no key that signs tokens.
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

    /// The kind, asked of OpenSSL by name. Diffie-Hellman keys (X25519) and DSA are none of ours.
    private static func kind(of handle: OpaquePointer) throws(OpenSSLError) -> KeyKind {
        let kinds: [(name: String, kind: KeyKind)] = [
            ("RSA", .rsa), ("RSA-PSS", .rsaPSS), ("ED25519", .ed25519), ("ED448", .ed448),
        ]
        for (name, kind) in kinds where unsafe EVP_PKEY_is_a(handle, name) == 1 {
            return kind
        }
        guard unsafe EVP_PKEY_is_a(handle, "EC") == 1 else {
            let name = unsafe EVP_PKEY_get0_type_name(handle).map { unsafe String(cString: $0) }
            throw .unsupportedKey(name ?? "unknown")
        }
        return .ec(try unsafe curve(of: handle))
    }

    /// The curve, by its name alone: parameters that describe a known curve are refused as well,
    /// since the generator among them can be a forger's (CVE-2020-0601).
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

    /// The largest modulus that OpenSSL verifies with; a larger one would only cost time.
    private static let maximumModulusBits: CInt = 16384

    private static func checkSize(of handle: OpaquePointer, kind: KeyKind) throws(OpenSSLError) {
        let bits = unsafe EVP_PKEY_get_bits(handle)
        guard kind != .rsa && kind != .rsaPSS || bits <= maximumModulusBits else {
            throw .unsupportedKey("RSA of \(bits) bits")
        }
    }

    /// Refuses a point that is not on its curve, with which a signature could be forged, and one
    /// that belongs to another private half: what that half signs would never verify.
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

    /// Whether the point came in the form that has both y and its sign, which must not be used
    /// (RFC 5480 section 2.2): a public half written from it would be read by few.
    private static func isHybrid(_ handle: OpaquePointer) -> Bool {
        var buffer = [CChar](repeating: 0, count: 32)
        var length = 0
        let known = unsafe EVP_PKEY_get_utf8_string_param(
            handle, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, &buffer, buffer.count, &length)
        ErrorQueue.drain()
        return known == 1
            && buffer[..<length].elementsEqual("hybrid".utf8.map(CChar.init(bitPattern:)))
    }

    /// One of the key's integers, big-endian without leading zeros.
    private func integer(_ name: String) -> [UInt8]? {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(handle, name, &number) == 1 else {
            ErrorQueue.drain()
            return nil
        }
        defer { unsafe BN_clear_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(unsafe BN_num_bits(number) + 7) / 8)
        _ = unsafe BN_bn2bin(number, &bytes)
        return bytes
    }
}
