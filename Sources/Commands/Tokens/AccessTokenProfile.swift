internal import CommandKit
internal import JOSE
internal import JSON

/// What RFC 9068 requires of a JWT that says it is an access token.
enum AccessTokenProfile {
    /// Section 2.2, with what gives each claim here.
    private static let required: [(name: JSONString, remedy: String)] = [
        ("iss", "--iss ISSUER"), ("exp", "--expires-in DURATION"), ("aud", "--aud AUDIENCE"),
        ("sub", "--sub USER"), ("client_id", "--claim client_id=ID"),
        ("iat", "--iat TIME instead of --no-iat"), ("jti", "--jti ID"),
    ]

    /// Refuses to make an access token that resource servers have to reject. A token of another
    /// type, or of none, is not looked at.
    static func require(header: JSONObject, claims: JSONObject) throws {
        guard isAccessToken(header["typ"]?.stringValue) else { return }
        let missing = required.filter { claims[$0.name] == nil }
        if !missing.isEmpty {
            throw Failure(
                .usage, Reason.missingClaim.rawValue,
                "an access token (at+jwt) must have \(list(missing.map(\.name.text))) "
                    + "(RFC 9068 section 2.2)",
                hint: "give " + missing.map(\.remedy).joined(separator: ", "))
        }
        if claims["client_id"]?.stringValue == nil {
            throw Failure(
                .usage, Reason.invalidClaim.rawValue, "the claim 'client_id' is not a string")
        }
    }

    /// `iss, aud and client_id`.
    private static func list(_ names: [String]) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func isAccessToken(_ type: JSONString?) -> Bool {
        type.map { MediaType($0) == MediaType("at+jwt") } ?? false
    }
}
