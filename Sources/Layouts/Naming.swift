package import JSON

/// How a layout names a token and its user: by claims, or by the text of the token.
package struct Naming: Equatable, Sendable {
    /// Where a name comes from.
    package enum Source: Equatable, Sendable {
        /// A claim, by the names that lead to it.
        case claim([JSONString])
        /// SHA-256 over header and payload: for tokens without a `jti`.
        case content
        /// The whole token as it was sent. The same token can be spelled in several ways (padding,
        /// trailing bits of base64url, the other `s` of ECDSA), each of which is another name.
        case token
    }

    /// Other parts of a token that keys and values are made of.
    enum Detail: Equatable, Sendable {
        case token
        /// The third segment.
        case signature
        case claim([JSONString])
        /// A claim that is an array of strings: sorted, and joined by spaces. Spring Security
        /// OAuth2 names keys by the scope in this form.
        case words([JSONString])
        /// A text of `define` with others in it, to which a filter is applied as a whole.
        case composite(Template)

        var name: String {
            switch self {
            case .token, .composite: "token"
            case .signature: "sig"
            case .claim(let path), .words(let path): path.map(\.text).joined(separator: ".")
            }
        }
    }

    /// The first source that the token has names it.
    package let id: [Source]
    package let user: [Source]
    /// In the order in which the layout first mentions them; `Template.Hole.detail` has the place.
    let details: [Detail]

    package init() {
        self.init(id: Self.standardID, user: Self.standardUser, details: [])
    }

    init(id: [Source], user: [Source], details: [Detail]) {
        self.id = id
        self.user = user
        self.details = details
        isStandard = id == Self.standardID && user == Self.standardUser && details.isEmpty
        isRegistered =
            id.first == .claim(["jti"]) && user.first == .claim(["sub"]) && details.isEmpty
        isByText = id == [.token]
    }

    /// The claim that names a token, where one alone does: a new token needs a new value of it.
    package var ownClaim: JSONString? {
        guard id.count == 1, case .claim(let path) = id[0], path.count == 1 else { return nil }
        return path[0]
    }

    static let standardID: [Source] = [.claim(["jti"]), .content]
    static let standardUser: [Source] = [.claim(["sub"])]

    /// Whether ids and users come from `jti` and `sub`, as in most layouts.
    package let isStandard: Bool

    /// The claims that may name the user, as layouts spell them.
    package var userClaims: [String] { user.compactMap(\.claimName) }

    /// Whether a token that has both `jti` and `sub` as strings is named by these two alone.
    package let isRegistered: Bool

    /// Whether the token's own text is its name. An id from a log is then of no use by itself.
    package let isByText: Bool
}

/// One token, as a layout names it in keys and values.
///
/// An object, because a bulk run passes it on many times for each line of a file.
package final class TokenSubject: Sendable {
    package let id: Identifier
    package let user: Identifier?
    /// In the order of `Naming.details`; nil for a part that the token lacks, or that is unknown
    /// because only an id was given.
    let details: [[UInt8]?]

    package convenience init(id: Identifier, user: Identifier?) {
        self.init(id: id, user: user, details: [])
    }

    init(id: Identifier, user: Identifier?, details: [[UInt8]?]) {
        self.id = id
        self.user = user
        self.details = details
    }

    /// The same token, of this user.
    package func of(_ user: Identifier?) -> TokenSubject {
        TokenSubject(id: id, user: user, details: details)
    }
}

extension TokenSubject: Hashable {
    package static func == (left: TokenSubject, right: TokenSubject) -> Bool {
        left.id == right.id && left.user == right.user && left.details == right.details
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(id)
        hasher.combine(user)
        hasher.combine(details)
    }
}

/// Why a layout cannot name a token.
package enum NamingError: Error, Equatable, Sendable {
    /// The token has none of these claims. An empty one counts as missing.
    case missing(claims: [String])
    case wrongType(claim: String)
    case refused(Identifier.Refusal, claim: String)
}

extension Naming {
    /// The parts of a token from which names are made.
    package struct Parts {
        package let text: [UInt8]
        package let claims: JSONObject
        /// `sha256:` and the hash of what was signed, made only where it is needed.
        package let contentIdentifier: () throws -> String

        package init(
            text: [UInt8], claims: JSONObject, contentIdentifier: @escaping () throws -> String
        ) {
            self.text = text
            self.claims = claims
            self.contentIdentifier = contentIdentifier
        }
    }

