package import JSON

/// What is wrong with a layout's data.
package struct LayoutError: Error, Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        case json(JSONError.Kind)
        case badName(String)
        case unknownLayout(String, known: [String])
        case wrongType(expected: String, got: String)
        case unknownMember(String, known: [String])
        case missingMember(String)
        case notAmong(String, [String])
        case emptyText
        case unclosedHole
        /// Two placeholders of a key side by side: `ab` and `c` would share it with `a` and `bc`.
        case adjacentPlaceholders
        case unknownPlaceholder(String, known: [String])
        case unknownFilter(String, known: [String])
        /// A variable is a text as it stands.
        case filteredVariable(String)
        /// A variable or definition that would hide a placeholder or a variable.
        case takenName(String)
        /// A placeholder that has no meaning here, such as `${now}` in a key.
        case misplaced(String, where: String)
        case badRule(String, expected: String)
        case outOfRange(String)
        case missingVariable(String)
        case unknownVariable(String, known: [String])
        case duplicateRole(String)
        /// A store that can't do without another one.
        case lacks(String, role: String)
        /// A key or member that is the same for all tokens, or for all of a user: revoking one of
        /// them would revoke the others.
        case namesNoToken(hasUser: Bool)
        /// An index whose keys lead to no token.
        case uselessIndex
        /// An id made of a claim that many tokens share.
        case sharedIdentifier(String)
    }

    package let problem: Problem
    /// The names that lead to the culprit, for a person: `stores[1].ttl`.
    package let place: String
    /// From 1; nil where the data is not the user's own file.
    package let line: Int?
    package let column: Int?
}
