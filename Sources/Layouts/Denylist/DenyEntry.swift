internal import JSON
internal import Platform

/// What the value of a blacklist entry tells about the revocation. Services need none of it: for
/// them the entry alone counts.
package struct DenyEntry: Equatable, Sendable {
    package var reason: String?
    package var actor: String?
    /// Unix seconds, by the clock of Redis.
    package var time: Int64?
    /// The user of the token, so that `restore` can put it back on the user's list.
    package var user: Identifier?

    package init(
        reason: String? = nil, actor: String? = nil, time: Int64? = nil, user: Identifier? = nil
    ) {
        self.reason = reason
        self.actor = actor
        self.time = time
        self.user = user
    }

    /// The short value of bulk revocations. Redis keeps small integers once, and shares the object
    /// between all keys that have it.
    static let shortValue: [UInt8] = [UInt8(ascii: "1")]

    /// The value to write: compact JSON, or the short value if there is nothing to tell.
    var value: [UInt8] {
        var object = JSONObject()
        if let reason { object.set("why", .string(reason)) }
        if let actor { object.set("by", .string(actor)) }
        if let time { object.set("at", .integer(time)) }
        if let user { object.set("sub", .string(user.description)) }
        return object.isEmpty
            ? Self.shortValue : JSONValue.object(object).encoded(.compact, escaping: .minimal)
    }

    /// Reads a value that another application may have written. What cannot be understood is left
    /// out, since the token is revoked whatever the value is.
    init(value: [UInt8]) {
        if value == Self.shortValue { return }
        do throws(JSONError) {
            guard let object = try JSONParser.parse(value).objectValue else { return }
            reason = object["why"]?.stringValue?.text
            actor = object["by"]?.stringValue?.text
            time = object["at"]?.numberValue?.integer.flatMap { Int64(outside: $0) }
            if let text = object["sub"]?.stringValue,
                text.utf8.count <= Identifier.maximumByteCount
            {
                user = Identifier(found: text.utf8)
            }
        } catch {
            return
        }
    }
}
