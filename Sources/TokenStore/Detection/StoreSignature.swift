/// The keys of one store of a layout, and what is recognized under them.
struct StoreSignature {
    let role: DetectedLayout.Role
    /// The key with the layout's variables open.
    let open: Template
    /// The key with the variables' defaults; nil where one of them has none.
    let closed: Template?
    let probe: any ValueProbe

    init(
        _ role: DetectedLayout.Role, _ open: Template, _ closed: Template?, _ probe: any ValueProbe
    ) {
        self.role = role
        self.open = open
        self.closed = closed
        self.probe = probe
    }

    /// The signatures of everything that a layout keeps under keys of its own. `open` has its
    /// variables open, `closed` has their defaults.
    static func all(_ open: Layout, closed: Layout?) -> [StoreSignature] {
        open.allStores.flatMap { $0.signatures(in: open, closed: closed) }
    }

    /// The key with the one variable open that comes right before the id, and the others at their
    /// defaults; nil where that is no other than `open` or `closed`.
    func joined(_ layout: Layout) -> Template? {
        guard let closed, open.codec == .raw, closed.codec == .raw, open.parts.count > 2,
            closed.parts.count == 2, let text = closed.parts[0].literal,
            open.parts.last == .hole(.id, []), closed.parts[1] == .hole(.id, []),
            case .variable(let name)? = open.parts[open.parts.count - 2].hole,
            let value = layout.variable(name),
            text.suffix(value.utf8.count).elementsEqual(value.utf8)
        else { return nil }
        let head = Array(text.dropLast(value.utf8.count))
        guard !head.isEmpty else { return nil }
        return Template([.literal(head), .hole(.variable(name), []), .hole(.id, [])])
    }
}
