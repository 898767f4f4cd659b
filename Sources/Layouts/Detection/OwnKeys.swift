/// The names that a layout gives to its keys: tells whether a key of a Redis can be one of them.
package struct OwnKeys {
    package enum Verdict {
        /// It is one of the layout's.
        case own
        /// It may be one of the layout's, or of anybody else's: the layout has no word of its own.
        case possible
        /// It is none of the layout's.
        case foreign
    }

    private let templates: [Template]
    private let isByText: Bool

    package init(_ layout: Layout) {
        templates = StoreSignature.all(layout, closed: layout)
            .filter { ![.link, .details].contains($0.role) }.map { $0.closed ?? $0.open }
        isByText = layout.naming.isByText
    }

    package func judge(_ key: [UInt8]) -> Verdict {
        var result = Verdict.foreign
        for template in templates {
            switch judge(key, template) {
            case .own: return .own
            case .possible: result = .possible
            case .foreign: break
            }
        }
        return result
    }

    private func judge(_ key: [UInt8], _ template: Template) -> Verdict {
        guard template.isReversible else {
            // A hash tells nothing of what was hashed: what stands around it has to do.
            let head = template.parts.first?.literal ?? []
            let tail = template.parts.count > 1 ? template.parts.last?.literal ?? [] : []
            let fits =
                template.codec == .raw && key.count > head.count + tail.count
                && key.starts(with: head) && key.suffix(tail.count).elementsEqual(tail)
            return fits ? (head + tail).count(where: isLetter) > 1 ? .own : .possible : .foreign
        }
        guard let holes = template.parse(key) else { return .foreign }
        let literals = template.parts.compactMap(\.literal)
        if template.codec != .raw || literals.contains(where: { $0.count(where: isLetter) > 1 }) {
            return .own
        }
        guard let id = holes[.id] else { return .possible }
        if isByText { return NameShape.isToken(id) ? .own : .foreign }
        return NameShape.isRandom(id) ? .own : .possible
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
