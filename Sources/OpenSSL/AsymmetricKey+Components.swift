internal import COpenSSL
package import Platform

/// The numbers of an RSA key (RFC 7518 section 6.3), each big-endian.
package struct RSAComponents {
    package var modulus: [UInt8]
    package var publicExponent: [UInt8]
    /// nil for a public key.
    package var privateExponent: SecretBytes?
    /// The primes p and q, the exponents dP and dQ, and the coefficient qInv: all five or none.
    package var chineseRemainder: [SecretBytes]

    /// OpenSSL's names of these five numbers, in their order.
    static let chineseRemainderNames = [
        "rsa-factor1", "rsa-factor2", "rsa-exponent1", "rsa-exponent2", "rsa-coefficient1",
    ]

    package init(
        modulus: [UInt8], publicExponent: [UInt8], privateExponent: SecretBytes? = nil,
        chineseRemainder: [SecretBytes] = []
    ) {
        precondition(chineseRemainder.isEmpty || chineseRemainder.count == 5)
        self.modulus = modulus
        self.publicExponent = publicExponent
        self.privateExponent = privateExponent
        self.chineseRemainder = chineseRemainder
    }
}

extension AsymmetricKey {
    /// An RSA key from its numbers. If there are no primes, a wrong private exponent shows only
    /// when it signs.
    package static func rsa(_ components: RSAComponents) throws(OpenSSLError) -> AsymmetricKey {
        var parts: [KeyComponent] = [
            .integer(OSSL_PKEY_PARAM_RSA_N, SecretBytes(copying: components.modulus)),
            .integer(OSSL_PKEY_PARAM_RSA_E, SecretBytes(copying: components.publicExponent)),
        ]
        if let exponent = components.privateExponent {
            parts.append(.integer(OSSL_PKEY_PARAM_RSA_D, exponent))
            let names = RSAComponents.chineseRemainderNames
            for (name, value) in zip(names, components.chineseRemainder) {
                parts.append(.integer(name, value))
            }
        }
        let key = try make("RSA", parts, isPrivate: components.privateExponent != nil)
        if key.hasPrivateHalf, !components.chineseRemainder.isEmpty { try key.checkFactors() }
        return key
    }

    /// An EC key from its coordinates and its private scalar, if there is one, all big-endian.
    package static func ec(
        _ curve: Curve, x: [UInt8], y: [UInt8], privateScalar: SecretBytes? = nil
    ) throws(OpenSSLError) -> AsymmetricKey {
        guard x.count == curve.coordinateByteCount, y.count == x.count else {
            throw .inconsistentKey
        }
        var parts: [KeyComponent] = [
            .text(OSSL_PKEY_PARAM_GROUP_NAME, curve.groupName),
            .octets(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes(copying: [0x04] + x + y)),
        ]
        if let privateScalar {
            parts.append(.integer(OSSL_PKEY_PARAM_PRIV_KEY, privateScalar))
        }
        return try make("EC", parts, isPrivate: privateScalar != nil)
    }

    /// An Edwards-curve key (RFC 8037) from its public bytes and its seed, if there is one.
    ///
    /// With a seed, the public half is computed and compared. Signing with a public half from
    /// someone else would reveal the seed.
    package static func edwards(
        _ kind: KeyKind, publicKey: [UInt8], seed: SecretBytes? = nil
    ) throws(OpenSSLError) -> AsymmetricKey {
        guard let seed else {
            let part = KeyComponent.octets(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes(copying: publicKey))
            return try make(kind.typeName, [part], isPrivate: false)
        }
        let parts: [KeyComponent] = [.octets(OSSL_PKEY_PARAM_PRIV_KEY, seed)]
        let key = try make(kind.typeName, parts, isPrivate: true)
        guard try key.rawPublicKey() == publicKey else { throw .inconsistentKey }
        return key
    }

