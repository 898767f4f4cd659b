package import JSON
internal import OpenSSL
internal import Platform

extension Key {
    /// The public half with the name and restrictions of the key, those on signing turned into
    /// those on verifying; `nil` for a secret, which has none.
    package func publicHalf() throws(KeyError) -> Key? {
        guard case .asymmetric(let key) = material else { return nil }
        let half = try KeyError.translating { () throws(OpenSSLError) in
            try AsymmetricKey.subjectPublicKeyInfo(
                SecretBytes(copying: try key.subjectPublicKeyInfo()))
        }
        return try Key(
            .asymmetric(half), keyID: keyID,
            restrictions: KeyRestrictions(
                use: restrictions.use, operations: restrictions.operations.map { _ in ["verify"] },
                algorithm: restrictions.algorithm))
    }

    /// The same key under another name.
    package func named(_ keyID: JSONString) throws(KeyError) -> Key {
        try Key(material, keyID: keyID, restrictions: restrictions)
    }

    /// The same key for one algorithm only, which it must be able to serve.
    package func restricted(to algorithm: Algorithm) throws(KeyError) -> Key {
        try Key(
            material, keyID: keyID,
            restrictions: KeyRestrictions(
                use: restrictions.use, operations: restrictions.operations,
                algorithm: JSONString(algorithm.rawValue)))
    }
}
