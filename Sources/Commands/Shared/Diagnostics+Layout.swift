internal import CommandKit
internal import JSON
internal import Layouts

/// Errors of a layout, and of a token that a layout cannot name.
extension Diagnostics {
    /// An invalid layout. `file` is the title of its file, which is named with line and column
    /// (status 1); nil for a preset or an option (status 2).
    static func layout(_ error: LayoutError, file: String? = nil) -> Failure {
        let words = words(error.problem)
        var place = ""
        if let file {
            place = file
            if let line = error.line, let column = error.column { place += ":\(line):\(column)" }
            if !error.place.isEmpty { place += ": \(VisibleText.escape(error.place, columns: 60))" }
            place += ": "
        }
        return Failure(
            file == nil ? .usage : .failure, "layout", place + words.message, hint: words.hint)
    }

    /// The message and the hint for each kind of problem. Names come from the file and are escaped.
    private static func words(
        _ problem: LayoutError.Problem
    ) -> (message: String, hint: String?) {
        func shown(_ text: String) -> String { "'\(VisibleText.escape(text, columns: 60))'" }
        func among(_ known: [String]) -> String {
            known.isEmpty ? "none are defined" : "one of: \(known.joined(separator: ", "))"
        }
        func similar(_ text: String, _ known: [String]) -> String {
            Suggestions.nearest(to: text, among: known).first.map { "did you mean '\($0)'?" }
                ?? among(known)
        }
        switch problem {
        case .json(.duplicateName(let name)):
            return ("duplicate member \(shown(name.text))", nil)
        case .badName(let name):
            return ("\(shown(name)) is not a valid layout name", "use only a-z, 0-9 and -")
        case .json(let kind):
            let error = JSONError(kind, at: 0).description
            return ("not JSON: \(error.split(separator: " at byte ")[0])", nil)
        case .unknownLayout(let name, let known):
            let near = Suggestions.nearest(to: name, among: known).first
            return (
                "unknown layout \(shown(name))",
                (near.map { "did you mean '\($0)'? " } ?? "")
                    + "'jwtctl layout list' lists them all"
            )
        case .wrongType(let expected, let got): return ("expected \(expected), not \(got)", nil)
        case .unknownMember(let name, let known):
            return ("unknown member \(shown(name))", similar(name, known))
        case .missingMember(let name): return ("the member \(shown(name)) is missing", nil)
        case .notAmong(let text, let known):
            return ("unknown value \(shown(text))", among(known))
        case .emptyText: return ("must not be empty", nil)
        case .adjacentPlaceholders:
            return (
                "two placeholders next to each other: different tokens could share a key",
                "put text between them"
            )
        case .unclosedHole: return ("'${' without a closing '}'", nil)
        case .unknownPlaceholder(let name, let known):
            return ("unknown placeholder \(shown("${\(name)}"))", similar(name, known))
        case .unknownFilter(let name, let known):
            return ("unknown filter \(shown(name))", among(known))
        case .filteredVariable(let name):
            return ("the variable \(shown(name)) takes no filter", "its value is used as it is")
        case .takenName(let name):
            return ("the name \(shown(name)) is already in use", "choose another name")
        case .namesNoToken(let hasUser):
            return hasUser
                ? (
                    "it names the user but no token: revoking one token would revoke all of the "
                        + "user's tokens",
                    "put ${id} into it; to log out a user everywhere, use the role not_before, "
                        + "version or user_ban"
                )
                : (
                    "it names no token: revoking one token would revoke all others",
                    "put ${id} into it"
                )
        case .uselessIndex:
            return (
                "the index cannot find any token: none of its keys leads to one",
                "put ${id} into its key, or into the key of the allow store"
            )
        case .sharedIdentifier(let claim):
            return (
                "many tokens share the same \(shown(claim)), so it cannot be the id",
                "use a claim that is unique to each token, or $token"
            )
        case .misplaced(let name, let place):
            return ("\(shown(name)) has no meaning in \(place)", nil)
        case .badRule(let text, let expected):
            return ("invalid value \(shown(text))", "write \(expected)")
        case .outOfRange(let text): return ("\(shown(text)) is out of range", nil)
        case .missingVariable(let name):
            return (
                "the layout needs the variable \(shown(name))", "give --layout-var \(name)=VALUE"
            )
        case .unknownVariable(let name, let known):
            return ("the layout has no variable \(shown(name))", similar(name, known))
        case .duplicateRole(let role):
            return ("two stores have the role \(shown(role))", nil)
        case .lacks(let what, let role): return ("\(what) without a store for \(role)", nil)
        }
    }

