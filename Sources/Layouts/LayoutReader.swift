internal import JSON

/// Makes a layout from its data. A member or word that is unknown is an error: a revocation on keys
/// that no service reads revokes nothing.
package enum LayoutReader {
    /// The longest chain of `extends`. Only presets are parents, so that only a mistake among them
    /// could make a longer one.
    private static let depthLimit = 8
    /// The members that a child does not take from its parent.
    private static let ownMembers = ["name", "proof", "source", "on_outage", "on_outage_source"]

    /// What a layout is read for.
    package enum Purpose: Sendable {
        /// Every variable needs a value.
        case use
        /// A variable without a value is shown as `${name}`.
        case show
        /// Variables stay open in keys and values, so that detection can find their values.
        case find
    }

    /// Reads a file's text. `variables` are those of the command line.
    package static func read(
        _ text: [UInt8], variables: [String: String] = [:], for purpose: Purpose = .use
    ) throws(LayoutError) -> Layout {
        let object: JSONValue
        do throws(JSONError) {
            object = try JSONParser.parse(text)
        } catch {
            let position = error.position(in: text)
            throw LayoutError(
                problem: .json(error.kind), place: "", line: position.line,
                column: position.column)
        }
        do throws(LayoutNode.Failure) {
            return try layout(LayoutNode(object), variables, purpose)
        } catch {
            throw located(cause(of: error, LayoutNode(object), variables), in: text)
        }
    }

    /// A layout that comes with the program.
    package static func preset(
        _ name: String, variables: [String: String] = [:], for purpose: Purpose = .use
    ) throws(LayoutError) -> Layout {
        guard let text = Presets.text(name) else {
            throw LayoutError(
                problem: .unknownLayout(name, known: Presets.names), place: "", line: nil,
                column: nil)
        }
        do throws(LayoutError) {
            return try read(text, variables: variables, for: purpose)
        } catch {
            // Its own data is sound: what is wrong comes from the command line.
            throw LayoutError(
                problem: error.problem, place: error.place, line: nil, column: nil)
        }
    }

    /// The error to report. Where a layout is only shown, a rule may contain a variable without a
    /// value, such as `max_score+${n}`: then the missing variable is reported, not the rule.
    private static func cause(
        of failure: LayoutNode.Failure, _ node: LayoutNode, _ variables: [String: String]
    ) -> LayoutNode.Failure {
        switch failure.problem {
        case .badRule(let text, _), .notAmong(let text, _):
            guard text.contains("${") else { return failure }
        default: return failure
        }
        do throws(LayoutNode.Failure) {
            _ = try layout(node, variables, .use)
        } catch {
            if case .missingVariable = error.problem { return error }
        }
        return failure
    }

    /// The failure with line and column in the file. A value that comes from a parent has no place
    /// in this text; then the nearest member around it counts.
    private static func located(_ failure: LayoutNode.Failure, in text: [UInt8]) -> LayoutError {
        var path = failure.path
        var offset =
            failure.isAboutName
            ? JSONLocator.nameOffset(of: path, in: text)
            : JSONLocator.offset(of: path, in: text)
        while offset == nil, !path.isEmpty {
            path.removeLast()
            offset = JSONLocator.offset(of: path, in: text)
        }
        let position = JSONError(.unexpectedEnd, at: offset ?? 0).position(in: text)
        return LayoutError(
            problem: failure.problem, place: LayoutNode.place(failure.path), line: position.line,
            column: position.column)
    }

    /// Reads what the whole layout is about, and then its stores. The order matters: a variable has
    /// to be known before a text that contains it, and a definition before a key that uses it.
    private static func layout(
        _ node: LayoutNode, _ given: [String: String], _ purpose: Purpose
    ) throws(LayoutNode.Failure) -> Layout {
        let merged = try inheriting(node, depth: 0)
        let root = LayoutNode(.object(merged))
        _ = try root.members(LayoutGrammar.layout)
        let name = try root.required("name").text()
        guard !name.isEmpty, name.utf8.count <= 64,
            name.unicodeScalars.allSatisfy({ "a"..."z" ~= $0 || "0"..."9" ~= $0 || $0 == "-" })
        else { throw try root.required("name").failure(.badName(name)) }
        var layout = Layout(name: name)
        layout.summary = try root["doc"]?.text() ?? ""
        layout.origin = try root["source"]?.text()
        layout.proof = try choice(root["proof"], Layout.Proof.self) ?? .source
        (layout.onOutage, layout.onOutageSource) = try outage(root)
        layout.notes =
            try root["notes"].map { node throws(LayoutNode.Failure) in
                try node.elements().map { note throws(LayoutNode.Failure) in try note.text() }
            } ?? []
        if let rivals = root["mistaken_for"] {
            for name in try rivals.object().names {
                let difference = try rivals.required(name.text).text()
                layout.mistakenFor.append((name.text, difference))
            }
        }
        (layout.variables, layout.missingVariables) = try variables(root, given, purpose)
        layout.definition = definition(merged, layout)
        var templates = TemplateReader(
            variables: Dictionary(
                uniqueKeysWithValues: layout.variables.map { ($0.name, $0.value) }),
            leavingOpen: purpose == .find, except: try keptVariables(root))
        if let node = root["define"] { try templates.define(node) }
        if let claims = root["claims"] { layout.naming = try naming(claims) }
        var stores = StoreReader(layout: layout, templates: templates)
        for store in try root.required("stores").elements() { try stores.read(store) }
        return try stores.finish(try root.required("stores"))
    }

    /// The variables that an application keeps in keys of their own.
    private static func keptVariables(_ root: LayoutNode) throws(LayoutNode.Failure) -> Set<String>
    {
        let stores = try root.required("stores").elements()
        return Set(
            stores.filter { $0["role"]?.value.stringValue?.text == "variable" }
                .compactMap { $0["name"]?.value.stringValue?.text })
    }

    /// The object, completed by the members of its parents. `vars`, `define` and `claims` are
    /// completed member by member; the child's `stores` replace those of the parent.
    private static func inheriting(
        _ node: LayoutNode, depth: Int
    ) throws(LayoutNode.Failure) -> JSONObject {
        var object = try node.object()
        guard let extends = node["extends"] else { return object }
        let name = try extends.text()
        guard depth < depthLimit, let text = Presets.text(name) else {
            throw extends.failure(.unknownLayout(name, known: Presets.names))
        }
        let data: JSONValue
        do throws(JSONError) {
            data = try JSONParser.parse(text)
        } catch {
            throw extends.failure(.json(error.kind))
        }
        let parent: JSONObject
        do throws(LayoutNode.Failure) {
            parent = try inheriting(LayoutNode(data), depth: depth + 1)
        } catch {
            throw extends.failure(error.problem)
        }
        for member in parent.members {
            guard let own = object[member.name] else {
                // What was tested or read of the parent says nothing about the child.
                if !ownMembers.contains(member.name.text) {
                    object.set(member.name, member.value)
                }
                continue
            }
            guard ["vars", "define", "claims"].contains(member.name.text),
                var inner = own.objectValue, let outer = member.value.objectValue
            else { continue }
            for inherited in outer.members where inner[inherited.name] == nil {
                inner.set(inherited.name, inherited.value)
            }
            object.set(member.name, .object(inner))
        }
        return object
    }

    /// The data as `layout show --json` prints it: complete without the parents, with the values
    /// that variables have here, and with `on_outage` even if it is unknown.
    private static func definition(_ merged: JSONObject, _ layout: Layout) -> JSONObject {
        var object = merged
        object.remove("extends")
        object.set("on_outage", .string(layout.onOutage.rawValue))
        guard var values = object["vars"]?.objectValue else { return object }
        for variable in layout.variables where !layout.missingVariables.contains(variable.name) {
            values.set(JSONString(variable.name), .string(variable.value))
        }
        object.set("vars", .object(values))
        return object
    }

    /// The values of the variables, and the names of those that have none. A value from the command
    /// line precedes the layout's own; `null` in the layout means that there is none.
    private static func variables(
        _ root: LayoutNode, _ given: [String: String], _ purpose: Purpose
    ) throws(LayoutNode.Failure) -> (
        values: [(name: String, value: String)], missing: [String]
    ) {
        let known = try root["vars"]?.object() ?? JSONObject()
        for name in given.keys.sorted() where known[JSONString(name)] == nil {
            throw root.failure(.unknownVariable(name, known: known.names.map(\.text)))
        }
        var result: [(name: String, value: String)] = []
        var missing: [String] = []
        for name in known.names {
            guard let node = root["vars"]?[name.text] else { continue }
            if LayoutGrammar.placeholders.contains(name.text) {
                throw node.nameFailure(.takenName(name.text))
            }
            if let value = given[name.text] {
                result.append((name.text, value))
            } else if node.value == .null {
                guard purpose != .use else {
                    throw node.failure(.missingVariable(name.text))
                }
                missing.append(name.text)
                result.append((name.text, "${\(name.text)}"))
            } else {
                result.append((name.text, try node.text()))
            }
        }
        return (result, missing)
    }

    /// Which claims name a token and its user. A claim that many tokens share, or that names the
    /// user, must not name the token as well: revoking one token would revoke others.
    private static func naming(
        _ node: LayoutNode
    ) throws(LayoutNode.Failure) -> Naming {
        _ = try node.members(LayoutGrammar.claims)
        let naming = Naming(
            id: try node["id"].map { node throws(LayoutNode.Failure) in try sources(node) }
                ?? Naming.standardID,
            user: try node["user"].map { node throws(LayoutNode.Failure) in try sources(node) }
                ?? Naming.standardUser, details: [])
        let culprit = node["id"] ?? node["user"] ?? node
        for source in naming.id where naming.user.contains(source) || Naming.Source.isShared(source)
        {
            throw culprit.failure(.sharedIdentifier(source.claimName ?? "$token"))
        }
        return naming
    }

    /// The sources of a name: a claim with its path, such as `data.id`, `$content` or `$token`; or
    /// an array of them, of which the first that a token has is used.
    private static func sources(_ node: LayoutNode) throws(LayoutNode.Failure) -> [Naming.Source] {
        guard node.value.arrayValue == nil else {
            let all = try node.elements().map { element throws(LayoutNode.Failure) in
                try sources(element)
            }
            return all.flatMap(\.self)
        }
        let text = try node.text()
        switch text {
        case "$content": return [.content]
        case "$token": return [.token]
        default:
            let path = text.split(separator: ".", omittingEmptySubsequences: false)
            guard !path.contains(where: \.isEmpty), !text.hasPrefix("$") else {
                throw node.failure(
                    .badRule(text, expected: "the name of a claim, $content or $token"))
            }
            return [.claim(path.map { JSONString(String($0)) })]
        }
    }

    /// The word under `node` as one of the cases; nil if the member is missing.
    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ node: LayoutNode?, _: Choice.Type
    ) throws(LayoutNode.Failure) -> Choice? {
        guard let node else { return nil }
        let text = try node.text()
        guard let choice = Choice(rawValue: text) else {
            throw node.failure(.notAmong(text, Choice.allCases.map(\.rawValue)))
        }
        return choice
    }
}
