internal import Platform

/// The reply of the server to one command, copied out of the parser. Its content is unchecked:
/// texts and numbers are whatever the server sent.
package enum Reply: Equatable, Sendable {
    /// A simple string, such as `OK`. Bytes that are not UTF-8 are replaced.
    case status(String)
    /// A bulk string.
    case string([UInt8])
    case integer(Int64)
    /// The null bulk string or null array.
    case null
    case array([Reply])
    /// An error reply. It is boxed, because the size of this case would otherwise be that of each
    /// of the millions of other replies.
    indirect case error(ServerError)

    /// The type of the reply, without its content, for `RedisError.unexpectedReply`.
    package var shape: String {
        switch self {
        case .status: "a status"
        case .string: "a string"
        case .integer: "an integer"
        case .null: "null"
        case .array(let items): "an array of \(items.count)"
        case .error: "an error"
        }
    }

    /// This reply itself. An error reply is thrown as `RedisError.server`.
    package func value() throws(RedisError) -> Reply {
        if case .error(let error) = self { throw .server(error) }
        return self
    }

    /// A count or a time span, limited so that sums of it cannot overflow. Throws for any other
    /// type, like all accessors below.
    package func integer() throws(RedisError) -> Int64 {
        guard case .integer(let number) = self else { throw mismatch("an integer") }
        return number.bounded
    }

    /// The reply to TIME: seconds since 1970, and microseconds within the second. Throws for a
    /// clock after the year 9999, which must be wrong.
    package func time() throws(RedisError) -> (seconds: Int64, microseconds: Int64) {
        let parts = try array()
        guard parts.count == 2, let seconds = Int64(try parts[0].text()),
            let microseconds = Int64(try parts[1].text()),
            (0...Self.latestTime).contains(seconds), (0..<1_000_000).contains(microseconds)
        else { throw mismatch("a valid reply to TIME") }
        return (seconds, microseconds)
    }

    /// The last second of the year 9999.
    private static let latestTime: Int64 = 253_402_300_799

    /// The bytes of a bulk string.
    package func bytes() throws(RedisError) -> [UInt8] {
        guard case .string(let bytes) = self else { throw mismatch("a string") }
        return bytes
    }

    /// The bytes of a bulk string; nil for the null reply, which means that there is no such key.
    package func optionalBytes() throws(RedisError) -> [UInt8]? {
        if case .null = self { return nil }
        return try bytes()
    }

    /// A bulk string or status as text. Bytes that are not UTF-8 are replaced.
    package func text() throws(RedisError) -> String {
        if case .status(let text) = self { return text }
        return String(decoding: try bytes(), as: UTF8.self)
    }

    package func array() throws(RedisError) -> [Reply] {
        guard case .array(let items) = self else { throw mismatch("an array") }
        return items
    }

    /// The elements of an array of bulk strings.
    package func byteStrings() throws(RedisError) -> [[UInt8]] {
        try array().map { item throws(RedisError) in try item.bytes() }
    }

    /// The error for a reply of another type; an error reply is its own reason.
    private func mismatch(_ expected: String) -> RedisError {
        if case .error(let error) = self { return .server(error) }
        return .unexpectedReply(expected: expected, got: shape)
    }
}

/// An error reply: the server's text, and its meaning.
package struct ServerError: Error, Equatable, Sendable {
    /// The meanings that the program acts on, or explains.
    package enum Kind: Equatable, Sendable {
        case noAuth, wrongPassword, noPermission, wrongType, loading, readOnly, outOfMemory
        case misconfigured, noReplicas, clusterDown, masterDown, tryAgain, maxClients
        case unknownCommand, noAppendOnlyFile
        /// The slot has moved for good to the server at `address`, which is `host:port`.
        case moved(slot: Int, address: String)
        /// The slot is being moved: send this one command to `address`, after ASKING.
        case ask(slot: Int, address: String)
        /// Any other error.
        case other
    }

    /// The server's text without the leading `-`. Untrusted: escape it before it reaches a
    /// terminal.
    package let text: String
    package let kind: Kind
    /// The ACL user of a NOPERM refusal, since older servers do not name the user themselves.
    package internal(set) var user: String?

    package init(_ text: String) {
        self.text = text
        kind = Self.kind(of: text)
    }

    /// The first word, such as `WRONGTYPE`.
    package var code: String { String(text.prefix { $0 != " " }) }

    /// The meaning of an error by its code, or by its words where the code is only `ERR`.
    private static func kind(of text: String) -> Kind {
        let words = text.split(separator: " ", maxSplits: 3)
        switch words.first {
        case "NOAUTH": return .noAuth
        case "WRONGPASS": return .wrongPassword
        case "NOPERM": return .noPermission
        case "WRONGTYPE": return .wrongType
        case "LOADING": return .loading
        case "READONLY": return .readOnly
        case "OOM": return .outOfMemory
        case "MISCONF": return .misconfigured
        case "NOREPLICAS": return .noReplicas
        case "CLUSTERDOWN": return .clusterDown
        case "MASTERDOWN": return .masterDown
        case "TRYAGAIN": return .tryAgain
        case "MOVED", "ASK":
            guard words.count >= 3, let slot = Int(words[1]) else { return .other }
            let address = String(words[2])
            return words[0] == "ASK"
                ? .ask(slot: slot, address: address) : .moved(slot: slot, address: address)
        default: return kindOfPlainError(text)
        }
    }

    /// The reason why a command in a script was refused; nil for any other error. Before Redis 7.0
    /// the server put words of its own before it: `ERR Error running script (call to f_…):
    /// @user_script:1: -READONLY You can't …`.
    private static func causeInScript(_ text: String) -> String? {
        guard text.hasPrefix("ERR Error running script (call to f_"),
            let end = text.utf8.firstIndex(of: UInt8(ascii: ")"))
        else { return nil }
        var rest = text.utf8[end...].dropFirst(3)
        let place = "@user_script:".utf8
        while rest.starts(with: place) {
            rest = rest.dropFirst(place.count)
                .drop { $0 == UInt8(ascii: " ") || (0x30...0x39).contains($0) }
                .dropFirst(2)
        }
        return String(rest.drop { $0 == UInt8(ascii: "-") })
    }

    /// The meaning of an error whose code is only `ERR`, by its words.
    private static func kindOfPlainError(_ text: String) -> Kind {
        if text.hasPrefix("ERR max number of clients reached") { return .maxClients }
        if text.hasPrefix("ERR unknown command") { return .unknownCommand }
        if text.hasPrefix("ERR WAITAOF cannot be used when numlocal") { return .noAppendOnlyFile }
        // Before Redis 6 a wrong password has no code of its own.
        if text.hasPrefix("ERR invalid password") { return .wrongPassword }
        // Inside a script the refusal of the ACL has other words: the first in 7.0, the second in
        // later servers.
        if text.hasPrefix("ERR The user executing the script")
            || text.hasPrefix("ERR ACL failure in script")
        {
            return .noPermission
        }
        if let cause = causeInScript(text) {
            // The words of 7.0, but without its code.
            return cause.hasPrefix("The user executing the script")
                ? .noPermission : kind(of: cause)
        }
        return .other
    }
}
