/// A JSON value (RFC 8259). Numbers, strings and objects are kept as they are written.
///
/// How the parts of this target work together: `JSONParser` reads a whole text strictly,
/// `JSONWriter` writes values, and `JSONPrefix` shows the remains of a truncated object. A
/// `JSONDocument` is an object together with its text, so that a stream can copy it unchanged.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(JSONString)
    case array([JSONValue])
    case object(JSONObject)

    /// A string value.
    package static func string(_ text: String) -> JSONValue { .string(JSONString(text)) }

    /// A whole number.
    package static func integer(_ value: Int64) -> JSONValue { .number(JSONNumber(value)) }

    /// The value if it is of this type, otherwise nil; likewise for the other types below. Types
    /// are never converted: `true` is not 1, and "1" is not a number.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var numberValue: JSONNumber? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    package var stringValue: JSONString? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// The type of the value for a message, such as `a number`.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(JSONString(value)) }
    package init(integerLiteral value: Int64) { self = .number(JSONNumber(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

/// The members of a JSON object, in the order of the text, each name once.
///
/// The claims of a token are shown in the order in which the issuer wrote them, so this is not a
/// dictionary. It builds an index for itself when it has too many members for a linear search.
package struct JSONObject: Sendable {
    /// A name with its value. It is not a tuple, because the runtime destroys arrays of tuples
    /// element by element.
    package struct Member: Equatable, Sendable {
        package let name: JSONString
        package fileprivate(set) var value: JSONValue
    }

    /// The members in their order.
    package private(set) var members: [Member] = []

    /// The index of each name, if there are more members than a linear search should visit. The
    /// hash is seeded for each process, so an attacker cannot choose names that collide.
    private var positions: [JSONString: Int]?

    /// The number of members up to which a search is linear.
    private static let linearSearchLimit = 16

    /// A set of the names' marks. Most new names are recognized as new by their mark, without a
    /// search.
    private var marks: UInt64 = 0

    /// An object without members.
    package init() {}

    /// A later member replaces an earlier one with the same name.
    package init(_ members: some Sequence<(JSONString, JSONValue)>) {
        for (name, value) in members { set(name, value) }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var names: [JSONString] { members.map(\.name) }

    /// The value of the member with exactly this name; nil if there is none.
    package subscript(_ name: JSONString) -> JSONValue? {
        position(of: name).map { members[$0].value }
    }

    /// Replaces the value of the member in its place, or appends a member.
    package mutating func set(_ name: JSONString, _ value: JSONValue) {
        if let position = position(of: name) {
            members[position].value = value
        } else {
            add(name, value, mark: Self.mark(of: name))
        }
    }

    /// Removes the member, and returns its value. The others keep their order.
    @discardableResult
    package mutating func remove(_ name: JSONString) -> JSONValue? {
        guard let position = position(of: name) else { return nil }
        let removed = members.remove(at: position)
        marks = members.reduce(0) { $0 | Self.mark(of: $1.name) }
        indexMembers()
        return removed.value
    }

    /// An empty object with room for `count` members.
    init(reserving count: Int) {
        members.reserveCapacity(count)
    }

    /// Appends a member. Returns false, and changes nothing, if there is one with this name.
    mutating func append(
        _ name: consuming JSONString, _ value: consuming JSONValue
    ) -> Bool {
        let mark = Self.mark(of: name)
        guard marks & mark == 0 || position(of: name) == nil else { return false }
        add(name, value, mark: mark)
        return true
    }

    private mutating func add(
        _ name: consuming JSONString, _ value: consuming JSONValue, mark: UInt64
    ) {
        let position = members.count
        marks |= mark
        if positions != nil { positions?[copy name] = position }
        members.append(Member(name: name, value: value))
        if positions == nil, position >= Self.linearSearchLimit { indexMembers() }
    }

    /// One bit of 64 for a name, which other names may share.
    private static func mark(of name: borrowing JSONString) -> UInt64 {
        let bytes = name.text.utf8Span.span
        guard bytes.count > 0 else { return 1 }
        // With these factors the usual claims have different bits.
        let sum = 7 &* Int(bytes[0]) &+ 59 &* Int(bytes[bytes.count - 1]) &+ bytes.count
        return 1 << UInt64(sum & 63)
    }

    /// Builds the index, or drops it if a linear search is as fast.
    private mutating func indexMembers() {
        guard members.count > Self.linearSearchLimit else {
            positions = nil
            return
        }
        var positions: [JSONString: Int] = [:]
        for (position, member) in members.enumerated() {
            positions[member.name] = position
        }
        self.positions = positions
    }

    /// The index of the member with this name; nil if there is none.
    private func position(of name: JSONString) -> Int? {
        if let positions { return positions[name] }
        // A span lends the members, while a sequence would copy each.
        let members = members.span
        for index in members.indices where members[index].name == name { return index }
        return nil
    }
}

extension JSONObject: Equatable {
    /// Whether both have the same members in the same order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self.init(elements)
    }
}