    /// The public half of an Edwards-curve key.
    func rawPublicKey() throws(OpenSSLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64)
        var count = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(handle, &bytes, &count) == 1 else {
            throw ErrorQueue.failure(of: "EVP_PKEY_get_raw_public_key")
        }
        return Array(bytes[..<count])
    }

    /// The key of these parts. `isPrivate` says whether a private half is among them.
    private static func make(
        _ type: String, _ components: [KeyComponent], isPrivate: Bool
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_fromdata_init(context) == 1 else {
            throw ErrorQueue.failure(of: "EVP_PKEY_fromdata_init")
        }
        let selection = isPrivate ? jwtctl_selection_pair() : jwtctl_selection_public()
        let handle = unsafe KeyComponent.withParameters(components[...]) { parameters in
            var handle: OpaquePointer?
            _ = unsafe EVP_PKEY_fromdata(context, &handle, selection, parameters)
            return unsafe handle
        }
        guard let handle = unsafe handle else {
            ErrorQueue.drain()
            throw .inconsistentKey
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: isPrivate)
    }

    /// A new key pair. `bits` is the size of an RSA modulus, and is ignored for other kinds.
    ///
    /// The public exponent is 65537. OpenSSL 3.0 checks each RSA prime as FIPS 186-4 demands.
    package static func generate(
        _ kind: KeyKind, bits: Int = 2048
    ) throws(OpenSSLError) -> AsymmetricKey {
        Library.start()
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, kind.typeName, nil) else {
            throw ErrorQueue.failure(of: "EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe configure(context, kind: kind, bits: bits) == 1
        else { throw ErrorQueue.failure(of: "EVP_PKEY_keygen_init") }
        var handle: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &handle) == 1, let handle = unsafe handle else {
            throw ErrorQueue.failure(of: "EVP_PKEY_generate")
        }
        return try unsafe checked(owning: handle, hasPrivateHalf: true)
    }

    /// Sets the size or the curve of a new key. Returns OpenSSL's status.
    private static func configure(
        _ context: OpaquePointer, kind: KeyKind, bits: Int
    ) -> CInt {
        switch kind {
        case .rsa, .rsaPSS: unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, CInt(bits))
        case .ec(let curve): unsafe EVP_PKEY_CTX_set_group_name(context, curve.groupName)
        case .ed25519, .ed448: 1
        }
    }
}

/// A named part of a key for `EVP_PKEY_fromdata`.
///
/// OpenSSL's own builder (`OSSL_PARAM_BLD`) copies private numbers into memory that is never wiped.
/// Here they remain in `SecretBytes`, and OpenSSL gets pointers to them.
struct KeyComponent {
    /// The type of the bytes for OpenSSL.
    private enum Form {
        case integer
        case octets
        case text
    }

    private let name: [CChar]
    private let form: Form
    private let bytes: SecretBytes

    /// A non-negative integer, big-endian.
    static func integer(_ name: String, _ bigEndian: SecretBytes) -> KeyComponent {
        // OSSL_PARAM uses the machine's byte order.
        let native = unsafe SecretBytes(capacity: bigEndian.count) { target in
            unsafe bigEndian.withBytes { source in
                for position in 0..<bigEndian.count {
                    let place = 1.littleEndian == 1 ? bigEndian.count - 1 - position : position
                    unsafe target[place] = source[position]
                }
                return source.count
            }
        }
        return KeyComponent(name: Array(name.utf8CString), form: .integer, bytes: native)
    }

    /// Plain bytes, such as an encoded point or a raw Edwards key.
    static func octets(_ name: String, _ bytes: SecretBytes) -> KeyComponent {
        KeyComponent(name: Array(name.utf8CString), form: .octets, bytes: bytes)
    }

    /// A name, such as that of a curve. It gets a NUL, because OpenSSL 3.0 compares names as C
    /// strings, whatever their given length.
    static func text(_ name: String, _ text: String) -> KeyComponent {
        let bytes = SecretBytes(copying: Array(text.utf8) + [0])
        return KeyComponent(name: Array(name.utf8CString), form: .text, bytes: bytes)
    }

    /// Lends all components as the array that OpenSSL reads, with its empty entry at the end. The
    /// recursion keeps every component's memory lent at the same time.
    static func withParameters<Result>(
        _ components: ArraySlice<KeyComponent>, _ done: [OSSL_PARAM] = unsafe [],
        _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
    ) -> Result {
        guard let component = components.first else {
            var all = unsafe done
            unsafe all.append(OSSL_PARAM_construct_end())
            return unsafe all.withUnsafeMutableBufferPointer { all in
                guard let base = all.baseAddress else { preconditionFailure() }
                return unsafe body(base)
            }
        }
        return unsafe component.withParameter { parameter in
            unsafe withParameters(components.dropFirst(), done + [parameter], body)
        }
    }

    /// Lends one component.
    private func withParameter<Result>(_ body: (OSSL_PARAM) -> Result) -> Result {
        unsafe name.withUnsafeBufferPointer { name in
            unsafe bytes.withBytes { bytes in
                guard let key = name.baseAddress else { preconditionFailure() }
                // OSSL_PARAM also serves for output, hence its mutable pointer; `fromdata` only
                // reads.
                let data = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                switch form {
                case .integer:
                    return unsafe body(
                        OSSL_PARAM_construct_BN(
                            key, data?.assumingMemoryBound(to: UInt8.self), bytes.count))
                case .octets:
                    return unsafe body(
                        OSSL_PARAM_construct_octet_string(key, data, bytes.count))
                case .text:
                    return unsafe body(
                        OSSL_PARAM_construct_utf8_string(
                            key, data?.assumingMemoryBound(to: CChar.self), bytes.count - 1))
                }
            }
        }
    }
}
