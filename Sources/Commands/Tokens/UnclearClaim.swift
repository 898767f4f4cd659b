internal import JOSE
internal import JSON
internal import TokenStore

/// A claim of a wrong type in a token that is to be revoked or asked about. `verify` refuses the
/// token; what services make of it differs.
enum UnclearClaim: Equatable {
    /// `sub`: no user is known.
    case user
    /// `iat`: no cutoff can be compared.
    case issue
    /// `exp`: the end that some services read in it, where it is a string of digits. Others take it
    /// for no end at all.
    case expiry(Int64?)

    /// Those of the claims; `user` is whom the layout found all the same, in another claim.
    static func all(of claims: RegisteredClaims, user: Identifier?) -> [UnclearClaim] {
        var found: [UnclearClaim] = []
        if case .wrongType = claims.subject, user == nil { found.append(.user) }
        if case .wrongType = claims.issuedAt { found.append(.issue) }
        if case .wrongType = claims.expiresAt {
            found.append(.expiry(seconds(claims.object["exp"])))
        }
        return found
    }

    /// The seconds that a string of digits spells, rounded up; nil for what is none.
    private static func seconds(_ value: JSONValue?) -> Int64? {
        guard let text = value?.stringValue?.text, let first = text.utf8.first,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first), let number = Double(text)
        else { return nil }
        return Expiry(numericDate: number).seconds
    }

    /// The name of the claim.
    var name: String {
        switch self {
        case .user: "sub"
        case .issue: "iat"
        case .expiry: "exp"
        }
    }

    /// The remark about a token that has it.
    var warning: String {
        switch self {
        case .user:
            "the claim 'sub' is not a string: the token is identified only by its id"
        case .issue: "the claim 'iat' is not a number: it cannot be compared with a cutoff"
        case .expiry:
            "the claim 'exp' is not a number: services may disagree on when the token expires"
        }
    }
}
