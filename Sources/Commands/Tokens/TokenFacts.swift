internal import CommandKit
internal import JOSE
internal import JSON
internal import Layouts
internal import TokenStore

/// The facts that decide a token's state in Redis, read from its claims: its id, its user and its
/// times.
///
/// The caller knows whether the signature was checked. A class, because many functions pass it on
/// for each token of a stream.
final class TokenFacts {
    /// The id and the user, as the layout names them.
    let subject: TokenSubject
    /// The name to show, which is never the token itself.
    let label: Identifier
    /// The `iat`.
    let issued: IssuedAt
    /// The `exp`.
    let expiry: Expiry
    /// The `iss`; nil if the token has none.
    let issuer: JSONString?
    /// Claims that were accepted although they do not have the type that RFC 7519 requires.
    let departures: [Departure]
    /// Claims of a wrong type that a lenient reading left out.
    let unclear: [UnclearClaim]

    /// The treatment of a claim of the wrong type.
    enum Reading {
        /// It is an error, because the token is about to be trusted.
        case strict
        /// It is left out and noted, because the token is about to be revoked or shown, and some
        /// service may accept it.
        case lenient
    }

    /// Reads the facts from the claims. A claim of the wrong type, or one that is no id, is an
    /// error and never counts as absent (`.strict`).
    convenience init(
        _ token: CompactToken, claims: JSONObject, naming: Naming, _ reading: Reading = .strict
    ) throws {
        try self.init(token, claims: RegisteredClaims(claims), naming: naming, reading)
    }

    /// The facts of claims that are already read.
    convenience init(
        _ token: CompactToken, claims: RegisteredClaims, naming: Naming,
        _ reading: Reading = .strict
    ) throws {
        // The standard naming, and names in their own claims, need no search: the fast path.
        guard !naming.isStandard, !Self.areNames(claims, naming) else {
            try self.init(claims, reading) { try token.contentIdentifier() }
            return
        }
        let subject = try naming.subject(
            of: Naming.Parts(
                text: token.bytes, claims: claims.object,
                contentIdentifier: { try token.contentIdentifier() }),
            needsUser: reading == .strict)
        let label = naming.isByText ? try Self.label(token, claims) : subject.id
        try self.init(claims, subject: subject, label: label, reading)
    }

    /// Whether the token names itself and its user by the claims that the layout prefers, as most
    /// tokens do. Then no other claim is searched.
    private static func areNames(_ claims: RegisteredClaims, _ naming: Naming) -> Bool {
        guard naming.isRegistered, case .value = claims.identifier, case .value = claims.subject
        else { return false }
        return true
    }

    /// The id, as the layout names it.
    var id: Identifier { subject.id }
    /// The user; nil if the token names none.
    var user: Identifier? { subject.user }

    /// The `jti`, or else the hash of the signing input, for layouts whose id is the whole token.
    private static func label(
        _ token: CompactToken, _ claims: RegisteredClaims
    ) throws -> Identifier {
        if case .value(let text) = claims.identifier, !text.isEmpty {
            return try identifier(text, "jti")
        }
        return try Identifier(try token.contentIdentifier())
    }

    /// Throws the error that `init` would throw for a `jti` or a `sub` that is no id.
    static func requireUsable(_ claims: RegisteredClaims) throws {
        if case .value(let text) = claims.identifier { try requireUsable(text, "jti") }
        if case .value(let text) = claims.subject { try requireUsable(text, "sub") }
    }

    /// The facts of a token that is about to be signed, which must have a `jti`. Errors are usage
    /// errors, since the user chose the claims.
    convenience init(draft claims: JSONObject) throws {
        do {
            try self.init(RegisteredClaims(claims), .strict) { "" }
        } catch let failure as Failure {
            throw Failure(.usage, failure.code, failure.message)
        }
    }

    /// The facts under the standard naming: `jti`, else the hash of the content, and `sub`.
    /// `contentIdentifier` is called only if it is needed.
    private convenience init(
        _ registered: RegisteredClaims, _ reading: Reading, contentIdentifier: () throws -> String
    ) throws {
        let id: Identifier =
            switch registered.identifier {
            case .absent: try Identifier(try contentIdentifier())
            case .wrongType: throw Self.invalid("jti", "is not a string")
            case .value(let text): try Self.identifier(text, "jti")
            }
        let user: Identifier? =
            switch registered.subject {
            case .absent: nil
            case .wrongType where reading == .lenient: nil
            case .wrongType: throw Self.invalid("sub", "is not a string")
            case .value(let text): try Self.identifier(text, "sub")
            }
        try self.init(registered, subject: TokenSubject(id: id, user: user), label: id, reading)
    }

