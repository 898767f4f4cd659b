internal import Redis

/// Replies as their readers expect them; anything else is thrown as a `StoreError`.
extension Reply {
    var asInteger: Int64 { get throws(StoreError) { try StoreError.wrapping(integer) } }

    /// nil for the null reply about a missing key.
    var asOptionalBytes: [UInt8]? {
        get throws(StoreError) { try StoreError.wrapping(optionalBytes) }
    }

    var asText: String { get throws(StoreError) { try StoreError.wrapping(text) } }

    var asArray: [Reply] { get throws(StoreError) { try StoreError.wrapping(array) } }

    var asByteStrings: [[UInt8]] { get throws(StoreError) { try StoreError.wrapping(byteStrings) } }

    /// The reply to TIME, in unix seconds.
    var asSeconds: Int64 { get throws(StoreError) { try StoreError.wrapping(time).seconds } }
}

extension [Reply] {
    var asIntegers: [Int64] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asInteger } }
    }

    /// The values of strings, nil for each that is missing.
    var asOptionalBytes: [[UInt8]?] {
        get throws(StoreError) { try map { reply throws(StoreError) in try reply.asOptionalBytes } }
    }
}

extension Exchange {
    /// All replies; throws what broke the exchange off.
    var all: [Reply] { get throws(StoreError) { try StoreError.wrapping(complete) } }
}

extension Client {
    /// The replies to `commands`, all in one round trip; error replies are values.
    func replies(to commands: [Command]) throws(StoreError) -> [Reply] {
        do throws(RedisError) {
            return try pipeline(commands)
        } catch {
            throw .redis(error)
        }
    }

    /// The clock of the server that holds `key` (nil: of any), in milliseconds since 1970.
    func milliseconds(besideKey key: [UInt8]? = nil) throws(StoreError) -> Int64 {
        do throws(RedisError) {
            let time = try serverTime(besideKey: key)
            return time.seconds * 1000 + time.microseconds / 1000
        } catch {
            throw .redis(error)
        }
    }
}
