internal import CommandKit
internal import JOSE
internal import JSON
internal import TokenStore

/// What the state of a token hangs on, read from its claims: which id, whose, issued when.
///
/// Whether the signature was checked is the caller's to know. An object, since it goes through many
/// hands for each token of a stream.
final class TokenFacts {
    /// What the layout calls it.
    let subject: TokenSubject
    /// What people are told it is: never the token itself.
    let label: Identifier
    let issued: IssuedAt
    let expiry: Expiry
    let issuer: JSONString?
    /// Claims that were read although they have not the RFC's type.
    let departures: [Departure]
    /// Claims of a type that says nothing, which were left out; only of a `.lenient` reading.
    let unclear: [UnclearClaim]

    /// What a claim of the wrong type is.
    enum Reading {
        /// An error: the token is about to be trusted.
        case strict
        /// Left out, and noted: the token is about to be revoked, or asked about. Some service may
        /// accept it all the same.
        case lenient
    }

    /// A claim that has the wrong type, or is no id, is an error and never "absent".
    convenience init(
        _ token: CompactToken, claims: JSONObject, naming: Naming, _ reading: Reading = .strict
    ) throws {
        try self.init(token, claims: RegisteredClaims(claims), naming: naming, reading)
    }

    /// The same for claims that have been looked through.
    convenience init(
        _ token: CompactToken, claims: RegisteredClaims, naming: Naming,
        _ reading: Reading = .strict
    ) throws {
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

    /// Whether there is nothing to look for: most tokens have both claims.
    private static func areNames(_ claims: RegisteredClaims, _ naming: Naming) -> Bool {
        guard naming.isRegistered, case .value = claims.identifier, case .value = claims.subject
        else { return false }
        return true
    }

    var id: Identifier { subject.id }
    /// Whose token it is; nil where it does not say.
    var user: Identifier? { subject.user }

    /// The `jti`, or the hash of what was signed: a whole token is shown to nobody.
    private static func label(
        _ token: CompactToken, _ claims: RegisteredClaims
    ) throws -> Identifier {
        if case .value(let text) = claims.identifier, !text.isEmpty {
            return try identifier(text, "jti")
        }
        return try Identifier(try token.contentIdentifier())
    }

    /// Throws what `init` would throw for a `jti` or a `sub` that is no id.
    static func requireUsable(_ claims: RegisteredClaims) throws {
        if case .value(let text) = claims.identifier { try requireUsable(text, "jti") }
        if case .value(let text) = claims.subject { try requireUsable(text, "sub") }
    }

    /// The facts of a token that is about to be signed; it must have a `jti`.
    convenience init(draft claims: JSONObject) throws {
        do {
            try self.init(RegisteredClaims(claims), .strict) { "" }
        } catch let failure as Failure {
            throw Failure(.usage, failure.code, failure.message)
        }
    }

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

    /// The latest end that some service may read in an unclear `exp`; nil where none reads one.
    var leastExpiry: Int64? {
        for case .expiry(let seconds) in unclear { return seconds }
        return nil
    }

    /// Whether `exp` says no end that every service would read alike.
    var hasUnclearExpiry: Bool {
        unclear.contains { if case .expiry = $0 { true } else { false } }
    }

    /// `iat` in whole seconds, as lists keep it; nil where there is none.
    var issuedAt: Int64? { issued.wholeSeconds }

    /// The command that revokes the token, ready to paste into a shell.
    func revokeCommand(isRecorded: Bool) -> String {
        if isRecorded, let user {
            return "jwtctl revoke --user \(ShellText.quote(user.description)) "
                + "-- \(ShellText.quote(id.description))"
        }
        let lifetime = expiry.seconds.map { "--exp @\($0)" } ?? "--forever"
        return "jwtctl revoke \(lifetime) -- \(ShellText.quote(id.description))"
    }

    var query: StateQuery { StateQuery(subject) }

    private static func identifier(_ text: JSONString, _ claim: String) throws -> Identifier {
        try requireUsable(text, claim)
        return try Identifier(text.text)
    }

    private static func requireUsable(_ text: JSONString, _ claim: String) throws {
        do throws(Identifier.Refusal) {
            try Identifier.check(text.text)
        } catch {
            throw Failure(
                .claims, Reason.invalidClaim.rawValue,
                Diagnostics.identifier(error, what: "the claim '\(claim)'").message)
        }
    }

    private static func invalid(_ claim: String, _ what: String) -> Failure {
        Failure(.claims, Reason.invalidClaim.rawValue, "the claim '\(claim)' \(what)")
    }
}

extension Departure {
    /// The remark about a token that has it.
    var warning: String { "the claim '\(claim)' is \(words)" }
}

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
