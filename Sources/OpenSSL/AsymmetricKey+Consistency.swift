internal import COpenSSL

extension AsymmetricKey {
    /// Refuses an RSA private key whose numbers do not belong together: n = p·q, and each exponent
    /// and the coefficient fits (RFC 8017 section 3.2). A signature made with one wrong prime gives
    /// the other away.
    ///
    /// Arithmetic alone, far below a millisecond: whether the primes are prime is not tested.
    func checkFactors() throws(OpenSSLError) {
        guard kind == .rsa || kind == .rsaPSS else { return }
        defer { ErrorQueue.drain() }
        guard let numbers = RSANumbers(self), let context = unsafe BN_CTX_new() else {
            throw .inconsistentKey
        }
        defer { unsafe BN_CTX_free(context) }
        guard unsafe numbers.areConsistent(context) else { throw .inconsistentKey }
    }
}

/// A number of a key, wiped when it is released.
@safe private struct BigNumber: ~Copyable {
    let handle: OpaquePointer

    /// The number of this name; nil where the key has none.
    init?(_ name: String, of key: AsymmetricKey) {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key.handle, name, &number) == 1,
            let number = unsafe number
        else { return nil }
        unsafe handle = number
    }

    init?() {
        guard let number = unsafe BN_new() else { return nil }
        unsafe handle = number
    }

    deinit {
        unsafe BN_clear_free(handle)
    }
}

/// The numbers of an RSA private key.
private struct RSANumbers: ~Copyable {
    private let modulus: BigNumber
    private let publicExponent: BigNumber
    private let privateExponent: BigNumber
    private let p: BigNumber
    private let q: BigNumber
    private let exponentP: BigNumber
    private let exponentQ: BigNumber
    private let coefficient: BigNumber

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

    /// Whether the product of two numbers leaves 1.
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
