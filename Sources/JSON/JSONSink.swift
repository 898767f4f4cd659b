/// Receives a JSON value piece by piece. Code that describes a value once can thus produce text
/// (`JSONWriter`) or a tree (`JSONBuilder`).
///
/// The caller ends each container that it begins, and gives a name to each member of an object.
/// Neither is checked.
package protocol JSONSink {
    mutating func beginObject()
    mutating func endObject()
    mutating func beginArray()
    mutating func endArray()
    /// The name of the member whose value comes next. It must not need an escape.
    mutating func name(_ name: StaticString)
    /// A value on its own: an element of an array, or the value of the name before it.
    mutating func value(_ value: JSONValue)
    /// A member with its value. It is a requirement, so that a stream of objects calls it directly.
    mutating func member(_ name: StaticString, _ value: JSONValue)
    /// A member that is a whole number, or null for nil.
    mutating func member(_ name: StaticString, integer: Int64?)
    /// A member that is a string of ASCII that needs no escape.
    mutating func member(_ name: StaticString, plainText: Span<UInt8>)
    /// An object that was read from text, or null for nil.
    mutating func value(_ document: JSONDocument?)
    /// An array whose compact text is known. The array is only made if it is needed.
    mutating func value(_ array: () -> [JSONValue], compactText: [UInt8])
}

extension JSONSink {
    /// A member with its value.
    package mutating func member(_ name: StaticString, _ value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    package mutating func member(_ name: StaticString, integer: Int64?) {
        member(name, integer.map { .integer($0) } ?? .null)
    }
}

/// Builds a value as a tree.
package struct JSONBuilder: JSONSink {
    /// A container that has begun; in an object, with the name of the member that comes next.
    private enum Container {
        case object(JSONObject, name: JSONString?)
        case array([JSONValue])
    }

    /// The containers that have begun and not ended, the innermost last.
    private var open: [Container] = []

    /// The value, once every container has ended.
    package private(set) var result: JSONValue = .null

    package init() {}

    package mutating func beginObject() { open.append(.object(JSONObject(), name: nil)) }
    package mutating func beginArray() { open.append(.array([])) }
    package mutating func endObject() { end() }
    package mutating func endArray() { end() }

    package mutating func name(_ name: StaticString) {
        guard case .object(let object, _)? = open.popLast() else { return }
        open.append(.object(object, name: JSONString(name.description)))
    }

    package mutating func value(_ value: JSONValue) {
        switch open.popLast() {
        case .object(var object, let name?):
            object.set(name, value)
            open.append(.object(object, name: nil))
        case .array(let elements): open.append(.array(elements + [value]))
        case .object, nil: result = value
        }
    }

    package mutating func value(_ document: JSONDocument?) {
        value(document.map { .object($0.object) } ?? .null)
    }

    package mutating func member(_ name: StaticString, plainText: Span<UInt8>) {
        let text = unsafe plainText.withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        member(name, .string(text))
    }

    package mutating func value(_ array: () -> [JSONValue], compactText: [UInt8]) {
        value(.array(array()))
    }

    private mutating func end() {
        switch open.popLast() {
        case .object(let object, _): value(.object(object))
        case .array(let elements): value(.array(elements))
        case nil: break
        }
    }
}
