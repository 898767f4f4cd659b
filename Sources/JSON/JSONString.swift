/// A string of a JSON text, equal to another only when the bytes are.
///
/// Swift's `String ==` is canonical equivalence: "é" in one scalar equals "e" with an accent, and
/// both are one dictionary key. A signature covers bytes, and so do the services that compare an
/// audience or a subject; a tool that is more generous than they are can be made to disagree with
/// them. Every name and claim is therefore compared as UTF-8.
package struct JSONString: Sendable {
    /// The text, always well-formed Unicode; compare the `JSONString`s, not these.
    package let text: String

    /// The string of this text, as it is: nothing is normalized.
    package init(_ text: String) {
        self.text = text
    }

    /// The string with exactly these bytes, or `nil` where they are not UTF-8.
    package init?(utf8 bytes: some Sequence<UInt8>) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        self.text = text
    }

    /// The bytes that a signature, a service and Redis see.
    package var utf8: [UInt8] { Array(text.utf8) }

    package var isEmpty: Bool { text.utf8.isEmpty }
}

extension JSONString: Hashable {
    package static func == (left: JSONString, right: JSONString) -> Bool {
        // What differs even when normalized differs in its bytes, and is found out sooner.
        guard left.text.utf8.count == right.text.utf8.count, left.text == right.text else {
            return false
        }
        var left = left.text, right = right.text
        return left.withUTF8 { left in
            right.withUTF8 { right in unsafe left.elementsEqual(right) }
        }
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { bytes in
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }
}

extension JSONString: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) {
        self.init(value)
    }
}

extension JSONString: CustomStringConvertible {
    package var description: String { text }
}
