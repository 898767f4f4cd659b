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
