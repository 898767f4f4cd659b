internal import Redis

/// One part of a layout: the keys of one form, or a channel. A store makes the commands about its
/// keys, and says how `doctor`, `layout detect` and `layout show` deal with them.
protocol LayoutStore: Sendable {
    /// Every template of a key that the store reads or writes for tokens and users.
    var keyTemplates: [Template] { get }

    /// The commands that an operation sends because of this store, made as far as possible by the
    /// functions that make them for the operation itself. Throws where a text cannot be rendered.
    func commands(_ demand: Demand) throws(StoreError) -> [StoreCommand]

    /// How `layout detect` recognizes the store. `layout` has its variables open; `closed` is the
    /// same layout with its defaults, nil where a variable has none.
    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature]

    /// The store in words, for `layout show`.
    func description(in layout: Layout) -> StoreDescription
}

/// A store that a layout has at most once, and describes by one object.
protocol SingleStore: LayoutStore {
    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure)
}

/// A command that a store sends.
struct StoreCommand {
    enum Target {
        /// A command without a key.
        case server
        case key(Template)
        case channel([UInt8])
    }

    /// In capitals.
    let name: String
    let target: Target

    init(_ name: String, on target: Target = .server) {
        self.name = name
        self.target = target
    }
}

extension [String] {
    /// Commands of these names on the keys of a template.
    func on(_ key: Template) -> [StoreCommand] { map { StoreCommand($0, on: .key(key)) } }
}

extension [Command] {
    /// These commands on keys of `template`, together with those that their scripts call: Redis
    /// checks the permissions of the user for each call of a script.
    func on(_ template: Template) -> [StoreCommand] {
        flatMap { command -> [String] in
            guard command.name == "EVAL" else { return [command.name] }
            return Script.commands(of: String(decoding: command.arguments[1].bytes, as: UTF8.self))
        }.on(template)
    }
}

extension Script {
    /// EVAL and the commands that a script calls, each once. `on` narrows these to the calls on the
    /// key of this name, and on each key in turn.
    static func commands(of script: String, on key: String? = nil) -> [String] {
        var names = ["EVAL"]
        for call in script.components(between: "redis.call(", and: ")") {
            let parts = call.split(separator: ",").map { $0.drop { $0 == " " } }
            guard let quoted = parts.first, quoted.count > 2 else { continue }
            if let key, parts.count < 2 || parts[1] != key && parts[1] != "key" { continue }
            let name = String(quoted.dropFirst().dropLast())
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension String {
    /// The texts between each `start` and the `end` that follows it.
    fileprivate func components(between start: String, and end: Character) -> [Substring] {
        var found: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: start) {
            rest = rest[range.upperBound...]
            found.append(rest.prefix { $0 != end })
        }
        return found
    }
}

/// A store in words. All texts may hold what the author of a layout file wrote.
package struct StoreDescription: Sendable {
    /// The word in `role`.
    package let role: String
    /// The type of the key, as Redis or the layout calls it.
    package let type: String
    /// The key, as the layout writes it with the values of variables.
    package let key: String
    package internal(set) var sentences: [String]
}

// MARK: texts

extension Layout {
    /// A text of the layout's data with the values of variables.
    func words(for text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}") else { break }
            let name = String(rest[..<end.lowerBound])
            result += variable(name) ?? "${\(name)}"
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    /// A template as the layout writes it, with the values of variables.
    func words(for template: Template) -> String { words(for: template.source) }

    /// A key, and how it is encoded.
    func words(forKey key: Template) -> String {
        let text = words(for: key)
        return switch key.codec {
        case .raw: text
        case .jdk: text + ", serialized as a Java string"
        case .json: text + ", as a JSON string"
        case .php: text + ", serialized as a PHP string"
        }
    }

    /// A value, with quotes.
    func words(forValue value: Template) -> String {
        let text = words(for: value)
        switch value.codec {
        case .json: return "the JSON string \"\(text)\""
        case .php: return "the serialized PHP string '\(text)'"
        case .jdk: return "the serialized Java string '\(text)'"
        case .raw: break
        }
        switch text {
        case "": return "the empty string"
        case "${entry}": return "reason, actor and time as JSON, or 1 if none is known"
        default: return "'\(text)'"
        }
    }
}
