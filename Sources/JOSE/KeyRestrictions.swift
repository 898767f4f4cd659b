internal import JSON

/// What a JWK says about its own use (RFC 7517 sections 4.2 to 4.4).
struct KeyRestrictions: Sendable {
    static let none = KeyRestrictions(use: nil, operations: nil, algorithm: nil)

    let use: JSONString?
    let operations: [JSONString]?
    /// The one algorithm of the key, as a name that may be of none: such a key serves nothing.
    let algorithm: JSONString?

    /// Why the key may not be used so. Both members count where both are there.
    func refusal(to use: Key.Use) -> KeyRefusal? {
        if let declared = self.use, declared != "sig" { return .otherUse(declared) }
        guard let operations else { return nil }
        return operations.contains(use == .sign ? "sign" : "verify") ? nil : .otherOperations
    }
}
