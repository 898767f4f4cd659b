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
