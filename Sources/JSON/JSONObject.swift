/// The members of a JSON object, in the order of the text, each name once.
///
/// A token's claims are shown in the order in which the issuer wrote them, so this is no
/// dictionary; it builds one for itself when a linear search would be noticed.
package struct JSONObject: Sendable {
    package typealias Member = (name: JSONString, value: JSONValue)

    /// The members, in order.
    package private(set) var members: [Member] = []

    /// Where each name is, once there are more members than a linear search should visit. The
    /// hash is seeded by the process: names that collide on purpose gain nothing.
    private var positions: [JSONString: Int]?

    private static let linearSearchLimit = 16

    /// An object without members.
    package init() {}

    /// Later members replace earlier ones of the same name.
    package init(_ members: [Member]) {
        for member in members {
            set(member.name, member.value)
        }
    }

    package var count: Int { members.count }
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
            add(name, value)
        }
    }

    /// Takes the member out, the others keeping their order.
    @discardableResult
    package mutating func remove(_ name: JSONString) -> JSONValue? {
        guard let position = position(of: name) else { return nil }
        let removed = members.remove(at: position)
        indexMembers()
        return removed.value
    }

    /// An object that is about to get some members.
    init(reserving count: Int) {
        members.reserveCapacity(count)
    }

    /// Appends a member; `false`, and no change, where the name is taken.
    mutating func append(_ name: JSONString, _ value: JSONValue) -> Bool {
        guard position(of: name) == nil else { return false }
        add(name, value)
        return true
    }

    private mutating func add(_ name: JSONString, _ value: JSONValue) {
        members.append((name, value))
        if positions != nil {
            positions?[name] = members.count - 1
        } else if members.count > Self.linearSearchLimit {
            indexMembers()
        }
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
        return members.firstIndex { $0.name == name }
    }
}

extension JSONObject: Equatable {
    /// Equal with the same members in the same order.
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.elementsEqual(right.members) { $0.name == $1.name && $0.value == $1.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (JSONString, JSONValue)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }
}
