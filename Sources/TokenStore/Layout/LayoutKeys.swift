/// Tells the keys of a layout from the ids of tokens: who copies from `redis-cli --scan` has a key.
package struct LayoutKeys: Sendable {
    private let templates: [(beginning: [UInt8], template: Template)]

    /// Takes the keys that begin with a text of the layout's own, and that text ends where a name
    /// does: an id may begin with the same letters.
    package init(_ layout: Layout) {
        templates = layout.keyTemplates.compactMap { template in
            let beginning = template.codec.encode(template.beginning)
            guard template.codec == .raw, let last = beginning.last, !Self.isLetter(last) else {
                return nil
            }
            return (beginning, template)
        }
    }

    /// Whether `text` is a key that the layout would write.
    package func contain(_ text: [UInt8]) -> Bool {
        templates.contains { text.starts(with: $0.beginning) && $0.template.parse(text) != nil }
    }

    /// The id in such a key; nil where it holds none, or only what was made of one.
    package func id(in key: [UInt8]) -> [UInt8]? {
        templates.lazy.filter { key.starts(with: $0.beginning) }
            .compactMap { $0.template.parse(key)?[.id] }.first
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
