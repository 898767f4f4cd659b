internal import JSON

/// A key beside a token's own that would bring the token back, or that leads to one that would.
package struct Link: Equatable, Sendable {
    package enum Action: Equatable, Sendable {
        case delete
        /// Removes the value of the token's own key from a set or list.
        case removeValue
        /// Deletes the key if it holds the value of the token's own key, or a Java object that
        /// contains this text.
        case deleteHolder(text: Template?)
    }

    /// nil if the key can only be found by a search.
    package let key: Template?
    package let action: Action
    /// The replies to TYPE for the key that the layout describes. A key of another type belongs to
    /// something else: then the token is not revoked, and the key is reported.
    package let types: [String]
    /// A key whose value fills the hole `link`. If it is missing, there is no key to remove.
    package let via: Template?
    /// The prefix of the keys to search if `key` cannot be made, or has another value.
    package let search: [UInt8]?
    /// The keys to search if `key` cannot be made, or does not exist.
    package var wild: WildLink?

    var keyTemplates: [Template] { [key, via].compactMap(\.self) }

    /// The commands that an operation sends on it, or on the keys among which it is searched for. A
    /// logout finds the keys of wild links by its index.
    func commands(for operation: Operation) -> [StoreCommand] {
        let scan = [StoreCommand("SCAN")]
        var found: [StoreCommand] = []
        if let key {
            let cut =
                switch action {
                case .delete: ["DEL"]
                case .removeValue: Script.commands(of: Script.removeValue)
                case .deleteHolder: Script.commands(of: Script.deleteHolder)
                }
            found = (["TYPE"] + cut).on(key)
        }
        if let via { found += ["GET"].on(via) }
        if let search {
            let holders = Template([.literal(search), .hole(.any, [])])
            found += scan + (["GET"] + Script.commands(of: Script.deleteIfSame)).on(holders)
        }
        if let wild, operation == .revoke {
            found += scan + ((wild.field == nil ? [] : ["HGET"]) + ["DEL"]).on(wild.key)
        }
        return found
    }

    func sentence(in layout: Layout) -> String {
        let name = key.map { layout.words(for: $0) }
        var words =
            switch (action, name) {
            case (.removeValue, let name?): "Also removes its value from \(name)."
            case (.deleteHolder, let name?): "Also deletes \(name), if it has the same value."
            case (_, let name?): "Also deletes \(name)."
            case (_, nil): "Also deletes keys that have the same value."
            }
        if case .deleteHolder(let text?) = action {
            words += " A Java object that contains \(layout.words(for: text)) counts as the same."
        }
        if let via { words += " ${link} is the value of \(layout.words(for: via))." }
        if let wild {
            let field = wild.field.map { String(decoding: $0, as: UTF8.self) }
            words += " If there is none, keys like \(layout.words(for: wild.key)) are searched"
            words += field.map { ", also by the id in their field \($0)." } ?? "."
        }
        if let search {
            words +=
                (key == nil ? " For that," : " If it has another value,") + " all keys that begin "
                + "with \(String(decoding: search, as: UTF8.self)) are searched."
        }
        return words
    }
}

/// Keys with a part that is unknown. A key is removed with the token that it names, or whose id is
/// in a field of its hash. Refresh tokens of jwt_sessions are found in this way.
package struct WildLink: Equatable, Sendable {
    /// With `${any}` for the unknown parts, and one hole that names a token.
    package let key: Template
    package let hole: Template.Hole
    /// The field of a hash with a token's id.
    package let field: [UInt8]?
}

// MARK: reading

extension Link {
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.link)
        via = try reader.templates.optionalKey(node["via"], .tokenKey)
        let use: TemplateReader.Use = via == nil ? .tokenKey : .link
        switch try node["remove"]?.text() ?? "key" {
        case "key":
            action = .delete
            types =
                node["type"] == nil
                ? ["string"] : [try reader.kind(node, [.string, .hash, .set]).rawValue]
        case "value":
            action = .removeValue
            types = ["set", "list", "zset"]
        case "same":
            action = .deleteHolder(
                text: try reader.templates.optionalKey(node["holding"], .tokenKey))
            types = ["string"]
        case let other:
            throw try node.required("remove").failure(
                .notAmong(other, LayoutGrammar.linkRemovals))
        }
        guard case .deleteHolder = action else {
            for name in ["holding", action == .delete ? "" : "search"] {
                if let node = node[name] { throw node.failure(.lacks(name, role: "same")) }
            }
            let keyNode = try node.required("key")
            let key = try reader.templates.key(keyNode, use)
            // A key that is deleted without a look at its value has to be the token's own.
            if action == .delete, !key.holes.contains(.link) {
                try reader.requireToken(key, keyNode)
            }
            self.key = key
            search = nil
            if let search = node["search"] {
                wild = try WildLink(search, field: node["field"], &reader)
            }
            return
        }
        search = try node["search"].map { node throws(LayoutNode.Failure) in
            try reader.bytes(node)
        }
        let keyNode = search == nil ? try node.required("key") : node["key"]
        key = try reader.templates.optionalKey(keyNode, use)
    }
}

extension WildLink {
    fileprivate init(
        _ search: LayoutNode, field: LayoutNode?, _ reader: inout StoreReader
    ) throws(LayoutNode.Failure) {
        key = try reader.templates.key(search, .found)
        let named = key.holes.filter { $0 != .any && !$0.isVariable }
        guard named.count == 1, key.isReversible else {
            throw search.failure(.namesNoToken(hasUser: false))
        }
        hole = named[0]
        try reader.requireToken(key, search)
        self.field = try field.map { node throws(LayoutNode.Failure) in try reader.bytes(node) }
    }
}
