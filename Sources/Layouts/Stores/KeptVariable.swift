internal import Redis

/// A key in which the application itself keeps the value of a variable, such as the random tag of
/// Laravel's cache before release 10. The value in Redis precedes the layout's default.
package struct KeptVariable: LayoutStore {
    package let name: String
    package let key: Template
    let codec: Template.Codec
    /// Makes the variable from the key's value; nil takes the value as it is.
    let filter: Template.Filter?

    /// The variable's value. A value that the codec cannot decode is taken as it is, since Laravel
    /// does not serialize numbers.
    package func value(_ stored: [UInt8]) throws(StoreError) -> String {
        let text = codec.decode(stored) ?? stored
        let value = try filter.map { filter throws(StoreError) in try filter.apply(text) } ?? text
        return String(decoding: value, as: UTF8.self)
    }

    // MARK: the layout

    /// None: the key names no token and no user.
    var keyTemplates: [Template] { [] }

    /// Every command reads the variable before it makes a key.
    func commands(_ demand: Demand) -> [StoreCommand] { ["GET"].on(key) }

    func signatures(in layout: Layout, closed: Layout?) -> [StoreSignature] {
        let own = closed?.keptVariables.first { $0.name == name }
        return [StoreSignature(.variable, key, own?.key, VariableProbe(variable: self))]
    }

    func description(in layout: Layout) -> StoreDescription {
        StoreDescription(
            role: "variable", type: "string", key: layout.words(forKey: key),
            sentences: ["The application keeps ${\(name)} here."])
    }

    init(_ node: LayoutNode, _ reader: inout StoreReader) throws(LayoutNode.Failure) {
        _ = try node.members(LayoutGrammar.variable)
        name = try node.required("name").text()
        guard reader.layout.variable(name) != nil else {
            throw try node.required("name").failure(
                .unknownVariable(name, known: reader.layout.variables.map(\.name)))
        }
        key = try reader.templates.key(try node.required("key"), .userKey)
        guard key.holes.allSatisfy(\.isVariable) else {
            throw try node.required("key").failure(.misplaced("user", where: "this key"))
        }
        codec = try LayoutReader.choice(node["value_codec"], Template.Codec.self) ?? .raw
        filter = try LayoutReader.choice(node["filter"], Template.Filter.self)
    }
}

/// Reads the value of a variable.
private struct VariableProbe: TextProbe {
    let variable: KeptVariable

    var isSelective: Bool { false }

    func judge(text: [UInt8]) -> ProbeFinding {
        var finding = ProbeFinding(.fits(isTelling: variable.codec.decode(text) != nil))
        do throws(StoreError) {
            finding.variables[variable.name] = Array(try variable.value(text).utf8)
        } catch {
            return ProbeFinding(.neutral)
        }
        return finding
    }
}
