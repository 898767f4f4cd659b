/// What a person is told of a layout beside its data.
extension Layout {
    /// How long a blacklist entry lives.
    package enum EntryLife: Equatable, Sendable {
        /// So many seconds longer than the token.
        case remaining(margin: Int64)
        /// The same, but at least `span` seconds from the token's `iat` on.
        case refreshable(span: Int64, margin: Int64)
        case forever
    }

    /// nil where there is no blacklist.
    package var entryLife: EntryLife? {
        deny.map { store in
            switch store.life {
            case .remaining: .remaining(margin: store.margin)
            case .refreshable(let span): .refreshable(span: span, margin: store.margin)
            case .none: .forever
            }
        }
    }

    /// Why somebody who can read this Redis could log in as others: its keys or values hold whole
    /// tokens.
    package var holdsTokens: Bool {
        if naming.id.contains(.token) { return true }
        let holes: [Template.Hole] =
            switch deny?.shape {
            case .string(let value, _)?: value.holes
            case .hash(let fields, _)?: fields.flatMap(\.value.holes)
            default: []
            }
        return (holes + (allow?.value?.holes ?? [])).contains { hole in
            if case .detail(let index) = hole { naming.details[index] == .token } else { false }
        }
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
