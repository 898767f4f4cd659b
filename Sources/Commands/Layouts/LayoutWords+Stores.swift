internal import CommandKit
internal import JSON
internal import TokenStore

/// What lies in Redis, a store at a time.
extension LayoutWords {
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
        case "jdk": return text + ", as Java serializes a string"
        case "json": return text + ", as a JSON string"
        case "php": return text + ", as PHP serializes a string"
        default: return text
        }
    }

    private func value(_ store: JSONObject) -> String {
        let text = member(store, "value") ?? ""
        switch store["value_codec"]?.stringValue?.text {
        case "json": return "the JSON string \"\(text)\""
        case "php": return "the PHP string '\(text)'"
        case "jdk": return "'\(text)' as Java serializes a string"
        default: break
        }
        switch text {
        case "": return "nothing"
        case "${entry}": return "who revoked it, when and why, as JSON; 1 where nobody said"
        default: return "'\(text)'"
        }
    }

    func explain(_ store: JSONObject, on page: inout WordsPage) {
        switch store["role"]?.stringValue?.text {
        case "deny": deny(store, on: &page)
        case "allow": allow(store, on: &page)
        case "index": index(store, on: &page)
        case "not_before": notBefore(store, on: &page)
        case "version":
            page.store("version", "string", key(store))
            page.sentence("A token whose \(member(store, "number") ?? "") is lower is revoked.")
            page.sentence("logout-all adds one.")
        case "user_ban":
            page.store("user_ban", store["member"] == nil ? "key" : "set", key(store))
            let what = member(store, "member").map { "the member \($0) is in it" } ?? "it exists"
            page.sentence("No token of the user is accepted while \(what).")
        case "variable":
            page.store("variable", "string", key(store))
            page.sentence("The application keeps there what ${\(member(store, "name") ?? "")} is.")
        case "audit":
            page.store("audit", "stream", key(store))
            page.sentence("Gets an entry for each change.")
        case "announce":
            page.store("announce", "channel", member(store, "channel") ?? "")
            page.sentence(
                member(store, "changes") == "all"
                    ? "Publishes each change."
                    : "Publishes the id of each revoked token, and nothing on restore.")
        default: break
        }
    }

    private func deny(_ store: JSONObject, on page: inout WordsPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        page.store("deny", type, key(store))
        switch (type, member(store, "list")) {
        case ("set", _):
            page.sentence("A token is revoked while \(member(store, "member") ?? "") is in it.")
        case ("hash", let list?):
            page.sentence(
                "A token is revoked while \(member(store, "number") ?? "") is one of the numbers "
                    + "in its field \(list), which has commas between them.")
        case ("hash", nil):
            let names = store["fields"]?.objectValue?.members.map { field in
                "\(shown(field.name.text)) '\(shown(field.value.stringValue?.text ?? ""))'"
            }
            page.sentence("A token is revoked while it exists.")
            page.sentence("Its fields: \((names ?? []).joined(separator: ", ")).")
            if let also = store["also"]?.objectValue {
                page.sentence(
                    "The set \(member(also, "set") ?? "") has to hold "
                        + "\(member(also, "member") ?? "") too.")
            }
        default:
            switch member(store, "match") {
            case "equals":
                page.sentence("A token is revoked while it holds exactly \(value(store)).")
            case "rails_entry":
                page.sentence("A token is revoked while it holds an entry of Rails.cache.")
            case "php_valid_until":
                page.sentence(
                    "A token is revoked while it holds a PHP array whose valid_until has passed, "
                        + "or 'forever'.")
                page.sentence("Written is \(value(store)).")
            default:
                page.sentence("A token is revoked while it exists, whatever it holds.")
                page.sentence("Written is \(value(store)).")
            }
        }
        life(store, on: &page)
    }

    private func life(_ store: JSONObject, on page: inout WordsPage) {
        switch layout.entryLife {
        case .remaining(let margin)?:
            page.sentence("It lives until the token ends, and \(Duration.words(margin)) more.")
        case .refreshable(let span, let margin)?:
            page.sentence(
                "It lives until the token ends, and at least \(Duration.words(span)) from its iat "
                    + "on, for so long it can be refreshed; and \(Duration.words(margin)) more.")
        case .forever?: return page.sentence("It never goes away by itself.")
        case nil: return
        }
        switch member(store, "no_exp") {
        case "persist": page.sentence("For a token that never ends it stays for ever.")
        case let rule? where rule.hasPrefix("fixed:"):
            let seconds = Int64(rule.dropFirst("fixed:".count)) ?? 0
            page.sentence("For a token that never ends it lives \(Duration.words(seconds)).")
        default:
            page.sentence("For a token that never ends somebody has to say how long.")
        }
    }

    private func allow(_ store: JSONObject, on page: inout WordsPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        page.store("allow", type, key(store))
        if type == "zset" {
            page.sentence(
                "A token is alive only while \(member(store, "member") ?? "") is a member.")
            return scores(store, on: &page)
        }
        if let values = store["match"]?.arrayValue {
            let words = values.compactMap { $0.stringValue.map { shown($0.text) } }
            page.sentence(
                "A token is alive only while it exists and holds none of "
                    + "\(words.joined(separator: ", ")).")
        } else if member(store, "match") == "equals" {
            page.sentence("A token is alive only while it holds exactly \(value(store)).")
        } else {
            page.sentence("A token is alive only while it exists.")
        }
        if let rewrite = store["on_revoke"]?.objectValue {
            page.sentence(
                "Revoking writes '\(member(rewrite, "rewrite") ?? "")' into it and keeps its life.")
        } else {
            page.sentence("Revoking deletes it.")
        }
        for link in (store["links"]?.arrayValue ?? []).compactMap(\.objectValue) {
            self.link(link, on: &page)
        }
        if let seconds = store["look_again"]?.numberValue?.integer, seconds > 0 {
            page.sentence(
                "After \(Duration.words(seconds)) it is looked again, since the application may "
                    + "have written it back.")
        }
    }

    private func link(_ link: JSONObject, on page: inout WordsPage) {
        let key = member(link, "key")
        var words: String
        switch (member(link, "remove"), key) {
        case ("value", let key?): words = "Taken out of \(key): what the key above holds."
        case ("same", let key?): words = "Deleted with it: \(key), if it holds the same."
        case (_, let key?): words = "Deleted with it: \(key)."
        case (_, nil): words = "Deleted with it: what holds the same."
        }
        if let holding = member(link, "holding") {
            words += " So is what has \(holding) in it as a Java object."
        }
        if let via = member(link, "via") { words += " ${link} is what \(via) holds." }
        if let search = member(link, "search"), search.contains("${") {
            let field = member(link, "field").map { ", also for the id in the field \($0)" } ?? ""
            words += " Where it is not there, keys like \(search) are looked through\(field)."
        } else if let search = member(link, "search") {
            words +=
                (key == nil ? " For that," : " Where it holds something else,")
                + " keys that begin with \(search) are looked through."
        }
        page.sentence(words)
    }

    private func scores(_ store: JSONObject, on page: inout WordsPage) {
        let isMilliseconds = member(store, "score") == "exp_ms"
        page.sentence(
            "Scores are when tokens end, in \(isMilliseconds ? "milliseconds" : "seconds").")
        if let details = member(store, "details") {
            page.sentence("The hash \(details) has more about each.")
        }
        switch member(store, "key_ttl") {
        case let rule? where rule.hasPrefix("max_score"):
            page.sentence("The key expires with its last member.")
        default: page.sentence("The key never expires by itself.")
        }
    }

    private func index(_ store: JSONObject, on page: inout WordsPage) {
        let type = store["type"]?.stringValue?.text ?? ""
        switch type {
        case "zset":
            page.store("index", "zset", key(store))
            page.sentence(
                "The tokens of a user: the members are \(member(store, "member") ?? "").")
            scores(store, on: &page)
        case "set":
            page.store("index", "set", key(store))
            page.sentence("The tokens of a user: the members are the keys of the tokens.")
        case "hashes":
            page.store("index", "hash", key(store))
            page.sentence(
                "A user's tokens are found by these keys: the field "
                    + "\(member(store, "field") ?? "") names the token.")
        case "values":
            page.store("index", "values", "the keys of the tokens")
            let path = member(store, "path") ?? ""
            page.sentence(
                "A user's tokens are found by looking through them all: the value "
                    + (path.isEmpty ? "is the user." : "has the user in \(path)."))
        case "tokens":
            page.store("index", "tokens", "the keys of the tokens")
            page.sentence(
                "A user's tokens are found by looking through them all: their claims name the user."
            )
            let names = (store["also"]?.arrayValue ?? []).compactMap { $0.stringValue?.text }
            if !names.isEmpty {
                page.sentence("So are those that \(names.joined(separator: ", ")) name.")
            }
            if let objects = member(store, "objects") {
                page.sentence("Tokens that name nobody are found by what \(objects) holds.")
            }
            let kin = (store["kin"]?.arrayValue ?? []).compactMap { $0.stringValue?.text }
            if !kin.isEmpty {
                page.sentence("logout-all also deletes \(kin.joined(separator: ", ")).")
            }
        default:
            let allow = stores.first { $0["role"]?.stringValue?.text == "allow" }
            page.store("index", "keys", member(store, "key") ?? allow.map { key($0) } ?? "")
            page.sentence("A user's tokens are found by their keys, which name the user.")
            if let path = member(store, "path") {
                page.sentence("Only those count whose JSON has the id in \(path).")
            }
            if store["trace"]?.boolValue == true {
                page.sentence("logout-all deletes these keys too.")
            }
        }
        if let leaves = member(store, "leaves") {
            page.sentence("logout-all does not reach \(leaves).")
            if let seconds = layout.unreachedFor {
                page.sentence("They expire within \(Duration.words(seconds)).")
            }
        }
    }

    private func notBefore(_ store: JSONObject, on page: inout WordsPage) {
        let field = member(store, "field").map { ", field \($0)" } ?? ""
        page.store("not_before", store["type"]?.stringValue?.text ?? "", key(store) + field)
        let isExclusive = member(store, "compare") == "lt"
        let whose = member(store, "scope") == "everyone" ? "Any token" : "A token of the user"
        page.sentence(
            "\(whose) with an iat \(isExclusive ? "before" : "at or before") it is revoked; it is "
                + "in \(member(store, "unit") == "ms" ? "milliseconds" : "seconds").")
        page.sentence("It is only ever raised.")
    }

    func definitions(on page: inout WordsPage) {
        guard let texts = layout.definition["define"]?.objectValue, !texts.isEmpty else { return }
        page.heading("Where")
        page.facts(
            texts.members.map { member in
                (
                    "${\(VisibleText.escape(member.name.text, columns: 30))}",
                    shown(member.value.stringValue?.text ?? "")
                )
            })
    }
}