    /// Throws `NamingError`, and what making the content's identifier throws. Where no user is
    /// needed, a claim of the wrong type names none.
    package func subject(of token: Parts, needsUser: Bool = true) throws -> TokenSubject {
        guard let id = try identifier(id, token) else {
            throw NamingError.missing(claims: id.compactMap(\.claimName))
        }
        var subject = TokenSubject(id: id, user: try user(of: token, isNeeded: needsUser))
        for detail in details {
            let value = try value(of: detail, token, subject)
            subject = TokenSubject(id: id, user: subject.user, details: subject.details + [value])
        }
        return subject
    }

    /// The user that the claims name; nil if none does.
    private func user(of token: Parts, isNeeded: Bool) throws -> Identifier? {
        do {
            return try identifier(user, token)
        } catch NamingError.wrongType where !isNeeded {
            return nil
        }
    }

    /// The name by the first source that the token has; nil if it has none of them.
    private func identifier(_ sources: [Source], _ token: Parts) throws -> Identifier? {
        for source in sources {
            switch source {
            case .token: return Identifier(stored: token.text)
            case .content: return try Identifier(try token.contentIdentifier())
            case .claim(let path):
                let name = path.map(\.text).joined(separator: ".")
                guard let value = token.claims[path] else { continue }
                guard let text = value.nameText else { throw NamingError.wrongType(claim: name) }
                do throws(Identifier.Refusal) {
                    return try Identifier(text)
                } catch {
                    throw NamingError.refused(error, claim: name)
                }
            }
        }
        return nil
    }

    /// The text of another part of the token; nil if the token lacks it. A claim may be an array of
    /// one element: libraries write `aud` in both forms.
    private func value(
        of detail: Detail, _ token: Parts, _ subject: TokenSubject
    ) throws -> [UInt8]? {
        switch detail {
        case .token: return token.text
        case .composite(let template):
            let values = TemplateValues(subject)
            return template.holes.contains { values[$0]?.isEmpty ?? true }
                ? nil : try template.render(values)
        case .signature:
            return token.text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .last.map(Array.init)
        case .claim(let path):
            guard let value = token.claims[path] else { return nil }
            let only = value.arrayValue.flatMap { $0.count == 1 ? $0[0] : nil }
            guard let text = (only ?? value).nameText else {
                throw NamingError.wrongType(claim: detail.name)
            }
            return text
        case .words(let path):
            guard let value = token.claims[path] else { return nil }
            if let text = value.stringValue { return text.utf8 }
            let words = value.arrayValue?.compactMap(\.stringValue?.text)
            guard let words, words.count == value.arrayValue?.count else {
                throw NamingError.wrongType(claim: detail.name)
            }
            let sorted = words.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return Array(sorted.joined(separator: " ").utf8)
        }
    }
}

extension Naming.Source {
    /// Whether all tokens of an issuer, or for an audience, have the same value.
    static func isShared(_ source: Naming.Source) -> Bool {
        source == .claim(["iss"]) || source == .claim(["aud"])
    }

    var claimName: String? {
        if case .claim(let path) = self { path.map(\.text).joined(separator: ".") } else { nil }
    }
}

extension JSONValue {
    /// A string, or a whole number in its usual form. What `1e3` or `1.0` becomes in a key differs
    /// between platforms, so that such a number names nothing.
    fileprivate var nameText: [UInt8]? {
        if let text = stringValue { return text.utf8 }
        guard let number = numberValue, let integer = number.integer,
            String(integer) == number.text
        else { return nil }
        return Array(number.text.utf8)
    }
}

extension JSONObject {
    private static let names: [JSONString] = ["iss", "sub", "aud", "jti"]

    /// The value at the end of a path of names.
    fileprivate subscript(_ path: [JSONString]) -> JSONValue? {
        var value: JSONValue?
        var object: JSONObject? = self
        for name in path {
            value = object?[name]
            object = value?.objectValue
        }
        // Libraries write null for a registered claim that a token does not have.
        if path.count == 1, case .null? = value, Self.names.contains(path[0]) { return nil }
        return value
    }
}