    /// Reads the times and notes the claims that are not as the RFC requires.
    private init(
        _ registered: RegisteredClaims, subject: TokenSubject, label: Identifier,
        _ reading: Reading
    ) throws {
        self.subject = subject
        self.label = label
        issued =
            switch registered.issuedAt {
            case .absent: .missing
            case .wrongType where reading == .lenient: .notSaid
            case .wrongType: throw Self.invalid("iat", "is not a number")
            case .value(let number): .at(number.double)
            }
        expiry =
            switch registered.expiresAt {
            case .absent: .never
            case .wrongType where reading == .lenient: .never
            case .wrongType: throw Self.invalid("exp", "is not a number")
            case .value(let number): Expiry(numericDate: number.double)
            }
        issuer = registered.issuer.value
        departures = registered.departures
        unclear =
            reading == .strict ? [] : UnclearClaim.all(of: registered, user: subject.user)
    }

    /// The expiry that some service may read in an unclear `exp`, in unix seconds; nil if there is
    /// none.
    var leastExpiry: Int64? {
        for case .expiry(let seconds) in unclear { return seconds }
        return nil
    }

    /// Whether services may disagree on when the token expires.
    var hasUnclearExpiry: Bool {
        unclear.contains { if case .expiry = $0 { true } else { false } }
    }

    /// The `iat` in whole seconds, as token lists keep it; nil if the token has none.
    var issuedAt: Int64? { issued.wholeSeconds }

    /// The command that revokes the token, quoted for a shell. `isRecorded` says that the user's
    /// token list supplies the expiry.
    func revokeCommand(isRecorded: Bool) -> String {
        if isRecorded, let user {
            return "jwtctl revoke --user \(ShellText.quote(user.description)) "
                + "-- \(ShellText.quote(id.description))"
        }
        let lifetime = expiry.seconds.map { "--exp @\($0)" } ?? "--forever"
        return "jwtctl revoke \(lifetime) -- \(ShellText.quote(id.description))"
    }

    /// The question about its state.
    var query: StateQuery { StateQuery(subject) }

    /// The claim as an id.
    private static func identifier(_ text: JSONString, _ claim: String) throws -> Identifier {
        try requireUsable(text, claim)
        return try Identifier(text.text)
    }

    /// Throws if the claim is empty or too long for an id.
    private static func requireUsable(_ text: JSONString, _ claim: String) throws {
        do throws(Identifier.Refusal) {
            try Identifier.check(text.text)
        } catch {
            throw Failure(
                .claims, Reason.invalidClaim.rawValue,
                Diagnostics.identifier(error, what: "the claim '\(claim)'").message)
        }
    }

    /// The failure about a claim (status 5).
    private static func invalid(_ claim: String, _ what: String) -> Failure {
        Failure(.claims, Reason.invalidClaim.rawValue, "the claim '\(claim)' \(what)")
    }
}

extension Departure {
    /// The warning about a token that has it.
    var warning: String { "the claim '\(claim)' is \(words)" }
}

/// A claim of the wrong type in a token that is to be revoked or shown. `verify` refuses such a
/// token; services differ.
enum UnclearClaim: Equatable {
    /// `sub`: the user is unknown.
    case user
    /// `iat`: no cutoff can be compared.
    case issue
    /// `exp`: the unix seconds that some services read in it, if it is a string of digits. Others
    /// read no expiry.
    case expiry(Int64?)

    /// The unclear claims. `user` is the one that the layout found in another claim.
    static func all(of claims: RegisteredClaims, user: Identifier?) -> [UnclearClaim] {
        var found: [UnclearClaim] = []
        if case .wrongType = claims.subject, user == nil { found.append(.user) }
        if case .wrongType = claims.issuedAt { found.append(.issue) }
        if case .wrongType = claims.expiresAt {
            found.append(.expiry(seconds(claims.object["exp"])))
        }
        return found
    }

    /// The seconds in a string of digits, rounded up; nil for any other value.
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

    /// The warning about a token that has it.
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
