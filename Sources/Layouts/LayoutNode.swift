package import JSON

/// A value in a layout's data with the names that lead to it, so that an error can say where it is.
struct LayoutNode {
    /// A failure that knows its place in the data, but not yet its line in the text.
    struct Failure: Error {
        let problem: LayoutError.Problem
        let path: [JSONLocator.Step]
        /// Whether the member's name is meant, not its value.
        var isAboutName = false
    }

    let value: JSONValue
    let path: [JSONLocator.Step]

    init(_ value: JSONValue, _ path: [JSONLocator.Step] = []) {
        self.value = value
        self.path = path
    }

    func failure(_ problem: LayoutError.Problem) -> Failure {
        Failure(problem: problem, path: path)
    }

    /// A failure that is about the name of the member, not about its value.
    func nameFailure(_ problem: LayoutError.Problem) -> Failure {
        Failure(problem: problem, path: path, isAboutName: true)
    }

    private func mismatch(_ expected: String) -> Failure {
        failure(.wrongType(expected: expected, got: value.kindName))
    }

    /// The object. Throws for a member that is not in `known`.
    func members(_ known: [String]) throws(Failure) -> JSONObject {
        let object = try object()
        for name in object.names where !known.contains(name.text) {
            throw Failure(
                problem: .unknownMember(name.text, known: known), path: path + [.member(name)],
                isAboutName: true)
        }
        return object
    }

    func object() throws(Failure) -> JSONObject {
        guard let object = value.objectValue else { throw mismatch("an object") }
        return object
    }

    subscript(_ name: String) -> LayoutNode? {
        let name = JSONString(name)
        return value.objectValue?[name].map { LayoutNode($0, path + [.member(name)]) }
    }

    func required(_ name: String) throws(Failure) -> LayoutNode {
        _ = try object()
        guard let node = self[name] else { throw failure(.missingMember(name)) }
        return node
    }

    func elements() throws(Failure) -> [LayoutNode] {
        guard let array = value.arrayValue else { throw mismatch("an array") }
        return array.enumerated().map { LayoutNode($1, path + [.element($0)]) }
    }

    func text() throws(Failure) -> String {
        guard let text = value.stringValue else { throw mismatch("a string") }
        return text.text
    }

    func bool() throws(Failure) -> Bool {
        guard let bool = value.boolValue else { throw mismatch("true or false") }
        return bool
    }

    /// Up to a hundred years of seconds.
    static let durations: ClosedRange<Int64> = 0...3_155_760_000

    /// A whole number of seconds.
    func seconds() throws(Failure) -> Int64 {
        guard let number = value.numberValue else { throw mismatch("a number") }
        guard let seconds = number.integer, Self.durations.contains(seconds) else {
            throw failure(.outOfRange(number.text))
        }
        return seconds
    }

    /// `stores[1].ttl`.
    static func place(_ path: [JSONLocator.Step]) -> String {
        path.reduce(into: "") { place, step in
            switch step {
            case .member(let name): place += (place.utf8.isEmpty ? "" : ".") + name.text
            case .element(let index): place += "[\(index)]"
            }
        }
    }
}

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
        /// Two placeholders without a text in between: `ab` with `c` would have the same key as `a`
        /// with `bc`.
        case adjacentPlaceholders
        case unknownPlaceholder(String, known: [String])
        case unknownFilter(String, known: [String])
        /// A variable with a filter; variables are put in as they are.
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
        /// A store that requires another one, which is missing.
        case lacks(String, role: String)
        /// A key or member that is the same for all tokens, or for all of a user: revoking one of
        /// them would revoke the others.
        case namesNoToken(hasUser: Bool)
        /// An index whose keys lead to no token: logout-all would find nothing.
        case uselessIndex
        /// An id made of a claim that many tokens share.
        case sharedIdentifier(String)
    }

    package let problem: Problem
    /// The place of the mistake for a person, such as `stores[1].ttl`.
    package let place: String
    /// From 1; nil where the data is not the user's own file.
    package let line: Int?
    package let column: Int?
}
