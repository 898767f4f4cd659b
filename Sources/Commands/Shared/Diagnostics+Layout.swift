internal import CommandKit
internal import JSON
internal import TokenStore

/// What is wrong with a layout, or with a token in the eyes of one.
extension Diagnostics {
    /// `file` is the title of the file in which it stands; nil for a layout of the program's own.
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

    private static func words(
        _ problem: LayoutError.Problem
    ) -> (message: String, hint: String?) {
        func shown(_ text: String) -> String { "'\(VisibleText.escape(text, columns: 60))'" }
        func among(_ known: [String]) -> String {
            known.isEmpty ? "there are none" : "one of: \(known.joined(separator: ", "))"
        }
        func similar(_ text: String, _ known: [String]) -> String {
            Suggestions.nearest(to: text, among: known).first.map { "did you mean '\($0)'?" }
                ?? among(known)
        }
        switch problem {
        case .json(.duplicateName(let name)):
            return ("the member \(shown(name.text)) stands there twice", nil)
        case .badName(let name):
            return ("\(shown(name)) is no name for a layout", "a-z, 0-9 and - may stand in it")
        case .json(let kind):
            let error = JSONError(kind, at: 0).description
            return ("not JSON: \(error.split(separator: " at byte ")[0])", nil)
        case .unknownLayout(let name, let known):
            return ("there is no layout \(shown(name))", similar(name, known))
        case .wrongType(let expected, let got): return ("expected \(expected), not \(got)", nil)
        case .unknownMember(let name, let known):
            return ("unknown member \(shown(name))", similar(name, known))
        case .missingMember(let name): return ("the member \(shown(name)) is missing", nil)
        case .notAmong(let text, let known):
            return ("\(shown(text)) is not known here", among(known))
        case .emptyText: return ("it is empty", nil)
        case .adjacentPlaceholders:
            return (
                "two placeholders side by side: different tokens could share the key",
                "put a text between them"
            )
        case .unclosedHole: return ("'${' without its '}'", nil)
        case .unknownPlaceholder(let name, let known):
            return ("unknown placeholder \(shown("${\(name)}"))", similar(name, known))
        case .unknownFilter(let name, let known):
            return ("unknown filter \(shown(name))", among(known))
        case .filteredVariable(let name):
            return ("the variable \(shown(name)) takes no filter", "it stands there as it is")
        case .takenName(let name):
            return ("the name \(shown(name)) is taken", "call it something else")
        case .namesNoToken(let hasUser):
            return hasUser
                ? (
                    "it names the user and no token: revoking one token would revoke all of the "
                        + "user's",
                    "put ${id} into it; what ends all sessions of a user has the role not_before, "
                        + "version or user_ban"
                )
                : (
                    "it names no token: revoking one would revoke every other", "put ${id} into it"
                )
        case .uselessIndex:
            return (
                "the index can never find a token: none of its keys leads to one",
                "put ${id} into its key, or into that of the allow store"
            )
        case .sharedIdentifier(let claim):
            return (
                "many tokens have the same \(shown(claim)), so it cannot be the id",
                "name a claim that each token has for itself, or $token"
            )
        case .misplaced(let name, let place):
            return ("\(shown(name)) has no meaning in \(place)", nil)
        case .badRule(let text, let expected):
            return ("\(shown(text)) is no rule", "write \(expected)")
        case .outOfRange(let text): return ("\(shown(text)) is out of range", nil)
        case .missingVariable(let name):
            return (
                "the layout needs to know \(shown(name))", "give --layout-var \(name)=VALUE"
            )
        case .unknownVariable(let name, let known):
            return ("the layout has no variable \(shown(name))", similar(name, known))
        case .duplicateRole(let role):
            return ("there is another store with the role \(shown(role))", nil)
        case .lacks(let what, let role): return ("\(what) without a store for \(role)", nil)
        }
    }

    static func naming(_ error: NamingError) -> Failure {
        switch error {
        case .missing(let claims):
            let names = claims.map { "'\($0)'" }.joined(separator: " or ")
            return Failure(
                .claims, "missing_claim",
                "the token has no claim \(names), by which the layout names it",
                hint: "logout-all may reach it, where the layout has it")
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

    /// A key that can't be made for want of something about the token.
    static func unnamed(_ name: String) -> Failure {
        switch name {
        case "user":
            Failure(
                .usage, "unnamed", "the layout's keys name the user, and nobody said whose it is",
                hint: "give --user USER, or the token")
        case "list", "everyone":
            Failure(.refused, "unsupported_by_layout", "the layout has no such store")
        default:
            Failure(
                .usage, "unnamed", "the layout's keys are made of more than the id",
                hint: "give the whole token")
        }
    }
}

extension Session {
    /// Refuses what the layout can't do, before anything is written.
    func require(_ capability: Capability) throws(Failure) {
        guard !layout.can(capability) else { return }
        throw Failure(
            .refused, "unsupported_by_layout",
            "the layout '\(layout.name)' cannot do this: it has nothing to \(capability.words)",
            hint: layout.wayAround(capability))
    }
}

extension Layout {
    /// What works where something can't be done.
    func wayAround(_ capability: Capability) -> String {
        switch capability {
        case .revoke, .record: "--no-record signs a token all the same"
        case .restore: "only the application can log the user in again"
        case .listTokens where can(.logoutAll), .listUsers where can(.logoutAll):
            "'jwtctl logout-all USER' ends all of a user's sessions, listed or not"
        case .listTokens, .listUsers, .logoutAll:
            can(.listRevoked)
                ? "revoke the tokens one by one: 'jwtctl revoke TOKEN'"
                : "revoke the tokens one by one, or retire the key"
        case .listRevoked where requiresListing && can(.listTokens):
            "what is revoked is on no list: 'jwtctl list tokens USER' shows what is alive"
        case .listRevoked: "ask for the tokens that you know: 'jwtctl status TOKEN'"
        case .logoutEveryone: "retire the key in every service"
        case .prune: "its entries go away by themselves"
        case .audit: "it keeps no trail"
        }
    }
}

extension Capability {
    /// What it is for, after "nothing to".
    var words: String {
        switch self {
        case .revoke: "revoke a token with"
        case .restore: "bring a token back with"
        case .record: "record a token in"
        case .listTokens: "find a user's tokens by"
        case .listUsers: "find users by"
        case .listRevoked: "list revoked tokens by"
        case .logoutAll: "end all sessions of a user with"
        case .logoutEveryone: "end everybody's sessions with"
        case .prune: "prune"
        case .audit: "tell who did what"
        }
    }
}
