/// The members of a JSON object, in the order of the text, each name once.
///
/// A token's claims are shown in the order in which the issuer wrote them, so this is no
/// dictionary; it builds one for itself when a linear search would be noticed.
package struct JSONObject: Sendable {
    /// No tuple: arrays of tuples are destroyed by way of the runtime, element by element.
    package struct Member: Equatable, Sendable {
        package let name: JSONString
        package fileprivate(set) var value: JSONValue
    }

    /// The members, in order.
    package private(set) var members: [Member] = []

    /// Where each name is, once there are more members than a linear search should visit. The
    /// hash is seeded by the process: names that collide on purpose gain nothing.
    private var positions: [JSONString: Int]?

    private static let linearSearchLimit = 16

    /// A bit for each name, which others may share: most names are known to be new without a search.
    private var marks: UInt64 = 0

    /// An object without members.
    package init() {}

    /// Later members replace earlier ones of the same name.
    package init(_ members: some Sequence<(JSONString, JSONValue)>) {
        for (name, value) in members { set(name, value) }
    }

    package var isEmpty: Bool { members.isEmpty }
    package var names: [JSONString] { members.map(\.name) }

    /// The value of the member of exactly this name.
    package subscript(_ name: JSONString) -> JSONValue? {
        position(of: name).map { members[$0].value }
    }

    /// Replaces the member in place, or appends it.
    package mutating func set(_ name: JSONString, _ value: JSONValue) {
        if let position = position(of: name) {
            members[position].value = value
        } else {
            add(name, value, mark: Self.mark(of: name))
        }
    }

    /// Takes the member out, the others keeping their order.
    @discardableResult
    package mutating func remove(_ name: JSONString) -> JSONValue? {
        guard let position = position(of: name) else { return nil }
        let removed = members.remove(at: position)
        marks = members.reduce(0) { $0 | Self.mark(of: $1.name) }
        indexMembers()
        return removed.value
    }

    /// An object that is about to get some members.
    init(reserving count: Int) {
        members.reserveCapacity(count)
    }

    /// Appends a member; `false`, and no change, where the name is taken.
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

    private static func mark(of name: borrowing JSONString) -> UInt64 {
        let bytes = name.text.utf8Span.span
        guard bytes.count > 0 else { return 1 }
        // These factors keep the usual claims apart.
        let sum = 7 &* Int(bytes[0]) &+ 59 &* Int(bytes[bytes.count - 1]) &+ bytes.count
        return 1 << UInt64(sum & 63)
    }

    /// Builds the index anew, or drops it where a search is as quick.
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

    private func position(of name: JSONString) -> Int? {
        if let positions { return positions[name] }
        // A span lends the members, where a sequence would copy each.
        let members = members.span
        for index in members.indices where members[index].name == name { return index }
        return nil
    }
}

extension JSONObject: Equatable {
    /// Equal with the same members in the same order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self.init(elements)
    }
}
