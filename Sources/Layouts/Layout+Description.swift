internal import JSON

/// Facts about a layout for people.
extension Layout {
    /// Whether the blacklist grows for ever.
    package var keepsEntriesForever: Bool { deny?.life == DenyStore.Life.none }

    /// Why somebody who can read this Redis could log in as others: its keys or values hold whole
    /// tokens.
    package var holdsTokens: Bool {
        if naming.id.contains(.token) { return true }
        let values = (deny?.shape.values ?? []) + [allow?.value].compactMap(\.self)
        return values.flatMap(\.holes).contains(where: naming.isToken)
    }
}

extension Layout {
    /// The texts that stand for others, with the values of variables.
    package var definitions: [(name: String, text: String)] {
        (definition["define"]?.objectValue ?? JSONObject()).members.map { member in
            (member.name.text, words(for: member.value.stringValue?.text ?? ""))
        }
    }
}

extension Naming {
    /// Whether a hole is filled with a whole token.
    func isToken(_ hole: Template.Hole) -> Bool {
        if case .detail(let index) = hole { details[index] == .token } else { false }
    }
}

extension Layout {
    /// Why a namespace is not one.
    package struct InvalidNamespace: Error, Equatable, Sendable {}

    package static let defaultNamespace = "jwt"
    /// The variable that holds it.
    package static let namespaceVariable = "ns"

    /// What the keys of the native layout begin with; nil in others.
    package var namespace: String? { variable(Self.namespaceVariable) }

    /// The native layout under `namespace`: letters, digits, `.`, `_` and `-`.
    package static func native(
        namespace: String = defaultNamespace
    ) throws(InvalidNamespace) -> Layout {
        try check(namespace)
        do throws(LayoutError) {
            return try LayoutReader.preset(
                Presets.native, variables: [namespaceVariable: namespace])
        } catch {
            preconditionFailure("the native layout is sound: \(error)")
        }
    }

    package static func check(_ namespace: String) throws(InvalidNamespace) {
        guard !namespace.isEmpty, namespace.utf8.count <= 128,
            namespace.utf8.allSatisfy(isNamespaceByte)
        else { throw InvalidNamespace() }
    }

    private static func isNamespaceByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