    /// A token that lacks the claims from which the layout makes its id.
    static func naming(_ error: NamingError) -> Failure {
        switch error {
        case .missing(let claims):
            let names = claims.map { "'\($0)'" }.joined(separator: " or ")
            return Failure(
                .claims, "missing_claim",
                "the token has no claim \(names), which the layout needs to name it",
                hint: "'jwtctl logout-all USER' may revoke it, if the layout supports that")
        case .wrongType(let claim):
            return Failure(
                .claims, "invalid_claim",
                "the claim '\(VisibleText.escape(claim, columns: 60))' is neither a string nor a "
                    + "whole number")
        case .refused(let refusal, let claim):
            return Failure(
                .claims, "invalid_claim",
                identifier(refusal, what: "the claim '\(VisibleText.escape(claim, columns: 60))'")
                    .message)
        }
    }

    /// A key that cannot be made because something about the token is unknown. `name` is the
    /// missing placeholder, or a store that the layout does not have.
    static func unnamed(_ name: String) -> Failure {
        switch name {
        case "user":
            Failure(
                .usage, "unnamed", "the layout's keys contain the user, but no user was given",
                hint: "give --user USER, or the whole token")
        case "list", "everyone":
            Failure(.refused, "unsupported_by_layout", "the layout has no such store")
        default:
            Failure(
                .usage, "unnamed", "the layout's keys contain more than the id",
                hint: "give the whole token")
        }
    }
}

extension Backend {
    /// Refuses an operation that the layout does not support, before anything is written (status
    /// 9).
    func require(_ capability: Capability) throws(Failure) {
        guard !layout.can(capability) else { return }
        throw Failure(
            .refused, "unsupported_by_layout",
            "with the layout '\(layout.name)', jwtctl cannot \(capability.words)",
            hint: layout.wayAround(capability))
    }
}

extension Layout {
    /// The hint for an operation that the layout does not support: the command that helps instead.
    func wayAround(_ capability: Capability) -> String {
        switch capability {
        case .revoke, .record: "--no-record signs a token without recording it"
        case .restore: "the user has to log in to the application again"
        case .listTokens where can(.logoutAll), .listUsers where can(.logoutAll):
            "to check a single token: 'jwtctl status TOKEN'; to revoke all of a user's tokens: "
                + "'jwtctl logout-all USER'"
        case .listTokens, .listUsers: "to check a single token: 'jwtctl status TOKEN'"
        case .logoutAll:
            can(.listRevoked)
                ? "revoke the tokens one by one: 'jwtctl revoke TOKEN'"
                : "revoke the tokens one by one, or replace the signing key"
        case .listRevoked where requiresListing && can(.listTokens):
            "only valid tokens are stored: 'jwtctl list tokens USER' lists them"
        case .listRevoked: "to check a single token: 'jwtctl status TOKEN'"
        case .logoutEveryone: "replace the signing key in every service"
        case .prune: "it has no token lists to prune"
        case .audit: "it has no audit log"
        }
    }
}

extension Capability {
    /// The operation in words, after "cannot".
    var words: String {
        switch self {
        case .revoke: "revoke a token"
        case .restore: "restore a token"
        case .record: "record a token"
        case .listTokens: "list a user's tokens"
        case .listUsers: "list users"
        case .listRevoked: "list revoked tokens"
        case .logoutAll: "log out a user everywhere"
        case .logoutEveryone: "log out all users"
        case .prune: "prune"
        case .audit: "show an audit log"
        }
    }
}
