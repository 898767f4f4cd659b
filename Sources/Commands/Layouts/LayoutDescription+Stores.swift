internal import CommandKit
internal import JSON
internal import TokenStore

/// What lies in Redis, a store at a time.
extension LayoutDescription {
    private func member(_ store: JSONObject, _ name: JSONString) -> String? {
        store[name]?.stringValue.map { shown($0.text) }
    }

    /// Text of the data with the values of variables in it.
    private func shown(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}") else { break }
            let name = String(rest[..<end.lowerBound])
            result += layout.variable(name) ?? "${\(name)}"
            rest = rest[end.upperBound...]
        }
        return VisibleText.escape(result + rest)
    }

    private func key(_ store: JSONObject, _ name: JSONString = "key") -> String {
        let text = member(store, name) ?? ""
        switch store["key_codec"]?.stringValue?.text {
        case "jdk": return text + ", serialized as a Java string"
        case "json": return text + ", as a JSON string"
        case "php": return text + ", serialized as a PHP string"
        default: return text
        }
    }

    private func value(_ store: JSONObject) -> String {
        let text = member(store, "value") ?? ""
        switch store["value_codec"]?.stringValue?.text {
        case "json": return "the JSON string \"\(text)\""
        case "php": return "the serialized PHP string '\(text)'"
        case "jdk": return "the serialized Java string '\(text)'"
        default: break
        }
        switch text {
        case "": return "the empty string"
        case "${entry}": return "reason, actor and time as JSON, or 1 if none is known"
        default: return "'\(text)'"
        }
    }

    func explain(_ store: JSONObject, on page: inout DescriptionPage) {
        switch store["role"]?.stringValue?.text {
        case "deny": deny(store, on: &page)
        case "allow": allow(store, on: &page)
        case "index": index(store, on: &page)
        case "not_before": notBefore(store, on: &page)
        case "version":
            page.store("version", "string", key(store))
            page.sentence(
                "A token is revoked if its \(member(store, "number") ?? "") is lower than this.")
            page.sentence("logout-all adds one.")
        case "user_ban":
            page.store("user_ban", store["member"] == nil ? "key" : "set", key(store))
            let what = member(store, "member").map { "the set contains \($0)" } ?? "the key exists"
            page.sentence("All tokens of the user are rejected while \(what).")
        case "variable":
            page.store("variable", "string", key(store))
            page.sentence("The application keeps ${\(member(store, "name") ?? "")} here.")
        case "audit":
            page.store("audit", "stream", key(store))
            page.sentence("Receives an entry for each change.")
        case "announce":
            page.store("announce", "channel", member(store, "channel") ?? "")
            page.sentence(
                member(store, "changes") == "all"
                    ? "Publishes each change."
                    : "Publishes the id of each revoked token; restore publishes nothing.")
        default: break
        }
    }

    private func deny(_ store: JSONObject, on page: inout DescriptionPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        page.store("deny", type, key(store))
        switch (type, member(store, "list")) {
        case ("set", _):
            page.sentence(
                "A token is revoked while the set contains \(member(store, "member") ?? "").")
        case ("hash", let list?):
            page.sentence(
                "A token is revoked while the field \(list), a list of numbers separated by "
                    + "commas, contains \(member(store, "number") ?? "").")
        case ("hash", nil):
            let names = store["fields"]?.objectValue?.members.map { field in
                "\(shown(field.name.text)) '\(shown(field.value.stringValue?.text ?? ""))'"
            }
            page.sentence("A token is revoked while the key exists.")
            page.sentence("Fields: \((names ?? []).joined(separator: ", ")).")
            if let also = store["also"]?.objectValue {
                page.sentence(
                    "The set \(member(also, "set") ?? "") must contain "
                        + "\(member(also, "member") ?? ""), too.")
            }
        default:
            switch member(store, "match") {
            case "equals":
                page.sentence("A token is revoked while the value is exactly \(value(store)).")
            case "rails_entry":
                page.sentence("A token is revoked while the value is an entry of Rails.cache.")
            case "php_valid_until":
                page.sentence(
                    "A token is revoked while the value is 'forever', or a PHP array whose "
                        + "valid_until has passed.")
                page.sentence("Value: \(value(store)).")
            default:
                page.sentence("A token is revoked while the key exists, whatever its value.")
                page.sentence("Value: \(value(store)).")
            }
        }
        life(store, on: &page)
    }

    private func life(_ store: JSONObject, on page: inout DescriptionPage) {
        switch layout.entryLife {
        case .remaining(let margin)?:
            page.sentence("The key expires \(Duration.words(margin)) after the token.")
        case .refreshable(let span, let margin)?:
            page.sentence(
                "The key expires \(Duration.words(margin)) after the token or its refresh window "
                    + "(\(Duration.words(span)) from its iat), whichever is later.")
        case .forever?: return page.sentence("Entries never expire.")
        case nil: return
        }
        switch member(store, "no_exp") {
        case "persist": page.sentence("For tokens without exp, it never expires.")
        case let rule? where rule.hasPrefix("fixed:"):
            let seconds = Int64(rule.dropFirst("fixed:".count)) ?? 0
            page.sentence("For tokens without exp, it expires after \(Duration.words(seconds)).")
        default:
            page.sentence("For tokens without exp, give --ttl.")
        }
    }

    private func allow(_ store: JSONObject, on page: inout DescriptionPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        page.store("allow", type, key(store))
        if type == "zset" {
            page.sentence(
                "A token is active only while the set contains \(member(store, "member") ?? "").")
            return scores(store, on: &page)
        }
        if let values = store["match"]?.arrayValue {
            let words = values.compactMap { $0.stringValue.map { shown($0.text) } }
            page.sentence(
                "A token is active only while the key exists and its value is none of "
                    + "\(words.joined(separator: ", ")).")
        } else if member(store, "match") == "equals" {
            page.sentence("A token is active only while the value is exactly \(value(store)).")
        } else {
            page.sentence("A token is active only while the key exists.")
        }
        if let rewrite = store["on_revoke"]?.objectValue {
            page.sentence(
                "Revoking sets it to '\(member(rewrite, "rewrite") ?? "")' and keeps its expiry.")
        } else {
            page.sentence("Revoking deletes the key.")
        }
        for link in (store["links"]?.arrayValue ?? []).compactMap(\.objectValue) {
            self.link(link, on: &page)
        }
        if let seconds = store["look_again"]?.numberValue?.integer, seconds > 0 {
            page.sentence(
                "Revoking checks again after \(Duration.words(seconds)): the application may have "
                    + "written the key back.")
        }
    }

    private func link(_ link: JSONObject, on page: inout DescriptionPage) {
        let key = member(link, "key")
        var words: String
        switch (member(link, "remove"), key) {
        case ("value", let key?): words = "Also removes its value from \(key)."
        case ("same", let key?): words = "Also deletes \(key), if it has the same value."
        case (_, let key?): words = "Also deletes \(key)."
        case (_, nil): words = "Also deletes keys that have the same value."
        }
        if let holding = member(link, "holding") {
            words += " A Java object that contains \(holding) counts as the same."
        }
        if let via = member(link, "via") { words += " ${link} is the value of \(via)." }
        if let search = member(link, "search"), search.contains("${") {
            let field = member(link, "field").map { ", also by the id in their field \($0)" } ?? ""
            words += " If there is none, keys like \(search) are searched\(field)."
        } else if let search = member(link, "search") {
            words +=
                (key == nil ? " For that," : " If it has another value,")
                + " all keys that begin with \(search) are searched."
        }
        page.sentence(words)
    }

    private func scores(_ store: JSONObject, on page: inout DescriptionPage) {
        let isMilliseconds = member(store, "score") == "exp_ms"
        page.sentence(
            "Scores are expiry times in \(isMilliseconds ? "milliseconds" : "seconds").")
        if let details = member(store, "details") {
            page.sentence("The hash \(details) holds details of each token.")
        }
        switch member(store, "key_ttl") {
        case let rule? where rule.hasPrefix("max_score"):
            page.sentence("The key expires with its last member.")
        default: page.sentence("The key never expires.")
        }
    }

    private func index(_ store: JSONObject, on page: inout DescriptionPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        switch type {
        case "zset":
            page.store("index", "zset", key(store))
            page.sentence(
                "The token list of a user. Its members are \(member(store, "member") ?? "").")
            scores(store, on: &page)
        case "set":
            page.store("index", "set", key(store))
            page.sentence("The token list of a user. Its members are the keys of the tokens.")
        case "hashes":
            page.store("index", "hash", key(store))
            page.sentence(
                "A user's tokens are found through these keys: the field "
                    + "\(member(store, "field") ?? "") holds the token's id.")
        case "values":
            page.store("index", "values", "the keys of the tokens")
            let path = member(store, "path") ?? ""
            page.sentence(
                "A user's tokens are found by searching all of them: the value "
                    + (path.isEmpty ? "is the user." : "has the user at \(path)."))
        case "tokens":
            page.store("index", "tokens", "the keys of the tokens")
            page.sentence(
                "A user's tokens are found by searching all of them: their claims name the user."
            )
            let names = (store["also"]?.arrayValue ?? []).compactMap { $0.stringValue?.text }
            if !names.isEmpty {
                page.sentence(
                    "Tokens named by keys like \(names.joined(separator: ", ")) are found, too.")
            }
            if let objects = member(store, "objects") {
                page.sentence("Tokens that do not name a user are found through \(objects).")
            }
            let kin = (store["kin"]?.arrayValue ?? []).compactMap { $0.stringValue?.text }
            if !kin.isEmpty {
                page.sentence("logout-all also deletes \(kin.joined(separator: ", ")).")
            }
        default:
            let allow = stores.first { $0["role"]?.stringValue?.text == "allow" }
            page.store("index", "keys", member(store, "key") ?? allow.map { key($0) } ?? "")
            page.sentence("A user's tokens are found by their keys, which contain the user.")
            if let path = member(store, "path") {
                page.sentence("Only keys whose JSON has the id at \(path) count.")
            }
            if store["trace"]?.boolValue == true {
                page.sentence("logout-all deletes these keys, too.")
            }
        }
        if let leaves = member(store, "leaves") {
            page.sentence("logout-all does not reach \(leaves).")
            if let seconds = layout.unreachedFor {
                page.sentence("They expire within \(Duration.words(seconds)).")
            }
        }
    }

    private func notBefore(_ store: JSONObject, on page: inout DescriptionPage) {
        let field = member(store, "field").map { ", field \($0)" } ?? ""
        page.store("not_before", store["type"]?.stringValue?.text ?? "", key(store) + field)
        let isExclusive = member(store, "compare") == "lt"
        let whose = member(store, "scope") == "everyone" ? "all tokens" : "all tokens of the user"
        page.sentence(
            "A cutoff in \(member(store, "unit") == "ms" ? "milliseconds" : "seconds"): \(whose) "
                + "with an iat \(isExclusive ? "before" : "at or before") it are revoked.")
        page.sentence("It is never lowered.")
    }

    func definitions(on page: inout DescriptionPage) {
        guard let texts = layout.definition["define"]?.objectValue, !texts.isEmpty else { return }
        page.heading("Definitions")
        page.facts(
            texts.members.map { member in
                (
                    "${\(VisibleText.escape(member.name.text, columns: 30))}",
                    shown(member.value.stringValue?.text ?? "")
                )
            })
    }
}
