internal import Platform

/// What the server answered to one command, copied out of the parser.
package enum Reply: Equatable, Sendable {
    case status(String)
    case string([UInt8])
    case integer(Int64)
    case null
    case array([Reply])
    /// Behind a pointer: millions of replies are something else, and stay small.
    indirect case error(ServerError)

    /// What the reply is, without its content, for `RedisError.unexpectedReply`.
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

    /// This reply; an error reply is thrown as `RedisError.server`.
    package func value() throws(RedisError) -> Reply {
        if case .error(let error) = self { throw .server(error) }
        return self
    }

    /// Requires `+OK`.
    package func ok() throws(RedisError) {
        guard case .status("OK") = self else { throw mismatch("OK") }
    }

    /// A count or a span, held within bounds in which sums of it cannot overflow.
    package func integer() throws(RedisError) -> Int64 {
        guard case .integer(let number) = self else { throw mismatch("an integer") }
        return number.bounded
    }

    /// The reply to TIME: seconds since 1970, and microseconds of the next second. A clock beyond
    /// the year 9999 is not believed.
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

    package func bytes() throws(RedisError) -> [UInt8] {
        guard case .string(let bytes) = self else { throw mismatch("a string") }
        return bytes
    }

    /// The string, or nil for a null reply: a key that is not there.
    package func optionalBytes() throws(RedisError) -> [UInt8]? {
        if case .null = self { return nil }
        return try bytes()
    }

    /// A string or status as text; bytes that are not UTF-8 are replaced.
    package func text() throws(RedisError) -> String {
        if case .status(let text) = self { return text }
        return String(decoding: try bytes(), as: UTF8.self)
    }

    package func array() throws(RedisError) -> [Reply] {
        guard case .array(let items) = self else { throw mismatch("an array") }
        return items
    }

    /// An array of strings.
    package func byteStrings() throws(RedisError) -> [[UInt8]] {
        try array().map { item throws(RedisError) in try item.bytes() }
    }

    private func mismatch(_ expected: String) -> RedisError {
        if case .error(let error) = self { return .server(error) }
        return .unexpectedReply(expected: expected, got: shape)
    }
}
