package import Redis

/// The names of keys, made from the layout's templates.
extension Layout {
    /// Keys that belong to one user.
    package struct UserKeys: Equatable, Sendable {
        /// Sorted set of the user's tokens.
        package let tokens: [UInt8]?
        /// Hash with more about each of them.
        package let meta: [UInt8]?
        /// What says from when on the user's tokens are alive.
        package let cutoff: [UInt8]?
    }

    /// The entry whose existence says that a token is revoked.
    package func denyKey(_ subject: TokenSubject) throws(StoreError) -> [UInt8]? {
        try deny?.key.render(TemplateValues(subject))
    }

    package func keys(of user: Identifier) throws(StoreError) -> UserKeys {
        let values = TemplateValues(TokenSubject(id: user, user: user))
        return UserKeys(
            tokens: try list?.key.render(values), meta: try list?.details?.render(values),
            cutoff: try userCutoff?.key.render(values))
    }

    /// The cutoff that holds for every user.
    package var globalCutoffKey: [UInt8]? { globalCutoff?.key.literal }

    /// The token that the holes of a key or member tell of; nil where they name none.
    func subject(of holes: [Template.Hole: [UInt8]]) -> TokenSubject? {
        guard let id = holes[.id].flatMap(Identifier.init(found:)) else { return nil }
        return TokenSubject(
            id: id, user: holes[.user].flatMap(Identifier.init(found:)),
            details: naming.details.indices.map { holes[.detail($0)] })
    }

    /// The token that a key of the blacklist tells of.
    func subject(ofDenyKey key: [UInt8]) -> TokenSubject? {
        guard let template = deny?.key else { return nil }
        guard template.isPlain else { return template.parse(key).flatMap(subject(of:)) }
        return template.plainID(key).flatMap(Identifier.init(found:)).map {
            TokenSubject(id: $0, user: nil, details: naming.details.map { _ in nil })
        }
    }

    /// What is published for a token: its id, spelled as in keys, so that no id can be taken for
    /// one of the two below.
    func message(_ id: Identifier) -> [UInt8] { PercentEncoding.encode(id.bytes) }

    /// What is published where all tokens of a user are concerned.
    func message(user: Identifier) -> [UInt8] {
        Array("user:".utf8) + PercentEncoding.encode(user.bytes)
    }

    /// What is published where many tokens are, or everybody's.
    var messageForAll: [UInt8] { [UInt8(ascii: "*")] }
}

extension Template {
    /// The text of a template without holes.
    var literal: [UInt8] {
        codec.encode(
            parts.flatMap { part in
                if case .literal(let bytes) = part { bytes } else { [UInt8]() }
            })
    }
}

extension Layout {
    /// For each check of a token's state the keys that are asked, as people may see them.
    package func keysAsked(of subject: TokenSubject) -> [String: [[UInt8]]] {
        let values = TemplateValues(subject)
        func key(_ template: Template?) -> [[UInt8]] {
            do throws(StoreError) {
                return [try template?.render(values)].compactMap { $0.map(shown) }
            } catch {
                return []
            }
        }
        return [
            "blacklist": key(deny?.key),
            "cutoff": key(userCutoff?.key) + key(globalCutoff?.key),
            "whitelist": key(list?.key) + key(allow?.key),
            "user": key(ban?.key), "version": key(version?.key),
        ]
    }
}

extension Layout {
    /// The keys in which the application keeps variables.
    package var keptVariableKeys: [[UInt8]] { keptVariables.map(\.key.literal) }

    /// What the application keeps of the layout's variables: for each the key, and the value.
    package func variablesKept(
        _ client: Client
    ) throws(StoreError) -> [(name: String, key: [UInt8], value: String)] {
        var found: [(name: String, key: [UInt8], value: String)] = []
        for kept in keptVariables {
            let key = kept.key.literal
            let reply = try client.replies(to: [Command("GET", key: key)])[0]
            guard let stored = try reply.asOptionalBytes else { continue }
            found.append((kept.name, key, try kept.value(stored)))
        }
        return found
    }
}
